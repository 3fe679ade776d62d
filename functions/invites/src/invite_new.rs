//! "Invite to Portal", and to the team: a person's name, address and role.

use domain::id::InviteId;
use domain::input::FieldErrors;
use domain::invite::{Invite, InviteInput, LIFETIME, NewInvite};
use domain::mail::{Mail, MailMessage};
use domain::plan::PlanLimitReached;
use domain::role::{ContactRole, Role, TeamRole};
use serde::Serialize;
use store::directory::hash;
use store::{Account, InviteLink, Scope, WriteOutcome};
use web::{Crumb, Form, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE, see_other};

use crate::place::MembershipPlace;

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct InviteNewPage {
    id: InviteId,
    form: Form,
    roles: Vec<RoleChoice>,
    action: String,
    cancel: String,
    client_name: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone, Serialize)]
struct RoleChoice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

impl Page for InviteNewPage {
    const TEMPLATE: &'static str = "pages/invites/invite_new.html";

    fn title(&self) -> String {
        let team = self.client_name.is_none();
        let title = if team {
            "Invite to the team"
        } else {
            "Invite to Portal"
        };
        title.to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let failed = FieldErrors::at("email", "Enter a mail address.");
        Self {
            id: InviteId::new(1, 1),
            form: Form::failed(&InviteInput::default(), &failed),
            roles: choices(&Role::ALL),
            action: "/clients/c/invites".to_owned(),
            cancel: "/clients/c".to_owned(),
            client_name: Some("Initech <b>".to_owned()),
            crumbs: Vec::new(),
        }
    }
}

impl InviteNewPage {
    fn new<S>(id: InviteId, form: Form, place: &MembershipPlace<S>) -> Self {
        Self {
            id,
            form,
            roles: choices(&place.roles()),
            action: format!("{}/invites", place.base),
            cancel: place.home.clone(),
            client_name: place.client_name.clone(),
            crumbs: place.crumbs.clone(),
        }
    }
}

fn choices(roles: &[Role]) -> Vec<RoleChoice> {
    let choice = |role: &Role| RoleChoice {
        value: role.name(),
        label: role.label(),
        hint: role.hint(),
    };
    roles.iter().map(choice).collect()
}

pub(crate) async fn get<S: Scope>(place: MembershipPlace<S>) -> Result<Reply, PageError> {
    let usual = if place.client_name.is_some() {
        Role::Contact(ContactRole::Collaborator)
    } else {
        Role::Team(TeamRole::Member)
    };
    let form = Form::filled(&InviteInput {
        role: usual.name().to_owned(),
        ..InviteInput::default()
    });
    let id = place.ctx.app.new_id();
    place.ctx.page(&InviteNewPage::new(id, form, &place))
}

pub(crate) async fn post<S: Scope>(
    place: MembershipPlace<S>,
    form: ProtectedForm<InviteInput>,
) -> Result<Reply, PageError> {
    let id = form.id()?;
    let (id, invalid) = match check(&place, &form.input).await? {
        Ok((new, known)) => {
            let invite = begun(&place, id, new);
            let (made, flash) = match known.filter(|_| place.actor.role.is_team()) {
                Some(account) => (add(&place, &account, invite).await, "person-added"),
                None => (send(&place, &invite).await, "invited"),
            };
            match made? {
                Ok(true) => return Ok(see_other(&place.home).flash(flash)),
                Ok(false) => (
                    place.ctx.app.new_id(),
                    FieldErrors::at("form", SAVED_BEFORE),
                ),
                Err(full) => (id, FieldErrors::at("form", full.to_string())),
            }
        }
        Err(invalid) => (id, invalid),
    };
    let form = Form::failed(&form.input, &invalid);
    place.ctx.refused(&InviteNewPage::new(id, form, &place))
}

fn begun<S: Scope>(place: &MembershipPlace<S>, id: InviteId, new: NewInvite) -> Invite {
    Invite {
        id,
        client: place.store.in_client(),
        name: new.name,
        email: new.email,
        role: new.role,
        by_name: place.actor.name.clone(),
        at: place.ctx.now,
        turn: 1,
        accepted: None,
        revoked: None,
        suppressed: None,
    }
}

