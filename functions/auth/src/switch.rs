//! From one client to another, for contacts who belong to several.

use domain::id::ClientId;
use serde::{Deserialize, Serialize};
use store::directory::hash;
use store::session::Session;
use web::{
    Context, EmptyForm, Ids, Page, PageError, ProtectedForm, PublicAccess, Reply, new_device,
    see_other,
};

/// The clients that one belongs to.
#[derive(Debug, Serialize)]
pub(crate) struct SwitchPage {
    clients: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
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

    fn sample() -> Self {
        let row = |open| Row {
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

fn session(ctx: &Context) -> Result<&Session, PageError> {
    ctx.session.as_ref().ok_or(PageError::SignIn)
}

pub(crate) async fn get(PublicAccess { ctx }: PublicAccess) -> Result<Reply, PageError> {
    let (actor, directory) = (session(&ctx)?.actor(), ctx.directory());
    let account = directory.account(actor.workspace, &actor.email).await?;
    let account = account.filter(|account| account.user() == actor.user);
    let people = account.ok_or(PageError::SignIn)?.people()?;
    let open = people.iter().filter(|person| person.disabled.is_none());
    let here: Vec<_> = open
        .filter_map(|person| Some((person.client?, person.role)))
        .collect();
    let ids: Vec<_> = here.iter().map(|(client, _)| *client).collect();
    let names = directory.client_names(actor.workspace, &ids).await?;
    let rows = names.into_iter().zip(here);
    let clients = rows.map(|(name, (client, role))| Row {
        name,
        role: role.label(),
        action: format!("/switch/{client}"),
        open: Some(client) == actor.client,
    });
    ctx.page(&SwitchPage {
        clients: clients.collect(),
    })
}

pub(crate) async fn post(
    PublicAccess { ctx }: PublicAccess,
    Ids(ClientPath { client }): Ids<ClientPath>,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let session = session(&ctx)?;
    let actor = session.actor();
    if actor.client == Some(client) {
        return Ok(see_other("/"));
    }
    let (secret, browser) = (ctx.app.new_secret(), ctx.browser());
    let (hashed, known) = (hash(&secret), hash(&browser));
    let mail = new_device(&ctx, &actor.name, &actor.email);
    let by = (
        &ctx.workspace.slug,
        hashed.as_str(),
        (known.as_str(), &mail),
    );
    match ctx.directory().switch(session, client, by, ctx.now).await {
        Ok(Some(_)) => Ok(see_other("/").signed_in(&secret).known(&browser)),
        Ok(None) => Err(PageError::NotFound),
        // The session ended while it was asked for.
        Err(store::StoreError::Refused(_)) => Err(PageError::SignIn),
        Err(error) => Err(error.into()),
    }
}
