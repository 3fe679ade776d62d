//! Shapes that several pages show.

use domain::client::Client;
use domain::counts::Counts;
use domain::engagement::{Engagement, Kind, Phase};
use domain::finding::{Finding, Status};
use domain::id::{ClientId, EngagementId, FindingId, InviteId, UserId};
use domain::invite::Invite;
use domain::person::Person;
use domain::role::{ContactRole, Role};
use domain::score::Score;
use domain::severity::Severity;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::page;

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
pub struct Progress {
    percent: i64,
    done: i64,
    resolved: i64,
    total: i64,
}

impl From<&Counts> for Progress {
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
    progress: Progress,
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
        }
    }
}

/// A client in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ClientCard {
    href: String,
    name: String,
    engagements: i64,
    breakdown: Breakdown,
    progress: Progress,
}

impl From<&Client> for ClientCard {
    fn from(client: &Client) -> Self {
        Self {
            href: format!("/clients/{}", client.id),
            name: client.name.clone(),
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
    /// Of a page at `path`, which may have a query, reached with the cursor `after`.
    pub fn new<T>(
        page: &page::Page<T>,
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
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What is read.
    pub label: &'static str,
}

/// A client and a finding with something in every place, for pages' samples.
pub fn samples() -> (Client, Finding) {
    let mut counts = Counts::default();
    for (n, severity) in (1..).zip(Severity::ALL) {
        counts.add(severity, Status::Open, n);
        counts.add(severity, Status::Resolved, 1);
        counts.add(severity, Status::Verified, n);
    }
    let client = Client {
        id: ClientId::new(1, 1),
        name: "Initech <b>".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        counts,
        engagements: 2,
        rev: 3,
        shared_rev: 2,
    };
    let finding = Finding {
        id: FindingId::new(1, 1),
        title: "<script>alert(1)</script> in the search".to_owned(),
        severity: Severity::High,
        score: Score::from_tenths(88),
        status: Status::Open,
        asset: Some("app.example.com".to_owned()),
        assets: 3,
        updated: Timestamp::UNIX_EPOCH,
        version: 1,
    };
    (client, finding)
}

/// An engagement, for pages' samples.
pub fn engagement_sample() -> Engagement {
    let (client, _) = samples();
    Engagement {
        id: EngagementId::new(1, 1),
        client: client.id,
        title: "Web application test".to_owned(),
        kind: Kind::WebApplication,
        phase: Phase::Remediation,
        starts_on: Some(Date::constant(2026, 10, 1)),
        ends_on: None,
        since: Timestamp::UNIX_EPOCH,
        counts: client.counts,
        rev: 3,
        shared_rev: 2,
        version: 1,
    }
}

/// A contact and an invitation, for pages' samples.
pub fn people_samples() -> (Person, Invite) {
    let email = "ana@example.com"
        .to_owned()
        .try_into()
        .unwrap_or_else(|_| unreachable!("a mail address"));
    let person = Person {
        id: UserId::new(1, 1),
        name: "Ana Pérez".to_owned(),
        email,
        role: Role::Contact(ContactRole::Collaborator),
        client: Some(ClientId::new(1, 1)),
        since: Timestamp::UNIX_EPOCH,
    };
    let invite = Invite {
        id: InviteId::new(1, 1),
        client: ClientId::new(1, 1),
        name: "Ben".to_owned(),
        email: person.email.clone(),
        role: ContactRole::Viewer,
        by_name: "Ada Lovelace".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        accepted: None,
    };
    (person, invite)
}

/// A text as part of a query.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
