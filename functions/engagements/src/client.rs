//! A client: its figures, engagements and people.

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{Counts, FindingStatus};
use domain::id::EngagementId;
use domain::invite::Invite;
use domain::message::MessageCounts;
use domain::person::{Actor, Person};
use domain::role::Action;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, TrendWindow, daily_series};
use domain::workspace::WorkspaceMode;
use futures::future::{try_join, try_join4};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{DueFindings, FindingSummary, ListPage};
use web::links::{self, LinkBase};
use web::view::{
    ActivityRow, Breakdown, DueList, EngagementCard, FindingAges, FixTimeRow, InviteRow, Pager,
    PersonRow, ProgressBar, TrendChart,
};
use web::{Crumb, Ids, Page, PageError, Query, Reply, TeamAccess};

use crate::paths::ClientPath;

/// Due findings that are shown, and that are read to count those overdue.
const MAX_DUE: usize = 5;
const MAX_DUE_READ: i32 = 30;
/// Lines of the activity feed.
const MAX_ACTIVITY: i32 = 12;

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
    /// Whether the workspace sends invoices.
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

struct ClientData {
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

    fn samples() -> Vec<Self> {
        let (client, _) = web::view::finding_samples();
        let no_data = ClientData {
            client: Client {
                counts: Counts::default(),
                engagements: 0,
                overdue: 0,
                ..client
            },
            engagements: ListPage {
                rows: Vec::new(),
                next: None,
            },
            people: Vec::new(),
            invites: Vec::new(),
            due: DueFindings {
                rows: Vec::new(),
                more: false,
            },
            days: BTreeMap::new(),
            activity: Vec::new(),
            seen: BTreeMap::new(),
        };
        let today = Date::constant(2026, 11, 24);
        let (actor, query) = (web::view::actor_sample(), ClientQuery::default());
        let empty = Self {
            billing: false,
            ..Self::new(no_data, &query, &actor, today, Timestamp::UNIX_EPOCH)
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let (client, finding) = web::view::finding_samples();
        let today = Date::constant(2026, 11, 24);
        let summary = FindingSummary {
            finding,
            client: client.id,
            engagement: web::view::engagement_sample().id,
        };
        let (person, invite) = web::view::people_samples();
        let engagements = ListPage {
            rows: vec![web::view::engagement_sample()],
            next: None,
        };
        let data = ClientData {
            client,
            engagements,
            people: vec![person],
            invites: vec![invite],
            due: DueFindings {
                rows: vec![summary],
                more: false,
            },
            days: web::view::days_sample(today),
            activity: vec![web::view::activity_sample()],
            seen: BTreeMap::new(),
        };
        let actor = web::view::actor_sample();
        let now = Timestamp::UNIX_EPOCH;
        Self::new(data, &ClientQuery::default(), &actor, today, now)
    }
}

impl ClientQuery {
    fn window(&self) -> TrendWindow {
        TrendWindow::named(self.days.as_deref())
    }
}

impl ClientPage {
    fn new(
        data: ClientData,
        query: &ClientQuery,
        actor: &Actor,
        today: Date,
        now: Timestamp,
    ) -> Self {
        let ClientData {
            client,
            engagements,
            people,
            invites,
            due,
            days,
            activity,
            seen,
        } = data;
        let counts = &client.counts;
        let base = LinkBase::Team(client.id);
        let href = links::client(client.id);
        let (after, window) = (query.after.as_deref(), query.window());
        let finding_link = |summary: &FindingSummary| {
            let href = links::finding(base, summary.engagement, summary.finding.id);
            (href, None)
        };
        let days = daily_series(&days, window, today, DaySnapshot::of(counts));
        Self {
            pulse: format!("{}?seen={}", links::client_pulse(base), client.rev),
            since: client.created_at,
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            breakdown: counts.into(),
            progress: counts.into(),
            due: DueList::new(&due, today, client.overdue, MAX_DUE, finding_link),
            trend: TrendChart::new(&days, window, &href),
            ages: FindingAges::new(counts, today),
            fixing: FixTimeRow::of(counts),
            activity: activity
                .iter()
                .map(|activity| ActivityRow::new(activity, base, None))
                .collect(),
            findings: format!("/findings?client={}", client.id),
            engagements: engagements
                .rows
                .iter()
                .map(|engagement| {
                    let seen = seen.get(&engagement.id).copied().unwrap_or_default();
                    let card = EngagementCard::new(engagement, base);
                    card.with_unread(engagement.messages, seen)
                })
                .collect(),
            pager: Pager::new(&engagements, &href, after, Some(client.engagements)),
            people: people
                .iter()
                .map(|person| PersonRow::new(person, actor, base))
                .collect(),
            invites: invites
                .iter()
                .map(|invite| InviteRow::new(invite, actor, base, now))
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
    Query(query): Query<ClientQuery>,
) -> Result<Reply, PageError> {
    let (store, ctx) = (team.store.client_store(path.client), &team.ctx);
    let today = ctx.workspace.today(ctx.now);
    let read = try_join(
        try_join4(
            store.get_client(),
            store.list_engagements(query.after.as_deref()),
            store.list_people(),
            store.list_invites(),
        ),
        try_join4(
            store.due_findings(MAX_DUE_READ),
            store.list_days(query.window().first_day(today)),
            store.activity(MAX_ACTIVITY),
            store.list_read_marks(team.actor.user, query.after.as_deref()),
        ),
    );
    let ((client, engagements, people, invites), (due, days, activity, seen)) = read.await?;
    let client = client.ok_or(PageError::NotFound)?;
    let data = ClientData {
        client,
        engagements,
        people,
        invites,
        due,
        days,
        activity,
        seen,
    };
    ctx.render(&ClientPage {
        billing: ctx.workspace.mode == WorkspaceMode::Consulting,
        ..ClientPage::new(data, &query, &team.actor, today, ctx.now)
    })
}
