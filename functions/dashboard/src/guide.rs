//! The first steps of a new workspace, until somebody puts them away.

use domain::client::Client;
use domain::role::Action;
use futures::future::try_join;
use serde::Serialize;
use web::{PageError, TeamAccess};

/// A step, and whether it is done.
#[derive(Debug, Serialize)]
pub(crate) struct GuideStep {
    title: &'static str,
    text: &'static str,
    href: String,
    done: bool,
}

/// The steps, for whoever may put them away. What the dashboard reads tells of most;
/// whom somebody invited is two reads, and none once they are put away.
pub(crate) async fn steps(
    team: &TeamAccess,
    clients: &[Client],
) -> Result<Vec<GuideStep>, PageError> {
    let workspace = &team.ctx.workspace;
    if !workspace.guide || !team.actor.role.may(Action::WriteSettings) {
        return Ok(Vec::new());
    }
    let first = clients.first();
    let contacts = async {
        match first {
            Some(client) => team.store.client(client.id).invites().await,
            None => Ok(Vec::new()),
        }
    };
    let (members, contacts) = try_join(team.store.invites(), contacts).await?;
    let begun = clients.iter().any(|client| client.engagements > 0);
    let client = first.map(|client| format!("/clients/{}", client.id));
    let at = |below: &str| match &client {
        Some(client) => format!("{client}{below}"),
        None => "/clients/new".to_owned(),
    };
    let branded = workspace.logo.is_some() || workspace.accent.is_some();
    Ok(vec![
        GuideStep {
            title: "Make it yours",
            text: "Your logo and your colour, on every page and in mail.",
            href: "/settings/branding".to_owned(),
            done: branded,
        },
        GuideStep {
            title: "Add your first client",
            text: "Each gets a portal of its own.",
            href: "/clients/new".to_owned(),
            done: first.is_some(),
        },
        GuideStep {
            title: "Begin the first engagement",
            text: "A test, a review, an audit: findings belong to one.",
            href: at("/engagements/new"),
            done: begun,
        },
        GuideStep {
            title: "Invite somebody",
            text: "Your client's people to their portal, or a colleague in the settings.",
            href: at("/invites/new"),
            done: !members.is_empty() || !contacts.is_empty(),
        },
    ])
}

/// Steps for the page's sample.
pub(crate) fn sample() -> Vec<GuideStep> {
    let step = |title, done| GuideStep {
        title,
        text: "Each gets a portal of its own.",
        href: "/clients/new".to_owned(),
        done,
    };
    vec![
        step("Make it yours", true),
        step("Add your first client", false),
    ]
}
