//! Who fixes a finding, by when, and under which tags it is found.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::transition::changed;
use super::{FieldChange, Finding, FindingChange, TransitionRefusal};
use crate::history::{FindingEvent, HistoryEntry};
use crate::id::UserId;
use crate::input::FieldErrors;
use crate::person::{Actor, Person};
use crate::role::Action;

/// Tags that a finding has at most.
pub const MAX_TAGS: usize = 10;
/// Longest tag, in characters.
const MAX_TAG: usize = 30;

/// Who is to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignee {
    /// The account.
    pub id: UserId,
    /// The name when it was assigned.
    pub name: String,
}

/// The plan of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remediation {
    /// Who fixes it.
    pub assignee: Option<Assignee>,
    /// By when.
    pub due: Option<Date>,
    /// Short words, in lower case, in order.
    pub tags: Vec<String>,
}

/// The plan's form, as typed. What the form doesn't have stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the fields of Plan
pub struct RemediationInput {
    pub assignee: Option<String>,
    pub due: Option<String>,
    pub tags: Option<String>,
}

impl Finding {
    /// Its plan.
    pub fn plan(&self) -> Remediation {
        Remediation {
            assignee: self.assignee.clone(),
            due: self.due,
            tags: self.tags.clone(),
        }
    }
}

impl From<&Remediation> for RemediationInput {
    /// The form filled in with what is there.
    fn from(plan: &Remediation) -> Self {
        let text = |text: Option<String>| Some(text.unwrap_or_default());
        Self {
            assignee: text(plan.assignee.as_ref().map(|one| one.id.to_string())),
            due: text(plan.due.map(|due| due.to_string())),
            tags: Some(plan.tags.join(", ")),
        }
    }
}

impl RemediationInput {
    /// Checks every field; `people` are those whom the finding may be given to.
    /// Whoever has it already may keep it.
    pub fn parse(
        &self,
        before: &Remediation,
        people: &[Person],
    ) -> Result<Remediation, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let mut plan = before.clone();
        if let Some(raw) = &self.assignee {
            plan.assignee = assignee(&mut invalid, raw, before.assignee.as_ref(), people);
        }
        if let Some(raw) = &self.due {
            plan.due = due(&mut invalid, raw);
        }
        if let Some(raw) = &self.tags {
            plan.tags = tags(&mut invalid, raw);
        }
        invalid.into_result(plan)
    }
}

/// A finding with another plan; `None` where nothing differs. Tags and dates are
/// the team's.
pub fn plan(
    finding: &Finding,
    after: &Remediation,
    actor: &Actor,
    now: Timestamp,
) -> Result<Option<FindingChange>, TransitionRefusal> {
    let before = finding.plan();
    let beyond = before.due != after.due || before.tags != after.tags;
    if !actor.role.may(Action::AssignFindings) || (beyond && !actor.role.may(Action::WriteFindings))
    {
        return Err(TransitionRefusal::Role);
    }
    let name = |plan: &Remediation| plan.assignee.as_ref().map(|one| one.name.clone());
    let day = |plan: &Remediation| plan.due.map(|due| due.to_string());
    let changes: Vec<FieldChange> = [
        FieldChange::between("assignee", name(&before), name(after)),
        FieldChange::between("due date", day(&before), day(after)),
        FieldChange::between(
            "tags",
            Some(before.tags.join(", ")),
            Some(after.tags.join(", ")),
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    if before == *after {
        return Ok(None);
    }
    let planned = Finding {
        assignee: after.assignee.clone(),
        due: after.due,
        tags: after.tags.clone(),
        ..finding.clone()
    };
    let what = if finding.status.is_published() {
        FindingEvent::Planned { changes }
    } else {
        FindingEvent::Edited { changes }
    };
    let entry = HistoryEntry::new(actor, now, what, None);
    Ok(Some(changed(finding, planned, entry, now)))
}

fn assignee(
    invalid: &mut FieldErrors,
    raw: &str,
    before: Option<&Assignee>,
    people: &[Person],
) -> Option<Assignee> {
    if raw.is_empty() {
        return None;
    }
    let known = people.iter().find(|one| one.id.to_string() == raw);
    let known = known.map(|one| Assignee {
        id: one.id,
        name: one.name.clone(),
    });
    let same = before.filter(|one| one.id.to_string() == raw).cloned();
    let chosen = same.or(known);
    if chosen.is_none() {
        invalid.add("assignee", "Choose somebody from the list.");
    }
    chosen
}

/// Reads the day of the field `due`; nothing is none.
pub fn due(invalid: &mut FieldErrors, raw: &str) -> Option<Date> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    let sensible = |day: &Date| (2000..=2200).contains(&day.year());
    let day = raw.parse::<Date>().ok().filter(sensible);
    if day.is_none() {
        invalid.add("due", "Enter a date like 2026-11-24.");
    }
    day
}

fn tags(invalid: &mut FieldErrors, raw: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in raw.split([',', '\n']) {
        let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        let tag = tag.trim_start_matches('#').to_lowercase();
        let odd = |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'));
        if tag.contains(odd) || tag.chars().count() > MAX_TAG {
            let rule = "Use letters, digits, spaces and - _ . / in tags";
            invalid.add(
                "tags",
                format!("{rule}, at most {MAX_TAG} characters each."),
            );
        } else if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_TAGS {
        invalid.add("tags", format!("Use at most {MAX_TAGS} tags."));
    }
    tags.sort();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_short_words_once_each_in_order() {
        let mut invalid = FieldErrors::default();
        assert_eq!(
            tags(&mut invalid, " PCI ,#web,, web,\nQ1  2026"),
            ["pci", "q1 2026", "web"]
        );
        assert!(invalid.fields().is_empty());
        for odd in ["<b>", &"x".repeat(31), "a,b,c,d,e,f,g,h,i,j,k"] {
            let mut invalid = FieldErrors::default();
            tags(&mut invalid, odd);
            assert!(invalid.fields().contains_key("tags"), "{odd}");
        }
    }
}
