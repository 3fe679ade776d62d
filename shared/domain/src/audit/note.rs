//! What a change records in the audit log, before actor and request are known.

use serde::{Deserialize, Serialize};

use super::kind::AuditKind;

/// A value before and after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditChange {
    pub field: String,
    /// Empty where there was none.
    pub before: String,
    /// Empty where there is none.
    pub after: String,
}

/// What a change records in the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditNote {
    pub kind: AuditKind,
    /// The name of the person or thing that changed; empty for the actor.
    pub subject: String,
    pub changes: Vec<AuditChange>,
}

impl AuditNote {
    /// A note of `kind` about `subject`.
    pub fn of(kind: AuditKind, subject: &str) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            changes: Vec::new(),
        }
    }

    /// The note with a changed value; equal values are skipped.
    #[must_use]
    pub fn with_change(mut self, field: &str, before: &str, after: &str) -> Self {
        if before != after {
            self.changes.push(AuditChange {
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
        self
    }
}
