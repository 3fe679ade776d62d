//! A finding in a list.

use domain::finding::Finding;
use jiff::Timestamp;
use serde::Serialize;

/// A finding in a list.
#[derive(Debug, Clone, Serialize)]
pub struct FindingRow {
    /// Where its page is.
    pub href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: &'static str,
    asset: Option<String>,
    more_assets: i64,
    updated: Timestamp,
    version: i64,
}

impl FindingRow {
    /// The row of `finding`, whose page is at `href`.
    pub fn new(finding: &Finding, href: String) -> Self {
        Self {
            href,
            title: finding.title.clone(),
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
            asset: finding.asset.clone(),
            more_assets: (finding.asset_count - 1).max(0),
            updated: finding.updated,
            version: finding.version,
        }
    }
}
