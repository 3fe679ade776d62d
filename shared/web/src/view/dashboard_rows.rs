//! Lists of dashboards: due findings, waiting work, recent activity.

use domain::activity::{Activity, ActivityKind};
use domain::finding::FindingStatus;
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::{DueFindings, FindingSummary};

use crate::links::{self, LinkBase};

use super::finding_row::FindingRow;

/// What is due, and how much of it is overdue.
#[derive(Debug, Clone, Serialize)]
pub struct DueList {
    rows: Vec<DueRow>,
    overdue: String,
    any_overdue: bool,
    this_morning: bool,
}

#[derive(Debug, Clone, Serialize)]
struct DueRow {
    row: FindingRow,
    due: Option<Date>,
    overdue: bool,
    client_name: Option<String>,
}

impl DueList {
    /// The first `shown` of what is due and unfixed; `noted` were overdue when
    /// the day began. `place` gives a finding's page and its client's name.
    pub fn new(
        due: &DueFindings,
        today: Date,
        noted: i64,
        shown: usize,
        place: impl Fn(&FindingSummary) -> (String, Option<String>),
    ) -> Self {
        let overdue = |listed: &&FindingSummary| listed.finding.is_overdue(today);
        let counted = due.rows.iter().filter(overdue).count();
        let counted = i64::try_from(counted).unwrap_or_default();
        // Past the overdue ones, or at the end: then none was left out.
        let beyond = due
            .rows
            .last()
            .is_none_or(|last| last.finding.due.is_none_or(|day| day >= today));
        let all = !due.more || beyond;
        let this_morning = !all && noted > counted;
        let rows = due.rows.iter();
        let unfixed = rows.filter(|finding| {
            finding.finding.status != FindingStatus::Resolved && finding.finding.due.is_some()
        });
        Self {
            overdue: if all {
                counted.to_string()
            } else if this_morning {
                noted.to_string()
            } else {
                format!("{counted}+")
            },
            any_overdue: counted > 0 || this_morning,
            this_morning,
            rows: unfixed
                .take(shown)
                .map(|listed| {
                    let (href, client_name) = place(listed);
                    DueRow {
                        row: FindingRow::new(&listed.finding, href),
                        due: listed.finding.due,
                        overdue: listed.finding.is_overdue(today),
                        client_name,
                    }
                })
                .collect(),
        }
    }

    /// How many are overdue, in words for a number.
    pub fn overdue(&self) -> Option<&str> {
        self.any_overdue.then_some(self.overdue.as_str())
    }
}

/// Something that waits for whoever looks at a dashboard.
#[derive(Debug, Clone, Serialize)]
pub struct Todo {
    count: String,
    words: &'static str,
    href: String,
}

impl Todo {
    /// Something, where there is any of it.
    pub fn from_count(count: i64, words: &'static str, href: &str) -> Option<Self> {
        (count > 0).then(|| Self::with_count(&count.to_string(), words, href))
    }

    /// Something, of which there is as much as `count` says.
    pub fn with_count(count: &str, words: &'static str, href: &str) -> Self {
        Self {
            count: count.to_owned(),
            words,
            href: href.to_owned(),
        }
    }
}

/// A line of the activity feed.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityRow {
    at: Timestamp,
    who: String,
    side: &'static str,
    words: &'static str,
    title: String,
    href: Option<String>,
    severity: Option<&'static str>,
    client_name: Option<String>,
}

impl ActivityRow {
    /// The line of `activity` for the side of `base`; `client_name` where the page shows
    /// several clients.
    pub fn new(activity: &Activity, base: LinkBase, client_name: Option<String>) -> Self {
        let hidden = activity.kind == ActivityKind::Withdrawn && base == LinkBase::Portal;
        Self {
            at: activity.at,
            who: activity.by_name.clone(),
            side: if activity.by_team { "team" } else { "client" },
            words: activity.kind.label(),
            title: activity.title.clone(),
            href: (!hidden).then(|| match activity.finding {
                Some(finding) => links::finding(base, activity.engagement, finding),
                None => links::engagement(base, activity.engagement),
            }),
            severity: activity.severity.map(Severity::name),
            client_name,
        }
    }
}
