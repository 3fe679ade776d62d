//! People: invited to a client's portal or to the team, and looked after there.

mod accept;
mod invite_new;
mod links;
mod people;
mod place;

use axum::routing::{get, post};
use domain::role::Action::{ManageContacts, ManageTeam, ReadContacts};
use store::{ClientScope, WorkspaceScope};
use web::Audience::{Portal, Public, Team};
use web::{Route, Sample, sample};

/// The group's routes: the same for a client as the team sees it, for a client
/// by itself, and for the team.
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
        || post(links::resend::<ClientScope>),
    ),
    Route::post(
        "/clients/{client}/invites/{invite}/revoke",
        Team(ManageContacts),
        || post(links::revoke::<ClientScope>),
    ),
    Route::post(
        "/clients/{client}/people/{user}/role",
        Team(ManageContacts),
        || post(people::change_role::<ClientScope>),
    )
    .fresh(),
    Route::post(
        "/clients/{client}/people/{user}/access",
        Team(ManageContacts),
        || post(people::access::<ClientScope>),
    )
    .fresh(),
    Route::post(
        "/clients/{client}/people/{user}/reset-factor",
        Team(ManageContacts),
        || post(people::reset_factor::<ClientScope>),
    )
    .fresh(),
    Route::post(
        "/clients/{client}/people/{user}/remove",
        Team(ManageContacts),
        || post(people::remove::<ClientScope>),
    )
    .fresh(),
    Route::post(
        "/clients/{client}/people/{user}/mail-again",
        Team(ManageContacts),
        || post(people::mail_again::<ClientScope>),
    ),
    Route::get("/people", Portal(ReadContacts), || get(people::get)),
    Route::get("/invites/new", Portal(ManageContacts), || {
        get(invite_new::get::<ClientScope>)
    }),
    Route::post("/invites", Portal(ManageContacts), || {
        post(invite_new::post::<ClientScope>)
    }),
    Route::post("/invites/{invite}/resend", Portal(ManageContacts), || {
        post(links::resend::<ClientScope>)
    }),
    Route::post("/invites/{invite}/revoke", Portal(ManageContacts), || {
        post(links::revoke::<ClientScope>)
    }),
    Route::post("/people/{user}/role", Portal(ManageContacts), || {
        post(people::change_role::<ClientScope>)
    })
    .fresh(),
    Route::post("/people/{user}/access", Portal(ManageContacts), || {
        post(people::access::<ClientScope>)
    })
    .fresh(),
    Route::post("/people/{user}/remove", Portal(ManageContacts), || {
        post(people::remove::<ClientScope>)
    })
    .fresh(),
    Route::post("/people/{user}/mail-again", Portal(ManageContacts), || {
        post(people::mail_again::<ClientScope>)
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
        || post(links::resend::<WorkspaceScope>),
    ),
    Route::post(
        "/settings/invites/{invite}/revoke",
        Team(ManageTeam),
        || post(links::revoke::<WorkspaceScope>),
    ),
    Route::post("/settings/people/{user}/role", Team(ManageTeam), || {
        post(people::change_role::<WorkspaceScope>)
    })
    .fresh(),
    Route::post("/settings/people/{user}/access", Team(ManageTeam), || {
        post(people::access::<WorkspaceScope>)
    })
    .fresh(),
    Route::post(
        "/settings/people/{user}/reset-factor",
        Team(ManageTeam),
        || post(people::reset_factor::<WorkspaceScope>),
    )
    .fresh(),
    Route::post("/settings/people/{user}/remove", Team(ManageTeam), || {
        post(people::remove::<WorkspaceScope>)
    })
    .fresh(),
    Route::post(
        "/settings/people/{user}/mail-again",
        Team(ManageTeam),
        || post(people::mail_again::<WorkspaceScope>),
    ),
    Route::get("/invite/{token}", Public, || get(accept::take)),
    Route::get("/invite", Public, || get(accept::get)),
    Route::post("/invite", Public, || post(accept::post)),
];

/// A sample of each page.
pub const SAMPLES: &[fn() -> Sample] = &[
    sample::<invite_new::InviteNewPage>,
    sample::<people::PeoplePage>,
    sample::<accept::AcceptPage>,
    sample::<accept::InviteGonePage>,
];
