//! Whether the totals are those of the findings.

use domain::counts::Counts;
use domain::severity::Severity;
use serde_json::{Value, json};
use store::{CountDrift, LimitDrift};
use web::{App, PageError};

/// Counts the findings of the workspace at an address again, and says what
/// differs from the totals that are kept. What differs is logged as an error, for
/// an alarm; nothing is mended.
pub async fn recount(app: &App, slug: &str) -> Result<Value, PageError> {
    let slug = slug.parse().map_err(|_| PageError::NotFound)?;
    let recount = app.directory().recount(&slug).await?;
    let recount = recount.ok_or(PageError::NotFound)?;
    for drift in &recount.drifts {
        let engagement = drift.engagement.map(|id| id.to_string());
        tracing::error!(
            client = %drift.client, engagement = engagement.unwrap_or_default(), "totals have drifted"
        );
    }
    for one in &recount.misused {
        let (limit, kept, counted) = (one.limit.name(), one.kept, one.counted);
        tracing::error!(limit, kept, counted, "what is used of the plan has drifted");
    }
    Ok(json!({
        "clients": recount.clients,
        "engagements": recount.engagements,
        "findings": recount.findings,
        "drifts": recount.drifts.iter().map(told).collect::<Vec<_>>(),
        "misused": recount.misused.iter().map(misused).collect::<Vec<_>>(),
    }))
}

fn told(drift: &CountDrift) -> Value {
    json!({
        "client": drift.client,
        "engagement": drift.engagement,
        "kept": places(&drift.kept),
        "counted": places(&drift.counted),
    })
}

fn misused(one: &LimitDrift) -> Value {
    json!({ "limit": one.limit.name(), "kept": one.kept, "counted": one.counted })
}

fn places(counts: &Counts) -> Value {
    let place = |(severity, status, n): (Severity, domain::finding::FindingStatus, i64)| {
        (format!("{severity}_{}", status.name()), json!(n))
    };
    let months = counts
        .months()
        .map(|(month, n)| (format!("published_{month}"), json!(n)));
    let fixes = Severity::ALL.into_iter().map(|severity| {
        let fixes = counts.fixes(severity);
        let told = json!([fixes.number, fixes.seconds]);
        (format!("fixed_{severity}"), told)
    });
    let fixes = fixes.filter(|(_, told)| *told != json!([0, 0]));
    let places = counts.iter().map(place).chain(months).chain(fixes);
    Value::Object(places.collect())
}
