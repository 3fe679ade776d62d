//! What SES tells of mail that was sent, as it comes by the queue: where mail bounces
//! or is complained of, none is sent any more.

use domain::id::EntryId;
use domain::suppression::DeliveryReport;
use jiff::Timestamp;
use serde_json::Value;
use store::WriteOutcome;
use store::directory::Directory;
use web::{App, PageError};

/// What a message of the queue came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOutcome {
    /// Mail to an address was stopped by it.
    Stopped,
    /// It says nothing that isn't known already, or nothing that stops mail.
    Nothing,
}

/// Takes the messages of a call by the queue, and gives the names of those that failed:
/// the queue brings them again, and puts them aside in the end.
pub async fn failed(app: &App, records: &[Value]) -> Vec<String> {
    let mut failed = Vec::new();
    for record in records {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let as_of = (app.new_id(), app.clock.now());
        match report(&app.directory(), as_of, text("body")).await {
            Ok(ReportOutcome::Stopped) => tracing::info!("mail to an address was stopped"),
            Ok(ReportOutcome::Nothing) => {}
            Err(error) => {
                let message = text("messageId");
                tracing::error!(
                    message,
                    cause = error.causes(),
                    "a report couldn't be taken"
                );
                failed.push(message.to_owned());
            }
        }
    }
    failed
}

/// Takes one event as SES publishes it; what follows from it is named by `id`.
pub async fn report(
    directory: &Directory,
    (id, now): (EntryId, Timestamp),
    event: &str,
) -> Result<ReportOutcome, PageError> {
    let report =
        DeliveryReport::read(event).map_err(|_| PageError::internal("not an event of SES"))?;
    let Some(report) = report else {
        return Ok(ReportOutcome::Nothing);
    };
    let team = directory.workspace_of(report.workspace).await?;
    let Some(team) = team else {
        tracing::warn!("a report of a workspace that isn't there");
        return Ok(ReportOutcome::Nothing);
    };
    let mut came = ReportOutcome::Nothing;
    for (n, email) in (0..).zip(&report.to) {
        let told = team.mail_failed((&report, email), (id.nth(n), now));
        if told.await? == WriteOutcome::Done {
            came = ReportOutcome::Stopped;
        }
    }
    Ok(came)
}
