//! The plan of an import: what it would change, in numbers and in steps.

use serde::{Deserialize, Serialize};

use super::scan::ScannedFinding;
use super::text;
use crate::finding::{Finding, FindingContent};
use crate::id::FindingId;
use crate::severity::Severity;

/// What an import would do, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlan {
    pub scanner: String,
    pub rows: i64,
    /// Sentences for the person on how the file was read.
    pub remarks: Vec<String>,
    /// The number of new findings by severity, worst first.
    #[serde(rename = "fresh")]
    pub new_by_severity: Vec<i64>,
    /// Findings that need no change.
    #[serde(rename = "still")]
    pub unchanged: i64,
    /// Findings that were resolved or verified, and are reported again.
    #[serde(rename = "back")]
    pub reappeared: i64,
    /// Findings that are being fixed, and are no longer reported.
    #[serde(rename = "gone")]
    pub missing: i64,
    /// Drafts that are no longer reported; they stay.
    #[serde(rename = "gone_drafts")]
    pub missing_drafts: i64,
    /// The number of steps that create drafts; they come first.
    #[serde(rename = "makes")]
    pub create_steps: i64,
    /// The number of steps that change the status of findings.
    #[serde(rename = "moves")]
    pub transition_steps: i64,
}

/// A step of a plan, which one transaction executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStep {
    /// Drafts to create.
    #[serde(rename = "make")]
    Create(Vec<ScannedFinding>),
    /// Findings to reopen or resolve, where that was confirmed.
    #[serde(rename = "move")]
    Transition(Vec<RescannedFinding>),
}

/// A known finding that the scan changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RescannedFinding {
    pub finding: FindingId,
    /// Whether it has reappeared; it is missing otherwise.
    #[serde(rename = "back")]
    pub has_reappeared: bool,
}

/// What a preview lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// Worst first.
    #[serde(rename = "fresh")]
    pub new: Vec<NewFindingRow>,
    #[serde(rename = "back")]
    pub reappeared: Vec<ExistingFindingRow>,
    #[serde(rename = "gone")]
    pub missing: Vec<ExistingFindingRow>,
}

/// A new finding in a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFindingRow {
    pub title: String,
    pub severity: Severity,
    pub score: Option<String>,
    pub cwe: Option<u32>,
    pub asset: Option<String>,
    pub assets: usize,
}

/// A known finding in a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExistingFindingRow {
    pub id: FindingId,
    pub title: String,
    pub severity: Severity,
    pub score: Option<String>,
    pub status: String,
}

impl ImportPlan {
    /// The number of new findings.
    pub fn new_total(&self) -> i64 {
        self.new_by_severity.iter().sum()
    }

    /// Whether the engagement knows findings of this scanner.
    pub fn is_rerun(&self) -> bool {
        self.unchanged + self.reappeared + self.missing + self.missing_drafts > 0
    }
}

impl NewFindingRow {
    pub(super) fn of(content: &FindingContent) -> Self {
        let asset = content.assets.first();
        Self {
            title: content.title.clone(),
            severity: content.severity,
            score: content
                .vector
                .as_ref()
                .map(|vector| vector.score().to_string()),
            cwe: content.cwe,
            asset: asset.map(|asset| text::single_line(asset, 200)),
            assets: content.assets.len(),
        }
    }
}

impl ExistingFindingRow {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id,
            title: finding.title.clone(),
            severity: finding.severity,
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name().to_owned(),
        }
    }
}
