//! An import: an uploaded scan on its way through preview, confirmation and run.
//!
//! Every method below gives the row after one change, with the next version. A change that is written
//! on sight of another version is refused, so what is repeated happens once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::csv::CsvColumns;
use super::mapping::ColumnMapping;
use super::plan::{ImportPlan, RescannedFinding};
use crate::id::{EngagementId, ImportId};
use crate::person::Actor;

/// For how long an import waits for a person.
pub const IMPORT_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The stage of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStage {
    /// The file waits to be read, or is being read.
    Reading,
    /// The title column of a table isn't known: a person has to map it.
    Columns,
    /// The preview waits for confirmation.
    Ready,
    /// The confirmed steps run.
    Importing,
    Done,
    /// `failure` says why.
    Failed,
}

/// An uploaded scan on its way through preview, confirmation and run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub id: ImportId,
    pub engagement: EngagementId,
    /// The name that the sender's file has.
    pub file_name: String,
    /// Bytes of the file.
    pub size: i64,
    /// The uploader's name at that time.
    pub by_name: String,
    pub at: Timestamp,
    pub stage: ImportStage,
    #[serde(rename = "read")]
    pub bytes_read: i64,
    /// The number of readings that began; steps are stored under it.
    #[serde(rename = "attempt")]
    pub reading_attempt: i64,
    /// Only of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<CsvColumns>,
    /// Only of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<ColumnMapping>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<ImportPlan>,
    #[serde(rename = "confirmed", default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<ImportConfirmation>,
    #[serde(rename = "step")]
    pub steps_done: i64,
    /// Drafts that were created.
    #[serde(rename = "made")]
    pub created: i64,
    /// Findings of the plan that were processed, also where another change had come first.
    #[serde(rename = "done")]
    pub processed: i64,
    /// A sentence for the person.
    #[serde(rename = "why", default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// What a person confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportConfirmation {
    pub by: Actor,
    pub at: Timestamp,
    /// Whether missing findings are resolved.
    #[serde(rename = "resolve_gone")]
    pub resolve_missing: bool,
    /// Whether reappeared findings are reopened.
    #[serde(rename = "reopen_back")]
    pub reopen_reappeared: bool,
}

impl Import {
    /// A new import in stage *reading*.
    pub fn new(
        id: ImportId,
        engagement: EngagementId,
        file_name: &str,
        size: i64,
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
            bytes_read: 0,
            reading_attempt: 0,
            columns: None,
            mapping: None,
            plan: None,
            confirmation: None,
            steps_done: 0,
            created: 0,
            processed: 0,
            failure: None,
            version: 1,
        }
    }

    /// The same row with the next version.
    fn next(&self) -> Self {
        Self {
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The time at which an unconfirmed import expires.
    pub fn expires_at(&self) -> Timestamp {
        self.at.saturating_add(IMPORT_LIFETIME).unwrap_or(self.at)
    }

    /// Begins another reading of the file.
    #[must_use]
    pub fn start_reading(&self) -> Self {
        Self {
            bytes_read: 0,
            reading_attempt: self.reading_attempt + 1,
            ..self.next()
        }
    }

    /// Notes how many bytes were read.
    #[must_use]
    pub fn with_bytes_read(&self, bytes_read: i64) -> Self {
        Self {
            bytes_read,
            ..self.next()
        }
    }

    /// Notes the columns of a table. Without a title column it waits for a person.
    #[must_use]
    pub fn with_columns(&self, columns: CsvColumns, mapping: ColumnMapping) -> Self {
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

    /// Takes a person's mapping: the file is read again. `None` after the confirmation.
    #[must_use]
    pub fn with_mapping(&self, mapping: ColumnMapping) -> Option<Self> {
        let is_open = matches!(
            self.stage,
            ImportStage::Columns | ImportStage::Ready | ImportStage::Reading
        );
        is_open.then(|| Self {
            stage: ImportStage::Reading,
            bytes_read: 0,
            mapping: Some(mapping),
            plan: None,
            ..self.next()
        })
    }

    /// Notes the plan of a file that was read to its end.
    #[must_use]
    pub fn with_plan(&self, plan: ImportPlan) -> Self {
        Self {
            stage: ImportStage::Ready,
            bytes_read: self.size,
            plan: Some(plan),
            ..self.next()
        }
    }

    /// Ends it with a reason.
    #[must_use]
    pub fn fail(&self, failure: &str) -> Self {
        Self {
            stage: ImportStage::Failed,
            failure: Some(failure.to_owned()),
            ..self.next()
        }
    }

    /// Takes a person's confirmation; `None` where it isn't ready.
    #[must_use]
    pub fn confirm(&self, confirmation: ImportConfirmation) -> Option<Self> {
        (self.stage == ImportStage::Ready).then(|| Self {
            stage: ImportStage::Importing,
            confirmation: Some(confirmation),
            ..self.next()
        })
    }

    /// Records a step that processed findings and created some of them.
    #[must_use]
    pub fn complete_step(&self, created: i64, processed: i64) -> Self {
        let steps_done = self.steps_done + 1;
        Self {
            steps_done,
            created: self.created + created,
            processed: self.processed + processed,
            stage: if steps_done >= self.step_count() {
                ImportStage::Done
            } else {
                self.stage
            },
            ..self.next()
        }
    }

    /// Ends it where no step is left.
    #[must_use]
    pub fn complete(&self) -> Self {
        Self {
            stage: ImportStage::Done,
            ..self.next()
        }
    }

    fn reopens_reappeared(&self) -> bool {
        let confirmation = self.confirmation.as_ref();
        confirmation.is_some_and(|confirmation| confirmation.reopen_reappeared)
    }

    fn resolves_missing(&self) -> bool {
        let confirmation = self.confirmation.as_ref();
        confirmation.is_some_and(|confirmation| confirmation.resolve_missing)
    }

    /// The number of confirmed steps.
    pub fn step_count(&self) -> i64 {
        let Some(plan) = &self.plan else {
            return 0;
        };
        if self.reopens_reappeared() || self.resolves_missing() {
            plan.create_steps + plan.transition_steps
        } else {
            plan.create_steps
        }
    }

    /// The number of findings that the confirmed steps process.
    pub fn total_findings(&self) -> i64 {
        let Some(plan) = &self.plan else {
            return 0;
        };
        let reappeared = if self.reopens_reappeared() {
            plan.reappeared
        } else {
            0
        };
        let missing = if self.resolves_missing() {
            plan.missing
        } else {
            0
        };
        plan.new_total() + reappeared + missing
    }

    /// Whether the transition of this finding was confirmed.
    pub fn is_confirmed(&self, rescanned: &RescannedFinding) -> bool {
        if rescanned.has_reappeared {
            self.reopens_reappeared()
        } else {
            self.resolves_missing()
        }
    }

    /// Whether it has waited for a person for too long.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        matches!(self.stage, ImportStage::Columns | ImportStage::Ready) && self.expires_at() <= now
    }
}
