//! Shapes that several pages show.

use domain::client::Client;
use domain::counts::Counts;
use domain::engagement::{Engagement, Kind, Phase};
use domain::finding::{Finding, Status};
use domain::id::{ClientId, EngagementId, FindingId, InviteId, UserId, WorkspaceId};
use domain::invite::Invite;
use domain::person::{Actor, Person, initials};
use domain::role::{ContactRole, Role, TeamRole};
use domain::score::Score;
use domain::severity::Severity;
use domain::slug::Slug;
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

/// A person in a list, with what the reader may do about it.
#[derive(Debug, Clone, Serialize)]
pub struct PersonRow {
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    since: Timestamp,
    you: bool,
    manage: Option<Manage>,
}

#[derive(Debug, Clone, Serialize)]
struct Manage {
    id: String,
    role_action: String,
    remove_action: String,
    roles: Vec<Choice>,
    current: &'static str,
}

impl PersonRow {
    /// The row of `person` as `actor` sees it; `base` begins the addresses of
    /// what can be done.
    pub fn new(person: &Person, actor: &Actor, base: &str) -> Self {
        let you = person.id == actor.user;
        // Nobody takes the own role away by accident: another one does it.
        let may = !you && actor.role.may_appoint(person.role);
        let here = format!("{base}/people/{}", person.id);
        Self {
            name: person.name.clone(),
            email: person.email.as_str().to_owned(),
            initials: initials(&person.name),
            role: person.role.label(),
            since: person.since,
            you,
            manage: may.then(|| Manage {
                id: person.id.to_string(),
                role_action: format!("{here}/role"),
                remove_action: format!("{here}/remove"),
                roles: roles(&actor.role.appoints(person.role.is_team())),
                current: person.role.name(),
            }),
        }
    }
}

/// Roles to choose from.
pub fn roles(roles: &[Role]) -> Vec<Choice> {
    let choice = |role: &Role| Choice {
        value: role.name(),
        label: role.label(),
    };
    roles.iter().map(choice).collect()
}

/// An invitation in a list, with what the reader may do about it.
#[derive(Debug, Clone, Serialize)]
pub struct InviteRow {
    name: String,
    email: String,
    role: &'static str,
    state: &'static str,
    at: Timestamp,
    expires: Timestamp,
    by_name: String,
    resend: Option<String>,
    revoke: Option<String>,
}

impl InviteRow {
    /// The row of `invite` at `now` as `actor` sees it; `base` begins the
    /// addresses of what can be done.
    pub fn new(invite: &Invite, actor: &Actor, base: &str, now: Timestamp) -> Self {
        let state = invite.state(now);
        let may = state.is_open() && actor.role.may_appoint(invite.role);
        let here = |what: &str| may.then(|| format!("{base}/invites/{}/{what}", invite.id));
        Self {
            name: invite.name.clone(),
            email: invite.email.as_str().to_owned(),
            role: invite.role.label(),
            state: state.name(),
            at: invite.at,
            expires: invite.expires(),
            by_name: invite.by_name.clone(),
            resend: here("resend"),
            revoke: here("revoke"),
        }
    }
}

/// An address of a workspace, for pages' samples.
pub fn slug_sample() -> Slug {
    "acme".parse().unwrap_or_else(|_| unreachable!("a slug"))
}

/// Somebody of the team who may do everything, for pages' samples.
pub fn actor_sample() -> Actor {
    let (person, _) = people_samples();
    Actor {
        user: UserId::new(1, 9),
        name: "Ada Lovelace".to_owned(),
        email: person.email,
        role: Role::Team(TeamRole::Owner),
        workspace: WorkspaceId::new(1, 1),
        client: None,
    }
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
        client: Some(ClientId::new(1, 1)),
        name: "Ben <b>".to_owned(),
        email: person.email.clone(),
        role: Role::Contact(ContactRole::Viewer),
        by_name: "Ada Lovelace".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        turn: 1,
        accepted: None,
        revoked: None,
    };
    (person, invite)
}

/// A browser and its system, by what it says of itself: good enough to know
/// one's own devices apart.
pub fn device(agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| {
        let mut known = names.iter().filter(|(sign, _)| agent.contains(sign));
        known.next().map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// A text as part of a query.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
