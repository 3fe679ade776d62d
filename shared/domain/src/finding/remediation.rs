//! The remediation of a finding: who fixes it, by when, under which tags.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::assignee::Assignee;
use super::change::{FindingChange, TransitionRefusal};
use super::event::FindingEvent;
use super::field_change::{DUE_DATE, FieldChange};
use super::finding::Finding;
use super::history::HistoryEntry;
use crate::input::FieldErrors;
use crate::person::{Actor, Person};
use crate::role::Action;
use crate::tags::{self, Tags};

/// Tags that a finding has at most.
pub const MAX_TAGS: usize = tags::MAX_TAGS;

/// The assignee, due date and tags of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remediation {
    pub assignee: Option<Assignee>,
    pub due: Option<Date>,
    /// In lower case, sorted.
    pub tags: Vec<String>,
}

/// The submitted form. A field that isn't sent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemediationInput {
    pub assignee: Option<String>,
    pub due: Option<String>,
    pub tags: Option<String>,
}

impl Finding {
    /// The part of the row that [`apply_remediation`] changes.
    pub fn remediation(&self) -> Remediation {
        Remediation {
            assignee: self.assignee.clone(),
            due: self.due,
            tags: self.tags.clone(),
        }
    }
}

impl From<&Remediation> for RemediationInput {
    /// The form filled in.
    fn from(remediation: &Remediation) -> Self {
        let text = |text: Option<String>| Some(text.unwrap_or_default());
        let assignee = remediation.assignee.as_ref();
        Self {
            assignee: text(assignee.map(|assignee| assignee.id.to_string())),
            due: text(remediation.due.map(|due| due.to_string())),
            tags: Some(remediation.tags.join(", ")),
        }
    }
}

impl RemediationInput {
    /// Checks every field. A finding can be assigned to one of `people`; the assignee of `before`
    /// may keep it.
    pub fn parse(
        &self,
        before: &Remediation,
        people: &[Person],
    ) -> Result<Remediation, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let mut after = before.clone();
        if let Some(raw) = &self.assignee {
            after.assignee = parse_assignee(&mut invalid, raw, before.assignee.as_ref(), people);
        }
        if let Some(raw) = &self.due {
            after.due = parse_due_date(&mut invalid, raw);
        }
        if let Some(raw) = &self.tags {
            after.tags = Tags::Finding.parse(&mut invalid, raw);
        }
        invalid.into_result(after)
    }
}

/// A change of the remediation; `None` where nothing differs. Only the team changes tags and dates.
pub fn apply_remediation(
    finding: &Finding,
    after: &Remediation,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    let before = finding.remediation();
    let is_beyond_assignee = before.due != after.due || before.tags != after.tags;
    if !actor.role.may(Action::AssignFindings)
        || (is_beyond_assignee && !actor.role.may(Action::WriteFindings))
    {
        return Err(TransitionRefusal::Role);
    }
    if before == *after {
        return Ok(None);
    }
    let name = |remediation: &Remediation| {
        let assignee = remediation.assignee.as_ref();
        assignee.map(|assignee| assignee.name.clone())
    };
    let day = |remediation: &Remediation| remediation.due.map(|due| due.to_string());
    let tags = |remediation: &Remediation| Some(remediation.tags.join(", "));
    let changes = [
        FieldChange::between("assignee", name(&before), name(after)),
        FieldChange::between(DUE_DATE, day(&before), day(after)),
        FieldChange::between("tags", tags(&before), tags(after)),
    ];
    let changes: Vec<FieldChange> = changes.into_iter().flatten().collect();
    let event = if finding.status.is_published() {
        FindingEvent::RemediationChanged { changes }
    } else {
        FindingEvent::Edited { changes }
    };
    let finding_after = Finding {
        assignee: after.assignee.clone(),
        due: after.due,
        tags: after.tags.clone(),
        ..finding.clone()
    };
    let entry = HistoryEntry::new(actor, now, event, None);
    let change = FindingChange::between(finding, finding_after, entry, now);
    Ok(Some(change))
}

fn parse_assignee(
    invalid: &mut FieldErrors,
    raw: &str,
    before: Option<&Assignee>,
    people: &[Person],
) -> Option<Assignee> {
    if raw.is_empty() {
        return None;
    }
    let person = people.iter().find(|person| person.id.to_string() == raw);
    let chosen = person.map(|person| Assignee {
        id: person.id,
        name: person.name.clone(),
    });
    let same = before.filter(|assignee| assignee.id.to_string() == raw);
    let assignee = same.cloned().or(chosen);
    if assignee.is_none() {
        invalid.add("assignee", "Choose somebody from the list.");
    }
    assignee
}

/// The day of the field `due`; `None` where it is empty.
pub fn parse_due_date(invalid: &mut FieldErrors, raw: &str) -> Option<Date> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let is_sensible = |day: &Date| (2000..=2200).contains(&day.year());
    let day = raw.parse::<Date>().ok().filter(is_sensible);
    if day.is_none() {
        invalid.add("due", "Enter a date like 2026-11-24.");
    }
    day
}
