//! Adding a client.

use domain::client::{ClientInput, NewClient};
use domain::id::ClientId;
use domain::input::Invalid;
use serde::Serialize;
use store::Outcome;
use web::{Crumb, Error, Form, Page, ProtectedForm, Reply, SAVED_BEFORE, Team, see_other};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct ClientNew {
    id: ClientId,
    form: Form,
    action: &'static str,
}

impl ClientNew {
    fn new(id: ClientId, form: Form) -> Self {
        Self {
            id,
            form,
            action: "/clients",
        }
    }
}

impl Page for ClientNew {
    const TEMPLATE: &'static str = "pages/engagements/client_new.html";

    fn title(&self) -> String {
        "Add client".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Clients", "/clients")]
    }

    fn sample() -> Self {
        let form = Form::failed(
            &ClientInput::default(),
            &Invalid::at("name", "Fill this in."),
        );
        Self::new(ClientId::new(1, 1), form)
    }
}

pub(crate) async fn get(team: Team) -> Result<Reply, Error> {
    team.ctx.page(&ClientNew::new(
        team.ctx.app.new_id(),
        Form::filled(&ClientInput::default()),
    ))
}

pub(crate) async fn post(team: Team, form: ProtectedForm<ClientInput>) -> Result<Reply, Error> {
    let id = form.id()?;
    let new = match form.input.parse() {
        Ok(new) => new,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return team.ctx.refused(&ClientNew::new(id, form));
        }
    };
    let (plan, now) = (team.ctx.plan(), team.ctx.now);
    let (id, invalid) = match team.store.create_client(id, &new, plan, now).await {
        Err(store::Error::Full(full)) => (id, Invalid::at("form", full.to_string())),
        made => {
            if made? == Outcome::Done || is_saved(&team, id, &new).await? {
                return Ok(see_other(&format!("/clients/{id}")).flash("client-added"));
            }
            let id = team.ctx.app.new_id();
            (id, Invalid::at("form", SAVED_BEFORE))
        }
    };
    let form = Form::failed(&form.input, &invalid);
    team.ctx.refused(&ClientNew::new(id, form))
}

/// Whether what stands under the id is what was typed now.
async fn is_saved(team: &Team, id: ClientId, new: &NewClient) -> Result<bool, Error> {
    let client = team.store.client(id).about().await?;
    Ok(client.is_some_and(|client| client.name == new.name))
}
