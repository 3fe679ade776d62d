//! Switching from one client to another, for contacts who belong to several.

use domain::id::ClientId;
use serde::{Deserialize, Serialize};
use store::{Session, sha256_hex};
use web::links;
use web::{
    Context, EmptyForm, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply, new_device_mail,
    see_other,
};

/// The clients that the contact belongs to.
#[derive(Debug, Serialize)]
pub(crate) struct SwitchPage {
    clients: Vec<OrganisationRow>,
}

#[derive(Debug, Serialize)]
struct OrganisationRow {
    name: String,
    role: &'static str,
    action: String,
    open: bool,
}

#[derive(Deserialize)]
pub(crate) struct ClientPath {
    client: ClientId,
}

impl Page for SwitchPage {
    const TEMPLATE: &'static str = "pages/auth/switch.html";

    fn title(&self) -> String {
        "Your organisations".to_owned()
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            clients: Vec::new(),
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let row = |open| OrganisationRow {
            name: "Initech <b>".to_owned(),
            role: "Client manager",
            action: "/switch/c".to_owned(),
            open,
        };
        Self {
            clients: vec![row(true), row(false)],
        }
    }
}

fn require_session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    let (actor, directory) = (require_session(&ctx)?.actor(), ctx.directory());
    let account = directory
        .find_account(actor.workspace, &actor.email)
        .await?;
    let account = account.filter(|account| account.user() == actor.user);
    let people = account.ok_or(PageError::SignIn)?.people()?;
    let open = people.iter().filter(|person| person.disabled_at.is_none());
    let memberships: Vec<_> = open
        .filter_map(|person| Some((person.client?, person.role)))
        .collect();
    let ids: Vec<_> = memberships.iter().map(|(client, _)| *client).collect();
    let names = directory.list_client_names(actor.workspace, &ids).await?;
    let rows = names.into_iter().zip(memberships);
    let clients = rows.map(|(name, (client, role))| OrganisationRow {
        name,
        role: role.label(),
        action: links::switch_client(client),
        open: Some(client) == actor.client,
    });
    ctx.render(&SwitchPage {
        clients: clients.collect(),
    })
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    Ids(ClientPath { client }): Ids<ClientPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = require_session(&ctx)?;
    let actor = session.actor();
    if actor.client == Some(client) {
        return Ok(see_other("/"));
    }
    let (secret, browser) = (ctx.app.new_secret(), ctx.browser_token());
    let (secret_hash, browser_hash) = (sha256_hex(&secret), sha256_hex(&browser));
    let mail = new_device_mail(&ctx, &actor.name, &actor.email);
    let directory = ctx.directory();
    let browser_notice = (browser_hash.as_str(), &mail);
    let slug = &ctx.workspace.slug;
    let switched =
        directory.switch_client(session, client, slug, &secret_hash, browser_notice, ctx.now);
    match switched.await {
        Ok(Some(_)) => Ok(see_other("/").set_session(&secret).set_browser(&browser)),
        Ok(None) => Err(PageError::NotFound),
        // The session ended meanwhile.
        Err(store::StoreError::Refused(_)) => Err(PageError::SignIn),
        Err(error) => Err(error.into()),
    }
}
