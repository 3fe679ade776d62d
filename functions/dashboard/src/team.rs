//! The team's dashboard.

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::{Engagement, Phase};
use domain::finding::{Counts, FindingStatus};
use domain::id::ClientId;
use domain::role::Action;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, daily_series};
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use store::{DueFindings, FindingSummary, ListPage};
use web::links::{self, LinkBase};
use web::view::{
    ActivityRow, Breakdown, ClientCard, DueList, EngagementCard, FindingAges, FindingRow,
    FixTimeRow, Pager, ProgressBar, Todo, TrendChart,
};
use web::{Page, PageError, Reply, TeamAccess};

use crate::guide::{self, GuideStep};
use crate::query::{DashboardQuery, PhaseTab};

/// Clients that the totals are summed over: one bounded read.
const MAX_CLIENTS: i32 = 100;
/// Clients that are shown.
const MAX_CLIENTS_SHOWN: usize = 8;
/// Findings shown as the worst, and as due.
const MAX_WORST: i32 = 6;
const MAX_DUE: usize = 6;
/// Due findings that are read, to count those overdue.
const MAX_DUE_READ: i32 = 30;
/// Engagements of the chosen phase, and lines of the activity feed.
const MAX_ENGAGEMENTS: i32 = 6;
const MAX_ACTIVITY: i32 = 12;

#[derive(Debug, Serialize)]
pub(crate) struct TeamDashboardPage {
    pulse: String,
    stats: Stats,
    todos: Vec<Todo>,
    breakdown: Breakdown,
    progress: ProgressBar,
    clients: Vec<ClientCard>,
    more_clients: Option<&'static str>,
    waiting: Vec<WaitingClient>,
    due: DueList,
    trend: TrendChart,
    ages: FindingAges,
    fixing: Vec<FixTimeRow>,
    phases: Vec<PhaseTab>,
    engagements: Vec<TeamEngagement>,
    pager: Pager,
    top: Vec<TopFinding>,
    activity: Vec<ActivityRow>,
    may_write: bool,
    /// The first steps; none once they were put away.
    steps: Vec<GuideStep>,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    resolved: i64,
    critical_high: i64,
    clients: String,
}

/// A client whose fixes wait to be verified.
#[derive(Debug, Serialize)]
struct WaitingClient {
    name: String,
    href: String,
    count: i64,
}

#[derive(Debug, Serialize)]
struct TeamEngagement {
    card: EngagementCard,
    client_name: Option<String>,
}

#[derive(Debug, Serialize)]
struct TopFinding {
    row: FindingRow,
    client_name: Option<String>,
}

struct DashboardData {
    clients: ListPage<Client>,
    worst: Vec<FindingSummary>,
    due: DueFindings,
    days: BTreeMap<Date, DaySnapshot>,
    engagements: ListPage<Engagement>,
    activity: Vec<Activity>,
}

impl Page for TeamDashboardPage {
    const TEMPLATE: &'static str = "pages/dashboard/team.html";

    fn title(&self) -> String {
        "Dashboard".to_owned()
    }

    fn samples() -> Vec<Self> {
        let no_data = || DashboardData {
            clients: ListPage {
                rows: Vec::new(),
                next: None,
            },
            worst: Vec::new(),
            due: DueFindings {
                rows: Vec::new(),
                more: false,
            },
            days: BTreeMap::new(),
            engagements: ListPage {
                rows: Vec::new(),
                next: None,
            },
            activity: Vec::new(),
        };
        let (client, _) = web::view::finding_samples();
        let no_findings = DashboardData {
            clients: ListPage {
                rows: vec![Client {
                    counts: Counts::default(),
                    overdue: 0,
                    ..client
                }],
                next: None,
            },
            ..no_data()
        };
        let today = Date::constant(2026, 11, 24);
        let query = DashboardQuery::default();
        vec![
            Self::sample(),
            Self::new(no_data(), today, &query, true),
            Self::new(no_findings, today, &query, false),
        ]
    }

    fn sample() -> Self {
        let (client, finding) = web::view::finding_samples();
        let engagement = web::view::engagement_sample();
        let summary = FindingSummary {
            finding,
            client: client.id,
            engagement: engagement.id,
        };
        let today = Date::constant(2026, 11, 24);
        let data = DashboardData {
            clients: ListPage {
                rows: vec![client],
                next: Some("x".to_owned()),
            },
            worst: vec![summary.clone()],
            due: DueFindings {
                rows: vec![summary],
                more: false,
            },
            days: web::view::days_sample(today),
            engagements: ListPage {
                rows: vec![engagement],
                next: Some("x".to_owned()),
            },
            activity: vec![web::view::activity_sample()],
        };
        Self {
            steps: guide::sample_steps(),
            ..Self::new(data, today, &DashboardQuery::default(), true)
        }
    }
}

/// The phase whose engagements are shown.
fn shown_phase(query: &DashboardQuery) -> Phase {
    query.phase().unwrap_or(Phase::Active)
}

fn finding_href(summary: &FindingSummary) -> String {
    links::finding(
        LinkBase::Team(summary.client),
        summary.engagement,
        summary.finding.id,
    )
}

