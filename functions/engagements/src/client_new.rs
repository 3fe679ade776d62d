//! Adding a client.

use domain::client::{ClientInput, NewClient};
use domain::id::ClientId;
use domain::input::FieldErrors;
use serde::Serialize;
use store::WriteOutcome;
use web::{
    Crumb, Form, Page, PageError, ProtectedForm, Reply, SAVED_BEFORE, TeamAccess, links, see_other,
};

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
        let form = Form::with_errors(
            &ClientInput::default(),
            &FieldErrors::of("name", "Fill this in."),
        );
        Self::new(ClientId::new(1, 1), form)
    }
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    team.ctx.render(&ClientNewPage::new(
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
            let form = Form::with_errors(&form.input, &invalid);
            return team.ctx.render_refused(&ClientNewPage::new(id, form));
        }
    };
    let (plan, now) = (team.ctx.plan(), team.ctx.now);
    let (id, invalid) = match team.store.create_client(id, &new, plan, now).await {
        Err(store::StoreError::Full(full)) => (id, FieldErrors::of("form", full.to_string())),
        outcome => {
            if outcome? == WriteOutcome::Done || is_created(&team, id, &new).await? {
                return Ok(see_other(&links::client(id)).flash("client-added"));
            }
            let id = team.ctx.app.new_id();
            (id, FieldErrors::of("form", SAVED_BEFORE))
        }
    };
    let form = Form::with_errors(&form.input, &invalid);
    team.ctx.render_refused(&ClientNewPage::new(id, form))
}

/// Whether the client of this id was created by this form.
async fn is_created(team: &TeamAccess, id: ClientId, new: &NewClient) -> Result<bool, PageError> {
    let client = team.store.client_store(id).get_client().await?;
    Ok(client.is_some_and(|client| client.name == new.name))
}
