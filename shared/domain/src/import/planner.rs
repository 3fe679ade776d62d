//! Gathers the findings of a scan into the steps of an import plan.

use std::collections::BTreeSet;

use super::plan::{
    ExistingFindingRow, ImportPlan, ImportPreview, ImportStep, NewFindingRow, RescannedFinding,
};
use super::rerun::{RerunComparison, compare_with_known};
use super::scan::{ScanSummary, ScannedFinding};
use crate::finding::{Finding, Fingerprint};
use crate::severity::Severity;

/// Findings that one step creates at most: three items each, of a transaction's hundred.
pub const CREATE_BATCH: usize = 30;
/// Findings whose status one step changes at most: up to five items each.
pub const TRANSITION_BATCH: usize = 15;
/// Bytes of a step's texts at most, unless it is one finding: a step is stored as one item of at most
/// 400 KB.
const MAX_STEP_BYTES: usize = 256 * 1024;
/// Bytes of a stored finding besides its texts.
const FINDING_OVERHEAD: usize = 1_024;
/// New findings that a preview lists.
const MAX_LISTED_NEW: usize = 100;
/// Reappeared and missing findings that a preview lists, of each.
const MAX_LISTED_KNOWN: usize = 25;

/// Makes the plan of an import while the findings of the scan come in.
#[derive(Debug)]
pub struct ImportPlanner {
    known: Vec<Finding>,
    known_fingerprints: BTreeSet<Fingerprint>,
    reported: Vec<Fingerprint>,
    batch: Vec<ScannedFinding>,
    batch_bytes: usize,
    plan: ImportPlan,
    preview: ImportPreview,
}

impl ImportPlanner {
    /// A planner beside the findings that the engagement has.
    pub fn new(known: Vec<Finding>) -> Self {
        let fingerprints = known
            .iter()
            .filter_map(|finding| finding.fingerprint.clone());
        Self {
            known_fingerprints: fingerprints.collect(),
            known,
            reported: Vec::new(),
            batch: Vec::new(),
            batch_bytes: 0,
            plan: ImportPlan {
                new_by_severity: vec![0; Severity::ALL.len()],
                ..ImportPlan::default()
            },
            preview: ImportPreview::default(),
        }
    }

    /// Adds a finding; gives a step where one is full.
    pub fn add(&mut self, finding: ScannedFinding) -> Option<ImportStep> {
        self.reported.push(finding.fingerprint.clone());
        if self.known_fingerprints.contains(&finding.fingerprint) {
            return None;
        }
        let content = &finding.content;
        let rank = usize::from(content.severity.rank());
        if let Some(count) = self.plan.new_by_severity.get_mut(rank) {
            *count += 1;
        }
        if self.preview.new.len() < MAX_LISTED_NEW {
            self.preview.new.push(NewFindingRow::of(content));
        }
        let bytes = content.bytes() + FINDING_OVERHEAD;
        let is_full = self.batch.len() >= CREATE_BATCH || self.batch_bytes + bytes > MAX_STEP_BYTES;
        let step = if is_full { self.flush() } else { None };
        self.batch_bytes += bytes;
        self.batch.push(finding);
        step
    }

    fn flush(&mut self) -> Option<ImportStep> {
        self.batch_bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        (!batch.is_empty()).then(|| {
            self.plan.create_steps += 1;
            ImportStep::Create(batch)
        })
    }

