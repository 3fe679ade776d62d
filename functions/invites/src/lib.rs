//! Inviting people to a client's portal or to the team, and changing their memberships.

mod accept;
mod invite_changes;
mod invite_new;
mod membership_access;
mod people;

use axum::routing::{get, post};
use domain::role::Action::{ManageContacts, ManageTeam, ReadContacts};
use store::{ClientScope, WorkspaceScope};
use web::Audience::{Portal, Public, Team};
use web::{Route, Sample, samples};

/// The group's routes: the same three times, for a client below the team's addresses, for a
/// client's own portal, and for the team.
pub const ROUTES: &[Route] = &[
    Route::get(
        "/clients/{client}/invites/new",
        Team(ManageContacts),
        || get(invite_new::get::<ClientScope>),
    ),
    Route::post("/clients/{client}/invites", Team(ManageContacts), || {
        post(invite_new::post::<ClientScope>)
    }),
    Route::post(
        "/clients/{client}/invites/{invite}/resend",
        Team(ManageContacts),
        || post(invite_changes::resend::<ClientScope>),
    ),
    Route::post(
        "/clients/{client}/invites/{invite}/revoke",
        Team(ManageContacts),
        || post(invite_changes::revoke::<ClientScope>),
    ),
    Route::post(
        "/clients/{client}/people/{user}/role",
        Team(ManageContacts),
        || post(people::change_role::<ClientScope>),
    )
    .requires_reauth(),
    Route::post(
        "/clients/{client}/people/{user}/access",
        Team(ManageContacts),
        || post(people::change_access::<ClientScope>),
    )
    .requires_reauth(),
    Route::post(
        "/clients/{client}/people/{user}/reset-factor",
        Team(ManageContacts),
        || post(people::reset_factor::<ClientScope>),
    )
    .requires_reauth(),
    Route::post(
        "/clients/{client}/people/{user}/remove",
        Team(ManageContacts),
        || post(people::remove::<ClientScope>),
    )
    .requires_reauth(),
    Route::post(
        "/clients/{client}/people/{user}/mail-again",
        Team(ManageContacts),
        || post(people::resume_mail::<ClientScope>),
    ),
    Route::get("/people", Portal(ReadContacts), || get(people::get)),
    Route::get("/invites/new", Portal(ManageContacts), || {
        get(invite_new::get::<ClientScope>)
    }),
    Route::post("/invites", Portal(ManageContacts), || {
        post(invite_new::post::<ClientScope>)
    }),
    Route::post("/invites/{invite}/resend", Portal(ManageContacts), || {
        post(invite_changes::resend::<ClientScope>)
    }),
    Route::post("/invites/{invite}/revoke", Portal(ManageContacts), || {
        post(invite_changes::revoke::<ClientScope>)
    }),
    Route::post("/people/{user}/role", Portal(ManageContacts), || {
        post(people::change_role::<ClientScope>)
    })
    .requires_reauth(),
    Route::post("/people/{user}/access", Portal(ManageContacts), || {
        post(people::change_access::<ClientScope>)
    })
    .requires_reauth(),
    Route::post("/people/{user}/remove", Portal(ManageContacts), || {
        post(people::remove::<ClientScope>)
    })
    .requires_reauth(),
    Route::post("/people/{user}/mail-again", Portal(ManageContacts), || {
        post(people::resume_mail::<ClientScope>)
    }),
    Route::get("/settings/invites/new", Team(ManageTeam), || {
        get(invite_new::get::<WorkspaceScope>)
    }),
    Route::post("/settings/invites", Team(ManageTeam), || {
        post(invite_new::post::<WorkspaceScope>)
    }),
    Route::post(
        "/settings/invites/{invite}/resend",
        Team(ManageTeam),
        || post(invite_changes::resend::<WorkspaceScope>),
    ),
    Route::post(
        "/settings/invites/{invite}/revoke",
        Team(ManageTeam),
        || post(invite_changes::revoke::<WorkspaceScope>),
    ),
    Route::post("/settings/people/{user}/role", Team(ManageTeam), || {
        post(people::change_role::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post("/settings/people/{user}/access", Team(ManageTeam), || {
        post(people::change_access::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post(
        "/settings/people/{user}/reset-factor",
        Team(ManageTeam),
        || post(people::reset_factor::<WorkspaceScope>),
    )
    .requires_reauth(),
    Route::post("/settings/people/{user}/remove", Team(ManageTeam), || {
        post(people::remove::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post(
        "/settings/people/{user}/mail-again",
        Team(ManageTeam),
        || post(people::resume_mail::<WorkspaceScope>),
    ),
    Route::get("/invite/{token}", Public, || get(accept::take_token)),
    Route::get("/invite", Public, || get(accept::get)),
    Route::post("/invite", Public, || post(accept::post)),
];

/// Samples of each page.
pub const SAMPLES: &[fn() -> Vec<Sample>] = &[
    samples::<invite_new::InviteNewPage>,
    samples::<people::PeoplePage>,
    samples::<accept::AcceptPage>,
    samples::<accept::InviteGonePage>,
];
