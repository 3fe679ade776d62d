//! "Invite to Portal": a contact's name, address and role.

use domain::client::Client;
use domain::id::InviteId;
use domain::input::Invalid;
use domain::invite::{Invite, InviteInput, LIFETIME, NewInvite};
use domain::mail::{Mail, Message};
use domain::role::ContactRole;
use serde::Serialize;
use store::Outcome;
use store::directory::hash;
use web::{Crumb, Error, Form, Inside, Page, ProtectedForm, Reply, SAVED_BEFORE, see_other};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct InviteNew {
    id: InviteId,
    form: Form,
    roles: Vec<RoleChoice>,
    action: String,
    cancel: String,
    client_name: String,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone, Serialize)]
struct RoleChoice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

const ROLES: [RoleChoice; 3] = [
    RoleChoice {
        value: "manager",
        label: "Manager",
        hint: "Works on findings, and speaks for the organisation.",
    },
    RoleChoice {
        value: "collaborator",
        label: "Collaborator",
        hint: "Works on findings and marks them as resolved.",
    },
    RoleChoice {
        value: "viewer",
        label: "Viewer",
        hint: "Reads.",
    },
];

impl Page for InviteNew {
    const TEMPLATE: &'static str = "pages/invites/invite_new.html";

    fn title(&self) -> String {
        "Invite to Portal".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let form = Form::failed(
            &InviteInput::default(),
            &Invalid::at("email", "Enter a mail address."),
        );
        Self::new(
            InviteId::new(1, 1),
            form,
            "/clients/c",
            "Initech <b>",
            Vec::new(),
        )
    }
}

impl InviteNew {
    fn new(id: InviteId, form: Form, base: &str, client_name: &str, crumbs: Vec<Crumb>) -> Self {
        Self {
            id,
            form,
            roles: ROLES.to_vec(),
            action: format!("{base}/invites"),
            cancel: base.to_owned(),
            client_name: client_name.to_owned(),
            crumbs,
        }
    }
}

async fn about(inside: &Inside) -> Result<Client, Error> {
    inside.store.about().await?.ok_or(Error::NotFound)
}

pub(crate) async fn get(inside: Inside) -> Result<Reply, Error> {
    let client = about(&inside).await?;
    let role = ContactRole::Collaborator.name().to_owned();
    let form = Form::filled(&InviteInput {
        role,
        ..InviteInput::default()
    });
    let (id, crumbs) = (inside.ctx.app.new_id(), inside.crumbs(&client.name));
    inside.ctx.page(&InviteNew::new(
        id,
        form,
        &inside.base,
        &client.name,
        crumbs,
    ))
}

pub(crate) async fn post(inside: Inside, form: ProtectedForm<InviteInput>) -> Result<Reply, Error> {
    let client = about(&inside).await?;
    let id = form.id()?;
    let (id, invalid) = match check(&inside, &form.input).await? {
        Ok(new) => {
            if invite(&inside, id, new, client.name.clone()).await? {
                return Ok(see_other(&inside.base).flash("invited"));
            }
            let id = inside.ctx.app.new_id();
            (id, Invalid::at("form", SAVED_BEFORE))
        }
        Err(invalid) => (id, invalid),
    };
    let form = Form::failed(&form.input, &invalid);
    let crumbs = inside.crumbs(&client.name);
    let page = InviteNew::new(id, form, &inside.base, &client.name, crumbs);
    inside.ctx.refused(&page)
}

/// Invites somebody under this id; `false` where somebody else was.
async fn invite(
    inside: &Inside,
    id: InviteId,
    new: NewInvite,
    client_name: String,
) -> Result<bool, Error> {
    let (ctx, store) = (&inside.ctx, &inside.store);
    let invite = Invite {
        id,
        client: store.client_id(),
        name: new.name,
        email: new.email,
        role: new.role,
        by_name: inside.actor.name.clone(),
        at: ctx.now,
        accepted: None,
    };
    let mail = mail(inside, &invite, client_name);
    let token = hash(&ctx.app.secrets().invite_token(id));
    Ok(match store.create_invite(&invite, &token, &mail).await? {
        Outcome::Done => true,
        Outcome::Repeated => {
            let saved = store.invite(id).await?;
            saved.is_some_and(|saved| (saved.email, saved.role) == (invite.email, invite.role))
        }
    })
}

/// The form, checked; an address that has an account here is told to the team.
async fn check(inside: &Inside, input: &InviteInput) -> Result<Result<NewInvite, Invalid>, Error> {
    let new = match input.parse() {
        Ok(new) => new,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let known = inside
        .ctx
        .directory()
        .login(inside.ctx.workspace.id, &new.email)
        .await?;
    Ok(match known {
        Some(_) => Err(Invalid::at(
            "email",
            "This address has an account in this workspace already.",
        )),
        None => Ok(new),
    })
}

fn mail(inside: &Inside, invite: &Invite, client_name: String) -> Mail {
    let workspace = &inside.ctx.workspace;
    Mail {
        to: invite.email.clone(),
        to_name: invite.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: Message::Invite {
            invite: invite.id,
            by_name: invite.by_name.clone(),
            client_name,
            days: LIFETIME.as_hours() / 24,
        },
    }
}
