//! The people of a client's portal, and changes of a membership.

use domain::invite::{Invite, parse_role};
use domain::mail::MailMessage;
use domain::person::{Actor, Person};
use domain::role::Action;
use futures::future::try_join;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{MembershipOutcome, Scope};
use web::links::LinkBase;
use web::view::{InviteRow, PersonRow};
use web::{EmptyForm, Ids, Page, PageError, PortalAccess, ProtectedForm, Reply, see_other};

use crate::membership_access::{MembershipAccess, PersonPath};

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

    fn samples() -> Vec<Self> {
        let actor = web::view::actor_sample();
        let empty = Self::new(&[], &[], &actor, Timestamp::UNIX_EPOCH);
        vec![Self::sample(), empty]
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
        let shown_invites = invites.iter().filter(|_| may_invite);
        Self {
            people: people
                .iter()
                .map(|person| PersonRow::new(person, actor, LinkBase::Portal))
                .collect(),
            invites: shown_invites
                .map(|invite| InviteRow::new(invite, actor, LinkBase::Portal, now))
                .collect(),
            may_invite,
        }
    }
}

pub(crate) async fn get(portal: PortalAccess) -> Result<Reply, PageError> {
    let store = &portal.store;
    let (people, invites) = try_join(store.list_people(), store.list_invites()).await?;
    let (ctx, actor) = (&portal.ctx, &portal.actor);
    ctx.render(&PeoplePage::new(&people, &invites, actor, ctx.now))
}

pub(crate) async fn change_role<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<PersonPath>,
    form: ProtectedForm<RoleForm>,
) -> Result<Reply, PageError> {
    let person = load_other_person(&access, path).await?;
    // The form offers assignable roles only; any other value is forged.
    let role = parse_role(&form.input.role, &access.assignable_roles())
        .map_err(|_| PageError::Forbidden)?;
    if role == person.role {
        return Ok(see_other(&access.home));
    }
    let outcome = access.store.update_role(&person, role).await?;
    Ok(outcome_reply(&access, outcome, "role-changed"))
}

pub(crate) async fn remove<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = load_other_person(&access, path).await?;
    let outcome = access.store.delete_person(&person).await?;
    Ok(outcome_reply(&access, outcome, "person-removed"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessForm {
    access: String,
}

/// Disables or enables a person.
pub(crate) async fn change_access<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<PersonPath>,
    form: ProtectedForm<AccessForm>,
) -> Result<Reply, PageError> {
    let person = load_other_person(&access, path).await?;
    let (store, now) = (&access.store, access.ctx.now);
    let plan = access.ctx.plan();
    let (outcome, flash) = match form.input.access.as_str() {
        "enabled" => match store.enable_person(&person, plan).await {
            Err(store::StoreError::Full(full)) => {
                let flash = format!("no-seat.{}", full.used);
                return Ok(see_other(&access.home).flash(&flash));
            }
            enabled => (enabled?, "person-enabled"),
        },
        "disabled" => (store.disable_person(&person, now).await?, "person-disabled"),
        _ => return Err(PageError::BadRequest("no such access")),
    };
    Ok(outcome_reply(&access, outcome, flash))
}

/// Resumes mail to a person's address after a bounce or complaint. One's own too, since there
/// may be no other person with the right.
pub(crate) async fn resume_mail<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = access.store.get_person(path.user).await?;
    let person = person.ok_or(PageError::NotFound)?;
    if !access.actor.role.may_assign(person.role) {
        return Err(PageError::Forbidden);
    }
    access.store.resume_mail(&person).await?;
    Ok(see_other(&access.home).flash("mail-again"))
}

/// Lets a person who lost the authenticator sign in without it.
pub(crate) async fn reset_factor<S: Scope>(
    access: MembershipAccess<S>,
    Ids(path): Ids<PersonPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let person = load_other_person(&access, path).await?;
    // The demand for a code is removed first: until the rest is done, signing in fails closed.
    let identity = &access.ctx.app.services.identity;
    identity.set_mfa_required(person.id, false).await?;
    let message = MailMessage::MfaReset {
        by_name: access.actor.name.clone(),
    };
    let mail = access.ctx.new_mail(&person.name, &person.email, message);
    let outcome = access.store.reset_mfa(&person, &mail).await?;
    Ok(outcome_reply(&access, outcome, "mfa-reset"))
}

/// The person, if it is not the actor, and the actor may assign their role.
async fn load_other_person<S: Scope>(
    access: &MembershipAccess<S>,
    path: PersonPath,
) -> Result<Person, PageError> {
    let person = access.store.get_person(path.user).await?;
    let person = person.ok_or(PageError::NotFound)?;
    let may = person.id != access.actor.user && access.actor.role.may_assign(person.role);
    if may {
        Ok(person)
    } else {
        Err(PageError::Forbidden)
    }
}

fn outcome_reply<S>(access: &MembershipAccess<S>, outcome: MembershipOutcome, done: &str) -> Reply {
    let flash = match outcome {
        MembershipOutcome::Done => done,
        MembershipOutcome::LastOwner => "last-owner",
        MembershipOutcome::Changed => "changed-meanwhile",
    };
    see_other(&access.home).flash(flash)
}
