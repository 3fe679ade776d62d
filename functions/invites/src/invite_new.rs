//! Inviting a person to a client's portal or to the team.

use domain::id::InviteId;
use domain::input::FieldErrors;
use domain::invite::{INVITE_LIFETIME, Invite, InviteInput, NewInvite};
use domain::mail::{Mail, MailMessage};
use domain::plan::PlanLimitReached;
use domain::role::{ContactRole, Role, TeamRole};
use http::StatusCode;
use serde::Serialize;
use store::{Account, InviteLink, Scope, WriteOutcome, sha256_hex};
use web::links;
use web::{Crumb, Form, FormError, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE, see_other};

use crate::membership_access::MembershipAccess;

#[derive(Debug, Serialize)]
pub(crate) struct InviteNewPage {
    id: InviteId,
    form: Form,
    roles: Vec<RoleOption>,
    action: String,
    cancel: String,
    client_name: Option<String>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone, Serialize)]
struct RoleOption {
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

    fn samples() -> Vec<Self> {
        let for_team = Self {
            form: Form::filled(&InviteInput::default()),
            client_name: None,
            ..Self::sample()
        };
        vec![Self::sample(), for_team]
    }

    fn sample() -> Self {
        let failed = FieldErrors::of("email", "Enter a mail address.");
        Self {
            id: InviteId::new(1, 1),
            form: Form::with_errors(&InviteInput::default(), &failed),
            roles: list_roles(&Role::ALL),
            action: "/clients/c/invites".to_owned(),
            cancel: "/clients/c".to_owned(),
            client_name: Some("Initech <b>".to_owned()),
            crumbs: Vec::new(),
        }
    }
}

impl InviteNewPage {
    fn new<S>(id: InviteId, form: Form, access: &MembershipAccess<S>) -> Self {
        Self {
            id,
            form,
            roles: list_roles(&access.assignable_roles()),
            action: links::invites(access.base),
            cancel: access.home.clone(),
            client_name: access.client_name.clone(),
            crumbs: access.crumbs.clone(),
        }
    }
}

fn list_roles(roles: &[Role]) -> Vec<RoleOption> {
    let option = |role: &Role| RoleOption {
        value: role.name(),
        label: role.label(),
        hint: role.hint(),
    };
    roles.iter().map(option).collect()
}

pub(crate) async fn get<S: Scope>(access: MembershipAccess<S>) -> Result<Reply, PageError> {
    let default_role = if access.client_name.is_some() {
        Role::Contact(ContactRole::Collaborator)
    } else {
        Role::Team(TeamRole::Member)
    };
    let form = Form::filled(&InviteInput {
        role: default_role.name().to_owned(),
        ..InviteInput::default()
    });
    let id = access.ctx.app.new_id();
    access.ctx.render(&InviteNewPage::new(id, form, &access))
}

pub(crate) async fn post<S: Scope>(
    access: MembershipAccess<S>,
    form: ProtectedForm<InviteInput>,
) -> Result<Reply, PageError> {
    let id = form.id()?;
    let (id, invalid) = match check_input(&access, &form.input).await {
        Ok(CheckedInvite { new, account }) => {
            let (ctx, sender) = (&access.ctx, access.actor.user);
            if let Some(why) = ctx.limit_unasked_mail(sender, &new.email).await? {
                let form = Form::with_errors(&form.input, &FieldErrors::of("form", why));
                let page = InviteNewPage::new(id, form, &access);
                return Ok(ctx.render(&page)?.status(StatusCode::TOO_MANY_REQUESTS));
            }
            let invite = build_invite(&access, id, new);
            let (outcome, flash) = match account.filter(|_| access.actor.role.is_team()) {
                Some(account) => (
                    add_account(&access, &account, invite).await?,
                    "person-added",
                ),
                None => (send_invite(&access, &invite).await?, "invited"),
            };
            match outcome {
                InviteOutcome::Done => return Ok(see_other(&access.home).flash(flash)),
                InviteOutcome::OtherUnderId => {
                    let id = access.ctx.app.new_id();
                    (id, FieldErrors::of("form", SAVED_BEFORE))
                }
                InviteOutcome::Open => {
                    let text = "This address is invited already: resend or revoke that invitation.";
                    (id, FieldErrors::of("email", text))
                }
                InviteOutcome::Full(full) => (id, FieldErrors::of("form", full.to_string())),
            }
        }
        Err(error) => (id, error.fields()?),
    };
    let form = Form::with_errors(&form.input, &invalid);
    access
        .ctx
        .render_refused(&InviteNewPage::new(id, form, &access))
}

fn build_invite<S: Scope>(access: &MembershipAccess<S>, id: InviteId, new: NewInvite) -> Invite {
    Invite {
        id,
        client: access.store.scope_client(),
        name: new.name,
        email: new.email,
        role: new.role,
        by_name: access.actor.name.clone(),
        sent_at: access.ctx.now,
        link_number: 1,
        accepted: None,
        revoked: None,
        suppressed: None,
    }
}

