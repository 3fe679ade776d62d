//! Adding a client.

use domain::client::ClientInput;
use domain::id::ClientId;
use domain::input::Invalid;
use serde::Serialize;
use web::{Crumb, Error, Form, Page, ProtectedForm, Reply, Team, see_other};

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
    match form.input.parse() {
        Ok(new) => {
            team.store.create_client(id, &new, team.ctx.now).await?;
            Ok(see_other(&format!("/clients/{id}")).flash("client-added"))
        }
        Err(invalid) => team
            .ctx
            .refused(&ClientNew::new(id, Form::failed(&form.input, &invalid))),
    }
}
