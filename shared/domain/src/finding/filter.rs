//! What a list of findings shows: chosen in its address, applied to each row.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Finding, FindingStatus};
use crate::id::UserId;
use crate::severity::Severity;

/// Longest search, in characters.
const MAX_SEARCH: usize = 100;

/// The parts of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusGroup {
    /// Published, and something is to be done.
    #[default]
    Active,
    /// Nothing is to be done, for now at least.
    Closed,
    /// Not published: the team's alone.
    Drafts,
    /// All that the reader may see.
    All,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingOrder {
    /// The worst first, by severity and score.
    #[default]
    Severity,
    /// What is due first; what has no date comes last.
    Due,
}

/// To whom findings are assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssigneeFilter {
    /// To nobody.
    Nobody,
    /// To one person.
    Person(UserId),
}

/// What a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Which parts of the list.
    pub show: StatusGroup,
    /// In which order.
    pub order: FindingOrder,
    /// Of one status only.
    pub status: Option<FindingStatus>,
    /// Those only of which the client asks for a decision.
    pub proposed: bool,
    /// Of one severity only.
    pub severity: Option<Severity>,
    /// Assigned so only.
    pub assignee: Option<AssigneeFilter>,
    /// With one tag only.
    pub tag: Option<String>,
    /// Past their day only.
    pub overdue: bool,
    /// Words that are all in the title, an asset or the CWE.
    pub words: Vec<String>,
}

/// A filter, as it stands in an address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the fields of Filter
pub struct FindingFilterInput {
    pub show: String,
    pub sort: String,
    pub status: String,
    pub severity: String,
    pub assignee: String,
    pub tag: String,
    pub overdue: String,
    pub q: String,
}

/// What stands for a status where the client asks for a decision.
pub const PROPOSED: &str = "proposed";

impl StatusGroup {
    /// Every part, with its name in addresses and its word on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Active, "active", "Active"),
        (Self::Closed, "closed", "Closed"),
        (Self::Drafts, "drafts", "Drafts"),
        (Self::All, "all", "All"),
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(show, ..)| *show == self);
        found.map_or("active", |(_, name, _)| name)
    }

    /// The part that a finding in `status` stands in.
    pub const fn of(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Draft => Self::Drafts,
            status if status.is_closed() => Self::Closed,
            _ => Self::Active,
        }
    }
}

impl FindingFilterInput {
    /// Reads it; what can't be read filters nothing. `me` is who reads.
    pub fn parse(&self, me: UserId) -> FindingFilter {
        let status: Option<FindingStatus> = self.status.parse().ok();
        let named = StatusGroup::ALL
            .iter()
            .find(|(_, name, _)| *name == self.show);
        let show = named.map_or(StatusGroup::Active, |(show, ..)| *show);
        let overdue = !self.overdue.is_empty();
        let proposed = self.status == PROPOSED;
        let words: String = self.q.chars().take(MAX_SEARCH).collect();
        FindingFilter {
            show: match status {
                Some(status) => StatusGroup::of(status),
                None if overdue || proposed => StatusGroup::Active,
                None => show,
            },
            order: if self.sort == "due" || overdue {
                FindingOrder::Due
            } else {
                FindingOrder::Severity
            },
            status,
            proposed,
            severity: self.severity.parse().ok(),
            assignee: match self.assignee.as_str() {
                "me" => Some(AssigneeFilter::Person(me)),
                "nobody" => Some(AssigneeFilter::Nobody),
                id => id.parse().ok().map(AssigneeFilter::Person),
            },
            tag: Some(self.tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()),
            overdue,
            words: words
                .to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether it chooses anything besides a part and an order.
    pub fn is_filtered(&self) -> bool {
        let fields = [
            &self.status,
            &self.severity,
            &self.assignee,
            &self.tag,
            &self.overdue,
            &self.q,
        ];
        fields.into_iter().any(|field| !field.trim().is_empty())
    }

    /// Name and value of each field that says something, for an address.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let pairs = [
            ("show", self.show.as_str()),
            ("sort", &self.sort),
            ("status", &self.status),
            ("severity", &self.severity),
            ("assignee", &self.assignee),
            ("tag", &self.tag),
            ("overdue", &self.overdue),
            ("q", &self.q),
        ];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        said.collect()
    }
}

impl FindingFilter {
    /// Whether the list's order and parts alone don't give what it wants, so that
    /// rows are read which it leaves out.
    pub fn looks(&self) -> bool {
        self.status.is_some()
            || self.proposed
            || self.assignee.is_some()
            || self.tag.is_some()
            || !self.words.is_empty()
            || self.overdue
            || (self.order == FindingOrder::Due && self.severity.is_some())
    }

    /// Whether it shows `finding` on `today`.
    pub fn shows(&self, finding: &Finding, today: Date) -> bool {
        let assigned = finding.assignee.as_ref().map(|one| one.id);
        self.status.is_none_or(|status| finding.status == status)
            && (!self.proposed || finding.proposal.is_some())
            && self.severity.is_none_or(|one| finding.severity == one)
            && self.assignee.is_none_or(|whom| match whom {
                AssigneeFilter::Nobody => assigned.is_none(),
                AssigneeFilter::Person(id) => assigned == Some(id),
            })
            && self
                .tag
                .as_ref()
                .is_none_or(|tag| finding.tags.contains(tag))
            && (!self.overdue || finding.is_overdue(today))
            && self.says(finding)
    }

    fn says(&self, finding: &Finding) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let cwe = finding.cwe.map(|number| format!("cwe-{number}"));
        let text = [
            finding.title.as_str(),
            finding.asset.as_deref().unwrap_or_default(),
            &finding.also,
            cwe.as_deref().unwrap_or_default(),
        ];
        let text = text.join("\n").to_lowercase();
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId::new(1, 9);

    #[test]
    fn what_cannot_be_read_filters_nothing() {
        let odd = FindingFilterInput {
            show: "<b>".into(),
            sort: "up".into(),
            status: "x".into(),
            severity: "awful".into(),
            assignee: "somebody".into(),
            ..FindingFilterInput::default()
        };
        assert_eq!(odd.parse(ME), FindingFilter::default());
    }

    #[test]
    fn a_status_brings_its_part_and_overdue_its_order() {
        let parse = |input: FindingFilterInput| input.parse(ME);
        let resolved = parse(FindingFilterInput {
            show: "closed".into(),
            status: "accepted_risk".into(),
            ..FindingFilterInput::default()
        });
        assert_eq!(resolved.show, StatusGroup::Closed);
        let overdue = parse(FindingFilterInput {
            show: "all".into(),
            overdue: "yes".into(),
            assignee: "me".into(),
            ..FindingFilterInput::default()
        });
        assert_eq!(
            (overdue.show, overdue.order),
            (StatusGroup::Active, FindingOrder::Due)
        );
        assert_eq!(overdue.assignee, Some(AssigneeFilter::Person(ME)));
    }

    #[test]
    fn an_address_made_of_a_filter_reads_as_the_same() {
        let input = FindingFilterInput {
            sort: "due".into(),
            severity: "high".into(),
            q: "SQL api".into(),
            ..FindingFilterInput::default()
        };
        assert_eq!(
            input.pairs(),
            [("sort", "due"), ("severity", "high"), ("q", "SQL api")]
        );
        assert!(input.is_filtered() && !FindingFilterInput::default().is_filtered());
    }
}