impl TeamDashboardPage {
    fn new(data: DashboardData, today: Date, query: &DashboardQuery, may_write: bool) -> Self {
        let DashboardData {
            clients,
            worst,
            due,
            days,
            engagements,
            activity,
        } = data;
        let more = clients.next.is_some();
        let mut clients = clients.rows;
        let mut counts = Counts::default();
        for client in &clients {
            counts.merge(&client.counts);
        }
        let rev = sum_revisions(&clients);
        clients.sort_by_key(|client| Reverse(client.risk()));
        let names: BTreeMap<ClientId, &str> = clients
            .iter()
            .map(|client| (client.id, client.name.as_str()))
            .collect();
        let name = |id: ClientId| names.get(&id).map(|name| (*name).to_owned());
        let overdue = clients.iter().map(|client| client.overdue).sum();
        let due = DueList::new(&due, today, overdue, MAX_DUE, |summary| {
            (finding_href(summary), name(summary.client))
        });
        let window = query.window();
        let days = daily_series(&days, window, today, DaySnapshot::of(&counts));
        let phase = shown_phase(query);
        let path = format!("/?phase={}", phase.name());
        let client_count = clients.len();
        Self {
            pulse: format!("/pulse?seen={rev}"),
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
                clients: if more {
                    format!("{client_count}+")
                } else {
                    client_count.to_string()
                },
            },
            todos: list_todos(&counts, &due),
            breakdown: (&counts).into(),
            progress: (&counts).into(),
            clients: clients
                .iter()
                .take(MAX_CLIENTS_SHOWN)
                .map(ClientCard::from)
                .collect(),
            more_clients: (client_count > MAX_CLIENTS_SHOWN).then_some("/clients"),
            waiting: list_waiting_clients(&clients),
            due,
            trend: TrendChart::new(&days, window, "/"),
            ages: FindingAges::new(&counts, today),
            fixing: FixTimeRow::of(&counts),
            phases: PhaseTab::list(Some(phase), false),
            engagements: engagements
                .rows
                .iter()
                .map(|engagement| TeamEngagement {
                    card: EngagementCard::new(engagement, LinkBase::Team(engagement.client)),
                    client_name: name(engagement.client),
                })
                .collect(),
            pager: Pager::new(&engagements, &path, query.after.as_deref(), None),
            top: worst
                .iter()
                .map(|summary| TopFinding {
                    row: FindingRow::new(&summary.finding, finding_href(summary)),
                    client_name: name(summary.client),
                })
                .collect(),
            activity: activity
                .iter()
                .map(|activity| {
                    let base = LinkBase::Team(activity.client);
                    ActivityRow::new(activity, base, name(activity.client))
                })
                .collect(),
            may_write,
            steps: Vec::new(),
        }
    }
}

/// What the team has to do.
fn list_todos(counts: &Counts, due: &DueList) -> Vec<Todo> {
    let overdue = due.overdue();
    let overdue =
        overdue.map(|n| Todo::with_count(n, "overdue at clients", "/findings?overdue=yes"));
    let rest = [
        (
            counts.in_status(FindingStatus::Resolved),
            "to verify",
            "/findings?status=resolved",
        ),
        (
            counts.active(Severity::Critical),
            "critical and not closed",
            "/findings?severity=critical",
        ),
        (
            counts.in_status(FindingStatus::Draft),
            "drafts to publish",
            "/findings?show=drafts",
        ),
    ];
    let rest = rest
        .into_iter()
        .filter_map(|(n, label, href)| Todo::from_count(n, label, href));
    rest.chain(overdue).collect()
}

/// The clients whose fixes wait to be verified, the most first.
fn list_waiting_clients(clients: &[Client]) -> Vec<WaitingClient> {
    let count = |client: &Client| client.counts.in_status(FindingStatus::Resolved);
    let mut waiting: Vec<&Client> = clients.iter().filter(|client| count(client) > 0).collect();
    waiting.sort_by_key(|client| Reverse(count(client)));
    let waiting = waiting.into_iter().take(MAX_CLIENTS_SHOWN);
    waiting
        .map(|client| WaitingClient {
            name: client.name.clone(),
            href: format!("/findings?status=resolved&client={}", client.id),
            count: count(client),
        })
        .collect()
}

pub(crate) async fn render_dashboard(
    team: &TeamAccess,
    query: &DashboardQuery,
) -> Result<Reply, PageError> {
    let (store, ctx) = (&team.store, &team.ctx);
    let today = ctx.workspace.today(ctx.now);
    let ((clients, worst, due), (days, engagements, activity)) = try_join(
        try_join3(
            store.list_clients("", None, MAX_CLIENTS),
            store.worst_findings(MAX_WORST),
            store.due_findings(MAX_DUE_READ),
        ),
        try_join3(
            store.list_days(query.window().first_day(today)),
            store.list_engagements_in_phase(
                shown_phase(query),
                query.after.as_deref(),
                MAX_ENGAGEMENTS,
            ),
            store.activity(MAX_ACTIVITY),
        ),
    )
    .await?;
    let steps = guide::list_steps(team, &clients.rows).await?;
    let may_write = team.actor.role.may(Action::WriteClients);
    let data = DashboardData {
        clients,
        worst,
        due,
        days,
        engagements,
        activity,
    };
    ctx.render(&TeamDashboardPage {
        steps,
        ..TeamDashboardPage::new(data, today, query, may_write)
    })
}

/// The sum of the clients' revisions, which only go up: it changes with every change of a
/// client.
pub(crate) async fn get_revision(team: &TeamAccess) -> Result<Option<i64>, PageError> {
    let clients = team.store.list_clients("", None, MAX_CLIENTS).await?;
    Ok(Some(sum_revisions(&clients.rows)))
}

fn sum_revisions(clients: &[Client]) -> i64 {
    clients.iter().map(|client| client.rev).sum()
}
