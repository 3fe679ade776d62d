//! Shapes that several pages show.

mod billed_sample;
mod finding_list;
mod overview;
mod paper;
mod people;
mod samples;
mod send;
mod tabs;

use domain::client::Client;
use domain::counts::Counts;
use domain::engagement::Engagement;
use domain::finding::Finding;
use domain::message::MessageCounts;
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::page;

pub use billed_sample::billed_sample;
pub use finding_list::{FindingList, FindingListContext};
pub use overview::{ActivityRow, DueList, FindingAges, FixTimeRow, Todo, TrendChart};
pub use paper::InvoiceView;
pub use people::{InviteRow, PersonRow, SuppressionMark, device, roles};
pub use samples::{
    activity_sample, actor_sample, days_sample, engagement_sample, people_samples, samples,
    workspace_sample,
};
pub use send::UploadForm;
pub use tabs::EngagementTabs;

/// Active findings by severity.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Breakdown {
    critical: i64,
    high: i64,
    medium: i64,
    low: i64,
    info: i64,
    total: i64,
}

impl Breakdown {
    /// Of whatever `count` counts.
    pub fn by(count: impl Fn(Severity) -> i64) -> Self {
        let [critical, high, medium, low, info] = Severity::ALL.map(count);
        Self {
            critical,
            high,
            medium,
            low,
            info,
            total: critical + high + medium + low + info,
        }
    }
}

impl From<&Counts> for Breakdown {
    fn from(counts: &Counts) -> Self {
        Self::by(|severity| counts.active(severity))
    }
}

/// How far the published findings are.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProgressBar {
    percent: i64,
    done: i64,
    resolved: i64,
    total: i64,
}

impl From<&Counts> for ProgressBar {
    fn from(counts: &Counts) -> Self {
        let progress = counts.progress();
        Self {
            percent: progress.percent(),
            done: progress.done,
            resolved: progress.resolved,
            total: progress.total,
        }
    }
}

/// A finding in a list.
#[derive(Debug, Clone, Serialize)]
pub struct FindingRow {
    /// Where its page is.
    pub href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: &'static str,
    asset: Option<String>,
    more_assets: i64,
    updated: Timestamp,
    version: i64,
}

impl FindingRow {
    /// The row of `finding`, whose page is at `href`.
    pub fn new(finding: &Finding, href: String) -> Self {
        Self {
            href,
            title: finding.title.clone(),
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
            asset: finding.asset.clone(),
            more_assets: (finding.assets - 1).max(0),
            updated: finding.updated,
            version: finding.version,
        }
    }
}

/// An engagement in a list.
#[derive(Debug, Clone, Serialize)]
pub struct EngagementCard {
    href: String,
    title: String,
    kind: &'static str,
    phase: &'static str,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    breakdown: Breakdown,
    progress: ProgressBar,
    unread: i64,
}

impl EngagementCard {
    /// The card of `engagement`; `base` begins the addresses of its client.
    pub fn new(engagement: &Engagement, base: &str) -> Self {
        Self {
            href: format!("{base}/engagements/{}", engagement.id),
            title: engagement.title.clone(),
            kind: engagement.kind.label(),
            phase: engagement.phase.name(),
            starts_on: engagement.starts_on,
            ends_on: engagement.ends_on,
            breakdown: (&engagement.counts).into(),
            progress: (&engagement.counts).into(),
            unread: 0,
        }
    }

    /// The same for somebody who has read so much of its thread.
    #[must_use]
    pub fn read(self, messages: MessageCounts, seen: MessageCounts) -> Self {
        Self {
            unread: messages.unread(seen).total(),
            ..self
        }
    }
}

/// A client in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ClientCard {
    href: String,
    name: String,
    overdue: i64,
    engagements: i64,
    breakdown: Breakdown,
    progress: ProgressBar,
}

impl From<&Client> for ClientCard {
    fn from(client: &Client) -> Self {
        Self {
            href: format!("/clients/{}", client.id),
            name: client.name.clone(),
            overdue: client.overdue,
            engagements: client.engagements,
            breakdown: (&client.counts).into(),
            progress: (&client.counts).into(),
        }
    }
}

/// Where a list goes on.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Pager {
    count: Option<i64>,
    next: Option<String>,
    first: Option<String>,
}

impl Pager {
    /// Of a list that goes on at `next`, at `path`, reached with the cursor `after`.
    pub(crate) fn at(next: Option<&str>, path: &str, after: Option<&str>) -> Self {
        let joint = if path.contains('?') { '&' } else { '?' };
        Self {
            count: None,
            next: next.map(|cursor| format!("{path}{joint}after={}", encode(cursor))),
            first: after.map(|_| path.to_owned()),
        }
    }

    /// Of a page at `path`, which may have a query, reached with the cursor `after`.
    pub fn new<T>(
        page: &page::ListPage<T>,
        path: &str,
        after: Option<&str>,
        count: Option<i64>,
    ) -> Self {
        let joint = if path.contains('?') { '&' } else { '?' };
        Self {
            count,
            next: page
                .next
                .as_ref()
                .map(|cursor| format!("{path}{joint}after={}", encode(cursor))),
            first: after.map(|_| path.to_owned()),
        }
    }
}

/// A choice of a form.
#[derive(Debug, Clone, Serialize)]
pub struct SelectOption {
    /// What is sent.
    pub value: &'static str,
    /// What is read.
    pub label: &'static str,
}

/// A text as part of a query.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
