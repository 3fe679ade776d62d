//! The end of accepted risks: a warning before, and then the finding reopens.

use domain::finding::{Finding, FindingStatus, apply_risk_expiry};
use domain::notification::NotificationEvent;
use store::{Directory, LeasedEffect, RiskDeadlineJob, RiskDeadlineStep};
use web::{App, PageError};

use crate::notifications;

/// Takes a step at the end of an accepted risk, if it is still the same job.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    job: RiskDeadlineJob,
) -> Result<(), PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("a risk outside a client"));
    };
    let finding = store.get_finding(job.engagement, job.finding).await?;
    let workspace = leased.get_workspace(directory).await?;
    let (Some(finding), Some(workspace)) = (finding, workspace) else {
        return Ok(());
    };
    match job.step {
        RiskDeadlineStep::Warn => warn_of_expiry(app, directory, leased, job, &finding).await,
        RiskDeadlineStep::Expire => {
            let Some(change) = apply_risk_expiry(&finding, &workspace, job.until, app.clock.now())
            else {
                return Ok(());
            };
            // The effect's own id: done again after a crash, it is the same entry.
            let applied = store.apply_finding_change(job.engagement, &change, leased.id);
            Ok(applied.await?)
        }
    }
}

/// Notifies the person who accepted the risk, and the one who proposed it.
async fn warn_of_expiry(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    job: RiskDeadlineJob,
    finding: &Finding,
) -> Result<(), PageError> {
    let accepted = finding.accepted_risk.as_ref();
    let accepted = accepted.filter(|accepted| accepted.until == job.until);
    let (Some(accepted), FindingStatus::AcceptedRisk) = (accepted, finding.status) else {
        return Ok(());
    };
    let recipients = [Some(accepted.by), accepted.proposed_by];
    let recipients = recipients.into_iter().flatten().collect();
    let now = app.clock.now();
    let event = NotificationEvent::of_risk(job.engagement, finding, job.until, now, recipients);
    notifications::handle(app, directory, leased, &[event]).await
}