/// The outcome of storing an invite.
enum InviteOutcome {
    Done,
    /// The id of the form belongs to an invite of another person.
    OtherUnderId,
    /// Another invitation to the same address is open.
    Open,
    /// The plan has no seat left.
    Full(PlanLimitReached),
}

/// Stores the invite and enqueues the mail with its link.
async fn send_invite<S: Scope>(
    access: &MembershipAccess<S>,
    invite: &Invite,
) -> Result<InviteOutcome, PageError> {
    let open = access
        .store
        .find_open_invite(&invite.email, invite.id, access.ctx.now);
    if open.await?.is_some() {
        return Ok(InviteOutcome::Open);
    }
    let (hash, mail) = (link_hash(access, invite), invite_mail(access, invite));
    let link = InviteLink {
        hash: &hash,
        mail: &mail,
    };
    let plan = access.ctx.plan();
    match access.store.create_invite(invite, link, plan).await {
        Err(store::StoreError::Full(full)) => Ok(InviteOutcome::Full(full)),
        written => decide_outcome(access, written?, invite).await,
    }
}

/// A repeated form is done if the stored invite is to the same address and role.
async fn decide_outcome<S: Scope>(
    access: &MembershipAccess<S>,
    written: WriteOutcome,
    invite: &Invite,
) -> Result<InviteOutcome, PageError> {
    let is_done = match written {
        WriteOutcome::Done => true,
        WriteOutcome::Repeated => {
            let stored = access.store.get_invite(invite.id).await?;
            stored.is_some_and(|stored| stored.email == invite.email && stored.role == invite.role)
        }
    };
    Ok(if is_done {
        InviteOutcome::Done
    } else {
        InviteOutcome::OtherUnderId
    })
}

/// Adds the client to an account, without a link to accept.
async fn add_account<S: Scope>(
    access: &MembershipAccess<S>,
    account: &Account,
    invite: Invite,
) -> Result<InviteOutcome, PageError> {
    let invite = Invite {
        accepted: Some(access.ctx.now),
        ..invite
    };
    let message = MailMessage::AddedToClient {
        by_name: invite.by_name.clone(),
        client_name: access.client_name.clone().unwrap_or_default(),
    };
    let mail = access.ctx.new_mail(&invite.name, &invite.email, message);
    let written = access
        .store
        .create_accepted_invite(account, &invite, &mail)
        .await?;
    decide_outcome(access, written, &invite).await
}

/// A valid form, with the account that its address has.
struct CheckedInvite {
    new: NewInvite,
    account: Option<Account>,
}

/// Checks the form. A team member is told about a conflict with an account; contacts see no
/// accounts but their own client's, so to them any other address is like a new one.
async fn check_input<S: Scope>(
    access: &MembershipAccess<S>,
    input: &InviteInput,
) -> Result<CheckedInvite, FormError> {
    let new = input.parse(&access.assignable_roles())?;
    let (directory, ws) = (access.ctx.directory(), access.ctx.workspace.id);
    let Some(login) = directory.find_login(ws, &new.email).await? else {
        return Ok(CheckedInvite { new, account: None });
    };
    let (is_team, client) = (access.actor.role.is_team(), access.store.scope_client());
    let conflict = if login.homes().any(|home| home == client) {
        "This address has an account here already."
    } else if !is_team {
        return Ok(CheckedInvite { new, account: None });
    } else if login.client.is_none() {
        "This address has an account in the team. Use another one for a client's portal."
    } else if client.is_none() {
        "This address has an account in a client's portal. Use another one for the team."
    } else if !login.may_join(client) {
        "This account belongs to as many clients as it can."
    } else {
        let account = directory.find_account(ws, &new.email).await?;
        return Ok(CheckedInvite { new, account });
    };
    Err(FieldErrors::of("email", conflict).into())
}

/// The hash of the token of an invite's newest link.
pub(crate) fn link_hash<S>(access: &MembershipAccess<S>, invite: &Invite) -> String {
    let home = (access.ctx.workspace.id, invite.client);
    let secrets = access.ctx.app.secrets();
    sha256_hex(&secrets.invite_token(home, invite.id, invite.link_number))
}

/// The mail with the newest link.
pub(crate) fn invite_mail<S>(access: &MembershipAccess<S>, invite: &Invite) -> Mail {
    let workspace = &access.ctx.workspace;
    Mail {
        to: invite.email.clone(),
        to_name: invite.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::Invite {
            invite: invite.id,
            link_number: invite.link_number,
            by_name: invite.by_name.clone(),
            client_name: access.client_name.clone(),
            days: INVITE_LIFETIME.as_hours() / 24,
        },
    }
}
