//! An import while it is under way: an uploaded scan that is read, looked at,
//! confirmed, and then done step by step. Each change goes by the version before
//! it, so whatever is done twice is done once.

mod plan;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use plan::{
    BATCH, ExistingFindingRow, ImportPlan, ImportPlanner, ImportPreview, ImportStep, MOVES,
    NewFindingRow, RescannedFinding,
};

use super::{ColumnMapping, CsvColumns};
use crate::id::{EngagementId, ImportId};
use crate::person::Actor;

/// For how long an import waits for a person.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    /// The file waits to be read, or is being read.
    Reading,
    /// Nobody has said which column of the table is the title.
    Columns,
    /// It can be looked at and confirmed.
    Ready,
    /// What was confirmed is being done.
    Importing,
    /// All of it is done.
    Done,
    /// It came to nothing, or stopped: `why` says so.
    Failed,
}

/// An uploaded scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The engagement that it is for.
    pub engagement: EngagementId,
    /// The name of the file at the sender's.
    pub file_name: String,
    /// Bytes of the file.
    pub size: i64,
    /// Who uploaded it.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub stage: ImportStage,
    /// Bytes that were read so far.
    pub read: i64,
    /// How often the reading was begun: each makes a plan of its own.
    pub attempt: i64,
    /// Of a table: its columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<CsvColumns>,
    /// Of a table: which column holds what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<ColumnMapping>,
    /// What it would do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<ImportPlan>,
    /// What is to be done, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<ImportConfirmation>,
    /// Steps of the plan that are done.
    pub step: i64,
    /// Drafts that were made.
    pub made: i64,
    /// Findings of the plan that are done with, whatever came of them.
    pub done: i64,
    /// Why it failed, for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// What a person confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportConfirmation {
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Whether what is gone is to be marked as resolved.
    pub resolve_gone: bool,
    /// Whether what is back is to be reopened.
    pub reopen_back: bool,
}

impl Import {
    /// An upload that waits to be read.
    pub fn uploaded(
        (id, engagement): (ImportId, EngagementId),
        (file_name, size): (&str, i64),
        by_name: &str,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            engagement,
            file_name: file_name.to_owned(),
            size,
            by_name: by_name.to_owned(),
            at,
            stage: ImportStage::Reading,
            read: 0,
            attempt: 0,
            columns: None,
            mapping: None,
            plan: None,
            confirmed: None,
            step: 0,
            made: 0,
            done: 0,
            why: None,
            version: 1,
        }
    }

    fn next(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// Until when it waits for a person.
    pub fn ends(&self) -> Timestamp {
        self.at.saturating_add(KEPT).unwrap_or(self.at)
    }

    /// The reading begins, anew.
    #[must_use]
    pub fn begun(&self) -> Self {
        Self {
            read: 0,
            attempt: self.attempt + 1,
            ..self.next()
        }
    }

    /// So many bytes were read.
    #[must_use]
    pub fn read_to(&self, read: i64) -> Self {
        Self {
            read,
            ..self.next()
        }
    }

    /// It is a table, of which this is said.
    #[must_use]
    pub fn table(&self, columns: CsvColumns, mapping: ColumnMapping) -> Self {
        let stage = if mapping.title.is_empty() {
            ImportStage::Columns
        } else {
            self.stage
        };
        Self {
            stage,
            columns: Some(columns),
            mapping: Some(mapping),
            ..self.next()
        }
    }

    /// A person said which column holds what: it is read again. `None` once it
    /// was confirmed.
    #[must_use]
    pub fn mapped(&self, mapping: ColumnMapping) -> Option<Self> {
        let open = matches!(
            self.stage,
            ImportStage::Columns | ImportStage::Ready | ImportStage::Reading
        );
        open.then(|| Self {
            stage: ImportStage::Reading,
            read: 0,
            mapping: Some(mapping),
            plan: None,
            ..self.next()
        })
    }

    /// It was read whole.
    #[must_use]
    pub fn planned(&self, plan: ImportPlan) -> Self {
        Self {
            stage: ImportStage::Ready,
            read: self.size,
            plan: Some(plan),
            ..self.next()
        }
    }

    /// It came to nothing.
    #[must_use]
    pub fn failed(&self, why: &str) -> Self {
        Self {
            stage: ImportStage::Failed,
            why: Some(why.to_owned()),
            ..self.next()
        }
    }

    /// It was confirmed; `None` where it isn't ready.
    #[must_use]
    pub fn confirmed(&self, confirmed: ImportConfirmation) -> Option<Self> {
        (self.stage == ImportStage::Ready).then(|| Self {
            stage: ImportStage::Importing,
            confirmed: Some(confirmed),
            ..self.next()
        })
    }

    /// A step was done that was to deal with `done` findings, and made `made`.
    #[must_use]
    pub fn stepped(&self, made: i64, done: i64) -> Self {
        let step = self.step + 1;
        Self {
            step,
            made: self.made + made,
            done: self.done + done,
            stage: if step >= self.steps() {
                ImportStage::Done
            } else {
                self.stage
            },
            ..self.next()
        }
    }

    /// Nothing was left to do.
    #[must_use]
    pub fn finished(&self) -> Self {
        Self {
            stage: ImportStage::Done,
            ..self.next()
        }
    }

    fn wishes(&self) -> (bool, bool) {
        let confirmed = self.confirmed.as_ref();
        confirmed.map_or((false, false), |c| (c.reopen_back, c.resolve_gone))
    }

    /// Steps that are to be done.
    pub fn steps(&self) -> i64 {
        let Some(plan) = &self.plan else {
            return 0;
        };
        let moves = match self.wishes() {
            (false, false) => 0,
            _ => plan.moves,
        };
        plan.makes + moves
    }

    /// Findings that are to be made or moved.
    pub fn total(&self) -> i64 {
        let (back, gone) = self.wishes();
        self.plan.as_ref().map_or(0, |plan| {
            plan.all_fresh() + if back { plan.back } else { 0 } + if gone { plan.gone } else { 0 }
        })
    }

    /// Whether somebody wished that it is moved.
    pub fn is_wished(&self, moved: &RescannedFinding) -> bool {
        let (back, gone) = self.wishes();
        if moved.back { back } else { gone }
    }

    /// Whether it waited for a person for too long.
    pub fn is_over(&self, now: Timestamp) -> bool {
        matches!(self.stage, ImportStage::Columns | ImportStage::Ready) && self.ends() <= now
    }
}