/// Sends an invitation; `false` where somebody else was invited under its id. Why not,
/// where the team has no seat for it.
async fn send<S: Scope>(
    place: &MembershipPlace<S>,
    invite: &Invite,
) -> Result<Result<bool, PlanLimitReached>, PageError> {
    let (hash, mail) = (link_hash(place, invite), mail(place, invite));
    let link = InviteLink {
        hash: &hash,
        mail: &mail,
    };
    match place
        .store
        .create_invite(invite, link, place.ctx.plan())
        .await
    {
        Err(store::StoreError::Full(full)) => Ok(Err(full)),
        made => Ok(Ok(is_made(place, made?, invite).await?)),
    }
}

async fn is_made<S: Scope>(
    place: &MembershipPlace<S>,
    made: WriteOutcome,
    invite: &Invite,
) -> Result<bool, PageError> {
    Ok(match made {
        WriteOutcome::Done => true,
        WriteOutcome::Repeated => {
            let saved = place.store.invite(invite.id).await?;
            saved.is_some_and(|saved| {
                (saved.email, saved.role) == (invite.email.clone(), invite.role)
            })
        }
    })
}

/// Adds an account at once; `false` where somebody else was invited under this id.
async fn add<S: Scope>(
    place: &MembershipPlace<S>,
    account: &Account,
    invite: Invite,
) -> Result<Result<bool, PlanLimitReached>, PageError> {
    let invite = Invite {
        accepted: Some(place.ctx.now),
        ..invite
    };
    let message = MailMessage::Added {
        by_name: invite.by_name.clone(),
        client_name: place.client_name.clone().unwrap_or_default(),
    };
    let mail = place.ctx.mail(&invite.name, &invite.email, message);
    let added = place.store.add_contact(account, &invite, &mail).await?;
    Ok(Ok(is_made(place, added, &invite).await?))
}

/// The form, checked, with the account that the address has. The team is told what
/// can't be; a client's own see no accounts but their own client's: to them an
/// address that somebody has elsewhere is like any other.
async fn check<S: Scope>(
    place: &MembershipPlace<S>,
    input: &InviteInput,
) -> Result<Result<(NewInvite, Option<Account>), FieldErrors>, PageError> {
    let new = match input.parse(&place.roles()) {
        Ok(new) => new,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let (directory, ws) = (place.ctx.directory(), place.ctx.workspace.id);
    let Some(login) = directory.login(ws, &new.email).await? else {
        return Ok(Ok((new, None)));
    };
    let (team, here) = (place.actor.role.is_team(), place.store.in_client());
    let wrong = if login.homes().any(|home| home == here) {
        "This address has an account here already."
    } else if !team {
        return Ok(Ok((new, None)));
    } else if login.client.is_none() {
        "This address has an account in the team. Use another one for a client's portal."
    } else if here.is_none() {
        "This address has an account in a client's portal. Use another one for the team."
    } else if !login.may_join(here) {
        "This account belongs to as many clients as it can."
    } else {
        let account = directory.account(ws, &new.email).await?;
        return Ok(Ok((new, account)));
    };
    Ok(Err(FieldErrors::at("email", wrong)))
}

/// The hash of the token of an invitation's newest link.
pub(crate) fn link_hash<S>(place: &MembershipPlace<S>, invite: &Invite) -> String {
    hash(&place.ctx.app.secrets().invite_token(invite.id, invite.turn))
}

/// The mail that brings the newest link.
pub(crate) fn mail<S>(place: &MembershipPlace<S>, invite: &Invite) -> Mail {
    let workspace = &place.ctx.workspace;
    Mail {
        to: invite.email.clone(),
        to_name: invite.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Invite {
            invite: invite.id,
            turn: invite.turn,
            by_name: invite.by_name.clone(),
            client_name: place.client_name.clone(),
            days: LIFETIME.as_hours() / 24,
        },
    }
}
