//! A client: its engagements, its people, how far it is.

use std::collections::BTreeMap;

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::FindingStatus;
use domain::id::EngagementId;
use domain::invite::Invite;
use domain::message::MessageCounts;
use domain::person::{Actor, Person};
use domain::role::Action;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, TrendWindow, series};
use domain::workspace::WorkspaceMode;
use futures::future::{try_join, try_join4};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::page::ListPage;
use store::{DueFindings, Listed};
use web::view::{
    ActivityRow, Breakdown, DueList, EngagementCard, FindingAges, FixTimeRow, InviteRow, Pager,
    PersonRow, ProgressBar, TrendChart,
};
use web::{Crumb, Ids, Page, PageError, Query, Reply, TeamAccess};

use crate::paths::ClientPath;

/// Findings that are shown by when they are due, and that are read for the number
/// of those overdue.
const DUE: usize = 5;
const READ: i32 = 30;
/// Things that happened lately.
const LATELY: i32 = 12;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ClientPage {
    pulse: String,
    name: String,
    href: String,
    since: Timestamp,
    stats: Stats,
    breakdown: Breakdown,
    progress: ProgressBar,
    due: DueList,
    trend: TrendChart,
    ages: FindingAges,
    fixing: Vec<FixTimeRow>,
    activity: Vec<ActivityRow>,
    findings: String,
    engagements: Vec<EngagementCard>,
    pager: Pager,
    people: Vec<PersonRow>,
    invites: Vec<InviteRow>,
    may_write: bool,
    may_invite: bool,
    /// Whether clients get invoices at all.
    billing: bool,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    resolved: i64,
    critical_high: i64,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct ClientQuery {
    after: Option<String>,
    days: Option<String>,
}

struct Parts {
    client: Client,
    engagements: ListPage<Engagement>,
    people: Vec<Person>,
    invites: Vec<Invite>,
    due: DueFindings,
    days: BTreeMap<Date, DaySnapshot>,
    activity: Vec<Activity>,
    seen: BTreeMap<EngagementId, MessageCounts>,
}

impl Page for ClientPage {
    const TEMPLATE: &'static str = "pages/engagements/client.html";

    fn title(&self) -> String {
        self.name.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Clients", "/clients")]
    }

    fn sample() -> Self {
        let (client, finding) = web::view::samples();
        let today = Date::constant(2026, 11, 24);
        let listed = Listed {
            finding,
            client: client.id,
            engagement: web::view::engagement_sample().id,
        };
        let (person, invite) = web::view::people_samples();
        let engagements = ListPage {
            rows: vec![web::view::engagement_sample()],
            next: None,
        };
        let parts = Parts {
            client,
            engagements,
            people: vec![person],
            invites: vec![invite],
            due: DueFindings {
                rows: vec![listed],
                more: false,
            },
            days: web::view::days_sample(today),
            activity: vec![web::view::activity_sample()],
            seen: BTreeMap::new(),
        };
        let actor = web::view::actor_sample();
        let now = (today, Timestamp::UNIX_EPOCH);
        Self::new(parts, &ClientQuery::default(), &actor, now)
    }
}

impl ClientQuery {
    fn window(&self) -> TrendWindow {
        TrendWindow::named(self.days.as_deref())
    }
}

impl ClientPage {
    fn new(
        parts: Parts,
        wanted: &ClientQuery,
        actor: &Actor,
        (today, now): (Date, Timestamp),
    ) -> Self {
        let Parts {
            client,
            engagements,
            people,
            invites,
            due,
            days,
            activity,
            seen,
        } = parts;
        let counts = &client.counts;
        let href = format!("/clients/{}", client.id);
        let (after, window) = (wanted.after.as_deref(), wanted.window());
        let page = |listed: &Listed| {
            let Listed {
                finding,
                engagement,
                ..
            } = listed;
            (
                format!("{href}/engagements/{engagement}/findings/{}", finding.id),
                None,
            )
        };
        let days = series(&days, window, today, DaySnapshot::of(counts));
        Self {
            pulse: format!("{href}/pulse?seen={}", client.rev),
            since: client.since,
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            breakdown: counts.into(),
            progress: counts.into(),
            due: DueList::new(&due, (today, client.overdue, DUE), page),
            trend: TrendChart::new(&days, window, &href),
            ages: FindingAges::new(counts, today),
            fixing: FixTimeRow::of(counts),
            activity: activity
                .iter()
                .map(|one| ActivityRow::new(one, &href, None))
                .collect(),
            findings: format!("/findings?client={}", client.id),
            engagements: engagements
                .rows
                .iter()
                .map(|e| {
                    let seen = seen.get(&e.id).copied().unwrap_or_default();
                    EngagementCard::new(e, &href).read(e.messages, seen)
                })
                .collect(),
            pager: Pager::new(&engagements, &href, after, Some(client.engagements)),
            people: people
                .iter()
                .map(|person| PersonRow::new(person, actor, &href))
                .collect(),
            invites: invites
                .iter()
                .map(|invite| InviteRow::new(invite, actor, &href, now))
                .collect(),
            may_write: actor.role.may(Action::WriteEngagements),
            may_invite: actor.role.may(Action::ManageContacts),
            billing: true,
            name: client.name,
            href,
        }
    }
}

pub(crate) async fn get(
    team: TeamAccess,
    Ids(path): Ids<ClientPath>,
    Query(wanted): Query<ClientQuery>,
) -> Result<Reply, PageError> {
    let (store, ctx) = (team.store.client(path.client), &team.ctx);
    let today = ctx.workspace.today(ctx.now);
    let read = try_join(
        try_join4(
            store.about(),
            store.engagements(wanted.after.as_deref()),
            store.people(),
            store.invites(),
        ),
        try_join4(
            store.due_findings(READ),
            store.days(wanted.window().first(today)),
            store.activity(LATELY),
            store.read_marks(team.actor.user, wanted.after.as_deref()),
        ),
    );
    let ((client, engagements, people, invites), (due, days, activity, seen)) = read.await?;
    let client = client.ok_or(PageError::NotFound)?;
    let parts = Parts {
        client,
        engagements,
        people,
        invites,
        due,
        days,
        activity,
        seen,
    };
    let now = (today, ctx.now);
    ctx.page(&ClientPage {
        billing: ctx.workspace.mode == WorkspaceMode::Consulting,
        ..ClientPage::new(parts, &wanted, &team.actor, now)
    })
}
