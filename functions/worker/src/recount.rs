//! The recount of a workspace, as JSON for an operator.

use domain::finding::Counts;
use domain::severity::Severity;
use serde_json::{Value, json};
use store::{CountDrift, LimitDrift};
use web::{App, PageError};

/// Counts the findings of the workspace with this slug again, and reports what differs
/// from the stored totals. A difference is logged as an error, for an alarm; nothing is
/// mended.
pub async fn recount(app: &App, slug: &str) -> Result<Value, PageError> {
    let slug = slug.parse().map_err(|_| PageError::NotFound)?;
    let recount = app.directory().recount(&slug).await?;
    let recount = recount.ok_or(PageError::NotFound)?;
    for drift in &recount.count_drifts {
        let engagement = drift.engagement.map(|id| id.to_string());
        tracing::error!(
            client = %drift.client, engagement = engagement.unwrap_or_default(), "totals have drifted"
        );
    }
    for drift in &recount.limit_drifts {
        let (limit, kept, counted) = (drift.limit.name(), drift.stored, drift.counted);
        tracing::error!(limit, kept, counted, "what is used of the plan has drifted");
    }
    Ok(json!({
        "clients": recount.clients,
        "engagements": recount.engagements,
        "findings": recount.findings,
        "drifts": recount.count_drifts.iter().map(drift_json).collect::<Vec<_>>(),
        "misused": recount.limit_drifts.iter().map(limit_drift_json).collect::<Vec<_>>(),
    }))
}

fn drift_json(drift: &CountDrift) -> Value {
    json!({
        "client": drift.client,
        "engagement": drift.engagement,
        "kept": counts_json(&drift.stored),
        "counted": counts_json(&drift.counted),
    })
}

fn limit_drift_json(drift: &LimitDrift) -> Value {
    json!({ "limit": drift.limit.name(), "kept": drift.stored, "counted": drift.counted })
}

fn counts_json(counts: &Counts) -> Value {
    let place = |(severity, status, n): (Severity, domain::finding::FindingStatus, i64)| {
        (format!("{severity}_{}", status.name()), json!(n))
    };
    let months = counts
        .published_by_month()
        .map(|(month, n)| (format!("published_{month}"), json!(n)));
    let fixes = Severity::ALL.into_iter().map(|severity| {
        let fixes = counts.fix_times(severity);
        let pair = json!([fixes.count, fixes.total_seconds]);
        (format!("fixed_{severity}"), pair)
    });
    let fixes = fixes.filter(|(_, pair)| *pair != json!([0, 0]));
    let places = counts.iter().map(place).chain(months).chain(fixes);
    Value::Object(places.collect())
}
