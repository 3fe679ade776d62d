//! Adding a client.

use domain::client::{ClientInput, NewClient};
use domain::id::ClientId;
use domain::input::FieldErrors;
use serde::Serialize;
use store::WriteOutcome;
use web::{
    Crumb, Form, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE, TeamAccess, see_other,
};

/// The form.
#[derive(Debug, Serialize)]
pub(crate) struct ClientNewPage {
    id: ClientId,
    form: Form,
    action: &'static str,
}

impl ClientNewPage {
    fn new(id: ClientId, form: Form) -> Self {
        Self {
            id,
            form,
            action: "/clients",
        }
    }
}

impl Page for ClientNewPage {
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
            &FieldErrors::at("name", "Fill this in."),
        );
        Self::new(ClientId::new(1, 1), form)
    }
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    team.ctx.page(&ClientNewPage::new(
        team.ctx.app.new_id(),
        Form::filled(&ClientInput::default()),
    ))
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<ClientInput>,
) -> Result<Reply, PageError> {
    let id = form.id()?;
    let new = match form.input.parse() {
        Ok(new) => new,
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            return team.ctx.refused(&ClientNewPage::new(id, form));
        }
    };
    let (plan, now) = (team.ctx.plan(), team.ctx.now);
    let (id, invalid) = match team.store.create_client(id, &new, plan, now).await {
        Err(store::StoreError::Full(full)) => (id, FieldErrors::at("form", full.to_string())),
        made => {
            if made? == WriteOutcome::Done || is_saved(&team, id, &new).await? {
                return Ok(see_other(&format!("/clients/{id}")).flash("client-added"));
            }
            let id = team.ctx.app.new_id();
            (id, FieldErrors::at("form", SAVED_BEFORE))
        }
    };
    let form = Form::failed(&form.input, &invalid);
    team.ctx.refused(&ClientNewPage::new(id, form))
}

/// Whether what stands under the id is what was typed now.
async fn is_saved(team: &TeamAccess, id: ClientId, new: &NewClient) -> Result<bool, PageError> {
    let client = team.store.client(id).about().await?;
    Ok(client.is_some_and(|client| client.name == new.name))
}
