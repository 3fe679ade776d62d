//! The findings that an import would create, and those whose status it would change.

use domain::id::EngagementId;
use domain::import::{ExistingFindingRow, ImportPlan, ImportPreview, NewFindingRow};
use domain::severity::Severity;
use serde::Serialize;
use web::links::{self, LinkBase};
use web::view::Breakdown;

/// The findings that the import would create.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedFindings {
    scanner: String,
    rows: i64,
    count: i64,
    breakdown: Breakdown,
    findings: Vec<NewFinding>,
    truncated: i64,
    remarks: Vec<String>,
    /// Where the engagement holds findings of this scan already.
    rerun: Option<RescanCounts>,
    /// The message where not all of them fit.
    pub(crate) full: Option<String>,
}

/// The effects of a repeated scan on existing findings.
#[derive(Debug, Serialize)]
struct RescanCounts {
    still: i64,
    back: AffectedFindings,
    gone: AffectedFindings,
    gone_drafts: i64,
}

/// Findings whose status would change.
#[derive(Debug, Serialize)]
struct AffectedFindings {
    count: i64,
    rows: Vec<ExistingFinding>,
    more: i64,
}

#[derive(Debug, Serialize)]
struct ExistingFinding {
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: String,
}

#[derive(Debug, Serialize)]
struct NewFinding {
    title: String,
    severity: &'static str,
    score: Option<String>,
    cwe: Option<String>,
    assets: usize,
    asset: Option<String>,
}

impl PlannedFindings {
    pub(crate) fn new(
        plan: &ImportPlan,
        preview: &ImportPreview,
        base: LinkBase,
        engagement: EngagementId,
    ) -> Self {
        let count = |severity| {
            let index = Severity::ALL.iter().position(|known| *known == severity);
            index
                .and_then(|n| plan.new_by_severity.get(n))
                .copied()
                .unwrap_or(0)
        };
        let affected = |count, rows| AffectedFindings::new(count, rows, base, engagement);
        Self {
            scanner: plan.scanner.clone(),
            rows: plan.rows,
            count: plan.new_total(),
            breakdown: Breakdown::from_counts(count),
            findings: preview.new.iter().map(NewFinding::from).collect(),
            truncated: plan.new_total() - count_rows(&preview.new),
            remarks: plan.remarks.clone(),
            rerun: plan.is_rerun().then(|| RescanCounts {
                still: plan.unchanged,
                back: affected(plan.reappeared, &preview.reappeared),
                gone: affected(plan.missing, &preview.missing),
                gone_drafts: plan.missing_drafts,
            }),
            full: None,
        }
    }
}

impl AffectedFindings {
    fn new(
        count: i64,
        rows: &[ExistingFindingRow],
        base: LinkBase,
        engagement: EngagementId,
    ) -> Self {
        let row = |finding: &ExistingFindingRow| ExistingFinding {
            href: links::finding(base, engagement, finding.id),
            title: finding.title.clone(),
            severity: finding.severity.name(),
            score: finding.score.clone(),
            status: finding.status.clone(),
        };
        Self {
            count,
            rows: rows.iter().map(row).collect(),
            more: count - count_rows(rows),
        }
    }
}

fn count_rows<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

impl From<&NewFindingRow> for NewFinding {
    fn from(row: &NewFindingRow) -> Self {
        Self {
            title: row.title.clone(),
            severity: row.severity.name(),
            score: row.score.clone(),
            cwe: row.cwe.map(|number| format!("CWE-{number}")),
            assets: row.assets,
            asset: row.asset.clone(),
        }
    }
}
