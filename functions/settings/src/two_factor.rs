//! One's own second factor: an authenticator, and recovery codes.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::input::FieldErrors;
use domain::mail::MailMessage;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use store::Session;
use web::{
    AccessToken, CodeAnswer, CodeInput, Context, Crumb, EmptyForm, Form, GuessLimits, Page,
    PageError, PasswordAnswer, ProtectedForm, PublicAccess, Reply, hash_code, locked_error,
    parse_code, see_other, wrong_code_error,
};

use crate::checks::require_session;

/// The purpose of the cookie that holds a pending authenticator.
const SETUP_STEP: &str = "two-factor-setup";
/// The purpose of the cookie that holds new recovery codes.
const CODES_STEP: &str = "two-factor-codes";

#[derive(Debug, Serialize)]
pub(crate) struct TwoFactorPage {
    form: Form,
    on: bool,
    demanded: bool,
    codes_left: usize,
    email: String,
}

/// A new authenticator, before its first code.
#[derive(Debug, Serialize)]
pub(crate) struct SetupPage {
    form: Form,
    /// A picture as a `data:` address.
    qr: String,
    /// The secret in groups of four, for typing.
    key: String,
}

/// New recovery codes, shown this once.
#[derive(Debug, Serialize)]
pub(crate) struct RecoveryCodesPage {
    codes: Vec<String>,
}

/// An authenticator that waits for its first code.
#[derive(Serialize, Deserialize)]
struct PendingAuthenticator {
    access: AccessToken,
    secret: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoFactorPasswordForm {
    password: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwoFactorCodeForm {
    code: String,
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::to("Account", "/account")]
}

impl Page for TwoFactorPage {
    const TEMPLATE: &'static str = "pages/settings/two_factor.html";

    fn title(&self) -> String {
        "Two-factor authentication".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn samples() -> Vec<Self> {
        let off = Self {
            form: Form::default(),
            on: false,
            demanded: false,
            codes_left: 0,
            ..Self::sample()
        };
        vec![Self::sample(), off]
    }

    fn sample() -> Self {
        Self {
            form: Form::with_errors(
                &(),
                &FieldErrors::of("password", "This is not your password."),
            ),
            on: true,
            demanded: true,
            codes_left: 3,
            email: "ada@example.com".to_owned(),
        }
    }
}

impl Page for SetupPage {
    const TEMPLATE: &'static str = "pages/settings/two_factor_setup.html";

    fn title(&self) -> String {
        "Set up an authenticator".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn sample() -> Self {
        let form = Form::with_errors(&(), &wrong_code_error());
        Self {
            form,
            qr: "data:,".to_owned(),
            key: "ABCD EFGH".to_owned(),
        }
    }
}

impl Page for RecoveryCodesPage {
    const TEMPLATE: &'static str = "pages/settings/recovery_codes.html";

    fn title(&self) -> String {
        "Recovery codes".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        crumbs()
    }

