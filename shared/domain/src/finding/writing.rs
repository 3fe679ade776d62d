//! Writing a finding: making one, and changing its text.

use jiff::Timestamp;

use super::{Change, Draft, Finding, Refusal, Status, edited_fields};
use crate::counts::Counts;
use crate::history::{Entry, Happening};
use crate::id::FindingId;
use crate::person::Actor;
use crate::role::Action;

/// A new finding, as a draft. `how` says whether by hand or by an import.
pub fn create(
    id: FindingId,
    draft: &Draft,
    actor: &Actor,
    how: Happening,
    now: Timestamp,
) -> Result<Change, Refusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(Refusal::Role);
    }
    let finding = described(id, draft, Status::Draft, now, 1);
    let counts = Counts::moved(None, Some((finding.severity, finding.status)));
    Ok(Change {
        finding,
        counts,
        entry: Entry::new(actor, now, how, None),
        shared: false,
    })
}

/// A finding with another text; `None` where nothing differs.
pub fn edit(
    finding: &Finding,
    before: &Draft,
    after: &Draft,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<Change>, Refusal> {
    if !actor.role.may(Action::WriteFindings) {
        return Err(Refusal::Role);
    }
    let fields = edited_fields(before, after);
    if fields.is_empty() {
        return Ok(None);
    }
    let status = finding.status;
    let edited = described(finding.id, after, status, now, finding.version + 1);
    Ok(Some(Change {
        counts: Counts::moved(
            Some((finding.severity, status)),
            Some((edited.severity, status)),
        ),
        finding: edited,
        entry: Entry::new(actor, now, Happening::Edited { fields }, None),
        shared: status.is_published(),
    }))
}

fn described(
    id: FindingId,
    draft: &Draft,
    status: Status,
    updated: Timestamp,
    version: i64,
) -> Finding {
    Finding {
        id,
        title: draft.title.clone(),
        severity: draft.severity,
        score: draft.vector.as_ref().map(crate::score::Vector::score),
        status,
        asset: draft.assets.first().cloned(),
        assets: i64::try_from(draft.assets.len()).unwrap_or(i64::MAX),
        updated,
        version,
    }
}
