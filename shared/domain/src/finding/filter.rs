//! What a list of findings shows: chosen in its address, applied to each row.
//!
//! A new field is a field of both structs, a line of [`FindingFilterInput::parse`] and of [`FIELDS`],
//! and a condition of [`FindingFilter::matches`] and [`FindingFilter::needs_scan`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::status::FindingStatus;
use crate::id::UserId;
use crate::severity::Severity;

/// Longest search, in characters.
const MAX_SEARCH: usize = 100;

/// The tabs of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusGroup {
    /// Published and not closed.
    #[default]
    Active,
    Closed,
    /// Not published; visible to the team only.
    Drafts,
    /// Every finding that the reader may see.
    All,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FindingOrder {
    /// The worst first, by severity and score.
    #[default]
    Severity,
    /// By due date; findings without one come last.
    Due,
}

/// The assignee that a list asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssigneeFilter {
    Unassigned,
    Person(UserId),
}

/// The conditions and the order of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    pub group: StatusGroup,
    pub order: FindingOrder,
    pub status: Option<FindingStatus>,
    /// Only findings with a proposal.
    pub proposed: bool,
    pub severity: Option<Severity>,
    pub assignee: Option<AssigneeFilter>,
    pub tag: Option<String>,
    /// Only findings past their due date.
    pub overdue: bool,
    /// In lower case; each must be in the title, an asset or the CWE number.
    pub search_words: Vec<String>,
}

/// The query of a list's address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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

/// A field of the query.
type Field = fn(&FindingFilterInput) -> &str;

/// Every field of the query, in the order of addresses.
const FIELDS: [(&str, Field); 8] = [
    ("show", |query| &query.show),
    ("sort", |query| &query.sort),
    ("status", |query| &query.status),
    ("severity", |query| &query.severity),
    ("assignee", |query| &query.assignee),
    ("tag", |query| &query.tag),
    ("overdue", |query| &query.overdue),
    ("q", |query| &query.q),
];

/// The value of `status` that asks for findings with a proposal.
pub const PROPOSED: &str = "proposed";

impl StatusGroup {
    /// Every group, with its name in addresses and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Active, "active", "Active"),
        (Self::Closed, "closed", "Closed"),
        (Self::Drafts, "drafts", "Drafts"),
        (Self::All, "all", "All"),
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(group, ..)| *group == self);
        found.map_or("active", |(_, name, _)| name)
    }

    /// The group of a finding in `status`.
    pub const fn of(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Draft => Self::Drafts,
            status if status.is_closed() => Self::Closed,
            _ => Self::Active,
        }
    }
}

impl FindingFilterInput {
    /// The filter. A value that can't be read filters nothing; `me` is the reader, for `assignee=me`.
    pub fn parse(&self, me: UserId) -> FindingFilter {
        let status: Option<FindingStatus> = self.status.parse().ok();
        let named = StatusGroup::ALL
            .iter()
            .find(|(_, name, _)| *name == self.show);
        let group = named.map_or(StatusGroup::Active, |(group, ..)| *group);
        let overdue = !self.overdue.is_empty();
        let proposed = self.status == PROPOSED;
        let words: String = self.q.chars().take(MAX_SEARCH).collect();
        FindingFilter {
            group: match status {
                Some(status) => StatusGroup::of(status),
                None if overdue || proposed => StatusGroup::Active,
                None => group,
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
                "nobody" => Some(AssigneeFilter::Unassigned),
                id => id.parse().ok().map(AssigneeFilter::Person),
            },
            tag: Some(self.tag.trim().to_lowercase()).filter(|tag| !tag.is_empty()),
            overdue,
            search_words: words
                .to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Whether it has a condition besides the group.
    pub fn is_filtered(&self) -> bool {
        FIELDS
            .iter()
            .filter(|(name, _)| !["show", "sort"].contains(name))
            .any(|(_, value)| !value(self).trim().is_empty())
    }

    /// Name and value of each field that isn't empty, for an address.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let pairs = FIELDS.iter().map(|(name, value)| (*name, value(self)));
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }
}

impl FindingFilter {
    /// Whether the indexes alone can't answer it, so that rows are read that don't match.
    pub fn needs_scan(&self) -> bool {
        self.status.is_some()
            || self.proposed
            || self.assignee.is_some()
            || self.tag.is_some()
            || !self.search_words.is_empty()
            || self.overdue
            || (self.order == FindingOrder::Due && self.severity.is_some())
    }

    /// Whether the list shows `finding` on `today`.
    pub fn matches(&self, finding: &Finding, today: Date) -> bool {
        let assigned = finding.assignee.as_ref().map(|assignee| assignee.id);
        self.status.is_none_or(|status| finding.status == status)
            && (!self.proposed || finding.proposal.is_some())
            && self
                .severity
                .is_none_or(|severity| finding.severity == severity)
            && self.assignee.is_none_or(|wanted| match wanted {
                AssigneeFilter::Unassigned => assigned.is_none(),
                AssigneeFilter::Person(id) => assigned == Some(id),
            })
            && self
                .tag
                .as_ref()
                .is_none_or(|tag| finding.tags.contains(tag))
            && (!self.overdue || finding.is_overdue(today))
            && self.matches_search(finding)
    }

    fn matches_search(&self, finding: &Finding) -> bool {
        if self.search_words.is_empty() {
            return true;
        }
        let cwe = finding.cwe.map(|number| format!("cwe-{number}"));
        let text = [
            finding.title.as_str(),
            finding.asset.as_deref().unwrap_or_default(),
            &finding.other_assets,
            cwe.as_deref().unwrap_or_default(),
        ];
        let text = text.join("\n").to_lowercase();
        self.search_words
            .iter()
            .all(|word| text.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: UserId = UserId::new(1, 9);

    #[test]
    fn unreadable_query_filters_nothing() {
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
    fn status_selects_its_group_and_overdue_its_order() {
        let parse = |input: FindingFilterInput| input.parse(ME);
        let resolved = parse(FindingFilterInput {
            show: "closed".into(),
            status: "accepted_risk".into(),
            ..FindingFilterInput::default()
        });
        assert_eq!(resolved.group, StatusGroup::Closed);
        let overdue = parse(FindingFilterInput {
            show: "all".into(),
            overdue: "yes".into(),
            assignee: "me".into(),
            ..FindingFilterInput::default()
        });
        assert_eq!(
            (overdue.group, overdue.order),
            (StatusGroup::Active, FindingOrder::Due)
        );
        assert_eq!(overdue.assignee, Some(AssigneeFilter::Person(ME)));
    }

    #[test]
    fn pairs_hold_the_fields_that_are_set() {
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
