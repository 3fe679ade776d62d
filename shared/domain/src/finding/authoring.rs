//! Writing a finding: creating one, and changing its content or severity.

use jiff::Timestamp;
use jiff::civil::Date;

use super::change::{FindingChange, TransitionRefusal};
use super::content::FindingContent;
use super::counts::Counts;
use super::event::FindingEvent;
use super::field_change::{DUE_DATE, FieldChange, field_changes};
use super::finding::Finding;
use super::history::HistoryEntry;
use crate::id::FindingId;
use crate::person::Actor;
use crate::role::Action;
use crate::severity::Severity;
use crate::workspace::Workspace;

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
    workspace: &Workspace,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    let changes = field_changes(before, after);
    if changes.is_empty() {
        return Ok(None);
    }
    let edited = finding.with_content(after);
    if !finding.status.is_published() || edited.severity == finding.severity {
        let (entry, full_changes) = edit_entry(actor, now, changes);
        return Ok(Some(FindingChange {
            full_changes,
            ..FindingChange::between(finding, edited, entry, now)
        }));
    }
    let (rating, others): (Vec<_>, Vec<_>) = changes.into_iter().partition(FieldChange::is_rating);
    let (rated, entry) = rate(finding, edited, rating, actor, workspace, now);
    let (internal, full_changes) = edit_entry(actor, now, others.clone());
    Ok(Some(FindingChange {
        internal_entry: Some(internal).filter(|_| !others.is_empty()),
        full_changes,
        ..FindingChange::between(finding, rated, entry, now)
    }))
}

/// A change of the severity alone, with a reason; `None` where it stays.
pub fn update_severity(
    finding: &Finding,
    severity: Severity,
    reason: &str,
    actor: &Actor,
    workspace: &Workspace,
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
    let changes: Vec<FieldChange> = changes.into_iter().collect();
    let after = Finding {
        severity,
        ..finding.clone()
    };
    let (after, entry) = if finding.status.is_published() {
        rate(finding, after, changes, actor, workspace, now)
    } else {
        (after, edit_entry(actor, now, changes).0)
    };
    let entry = HistoryEntry {
        note: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        ..entry
    };
    Ok(Some(FindingChange::between(finding, after, entry, now)))
}

/// The entry of an edit, and its changes in full where the entry holds them cut.
fn edit_entry(
    actor: &Actor,
    now: Timestamp,
    full_changes: Vec<FieldChange>,
) -> (HistoryEntry, Vec<FieldChange>) {
    let changes: Vec<FieldChange> = full_changes.iter().map(FieldChange::to_cut).collect();
    let is_cut = changes.iter().any(|change| change.cut);
    let entry = HistoryEntry::new(actor, now, FindingEvent::Edited { changes }, None);
    (entry, if is_cut { full_changes } else { Vec::new() })
}

/// A published finding with another severity and the due date that follows from it, and the entry
/// that tells the client.
fn rate(
    before: &Finding,
    after: Finding,
    mut changes: Vec<FieldChange>,
    actor: &Actor,
    workspace: &Workspace,
    now: Timestamp,
) -> (Finding, HistoryEntry) {
    let due = due_after_rating(before, after.severity, workspace, now);
    let day = |due: Option<Date>| due.map(|due| due.to_string());
    changes.extend(FieldChange::between(DUE_DATE, day(before.due), day(due)));
    let entry = HistoryEntry::new(actor, now, FindingEvent::Rated { changes }, None);
    (Finding { due, ..after }, entry)
}

/// The due date after a change of the severity, by the workspace's policy. A worse one brings the
/// date forward, counted from today; a lesser one puts it back, counted from the publication,
/// unless a person had set it. A finding that waits for no fix keeps its date.
fn due_after_rating(
    before: &Finding,
    severity: Severity,
    workspace: &Workspace,
    now: Timestamp,
) -> Option<Date> {
    let (policy, today) = (workspace.due, workspace.today(now));
    if !before.status.is_active() {
        return before.due;
    }
    if severity < before.severity {
        let dates = [before.due, policy.due_date(severity, today)];
        return dates.into_iter().flatten().min();
    }
    let published = before.lifecycle.published_at;
    let published = published.map_or(today, |at| workspace.today(at));
    let by_policy = [published, today].map(|day| policy.due_date(before.severity, day));
    if by_policy.contains(&before.due) {
        policy.due_date(severity, published)
    } else {
        before.due
    }
}