    fn sample() -> Self {
        Self {
            codes: vec![domain::recovery::format_code([7; 10])],
        }
    }
}

async fn load_page(ctx: &Context, form: Form) -> Result<TwoFactorPage, PageError> {
    let session = require_session(ctx)?;
    let on = session.has_mfa();
    let codes_left = if on {
        ctx.directory().count_recovery_codes(session).await?
    } else {
        0
    };
    Ok(TwoFactorPage {
        form,
        on,
        demanded: ctx.workspace.mfa.requires(session.actor().role),
        codes_left,
        email: session.actor().email.as_str().to_owned(),
    })
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    ctx.render(&load_page(&ctx, Form::default()).await?)
}

/// Creates an authenticator after the password; it counts only after its first code.
pub(crate) async fn start(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<TwoFactorPasswordForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let (limits, user) = (GuessLimits::of_session(session), session.actor().user);
    let answer = ctx.verify_guess(&limits, user, &form.input.password, false);
    let access = match answer.await? {
        PasswordAnswer::Locked => {
            let form = Form::with_errors(&(), &locked_error("password"));
            return ctx.render_refused(&load_page(&ctx, form).await?);
        }
        PasswordAnswer::Right(access) => access,
        // A second factor is enabled already.
        PasswordAnswer::AsksForCode(_) => return Ok(see_other("/account/two-factor")),
        PasswordAnswer::Wrong => {
            let wrong = FieldErrors::of("password", "This is not your password.");
            let page = load_page(&ctx, Form::with_errors(&(), &wrong)).await?;
            return ctx.render_refused(&page);
        }
    };
    let identity = &ctx.app.services.identity;
    let secret = identity.create_authenticator(&access).await?;
    let step = ctx.set_step(SETUP_STEP, &PendingAuthenticator { access, secret })?;
    Ok(see_other("/account/two-factor/setup").cookie(step))
}

pub(crate) async fn setup(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<PendingAuthenticator>(SETUP_STEP) {
        Some(pending) => ctx.render(&build_setup_page(&ctx, &pending, Form::default())?),
        None => Ok(see_other("/account/two-factor")),
    }
}

/// Enables the second factor by the first code of the new authenticator.
pub(crate) async fn enable(
    PublicAccess { ctx }: PublicAccess,
    form: ProtectedForm<TwoFactorCodeForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let actor = session.actor();
    let Some(pending) = ctx.step::<PendingAuthenticator>(SETUP_STEP) else {
        return Ok(see_other("/account/two-factor").flash("step-over"));
    };
    ctx.limit_codes(actor.user).await?;
    let identity = &ctx.app.services.identity;
    let (answer, first) = match parse_code(actor.user, &form.input.code) {
        Ok(CodeInput::Authenticator(code)) => {
            let verified = identity.verify_authenticator(actor.user, &pending.access, &code);
            (verified.await?, hash_code(actor.user, &code))
        }
        Ok(CodeInput::Recovery(_)) | Err(_) => (CodeAnswer::Wrong, String::new()),
    };
    match answer {
        CodeAnswer::Right => {}
        CodeAnswer::Over => return Ok(see_other("/account/two-factor").flash("step-over")),
        CodeAnswer::Wrong => {
            let form = Form::with_errors(&(), &wrong_code_error());
            return ctx.render_refused(&build_setup_page(&ctx, &pending, form)?);
        }
    }
    let codes = ctx.app.new_recovery_codes();
    let mail = ctx.new_mail(&actor.name, &actor.email, MailMessage::MfaEnabled);
    let hashes = hash_codes(session, &codes);
    ctx.directory()
        .enable_mfa(session, (&hashes, &first), &mail, ctx.now)
        .await?;
    redirect_to_codes(&ctx, &codes)
}

pub(crate) async fn codes(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    match ctx.step::<Vec<String>>(CODES_STEP) {
        Some(codes) => ctx.render(&RecoveryCodesPage { codes }),
        None => Ok(see_other("/account/two-factor")),
    }
}

pub(crate) async fn renew_codes(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    if !session.has_mfa() {
        return Ok(see_other("/account/two-factor"));
    }
    let codes = ctx.app.new_recovery_codes();
    let hashes = hash_codes(session, &codes);
    ctx.directory()
        .update_recovery_codes(session, &hashes)
        .await?;
    redirect_to_codes(&ctx, &codes)
}

pub(crate) async fn disable(
    PublicAccess { ctx }: PublicAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let actor = session.actor();
    if !session.has_mfa() {
        return Ok(see_other("/account/two-factor"));
    }
    if ctx.workspace.mfa.requires(actor.role) {
        return Err(PageError::Forbidden);
    }
    // The demand for a code is removed first: until the rest is done, signing in fails closed.
    let identity = &ctx.app.services.identity;
    identity.set_mfa_required(actor.user, false).await?;
    let mail = ctx.new_mail(&actor.name, &actor.email, MailMessage::MfaDisabled);
    ctx.directory().disable_mfa(session, &mail, ctx.now).await?;
    Ok(see_other("/account/two-factor").flash("mfa-off"))
}

fn hash_codes(session: &Session, codes: &[String]) -> Vec<String> {
    let user = session.actor().user;
    let plain = codes
        .iter()
        .filter_map(|code| domain::recovery::parse_code(code));
    plain.map(|code| hash_code(user, &code)).collect()
}

fn redirect_to_codes(ctx: &Context, codes: &[String]) -> Result<Reply, PageError> {
    let step = ctx.set_step(CODES_STEP, &codes)?;
    Ok(see_other("/account/two-factor/codes").cookie(step))
}

fn build_setup_page(
    ctx: &Context,
    pending: &PendingAuthenticator,
    form: Form,
) -> Result<SetupPage, PageError> {
    let actor = require_session(ctx)?.actor();
    let encode = |text: &str| -> String {
        // A colon divides the issuer from the account.
        let kept: String = text.chars().filter(|c| *c != ':').collect();
        web::percent(&kept)
    };
    let (issuer, secret) = (encode(&ctx.workspace.name), &pending.secret);
    let account = encode(actor.email.as_str());
    let address = format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}");
    let code = QrCode::new(address).map_err(PageError::internal)?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let letters: Vec<char> = secret.chars().collect();
    let groups = letters
        .chunks(4)
        .map(|four| four.iter().collect::<String>());
    Ok(SetupPage {
        form,
        qr: format!(
            "data:image/svg+xml;base64,{}",
            BASE64_STANDARD.encode(picture)
        ),
        key: groups.collect::<Vec<_>>().join(" "),
    })
}
