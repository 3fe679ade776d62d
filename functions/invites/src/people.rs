//! Who is in a client's portal, and what becomes of a person here.

use domain::invite::{Invite, named};
use domain::mail::MailMessage;
use domain::person::{Actor, Person};
use domain::role::Action;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{MembershipRefusal, Scope};
use web::view::{InviteRow, PersonRow};
use web::{EmptyForm, Ids, Page, PageError, PortalAccess, ProtectedForm, Reply, see_other};

use crate::place::{MembershipPlace, PersonPath};

/// A client's own page of its people.
#[derive(Debug, Serialize)]
pub(crate) struct PeoplePage {
    people: Vec<PersonRow>,
    invites: Vec<InviteRow>,
    may_invite: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleForm {
    role: String,
}

impl Page for PeoplePage {
    const TEMPLATE: &'static str = "pages/invites/people.html";

    fn title(&self) -> String {
        "People".to_owned()
    }

    fn sample() -> Self {
        let (person, invite) = web::view::people_samples();
        let actor = web::view::actor_sample();
        Self::new(&[person], &[invite], &actor, Timestamp::UNIX_EPOCH)
    }
}

impl PeoplePage {
    fn new(people: &[Person], invites: &[Invite], actor: &Actor, now: Timestamp) -> Self {
        let may_invite = actor.role.may(Action::ManageContacts);
        let shown = invites.iter().filter(|_| may_invite);
        Self {
            people: people
                .iter()
                .map(|one| PersonRow::new(one, actor, ""))
                .collect(),
            invites: shown
                .map(|one| InviteRow::new(one, actor, "", now))
                .collect(),
            may_invite,
        }
    }
}

pub(crate) async fn get(portal: PortalAccess) -> Result<Reply, PageError> {
    let store = &portal.store;
    let (people, invites) = try_join(store.people(), store.invites()).await?;
    let (ctx, actor) = (&portal.ctx, &portal.actor);
    ctx.page(&PeoplePage::new(&people, &invites, actor, ctx.now))
}

pub(crate) async fn change_role<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<PersonPath>,
    form: ProtectedForm<RoleForm>,
) -> Result<Reply, PageError> {
    let person = read(&place, at).await?;
    // The form offers what may be given; anything else is made up.
    let role = named(&form.input.role, &place.roles()).map_err(|_| PageError::Forbidden)?;
    if role == person.role {
        return Ok(see_other(&place.home));
    }
    let changed = place.store.change_role(&person, role).await?;
    Ok(told(&place, changed, "role-changed"))
}

pub(crate) async fn remove<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = read(&place, at).await?;
    let removed = place.store.remove_person(&person).await?;
    Ok(told(&place, removed, "person-removed"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessForm {
    access: String,
}

/// Keeps a person out, or lets one in again.
pub(crate) async fn access<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<PersonPath>,
    form: ProtectedForm<AccessForm>,
) -> Result<Reply, PageError> {
    let person = read(&place, at).await?;
    let (store, now) = (&place.store, place.ctx.now);
    let plan = place.ctx.plan();
    let (changed, code) = match form.input.access.as_str() {
        "enabled" => match store.enable_person(&person, plan).await {
            Err(store::StoreError::Full(full)) => {
                let words = format!("no-seat.{}", full.used);
                return Ok(see_other(&place.home).flash(&words));
            }
            changed => (changed?, "person-enabled"),
        },
        "disabled" => (store.disable_person(&person, now).await?, "person-disabled"),
        _ => return Err(PageError::BadRequest("no such access")),
    };
    Ok(told(&place, changed, code))
}

/// Lets mail go to a person's address again, after it bounced or was complained of:
/// one's own too, since there may be nobody else who could.
pub(crate) async fn mail_again<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = place.store.person(at.user).await?;
    let person = person.ok_or(PageError::NotFound)?;
    if !place.actor.role.may_appoint(person.role) {
        return Err(PageError::Forbidden);
    }
    place.store.mail_again(&person).await?;
    Ok(see_other(&place.home).flash("mail-again"))
}

/// Lets a person who lost the authenticator sign in without it.
pub(crate) async fn reset_factor<S: Scope>(
    place: MembershipPlace<S>,
    Ids(at): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = read(&place, at).await?;
    // The question for a code goes first: until the rest is done, signing in fails closed.
    let identity = &place.ctx.app.services.identity;
    identity.ask_for_codes(person.id, false).await?;
    let message = MailMessage::MfaReset {
        by_name: place.actor.name.clone(),
    };
    let mail = place.ctx.mail(&person.name, &person.email, message);
    let reset = place.store.reset_mfa(&person, &mail).await?;
    Ok(told(&place, reset, "mfa-reset"))
}

/// The person, if it is somebody else whose role the actor may give.
async fn read<S: Scope>(place: &MembershipPlace<S>, at: PersonPath) -> Result<Person, PageError> {
    let person = place.store.person(at.user).await?;
    let person = person.ok_or(PageError::NotFound)?;
    let may = person.id != place.actor.user && place.actor.role.may_appoint(person.role);
    if may {
        Ok(person)
    } else {
        Err(PageError::Forbidden)
    }
}

fn told<S>(place: &MembershipPlace<S>, result: Result<(), MembershipRefusal>, code: &str) -> Reply {
    let code = match result {
        Ok(()) => code,
        Err(MembershipRefusal::LastOwner) => "last-owner",
        Err(MembershipRefusal::Changed) => "changed-meanwhile",
    };
    see_other(&place.home).flash(code)
}
