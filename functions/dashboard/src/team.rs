//! The consultants' first page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::activity::Activity;
use domain::client::Client;
use domain::counts::Counts;
use domain::engagement::{Engagement, Phase};
use domain::finding::FindingStatus;
use domain::id::ClientId;
use domain::role::Action;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, series};
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::Serialize;
use store::page::ListPage;
use store::{DueFindings, Listed};
use web::view::{
    ActivityRow, Breakdown, ClientCard, DueList, EngagementCard, FindingAges, FindingRow,
    FixTimeRow, Pager, ProgressBar, Todo, TrendChart,
};
use web::{Page, PageError, Reply, TeamAccess};

use crate::first::{DashboardQuery, PhaseTab};
use crate::guide::{self, GuideStep};

/// Clients that the totals are taken over: one bounded read.
const CLIENTS: i32 = 100;
/// Clients that are shown.
const SHOWN: usize = 8;
/// Findings that are shown as the worst, and as those that are due.
const WORST: i32 = 6;
const DUE: usize = 6;
/// Findings that are read by when they are due, for the number of those overdue.
const READ: i32 = 30;
/// Engagements of a phase, and things that happened lately.
const ENGAGEMENTS: i32 = 6;
const LATELY: i32 = 12;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct TeamDashboardPage {
    pulse: String,
    stats: Stats,
    todos: Vec<Todo>,
    breakdown: Breakdown,
    progress: ProgressBar,
    clients: Vec<ClientCard>,
    more_clients: Option<&'static str>,
    waiting: Vec<Waiting>,
    due: DueList,
    trend: TrendChart,
    ages: FindingAges,
    fixing: Vec<FixTimeRow>,
    phases: Vec<PhaseTab>,
    engagements: Vec<InClient>,
    pager: Pager,
    top: Vec<Top>,
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
struct Waiting {
    name: String,
    href: String,
    count: i64,
}

#[derive(Debug, Serialize)]
struct InClient {
    card: EngagementCard,
    client_name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Top {
    row: FindingRow,
    client_name: Option<String>,
}

struct Parts {
    clients: ListPage<Client>,
    worst: Vec<Listed>,
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

    fn sample() -> Self {
        let (client, finding) = web::view::samples();
        let engagement = web::view::engagement_sample();
        let listed = Listed {
            finding,
            client: client.id,
            engagement: engagement.id,
        };
        let today = Date::constant(2026, 11, 24);
        let parts = Parts {
            clients: ListPage {
                rows: vec![client],
                next: Some("x".to_owned()),
            },
            worst: vec![listed.clone()],
            due: DueFindings {
                rows: vec![listed],
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
            steps: guide::sample(),
            ..Self::new(parts, today, &DashboardQuery::default(), true)
        }
    }
}

/// The phase whose engagements are shown.
fn phase(wanted: &DashboardQuery) -> Phase {
    wanted.phase().unwrap_or(Phase::Active)
}

fn page_of(listed: &Listed) -> String {
    format!(
        "/clients/{}/engagements/{}/findings/{}",
        listed.client, listed.engagement, listed.finding.id
    )
}

impl TeamDashboardPage {
    fn new(parts: Parts, today: Date, wanted: &DashboardQuery, may_write: bool) -> Self {
        let Parts {
            clients,
            worst,
            due,
            days,
            engagements,
            activity,
        } = parts;
        let more = clients.next.is_some();
        let mut clients = clients.rows;
        let mut counts = Counts::default();
        for one in &clients {
            counts.merge(&one.counts);
        }
        let rev = rev_of(&clients);
        clients.sort_by_key(|client| Reverse(client.risk()));
        let names: BTreeMap<ClientId, &str> = clients
            .iter()
            .map(|one| (one.id, one.name.as_str()))
            .collect();
        let name = |id: ClientId| names.get(&id).map(|name| (*name).to_owned());
        let noted = clients.iter().map(|client| client.overdue).sum();
        let due = DueList::new(&due, (today, noted, DUE), |listed| {
            (page_of(listed), name(listed.client))
        });
        let window = wanted.window();
        let days = series(&days, window, today, DaySnapshot::of(&counts));
        let phase = phase(wanted);
        let path = format!("/?phase={}", phase.name());
        let known = clients.len();
        Self {
            pulse: format!("/pulse?seen={rev}"),
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
                clients: if more {
                    format!("{known}+")
                } else {
                    known.to_string()
                },
            },
            todos: todos(&counts, &due),
            breakdown: (&counts).into(),
            progress: (&counts).into(),
            clients: clients.iter().take(SHOWN).map(ClientCard::from).collect(),
            more_clients: (known > SHOWN).then_some("/clients"),
            waiting: waiting(&clients),
            due,
            trend: TrendChart::new(&days, window, "/"),
            ages: FindingAges::new(&counts, today),
            fixing: FixTimeRow::of(&counts),
            phases: PhaseTab::all(Some(phase), false),
            engagements: engagements
                .rows
                .iter()
                .map(|one| InClient {
                    card: EngagementCard::new(one, &ActivityRow::team_base(one.client)),
                    client_name: name(one.client),
                })
                .collect(),
            pager: Pager::new(&engagements, &path, wanted.after.as_deref(), None),
            top: worst
                .iter()
                .map(|listed| Top {
                    row: FindingRow::new(&listed.finding, page_of(listed)),
                    client_name: name(listed.client),
                })
                .collect(),
            activity: activity
                .iter()
                .map(|one| {
                    let base = ActivityRow::team_base(one.client);
                    ActivityRow::new(one, &base, name(one.client))
                })
                .collect(),
            may_write,
            steps: Vec::new(),
        }
    }
}

/// What waits for the team.
fn todos(counts: &Counts, due: &DueList) -> Vec<Todo> {
    let overdue = due.overdue();
    let overdue = overdue.map(|n| Todo::counted(n, "overdue at clients", "/findings?overdue=yes"));
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
        .filter_map(|(n, words, href)| Todo::some(n, words, href));
    rest.chain(overdue).collect()
}

/// The clients whose fixes wait to be verified, the most first.
fn waiting(clients: &[Client]) -> Vec<Waiting> {
    let count = |client: &Client| client.counts.in_status(FindingStatus::Resolved);
    let mut some: Vec<&Client> = clients.iter().filter(|one| count(one) > 0).collect();
    some.sort_by_key(|client| Reverse(count(client)));
    let some = some.into_iter().take(SHOWN);
    some.map(|client| Waiting {
        name: client.name.clone(),
        href: format!("/findings?status=resolved&client={}", client.id),
        count: count(client),
    })
    .collect()
}

pub(crate) async fn show(team: &TeamAccess, wanted: &DashboardQuery) -> Result<Reply, PageError> {
    let (store, ctx) = (&team.store, &team.ctx);
    let today = ctx.workspace.today(ctx.now);
    let ((clients, worst, due), (days, engagements, activity)) = try_join(
        try_join3(
            store.clients("", None, CLIENTS),
            store.worst_findings(WORST),
            store.due_findings(READ),
        ),
        try_join3(
            store.days(wanted.window().first(today)),
            store.engagements_in(phase(wanted), wanted.after.as_deref(), ENGAGEMENTS),
            store.activity(LATELY),
        ),
    )
    .await?;
    let steps = guide::steps(team, &clients.rows).await?;
    let may_write = team.actor.role.may(Action::WriteClients);
    let parts = Parts {
        clients,
        worst,
        due,
        days,
        engagements,
        activity,
    };
    ctx.page(&TeamDashboardPage {
        steps,
        ..TeamDashboardPage::new(parts, today, wanted, may_write)
    })
}

/// A number that changes with every change of a client: each has one that only
/// goes up.
pub(crate) async fn rev(team: &TeamAccess) -> Result<Option<i64>, PageError> {
    let clients = team.store.clients("", None, CLIENTS).await?;
    Ok(Some(rev_of(&clients.rows)))
}

fn rev_of(clients: &[Client]) -> i64 {
    clients.iter().map(|client| client.rev).sum()
}
