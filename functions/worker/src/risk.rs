//! Accepted risks: people are warned before one ends, and when it has ended the
//! finding is open again.

use domain::finding::{Finding, Status, lapse};
use domain::mail::{Mail, Message};
use domain::person::Person;
use domain::workspace::Workspace;
use store::directory::Directory;
use store::outbox::{Leased, Risk, RiskStep};
use store::{ClientScope, Store};
use web::{App, Error, letters};

/// Does what is due about a risk, if it is still the one that was accepted then.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &Leased,
    risk: Risk,
) -> Result<(), Error> {
    let Some(store) = leased.client(directory) else {
        return Err(Error::internal("a risk outside a client"));
    };
    let finding = store.finding(risk.engagement, risk.finding).await?;
    let workspace = leased.workspace(directory).await?;
    let (Some(finding), Some(workspace)) = (finding, workspace) else {
        return Ok(());
    };
    match risk.due {
        RiskStep::Warn => warn(app, directory, leased, &store, &workspace, risk, &finding).await,
        RiskStep::Lapse => {
            let Some(change) = lapse(&finding, &workspace, risk.until, app.clock.now()) else {
                return Ok(());
            };
            // The effect's own id: done again after a crash, it is the same entry.
            let moved = store.move_finding(risk.engagement, &change, leased.id);
            Ok(moved.await?)
        }
    }
}

/// Tells whoever accepted the risk, and whoever asked for it.
async fn warn(
    app: &App,
    directory: &Directory,
    leased: &Leased,
    store: &Store<ClientScope>,
    workspace: &Workspace,
    risk: Risk,
    finding: &Finding,
) -> Result<(), Error> {
    let accepted = finding.accepted.as_ref();
    let accepted = accepted.filter(|accepted| accepted.until == risk.until);
    let (Some(accepted), Status::AcceptedRisk) = (accepted, finding.status) else {
        return Ok(());
    };
    let portal = format!("/engagements/{}/findings/{}", risk.engagement, risk.finding);
    let team = format!("/clients/{}{portal}", store.client_id());
    let decider = leased.team_member(directory, accepted.by).await?;
    let asker = match accepted.asked_by {
        Some(asker) => store.person(asker).await?,
        None => None,
    };
    for (person, path) in [(decider, team), (asker, portal)] {
        if let Some(person) = person {
            let mail = mail(workspace, &person, &path, risk);
            // One name each, the same at every try.
            let name = format!("{}-{}", leased.id, person.id);
            letters::send(app, &name, &mail).await?;
        }
    }
    Ok(())
}

fn mail(workspace: &Workspace, person: &Person, path: &str, risk: Risk) -> Mail {
    Mail {
        to: person.email.clone(),
        to_name: person.name.clone(),
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: Message::RiskEnds {
            path: path.to_owned(),
            until: risk.until,
        },
    }
}
