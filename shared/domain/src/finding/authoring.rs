//! Writing a finding: creating one, and changing its content or severity.

use jiff::Timestamp;

use super::change::{FindingChange, TransitionRefusal};
use super::content::FindingContent;
use super::counts::Counts;
use super::event::FindingEvent;
use super::field_change::{FieldChange, field_changes};
use super::finding::Finding;
use super::history::HistoryEntry;
use crate::id::FindingId;
use crate::person::Actor;
use crate::role::Action;
use crate::severity::Severity;

/// A new draft. `event` says whether it was written by hand or imported.
pub fn create_finding(
    id: FindingId,
    content: &FindingContent,
    actor: &Actor,
    event: FindingEvent,
    now: Timestamp,
) -> Result<FindingChange, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    let blank = Finding::blank(id, content.severity, now);
    let finding = blank.with_content(content);
    let counts = Counts::of(&finding);
    let entry = HistoryEntry::new(actor, now, event, None);
    Ok(FindingChange {
        counts,
        ..FindingChange::between(&blank, finding, entry, now)
    })
}

/// A change of the content from `before` to `after`; `None` where they are equal.
pub fn update_content(
    finding: &Finding,
    before: &FindingContent,
    after: &FindingContent,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    let full_changes = field_changes(before, after);
    if full_changes.is_empty() {
        return Ok(None);
    }
    let changes: Vec<FieldChange> = full_changes.iter().map(FieldChange::to_cut).collect();
    let is_cut = changes.iter().any(|change| change.cut);
    let entry = HistoryEntry::new(actor, now, FindingEvent::Edited { changes }, None);
    Ok(Some(FindingChange {
        full_changes: if is_cut { full_changes } else { Vec::new() },
        ..FindingChange::between(finding, finding.with_content(after), entry, now)
    }))
}

/// A change of the severity alone, with a reason; `None` where it stays.
pub fn update_severity(
    finding: &Finding,
    severity: Severity,
    reason: &str,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    if finding.severity == severity {
        return Ok(None);
    }
    let name = |severity: Severity| Some(severity.name().to_owned());
    let changes = FieldChange::between("severity", name(finding.severity), name(severity));
    let changes = changes.into_iter().collect();
    let note = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    let entry = HistoryEntry::new(actor, now, FindingEvent::Edited { changes }, note);
    let after = Finding {
        severity,
        ..finding.clone()
    };
    Ok(Some(FindingChange::between(finding, after, entry, now)))
}
