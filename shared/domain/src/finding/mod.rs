//! A finding: a weakness of a client's systems, and its way to being closed.
//!
//! ```text
//! draft ─publish→ open ─start→ in progress ─resolve→ resolved ─retest→ verified
//!                  │                                     └────────────→ reopened (→ start, resolve)
//!                  └─ accepted risk, false positive ─ reopen, or the risk's end ─→ reopened
//! ```
//!
//! - [`Transition`] is the table of steps: from which statuses, by which permission, with which note.
//!   [`apply_transition`] decides one; [`apply_remediation`], [`update_content`] and
//!   [`update_severity`] decide the other changes. Each gives a [`FindingChange`], which the store
//!   executes in one transaction.
//! - **Retests** have a number, an outcome and a note. `fixed` closes the finding, the other outcomes
//!   reopen it. The team may retest whatever is active.
//! - **Decisions.** The team accepts a risk until a day, or closes a false positive. A contact
//!   proposes, and the team approves or declines. A proposal stays until it is answered or the finding
//!   takes another transition; starting work keeps it.
//! - **A risk's end.** [`RiskDeadline`] names two moments in the workspace's time zone, at which the
//!   worker warns (14 days ahead) and then calls [`apply_risk_expiry`]. Both compare the last day of
//!   the risk, so deadlines of a risk that was prolonged or has ended do nothing.
//! - **Due dates** follow from the workspace's [`DuePolicy`](crate::due::DuePolicy). Publishing sets
//!   one; reopening a closed finding sets a new one where the old one has passed.
//! - **Edits** are history entries with each field before and after, cut at 200 characters. The full
//!   values are stored beside the entry.
//! - **Words.** What happened to a finding is put in words by the table in `wording.rs` only: history,
//!   feed, notification, audit log and flash.
//!
//! Modules below import from the module that defines an item, never from this one: it only re-exports.

mod assignee;
mod authoring;
mod bulk;
mod change;
mod comment;
pub(crate) mod content;
mod counts;
mod decision;
mod event;
mod field_change;
mod filter;
#[expect(clippy::module_inception, reason = "the file holds the type `Finding`")]
mod finding;
mod fingerprint;
mod history;
mod lifecycle;
mod remediation;
mod retest;
mod status;
mod transition;
mod wording;

pub use assignee::Assignee;
pub use authoring::{create_finding, update_content, update_severity};
pub use bulk::{BulkAction, MAX_BULK};
pub use change::{
    FindingChange, MAX_NOTE, RiskDeadline, TransitionRefusal, TransitionRequest, apply_risk_expiry,
    apply_transition,
};
pub use comment::{Comment, CommentInput, NewComment, create_comment};
pub use content::{FindingContent, FindingInput, MAX_REASON};
pub use counts::{Counts, FixTimes, Progress, month_of};
pub use decision::{AcceptedRisk, Decision, Proposal, RISK_WARNING_DAYS};
pub use event::FindingEvent;
pub use field_change::{FieldChange, field_changes};
pub use filter::{
    AssigneeFilter, FindingFilter, FindingFilterInput, FindingOrder, PROPOSED, StatusGroup,
};
pub use finding::Finding;
pub use fingerprint::{Fingerprint, InvalidFingerprint};
pub use history::HistoryEntry;
pub use lifecycle::LifecycleTimes;
pub use remediation::{MAX_TAGS, Remediation, RemediationInput, apply_remediation, parse_due_date};
pub use retest::{Retest, RetestOutcome};
pub use status::FindingStatus;
pub use transition::{NoteRule, Transition};
pub use wording::{EventWording, FindingEventKind, flash_text};

#[cfg(test)]
mod tests;
