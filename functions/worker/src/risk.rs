//! Accepted risks: people are warned before one ends, and when it has ended the
//! finding is open again.

use domain::finding::{Finding, FindingStatus, lapse};
use domain::notification::NotificationEvent;
use store::directory::Directory;
use store::outbox::{LeasedEffect, RiskDeadlineJob, RiskDeadlineStep};
use web::{App, PageError};

use crate::notify;

/// Does what is due about a risk, if it is still the one that was accepted then.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    risk: RiskDeadlineJob,
) -> Result<(), PageError> {
    let Some(store) = leased.client(directory) else {
        return Err(PageError::internal("a risk outside a client"));
    };
    let finding = store.finding(risk.engagement, risk.finding).await?;
    let workspace = leased.workspace(directory).await?;
    let (Some(finding), Some(workspace)) = (finding, workspace) else {
        return Ok(());
    };
    match risk.due {
        RiskDeadlineStep::Warn => warn(app, directory, leased, risk, &finding).await,
        RiskDeadlineStep::Lapse => {
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
    leased: &LeasedEffect,
    risk: RiskDeadlineJob,
    finding: &Finding,
) -> Result<(), PageError> {
    let accepted = finding.accepted.as_ref();
    let accepted = accepted.filter(|accepted| accepted.until == risk.until);
    let (Some(accepted), FindingStatus::AcceptedRisk) = (accepted, finding.status) else {
        return Ok(());
    };
    let only = [Some(accepted.by), accepted.asked_by];
    let only = only.into_iter().flatten().collect();
    let ends = (risk.until, app.clock.now());
    let event = NotificationEvent::of_risk(risk.engagement, finding, ends, only);
    notify::tell(app, directory, leased, &[event]).await
}
