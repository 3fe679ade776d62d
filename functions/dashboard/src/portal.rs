//! A client's first page.

use std::collections::BTreeMap;

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::{Engagement, Phase};
use domain::finding::FindingStatus;
use domain::id::EngagementId;
use domain::message::MessageCounts;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, series};
use futures::future::{try_join, try_join3, try_join4};
use jiff::civil::Date;
use serde::Serialize;
use store::page::ListPage;
use store::{DueFindings, Listed};
use web::view::{
    ActivityRow, Breakdown, DueList, EngagementCard, FindingRow, FixTimeRow, Pager, ProgressBar,
    Todo, TrendChart,
};
use web::{Page, PageError, PortalAccess, Reply};

use crate::first::{DashboardQuery, PhaseTab};

/// Findings that are shown as the worst, and as those that are due.
const WORST: i32 = 6;
const DUE: usize = 6;
/// Findings that are read by when they are due, for the number of those overdue.
const READ: i32 = 30;
/// Things that happened lately.
const LATELY: i32 = 12;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct PortalDashboardPage {
    pulse: String,
    client_name: String,
    stats: Stats,
    todos: Vec<Todo>,
    breakdown: Breakdown,
    progress: ProgressBar,
    due: DueList,
    trend: TrendChart,
    phases: Vec<PhaseTab>,
    engagements: Vec<EngagementCard>,
    any_engagements: bool,
    pager: Pager,
    fixing: Vec<FixTimeRow>,
    top: Vec<FindingRow>,
    activity: Vec<ActivityRow>,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    resolved: i64,
    critical_high: i64,
}

struct Parts {
    client: Client,
    engagements: ListPage<Engagement>,
    worst: Vec<Listed>,
    due: DueFindings,
    days: BTreeMap<Date, DaySnapshot>,
    activity: Vec<Activity>,
    seen: BTreeMap<EngagementId, MessageCounts>,
}

impl Page for PortalDashboardPage {
    const TEMPLATE: &'static str = "pages/dashboard/portal.html";

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
            client,
            engagements: ListPage {
                rows: vec![engagement],
                next: Some("x".to_owned()),
            },
            worst: vec![listed.clone()],
            due: DueFindings {
                rows: vec![listed],
                more: false,
            },
            days: web::view::days_sample(today),
            activity: vec![web::view::activity_sample()],
            seen: BTreeMap::new(),
        };
        Self::new(parts, today, &DashboardQuery::default())
    }
}

impl PortalDashboardPage {
    fn new(parts: Parts, today: Date, wanted: &DashboardQuery) -> Self {
        let Parts {
            client,
            engagements,
            worst,
            due,
            days,
            activity,
            seen,
        } = parts;
        let counts = &client.counts;
        let href = |l: &Listed| format!("/engagements/{}/findings/{}", l.engagement, l.finding.id);
        let due = DueList::new(&due, (today, client.overdue, DUE), |listed| {
            (href(listed), None)
        });
        let (window, phase) = (wanted.window(), wanted.phase());
        let days = series(&days, window, today, DaySnapshot::of(counts));
        let in_phase = |e: &&Engagement| phase.is_none_or(|phase| e.phase == phase);
        let shown = engagements.rows.iter().filter(in_phase);
        let path = phase.map_or_else(
            || "/".to_owned(),
            |phase| format!("/?phase={}", phase.name()),
        );
        let after = wanted.after.as_deref();
        Self {
            pulse: format!("/pulse?seen={}", client.shared_rev),
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            todos: todos(&client, &due),
            breakdown: counts.into(),
            progress: counts.into(),
            due,
            trend: TrendChart::new(&days, window, "/"),
            phases: PhaseTab::all(phase, true),
            engagements: shown
                .map(|e| {
                    let seen = seen.get(&e.id).copied().unwrap_or_default();
                    EngagementCard::new(e, "").read(e.messages, seen)
                })
                .collect(),
            any_engagements: client.engagements > 0,
            pager: Pager::new(&engagements, &path, after, count(&client, phase)),
            fixing: FixTimeRow::of(counts),
            top: worst
                .iter()
                .map(|listed| FindingRow::new(&listed.finding, href(listed)))
                .collect(),
            activity: activity
                .iter()
                .map(|one| ActivityRow::new(one, "", None))
                .collect(),
            client_name: client.name,
        }
    }
}

/// How many there are in all, where all are shown.
fn count(client: &Client, phase: Option<Phase>) -> Option<i64> {
    phase.is_none().then_some(client.engagements)
}

/// What waits for the client.
fn todos(client: &Client, due: &DueList) -> Vec<Todo> {
    let counts = &client.counts;
    let overdue = due.overdue();
    let overdue = overdue.map(|n| Todo::counted(n, "overdue", "/findings?overdue=yes"));
    let rest = [
        (
            counts.active(Severity::Critical),
            "critical and not closed",
            "/findings?severity=critical",
        ),
        (
            counts.in_status(FindingStatus::Reopened),
            "reopened: to be fixed again",
            "/findings?status=reopened",
        ),
        (
            counts.in_status(FindingStatus::Open),
            "that nobody works on yet",
            "/findings?status=open",
        ),
        (
            counts.in_status(FindingStatus::InProgress),
            "being worked on",
            "/findings?status=in_progress",
        ),
    ];
    let rest = rest
        .into_iter()
        .filter_map(|(n, words, href)| Todo::some(n, words, href));
    overdue.into_iter().chain(rest).collect()
}

pub(crate) async fn show(
    portal: &PortalAccess,
    wanted: &DashboardQuery,
) -> Result<Reply, PageError> {
    let (store, ctx) = (&portal.store, &portal.ctx);
    let today = ctx.workspace.today(ctx.now);
    let first = wanted.window().first(today);
    let ((client, engagements, worst), (due, days, activity, seen)) = try_join(
        try_join3(
            store.about(),
            store.engagements(wanted.after.as_deref()),
            store.worst_findings(WORST),
        ),
        try_join4(
            store.due_findings(READ),
            store.days(first),
            store.activity(LATELY),
            store.read_marks(portal.actor.user, wanted.after.as_deref()),
        ),
    )
    .await?;
    let parts = Parts {
        client: client.ok_or(PageError::NotFound)?,
        engagements,
        worst,
        due,
        days,
        activity,
        seen,
    };
    ctx.page(&PortalDashboardPage::new(parts, today, wanted))
}
