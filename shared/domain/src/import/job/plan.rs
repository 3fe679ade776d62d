//! What an import would do: a plan in steps, each of which is one transaction.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, FindingContent};
use crate::id::FindingId;
use crate::import::{Fingerprint, RerunComparison, ScanSummary, ScannedFinding, compare, plain};
use crate::severity::Severity;

/// Findings that one step makes: three items each, of a transaction's hundred.
pub const BATCH: usize = 30;
/// Findings that one step moves: up to five items each.
pub const MOVES: usize = 15;
/// Bytes of a step's texts at most, unless it is one finding: a step is kept as
/// one item of at most 400 KB.
const STEP_BYTES: usize = 256 * 1024;
/// Bytes of a draft besides its texts, as it is kept.
const AROUND: usize = 1_024;
/// New findings that a preview lists, and of each other list.
const SHOWN: usize = 100;
const SHOWN_MOVES: usize = 25;

/// What an import would do, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// The scanner's name.
    pub scanner: String,
    /// Rows of the file.
    pub rows: i64,
    /// How it was read, in sentences.
    pub remarks: Vec<String>,
    /// Findings that the engagement lacks, by severity, worst first.
    pub fresh: Vec<i64>,
    /// How many it has, and nothing is to be done about them.
    pub still: i64,
    /// How many it has as fixed.
    pub back: i64,
    /// How many it has as open that the scan no longer reports.
    pub gone: i64,
    /// Drafts that the scan no longer reports.
    pub gone_drafts: i64,
    /// Steps that make drafts; they come first.
    pub makes: i64,
    /// Steps that move findings.
    pub moves: i64,
}

/// A step of a plan: what one transaction does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStep {
    /// Drafts to make.
    Make(Vec<ScannedFinding>),
    /// Findings to move, if that is wished.
    Move(Vec<RescannedFinding>),
}

/// A finding that the scan says something new of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RescannedFinding {
    /// Which.
    pub finding: FindingId,
    /// Whether it is back again; it is gone otherwise.
    pub back: bool,
}

/// What a preview lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// New findings, worst first.
    pub fresh: Vec<NewFindingRow>,
    /// What is back again.
    pub back: Vec<ExistingFindingRow>,
    /// What is gone.
    pub gone: Vec<ExistingFindingRow>,
}

/// A new finding in a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // as in Draft
pub struct NewFindingRow {
    pub title: String,
    pub severity: Severity,
    pub score: Option<String>,
    pub cwe: Option<u32>,
    pub asset: Option<String>,
    pub assets: usize,
}

/// A finding that is there, in a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // as in Finding
pub struct ExistingFindingRow {
    pub id: FindingId,
    pub title: String,
    pub severity: Severity,
    pub score: Option<String>,
    pub status: String,
}

impl ImportPlan {
    /// How many findings are new.
    pub fn all_fresh(&self) -> i64 {
        self.fresh.iter().sum()
    }

    /// Whether the engagement knows anything of this scan.
    pub fn is_rerun(&self) -> bool {
        self.still + self.back + self.gone + self.gone_drafts > 0
    }
}

/// Makes a plan of findings as they come.
#[derive(Debug)]
pub struct ImportPlanner {
    known: Vec<Finding>,
    fingerprints: BTreeSet<Fingerprint>,
    reported: Vec<Fingerprint>,
    batch: Vec<ScannedFinding>,
    bytes: usize,
    plan: ImportPlan,
    preview: ImportPreview,
}

impl ImportPlanner {
    /// Beside what the engagement knows.
    pub fn new(known: Vec<Finding>) -> Self {
        let fingerprints = known.iter().filter_map(|one| one.fingerprint.clone());
        Self {
            fingerprints: fingerprints.collect(),
            known,
            reported: Vec::new(),
            batch: Vec::new(),
            bytes: 0,
            plan: ImportPlan {
                fresh: vec![0; Severity::ALL.len()],
                ..ImportPlan::default()
            },
            preview: ImportPreview::default(),
        }
    }

    /// Takes a finding; a step, where one is full.
    pub fn take(&mut self, one: ScannedFinding) -> Option<ImportStep> {
        self.reported.push(one.fingerprint.clone());
        if self.fingerprints.contains(&one.fingerprint) {
            return None;
        }
        let place = Severity::ALL.iter().position(|s| *s == one.draft.severity);
        if let Some(n) = place.and_then(|place| self.plan.fresh.get_mut(place)) {
            *n += 1;
        }
        if self.preview.fresh.len() < SHOWN {
            self.preview.fresh.push(NewFindingRow::of(&one.draft));
        }
        let bytes = one.draft.bytes() + AROUND;
        let full = self.batch.len() >= BATCH || self.bytes + bytes > STEP_BYTES;
        let step = if full { self.flush() } else { None };
        self.bytes += bytes;
        self.batch.push(one);
        step
    }

