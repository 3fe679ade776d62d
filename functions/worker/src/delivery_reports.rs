//! Delivery reports of SES, as they come by the queue: after a bounce or a complaint no more
//! mail goes to the address.

use domain::id::EntryId;
use domain::suppression::DeliveryReport;
use jiff::Timestamp;
use serde_json::Value;
use store::{Directory, WriteOutcome};
use web::{App, PageError};

/// What a report did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportOutcome {
    Stopped,
    /// It says nothing new, or nothing that suppresses an address.
    Nothing,
}

/// Handles the messages of one call by the queue, and gives the ids of those that failed:
/// the queue brings them again, and sets them aside in the end.
pub async fn handle_reports(app: &App, records: &[Value]) -> Vec<String> {
    let mut failed = Vec::new();
    for record in records {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let (directory, id, now) = (app.directory(), app.new_id(), app.clock.now());
        match handle_report(&directory, id, now, text("body")).await {
            Ok(ReportOutcome::Stopped) => tracing::info!("mail to an address was stopped"),
            Ok(ReportOutcome::Nothing) => {}
            Err(error) => {
                let message = text("messageId");
                tracing::error!(
                    message,
                    cause = error.cause_chain(),
                    "a report couldn't be taken"
                );
                failed.push(message.to_owned());
            }
        }
    }
    failed
}

/// Handles one event as SES publishes it; the ids of what follows are made of `id`.
pub async fn handle_report(
    directory: &Directory,
    id: EntryId,
    now: Timestamp,
    event: &str,
) -> Result<ReportOutcome, PageError> {
    let report =
        DeliveryReport::parse(event).map_err(|_| PageError::internal("not an event of SES"))?;
    let Some(report) = report else {
        return Ok(ReportOutcome::Nothing);
    };
    let Some(team) = directory.find_workspace_store(report.workspace).await? else {
        tracing::warn!("a report of a workspace that isn't there");
        return Ok(ReportOutcome::Nothing);
    };
    let mut outcome = ReportOutcome::Nothing;
    for (n, email) in (0..).zip(&report.to) {
        let written = team.record_delivery_report(&report, email, id.nth(n), now);
        if written.await? == WriteOutcome::Done {
            outcome = ReportOutcome::Stopped;
        }
    }
    Ok(outcome)
}
