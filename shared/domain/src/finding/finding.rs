//! The row of a finding, by which rules decide and lists are shown.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::assignee::Assignee;
use super::content::FindingContent;
use super::decision::{AcceptedRisk, Proposal};
use super::fingerprint::Fingerprint;
use super::lifecycle::LifecycleTimes;
use super::status::FindingStatus;
use crate::cvss::{CvssScore, CvssVector};
use crate::id::FindingId;
use crate::severity::Severity;

/// Characters that a finding's row keeps of the assets after the first, for search. Each index
/// holds them, so they bound what a list costs.
const MAX_OTHER_ASSETS: usize = 4_000;

/// What lists and rules need of a finding. The long text is its
/// [`FindingContent`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub title: String,
    pub severity: Severity,
    /// The score of the CVSS vector, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<CvssScore>,
    /// The number of the weakness in the Common Weakness Enumeration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwe: Option<u32>,
    pub status: FindingStatus,
    /// The first affected asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    #[serde(rename = "assets")]
    pub asset_count: i64,
    /// The first characters of the other assets, for search: [`MAX_OTHER_ASSETS`] at most.
    #[serde(rename = "also", default, skip_serializing_if = "String::is_empty")]
    pub other_assets: String,
    /// The last day on which it is to be fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Assignee>,
    /// In lower case, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `Some` exactly in status [`AcceptedRisk`](FindingStatus::AcceptedRisk).
    #[serde(rename = "accepted", default, skip_serializing_if = "Option::is_none")]
    pub accepted_risk: Option<AcceptedRisk>,
    /// The proposal that waits for the team's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    #[serde(
        rename = "life",
        default,
        skip_serializing_if = "LifecycleTimes::is_empty"
    )]
    pub lifecycle: LifecycleTimes,
    /// The number of retests so far.
    #[serde(rename = "rounds", default)]
    pub retests: i64,
    /// Only of a finding that a scan reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// The time of the last change.
    pub updated: Timestamp,
    /// Increases with every change; a change decided on another version is refused.
    #[serde(rename = "v")]
    pub version: i64,
}

impl Finding {
    /// A draft without content, at version 0: what a new finding, and an example of one, begin
    /// with.
    pub fn blank(id: FindingId, severity: Severity, now: Timestamp) -> Self {
        Self {
            id,
            title: String::new(),
            severity,
            score: None,
            cwe: None,
            status: FindingStatus::Draft,
            asset: None,
            asset_count: 0,
            other_assets: String::new(),
            due: None,
            assignee: None,
            tags: Vec::new(),
            accepted_risk: None,
            proposal: None,
            lifecycle: LifecycleTimes::default(),
            retests: 0,
            fingerprint: None,
            updated: now,
            version: 0,
        }
    }

    /// The finding with the columns that follow from its content.
    #[must_use]
    pub(super) fn with_content(&self, content: &FindingContent) -> Self {
        let others = content.assets.get(1..).unwrap_or_default().join(" ");
        Self {
            title: content.title.clone(),
            severity: content.severity,
            score: content.vector.as_ref().map(CvssVector::score),
            cwe: content.cwe,
            asset: content.assets.first().cloned(),
            asset_count: i64::try_from(content.assets.len()).unwrap_or(i64::MAX),
            other_assets: others.chars().take(MAX_OTHER_ASSETS).collect(),
            ..self.clone()
        }
    }

    /// Whether a fix was due before `today`. A resolved finding waits for the team, not for the
    /// client, so it isn't overdue.
    pub fn is_overdue(&self, today: Date) -> bool {
        let is_unfixed = self.status.is_active() && self.status != FindingStatus::Resolved;
        is_unfixed && self.due.is_some_and(|due| due < today)
    }

    /// The same finding in another status, without what a transition would change beside it.
    #[cfg(test)]
    pub(crate) fn in_status(self, status: FindingStatus) -> Self {
        Self { status, ..self }
    }
}
