//! The first steps that the dashboard of a new workspace lists, until they are dismissed.

use domain::client::Client;
use domain::role::Action;
use futures::future::try_join;
use serde::Serialize;
use web::links;
use web::{PageError, TeamAccess};

/// A first step of a new workspace.
#[derive(Debug, Serialize)]
pub(crate) struct GuideStep {
    title: &'static str,
    text: &'static str,
    href: String,
    done: bool,
}

/// The steps, for a member who may dismiss them. Invites are two more reads; once the steps
/// are dismissed, nothing is read.
pub(crate) async fn list_steps(
    team: &TeamAccess,
    clients: &[Client],
) -> Result<Vec<GuideStep>, PageError> {
    let workspace = &team.ctx.workspace;
    if !workspace.shows_guide || !team.actor.role.may(Action::WriteSettings) {
        return Ok(Vec::new());
    }
    let first = clients.first();
    let contacts = async {
        match first {
            Some(client) => team.store.client_store(client.id).list_invites().await,
            None => Ok(Vec::new()),
        }
    };
    let (members, contacts) = try_join(team.store.list_invites(), contacts).await?;
    let has_engagement = clients.iter().any(|client| client.engagements > 0);
    let client = first.map(|client| links::client(client.id));
    let client_href = |below: &str| match &client {
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
            href: client_href("/engagements/new"),
            done: has_engagement,
        },
        GuideStep {
            title: "Invite somebody",
            text: "Your client's people to their portal, or a colleague in the settings.",
            href: client_href("/invites/new"),
            done: !members.is_empty() || !contacts.is_empty(),
        },
    ])
}

/// Steps for the page's sample.
pub(crate) fn sample_steps() -> Vec<GuideStep> {
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
