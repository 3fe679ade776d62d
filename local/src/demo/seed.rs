//! Makes the demo once, and its passwords whenever they are missing.

use aws_sdk_cognitoidentityprovider::Client as Cognito;
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserError;
use domain::email::EmailAddress;
use domain::id::UserId;
use jiff::Timestamp;
use store::{Effect, LeaseOutcome};
use web::App;

use super::script::{Demo, Workspace, edition, id};
use super::stage::SignedInWorkspace;
use crate::data::Data;
use crate::problem::{Problem, ProblemContext as _};

/// Says which edition of the demo the data holds.
const FILE: &str = "seeded";

/// Makes what isn't there of the demo.
pub(crate) async fn seed(
    app: &App,
    demo: &Demo,
    data: &Data,
    cognito: &Cognito,
) -> Result<(), Problem> {
    if data.read(FILE).as_deref() != Some(&edition()) {
        let mut stages = Vec::new();
        for workspace in &demo.workspaces {
            let mut stage = SignedInWorkspace::open(app, workspace, data.born).await?;
            stage.play(&demo.engagements).await?;
            stage.bill(&demo.bills).await?;
            stages.push(stage);
        }
        let settled = settle(app).await;
        settled.with_problem("The demo's mail can't be settled")?;
        // After that: what these wait for is the worker's, and soon.
        for stage in stages {
            stage.bring(&demo.engagements).await?;
            stage.close().await?;
        }
        let noted = data.write(FILE, &edition());
        noted.with_problem("The demo can't be noted as made")?;
    }
    passwords(app, demo, data.born, cognito).await
}

/// The account of somebody.
pub(super) fn user(workspace: &Workspace, email: &EmailAddress, born: Timestamp) -> UserId {
    let name = workspace.within("user", email.as_str());
    id(&name, workspace.since.at(born))
}

/// Sets the passwords of accounts that the identity provider doesn't know.
async fn passwords(
    app: &App,
    demo: &Demo,
    born: Timestamp,
    cognito: &Cognito,
) -> Result<(), Problem> {
    let cannot = "A password of the demo can't be set";
    for workspace in &demo.workspaces {
        let team = workspace
            .team
            .iter()
            .map(|person| (&person.email, &person.password));
        let contacts = workspace.clients.iter().flat_map(|client| &client.contacts);
        let contacts = contacts.map(|contact| (&contact.email, &contact.password));
        for (email, password) in team.chain(contacts) {
            let user = user(workspace, email, born);
            let known = cognito
                .admin_get_user()
                .user_pool_id(&app.config.pool.id)
                .username(user.to_string());
            match known.send().await {
                Ok(_) => {}
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(AdminGetUserError::is_user_not_found_exception) =>
                {
                    let set = app.services.identity.set_password(user, password).await;
                    set.with_problem(cannot)?;
                }
                Err(error) => return Err(error).with_problem(cannot),
            }
        }
    }
    Ok(())
}

/// The people of the demo were invited in its past: nothing is sent to them.
/// What else is due then is left to the worker.
async fn settle(app: &App) -> Result<(), store::StoreError> {
    let directory = app.directory();
    loop {
        let due = directory
            .list_due_effects(app.clock.now(), usize::MAX)
            .await?;
        let mut settled = 0;
        for one in due {
            if let LeaseOutcome::Leased(leased) =
                directory.lease_effect(one, app.clock.now()).await?
            {
                settled += 1;
                if matches!(leased.effect, Effect::Mail(_)) {
                    directory.complete_effect(&leased).await?;
                }
            }
        }
        if settled == 0 {
            return Ok(());
        }
    }
}
