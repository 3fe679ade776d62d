//! Whether the totals are those of the findings.

use domain::counts::Counts;
use serde_json::{Value, json};
use store::Drift;
use web::{App, Error};

/// Counts the findings of the workspace at an address again, and says what
/// differs from the totals that are kept. What differs is logged as an error, for
/// an alarm; nothing is mended.
pub async fn recount(app: &App, slug: &str) -> Result<Value, Error> {
    let slug = slug.parse().map_err(|_| Error::NotFound)?;
    let recount = app.directory().recount(&slug).await?;
    let recount = recount.ok_or(Error::NotFound)?;
    for drift in &recount.drifts {
        let engagement = drift.engagement.map(|id| id.to_string());
        tracing::error!(
            client = %drift.client, engagement = engagement.unwrap_or_default(), "totals have drifted"
        );
    }
    Ok(json!({
        "clients": recount.clients,
        "engagements": recount.engagements,
        "findings": recount.findings,
        "drifts": recount.drifts.iter().map(told).collect::<Vec<_>>(),
    }))
}

fn told(drift: &Drift) -> Value {
    json!({
        "client": drift.client,
        "engagement": drift.engagement,
        "kept": places(&drift.kept),
        "counted": places(&drift.counted),
    })
}

fn places(counts: &Counts) -> Value {
    let place =
        |(severity, status, n): (domain::severity::Severity, domain::finding::Status, i64)| {
            (format!("{severity}_{}", status.name()), json!(n))
        };
    Value::Object(counts.iter().map(place).collect())
}
