//! One's own account: who one is here, and where one is signed in.

use domain::person::Actor;
use domain::role::{Role, TeamRole};
use serde::{Deserialize, Serialize};
use web::{Anyone, Error, Page, ProtectedForm, Reply, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    name: String,
    email: String,
    role: &'static str,
    workspace: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Page for Account {
    const TEMPLATE: &'static str = "pages/settings/account.html";

    fn title(&self) -> String {
        "Account".to_owned()
    }

    fn sample() -> Self {
        Self {
            name: "Ada <b>".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Team(TeamRole::Owner).label(),
            workspace: "Acme Security".to_owned(),
        }
    }
}

impl Account {
    fn new(actor: &Actor, workspace: &str) -> Self {
        Self {
            name: actor.name.clone(),
            email: actor.email.as_str().to_owned(),
            role: actor.role.label(),
            workspace: workspace.to_owned(),
        }
    }
}

pub(crate) async fn get(Anyone { ctx }: Anyone) -> Result<Reply, Error> {
    let session = ctx.session.as_ref().ok_or(Error::SignIn)?;
    ctx.page(&Account::new(session.actor(), &ctx.workspace.name))
}

pub(crate) async fn sign_out_everywhere(
    Anyone { ctx }: Anyone,
    _form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let session = ctx.session.as_ref().ok_or(Error::SignIn)?;
    ctx.directory().close_all_sessions(session).await?;
    Ok(see_other("/sign-in")
        .signed_out()
        .flash("signed-out-everywhere"))
}
