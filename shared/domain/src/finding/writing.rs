//! Writing a finding: making one, and changing its text.

use jiff::Timestamp;

use super::transition::changed;
use super::{
    FieldChange, Finding, FindingChange, FindingContent, FindingStatus, LifecycleTimes,
    TransitionRefusal, edits,
};
use crate::counts::Counts;
use crate::history::{FindingEvent, HistoryEntry};
use crate::id::FindingId;
use crate::person::Actor;
use crate::role::Action;
use crate::severity::Severity;

/// Characters that a finding's row keeps of the assets after the first, for search.
const ALSO: usize = 300;

/// A new finding, as a draft. `how` says whether by hand or by an import.
pub fn create(
    id: FindingId,
    draft: &FindingContent,
    actor: &Actor,
    how: FindingEvent,
    now: Timestamp,
) -> Result<FindingChange, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    let blank = blank(id, draft.severity, now);
    let finding = described(&blank, draft);
    let counts = Counts::of(&finding);
    let entry = HistoryEntry::new(actor, now, how, None);
    Ok(FindingChange {
        counts,
        ..changed(&blank, finding, entry, now)
    })
}

/// A finding of which nothing is said yet.
pub(crate) fn blank(id: FindingId, severity: Severity, now: Timestamp) -> Finding {
    Finding {
        id,
        title: String::new(),
        severity,
        score: None,
        cwe: None,
        status: FindingStatus::Draft,
        asset: None,
        assets: 0,
        also: String::new(),
        due: None,
        assignee: None,
        tags: Vec::new(),
        accepted: None,
        proposal: None,
        life: LifecycleTimes::default(),
        rounds: 0,
        fingerprint: None,
        updated: now,
        version: 0,
    }
}

/// A finding with another text; `None` where nothing differs.
pub fn edit(
    finding: &Finding,
    before: &FindingContent,
    after: &FindingContent,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(TransitionRefusal::Role);
    }
    let full = edits(before, after);
    if full.is_empty() {
        return Ok(None);
    }
    let changes: Vec<FieldChange> = full.iter().map(FieldChange::short).collect();
    let cut = changes.iter().any(|change| change.cut);
    let entry = HistoryEntry::new(actor, now, FindingEvent::Edited { changes }, None);
    Ok(Some(FindingChange {
        full: if cut { full } else { Vec::new() },
        ..changed(finding, described(finding, after), entry, now)
    }))
}

/// A finding with another severity, and why: the rest of the text stays.
pub fn rate(
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
    let rated = Finding {
        severity,
        ..finding.clone()
    };
    Ok(Some(changed(finding, rated, entry, now)))
}

fn described(finding: &Finding, draft: &FindingContent) -> Finding {
    let others = draft.assets.get(1..).unwrap_or_default().join(" ");
    Finding {
        title: draft.title.clone(),
        severity: draft.severity,
        score: draft.vector.as_ref().map(crate::score::CvssVector::score),
        cwe: draft.cwe,
        asset: draft.assets.first().cloned(),
        assets: i64::try_from(draft.assets.len()).unwrap_or(i64::MAX),
        also: others.chars().take(ALSO).collect(),
        ..finding.clone()
    }
}