    /// The plan, its last steps, and the preview, once the whole file was read.
    pub fn finish(mut self, summary: ScanSummary) -> (ImportPlan, Vec<ImportStep>, ImportPreview) {
        let mut steps: Vec<ImportStep> = self.flush().into_iter().collect();
        let RerunComparison {
            unchanged,
            reappeared,
            missing,
            missing_drafts,
        } = compare_with_known(&self.reported, &self.known);
        let rescanned = |findings: &[Finding], has_reappeared| -> Vec<RescannedFinding> {
            let rows = findings.iter().map(|finding| RescannedFinding {
                finding: finding.id,
                has_reappeared,
            });
            rows.collect()
        };
        let transitions = [rescanned(&reappeared, true), rescanned(&missing, false)].concat();
        for batch in transitions.chunks(TRANSITION_BATCH) {
            steps.push(ImportStep::Transition(batch.to_vec()));
            self.plan.transition_steps += 1;
        }
        let listed = |findings: &[Finding]| {
            let listed = findings.iter().take(MAX_LISTED_KNOWN);
            listed.map(ExistingFindingRow::of).collect()
        };
        self.preview.reappeared = listed(&reappeared);
        self.preview.missing = listed(&missing);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let plan = ImportPlan {
            scanner: summary.scanner,
            rows: count(summary.rows),
            remarks: summary.remarks,
            unchanged: count(unchanged),
            reappeared: count(reappeared.len()),
            missing: count(missing.len()),
            missing_drafts: count(missing_drafts),
            ..self.plan
        };
        (plan, steps, self.preview)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::finding::{FindingInput, FindingStatus};
    use crate::id::{EngagementId, FindingId, ImportId};
    use crate::import::{ColumnMapping, Import, ImportConfirmation, ImportStage};
    use crate::person::Actor;

    fn scanned(rule: usize, text: usize) -> ScannedFinding {
        let input = FindingInput {
            title: format!("Rule {rule}"),
            severity: "high".to_owned(),
            description: "x".repeat(text.min(20_000)),
            impact: "x".repeat(text.saturating_sub(20_000).min(20_000)),
            ..FindingInput::default()
        };
        ScannedFinding {
            content: input.parse().expect("a draft"),
            fingerprint: Fingerprint::new("zap", &rule.to_string()),
        }
    }

    fn summary() -> ScanSummary {
        ScanSummary {
            scanner: "ZAP".to_owned(),
            rows: 7,
            remarks: Vec::new(),
        }
    }

    fn known(rule: usize, status: FindingStatus) -> Finding {
        Finding {
            status,
            fingerprint: Some(Fingerprint::new("zap", &rule.to_string())),
            ..Finding::blank(
                FindingId::new(1, rule as u128),
                Severity::Low,
                Timestamp::UNIX_EPOCH,
            )
        }
    }

    fn planned(
        known: Vec<Finding>,
        found: Vec<ScannedFinding>,
    ) -> (ImportPlan, Vec<ImportStep>, ImportPreview) {
        let mut planner = ImportPlanner::new(known);
        let mut steps: Vec<ImportStep> = found
            .into_iter()
            .filter_map(|finding| planner.add(finding))
            .collect();
        let (plan, last, preview) = planner.finish(summary());
        steps.extend(last);
        (plan, steps, preview)
    }

    #[test]
    fn create_steps_hold_each_new_finding_once_and_fit_into_item() {
        for (number, text) in [(1, 10), (30, 10), (31, 10), (400, 10), (70, 40_000)] {
            let found: Vec<ScannedFinding> = (0..number).map(|n| scanned(n, text)).collect();
            let (plan, steps, preview) =
                planned(vec![known(0, FindingStatus::Open)], found.clone());
            let mut made = Vec::new();
            for step in &steps {
                let bytes = serde_json::to_vec(step).expect("JSON").len();
                assert!(bytes < 390_000, "{bytes}");
                let ImportStep::Create(batch) = step else {
                    panic!("nothing moves");
                };
                assert!(!batch.is_empty() && batch.len() <= CREATE_BATCH);
                made.extend(batch.clone());
            }
            assert_eq!(made, found[1..]);
            assert_eq!(plan.new_total(), i64::try_from(number - 1).expect("few"));
            assert_eq!(
                (plan.unchanged, plan.create_steps),
                (1, i64::try_from(steps.len()).expect("few"))
            );
            assert_eq!(preview.new.len(), (number - 1).min(MAX_LISTED_NEW));
        }
    }

    #[test]
    fn confirmed_import_runs_the_confirmed_steps_only() {
        let mut known_findings: Vec<Finding> =
            (0..20).map(|n| known(n, FindingStatus::Open)).collect();
        known_findings.push(known(100, FindingStatus::Verified));
        let (plan, steps, _) = planned(known_findings, vec![scanned(100, 1), scanned(101, 1)]);
        assert_eq!(
            (
                plan.new_total(),
                plan.reappeared,
                plan.missing,
                plan.transition_steps
            ),
            (1, 1, 20, 2)
        );
        assert_eq!(steps.len(), 3);
        let (id, engagement) = (ImportId::new(1, 1), EngagementId::new(1, 1));
        let import = Import::new(id, engagement, "a", 1, "Ada", Timestamp::UNIX_EPOCH);
        let ready = import.start_reading().with_plan(plan);
        assert_eq!(
            (ready.step_count(), ready.total_findings(), ready.version),
            (1, 1, 3)
        );
        let by = Actor {
            user: crate::id::UserId::new(1, 1),
            name: "Ada".to_owned(),
            email: "ada@example.com".parse().expect("an address"),
            role: crate::role::Role::Team(crate::role::TeamRole::Member),
            workspace: crate::id::WorkspaceId::new(1, 1),
            client: None,
        };
        let confirmed = |reopen_back, resolve_gone| ImportConfirmation {
            by: by.clone(),
            at: Timestamp::UNIX_EPOCH,
            resolve_missing: resolve_gone,
            reopen_reappeared: reopen_back,
        };
        for (back, gone, steps, total) in [
            (false, false, 1, 1),
            (true, false, 3, 2),
            (false, true, 3, 21),
            (true, true, 3, 22),
        ] {
            let mut import = ready.confirm(confirmed(back, gone)).expect("it is ready");
            assert_eq!(
                (import.step_count(), import.total_findings()),
                (steps, total)
            );
            assert_eq!(import.confirm(confirmed(true, true)), None, "once");
            for n in 0..steps {
                assert_eq!(
                    (import.stage, import.steps_done),
                    (ImportStage::Importing, n)
                );
                import = import.complete_step(1, 1);
            }
            assert_eq!(import.stage, ImportStage::Done);
            assert_eq!(
                import.with_mapping(ColumnMapping::default()),
                None,
                "too late"
            );
        }
    }
}
