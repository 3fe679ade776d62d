//! The workspace's settings and one's own account.

mod account;
mod address;
mod audit;
mod branding;
mod checks;
mod email;
mod guide;
mod inbox;
mod logo;
mod preferences;
mod two_factor;
mod workspace;

use axum::routing::{get, post};
use domain::role::Action;
use web::Audience::{Both, Public, Team};
use web::{Route, Sample, samples};

/// The group's routes.
pub const ROUTES: &[Route] = &[
    Route::get("/settings", Team(Action::ReadSettings), || {
        get(workspace::get)
    }),
    Route::post("/settings", Team(Action::WriteSettings), || {
        post(workspace::post)
    }),
    Route::post("/settings/security", Team(Action::WriteSettings), || {
        post(workspace::change_mfa_policy)
    })
    .requires_reauth(),
    Route::get("/settings/address", Team(Action::WriteSettings), || {
        get(address::get)
    }),
    Route::get(
        "/settings/address/check",
        Team(Action::WriteSettings),
        || get(address::check),
    ),
    Route::post("/settings/address", Team(Action::WriteSettings), || {
        post(address::post)
    })
    .requires_reauth(),
    Route::get("/settings/branding", Team(Action::WriteSettings), || {
        get(branding::get)
    }),
    Route::post("/settings/branding", Team(Action::WriteSettings), || {
        post(branding::post)
    }),
    Route::post(
        "/settings/branding/logo",
        Team(Action::WriteSettings),
        || post(branding::send_logo),
    ),
    Route::post(
        "/settings/branding/logo/remove",
        Team(Action::WriteSettings),
        || post(branding::remove_logo),
    ),
    Route::get("/brand/logo/{logo}", Public, || get(branding::get_logo)),
    Route::get("/brand/colour/{accent}", Public, || {
        get(branding::get_stylesheet)
    }),
    Route::post("/settings/first-steps", Team(Action::WriteSettings), || {
        post(guide::dismiss)
    }),
    Route::get("/settings/audit", Team(Action::ReadAudit), || {
        get(audit::get)
    }),
    Route::post("/settings/audit/export", Team(Action::ReadAudit), || {
        post(audit::export)
    }),
    Route::get("/account/email", Both(Action::OwnAccount), || {
        get(email::get)
    }),
    Route::post("/account/email", Both(Action::OwnAccount), || {
        post(email::post)
    }),
    Route::get("/account/email/confirm", Both(Action::OwnAccount), || {
        get(email::confirm)
    }),
    Route::post("/account/email/confirm", Both(Action::OwnAccount), || {
        post(email::change_address)
    }),
    Route::get("/account/two-factor", Both(Action::OwnAccount), || {
        get(two_factor::get)
    })
    .allows_unenrolled(),
    Route::post(
        "/account/two-factor/start",
        Both(Action::OwnAccount),
        || post(two_factor::start),
    )
    .allows_unenrolled(),
    Route::get(
        "/account/two-factor/setup",
        Both(Action::OwnAccount),
        || get(two_factor::setup),
    )
    .allows_unenrolled(),
    Route::post(
        "/account/two-factor/setup",
        Both(Action::OwnAccount),
        || post(two_factor::enable),
    )
    .allows_unenrolled(),
    Route::get(
        "/account/two-factor/codes",
        Both(Action::OwnAccount),
        || get(two_factor::codes),
    ),
    Route::post(
        "/account/two-factor/codes",
        Both(Action::OwnAccount),
        || post(two_factor::renew_codes),
    )
    .requires_reauth(),
    Route::post("/account/two-factor/off", Both(Action::OwnAccount), || {
        post(two_factor::disable)
    })
    .requires_reauth(),
    Route::get("/notifications", Both(Action::OwnAccount), || {
        get(inbox::get)
    }),
    Route::post("/notifications/read", Both(Action::OwnAccount), || {
        post(inbox::mark_all_read)
    }),
    Route::post(
        "/notifications/{notice}/read",
        Both(Action::OwnAccount),
        || post(inbox::mark_read),
    ),
    Route::post(
        "/notifications/{notice}/open",
        Both(Action::OwnAccount),
        || post(inbox::open),
    ),
    Route::get("/account/notifications", Both(Action::OwnAccount), || {
        get(preferences::get)
    }),
    Route::post("/account/notifications", Both(Action::OwnAccount), || {
        post(preferences::post)
    }),
    Route::get("/unsubscribe/{token}", Public, || {
        get(preferences::unsubscribe)
    }),
    Route::post("/unsubscribe/{token}", Public, || {
        post(preferences::end_mail)
    })
    .csrf_exempt(),
    Route::get("/account", Both(Action::OwnAccount), || get(account::get)),
    Route::post("/account/name", Both(Action::OwnAccount), || {
        post(account::change_name)
    }),
    Route::post("/account/password", Both(Action::OwnAccount), || {
        post(account::change_password)
    }),
    Route::post("/account/sessions/end", Both(Action::OwnAccount), || {
        post(account::end_session)
    }),
    Route::post(
        "/account/sign-out-everywhere",
        Both(Action::OwnAccount),
        || post(account::sign_out_everywhere),
    ),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<workspace::SettingsPage>,
    samples::<address::AddressPage>,
    samples::<address::AddressMovedPage>,
    samples::<branding::BrandingPage>,
    samples::<account::AccountPage>,
    samples::<inbox::InboxPage>,
    samples::<preferences::PreferencesPage>,
    samples::<preferences::UnsubscribePage>,
    samples::<audit::AuditPage>,
    samples::<email::NewEmailPage>,
    samples::<email::ConfirmEmailPage>,
    samples::<two_factor::TwoFactorPage>,
    samples::<two_factor::SetupPage>,
    samples::<two_factor::RecoveryCodesPage>,
];
