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
use web::{BothSides, Route, Sample, links, routes, samples};

/// The group's routes: those of a client's people on both sides, then those of the team's.
pub const ROUTES: &[Route] = routes![
    BothSides::get(links::INVITE_NEW, ManageContacts, || {
        get(invite_new::get::<ClientScope>)
    }),
    BothSides::post(links::INVITES, ManageContacts, || {
        post(invite_new::post::<ClientScope>)
    }),
    BothSides::post(links::INVITE_RESEND, ManageContacts, || {
        post(invite_changes::resend::<ClientScope>)
    }),
    BothSides::post(links::INVITE_REVOKE, ManageContacts, || {
        post(invite_changes::revoke::<ClientScope>)
    }),
    BothSides::post(links::PERSON_ROLE, ManageContacts, || {
        post(people::change_role::<ClientScope>)
    })
    .requires_reauth(),
    BothSides::post(links::PERSON_ACCESS, ManageContacts, || {
        post(people::change_access::<ClientScope>)
    })
    .requires_reauth(),
    Route::post(
        links::PERSON_RESET_FACTOR.team,
        Team(ManageContacts),
        || post(people::reset_factor::<ClientScope>),
    )
    .requires_reauth(),
    BothSides::post(links::PERSON_REMOVE, ManageContacts, || {
        post(people::remove::<ClientScope>)
    })
    .requires_reauth(),
    BothSides::post(links::PERSON_MAIL_AGAIN, ManageContacts, || {
        post(people::resume_mail::<ClientScope>)
    }),
    Route::get(links::PEOPLE.portal, Portal(ReadContacts), || {
        get(people::get)
    }),
    Route::get(links::INVITE_NEW.settings, Team(ManageTeam), || {
        get(invite_new::get::<WorkspaceScope>)
    }),
    Route::post(links::INVITES.settings, Team(ManageTeam), || {
        post(invite_new::post::<WorkspaceScope>)
    }),
    Route::post(links::INVITE_RESEND.settings, Team(ManageTeam), || {
        post(invite_changes::resend::<WorkspaceScope>)
    }),
    Route::post(links::INVITE_REVOKE.settings, Team(ManageTeam), || {
        post(invite_changes::revoke::<WorkspaceScope>)
    }),
    Route::post(links::PERSON_ROLE.settings, Team(ManageTeam), || {
        post(people::change_role::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post(links::PERSON_ACCESS.settings, Team(ManageTeam), || {
        post(people::change_access::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post(
        links::PERSON_RESET_FACTOR.settings,
        Team(ManageTeam),
        || post(people::reset_factor::<WorkspaceScope>),
    )
    .requires_reauth(),
    Route::post(links::PERSON_REMOVE.settings, Team(ManageTeam), || {
        post(people::remove::<WorkspaceScope>)
    })
    .requires_reauth(),
    Route::post(
        links::PERSON_MAIL_AGAIN.settings,
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
