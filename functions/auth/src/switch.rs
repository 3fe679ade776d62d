//! From one client to another, for contacts who belong to several.

use domain::id::ClientId;
use serde::{Deserialize, Serialize};
use store::directory::hash;
use store::session::Session;
use web::{
    Anyone, Context, Error, Ids, Nothing, Page, ProtectedForm, Reply, new_device, see_other,
};

/// The clients that one belongs to.
#[derive(Debug, Serialize)]
pub(crate) struct Switch {
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
pub(crate) struct AtClient {
    client: ClientId,
}

impl Page for Switch {
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

fn session(ctx: &Context) -> Result<&Session, Error> {
    ctx.session.as_ref().ok_or(Error::SignIn)
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    let (actor, directory) = (session(&ctx)?.actor(), ctx.directory());
    let account = directory.account(actor.workspace, &actor.email).await?;
    let account = account.filter(|account| account.user() == actor.user);
    let people = account.ok_or(Error::SignIn)?.people()?;
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
    ctx.page(&Switch {
        clients: clients.collect(),
    })
}

pub(crate) async fn post(
    Anyone { ctx }: Anyone,
    Ids(AtClient { client }): Ids<AtClient>,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
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
        Ok(None) => Err(Error::NotFound),
        // The session ended while it was asked for.
        Err(store::Error::Refused(_)) => Err(Error::SignIn),
        Err(error) => Err(error.into()),
    }
}