    fn flush(&mut self) -> Option<ImportStep> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        (!batch.is_empty()).then(|| {
            self.plan.makes += 1;
            ImportStep::Make(batch)
        })
    }

    /// The plan, its last steps, and what is shown of it.
    pub fn finish(mut self, summary: ScanSummary) -> (ImportPlan, Vec<ImportStep>, ImportPreview) {
        let mut steps: Vec<ImportStep> = self.flush().into_iter().collect();
        let RerunComparison {
            still,
            back,
            gone,
            gone_drafts,
            ..
        } = compare(&self.reported, &self.known);
        let of = |finding: &Finding, back| RescannedFinding {
            finding: finding.id,
            back,
        };
        let backs = back.iter().map(|finding| of(finding, true));
        let moves: Vec<RescannedFinding> = backs.chain(gone.iter().map(|f| of(f, false))).collect();
        for some in moves.chunks(MOVES) {
            steps.push(ImportStep::Move(some.to_vec()));
            self.plan.moves += 1;
        }
        let shown = |list: &[Finding]| {
            list.iter()
                .take(SHOWN_MOVES)
                .map(ExistingFindingRow::of)
                .collect()
        };
        self.preview.back = shown(&back);
        self.preview.gone = shown(&gone);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let plan = ImportPlan {
            scanner: summary.scanner,
            rows: count(summary.rows),
            remarks: summary.remarks,
            still: count(still),
            back: count(back.len()),
            gone: count(gone.len()),
            gone_drafts: count(gone_drafts),
            ..self.plan
        };
        (plan, steps, self.preview)
    }
}

impl NewFindingRow {
    fn of(draft: &FindingContent) -> Self {
        let asset = draft.assets.first();
        Self {
            title: draft.title.clone(),
            severity: draft.severity,
            score: draft.vector.as_ref().map(|v| v.score().to_string()),
            cwe: draft.cwe,
            asset: asset.map(|asset| plain::line(asset, 200)),
            assets: draft.assets.len(),
        }
    }
}

impl ExistingFindingRow {
    fn of(finding: &Finding) -> Self {
        Self {
            id: finding.id,
            title: finding.title.clone(),
            severity: finding.severity,
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::finding::{FindingInput, FindingStatus, blank};
    use crate::id::{EngagementId, ImportId};
    use crate::import::ColumnMapping;
    use crate::import::job::{Import, ImportConfirmation, ImportStage};
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
            draft: input.parse().expect("a draft"),
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
            ..blank(
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
        let mut steps: Vec<ImportStep> =
            found.into_iter().filter_map(|s| planner.take(s)).collect();
        let (plan, last, preview) = planner.finish(summary());
        steps.extend(last);
        (plan, steps, preview)
    }

    #[test]
    fn steps_hold_every_new_finding_once_and_fit_into_an_item() {
        for (number, text) in [(1, 10), (30, 10), (31, 10), (400, 10), (70, 40_000)] {
            let found: Vec<ScannedFinding> = (0..number).map(|n| scanned(n, text)).collect();
            let (plan, steps, preview) =
                planned(vec![known(0, FindingStatus::Open)], found.clone());
            let mut made = Vec::new();
            for step in &steps {
                let bytes = serde_json::to_vec(step).expect("JSON").len();
                assert!(bytes < 390_000, "{bytes}");
                let ImportStep::Make(some) = step else {
                    panic!("nothing moves");
                };
                assert!(!some.is_empty() && some.len() <= BATCH);
                made.extend(some.clone());
            }
            assert_eq!(made, found[1..]);
            assert_eq!(plan.all_fresh(), i64::try_from(number - 1).expect("few"));
            assert_eq!(
                (plan.still, plan.makes),
                (1, i64::try_from(steps.len()).expect("few"))
            );
            assert_eq!(preview.fresh.len(), (number - 1).min(SHOWN));
        }
    }

    #[test]
    fn what_is_done_is_what_was_wished() {
        let mut there: Vec<Finding> = (0..20).map(|n| known(n, FindingStatus::Open)).collect();
        there.push(known(100, FindingStatus::Verified));
        let (plan, steps, _) = planned(there, vec![scanned(100, 1), scanned(101, 1)]);
        assert_eq!(
            (plan.all_fresh(), plan.back, plan.gone, plan.moves),
            (1, 1, 20, 2)
        );
        assert_eq!(steps.len(), 3);
        let ids = (ImportId::new(1, 1), EngagementId::new(1, 1));
        let import = Import::uploaded(ids, ("a", 1), "Ada", Timestamp::UNIX_EPOCH);
        let ready = import.begun().planned(plan);
        assert_eq!((ready.steps(), ready.total(), ready.version), (1, 1, 3));
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
            resolve_gone,
            reopen_back,
        };
        for (back, gone, steps, total) in [
            (false, false, 1, 1),
            (true, false, 3, 2),
            (false, true, 3, 21),
            (true, true, 3, 22),
        ] {
            let mut import = ready.confirmed(confirmed(back, gone)).expect("it is ready");
            assert_eq!((import.steps(), import.total()), (steps, total));
            assert_eq!(import.confirmed(confirmed(true, true)), None, "once");
            for n in 0..steps {
                assert_eq!((import.stage, import.step), (ImportStage::Importing, n));
                import = import.stepped(1, 1);
            }
            assert_eq!(import.stage, ImportStage::Done);
            assert_eq!(import.mapped(ColumnMapping::default()), None, "too late");
        }
    }
}
