//! A client's dashboard.

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::{Engagement, Phase};
use domain::finding::{Counts, FindingStatus};
use domain::id::EngagementId;
use domain::invoice::Invoice;
use domain::message::MessageCounts;
use domain::role::Action;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, daily_series};
use domain::workspace::WorkspaceMode;
use futures::future::{try_join, try_join4};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use store::{DueFindings, FindingSummary, InvoiceList, ListPage};
use web::links::{self, LinkBase};
use web::view::{
    ActivityRow, Breakdown, DueList, EngagementCard, FindingRow, FixTimeRow, Pager, ProgressBar,
    Todo, TrendChart,
};
use web::{Page, PageError, PortalAccess, Reply};

use crate::query::{DashboardQuery, PhaseTab};

/// Findings shown as the worst, and as due.
const MAX_WORST: i32 = 6;
const MAX_DUE: usize = 6;
/// Due findings that are read, to count those overdue.
const MAX_DUE_READ: i32 = 30;
/// Invoices to be paid that are shown.
const MAX_INVOICES: usize = 5;
/// Lines of the activity feed.
const MAX_ACTIVITY: i32 = 12;

#[derive(Debug, Serialize)]
pub(crate) struct PortalDashboardPage {
    pulse: String,
    client_name: String,
    stats: Stats,
    todos: Vec<Todo>,
    invoices: Vec<OutstandingInvoice>,
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

/// An invoice that is to be paid.
#[derive(Debug, Serialize)]
struct OutstandingInvoice {
    href: String,
    number: String,
    subject: String,
    due: Date,
    overdue: bool,
    processing: bool,
    outstanding: String,
}

impl OutstandingInvoice {
    fn new(invoice: &Invoice, today: Date) -> Self {
        Self {
            href: links::invoice(LinkBase::Portal, invoice.id),
            number: invoice.number().to_owned(),
            subject: invoice.subject.clone(),
            due: invoice.due,
            overdue: invoice.is_overdue(today),
            processing: invoice.processing > 0,
            outstanding: invoice.money(invoice.outstanding()).to_string(),
        }
    }
}

struct DashboardData {
    client: Client,
    invoices: Vec<Invoice>,
    engagements: ListPage<Engagement>,
    worst: Vec<FindingSummary>,
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

    fn samples() -> Vec<Self> {
        let (client, _) = web::view::finding_samples();
        let no_data = DashboardData {
            client: Client {
                counts: Counts::default(),
                engagements: 0,
                overdue: 0,
                ..client
            },
            invoices: Vec::new(),
            engagements: ListPage {
                rows: Vec::new(),
                next: None,
            },
            worst: Vec::new(),
            due: DueFindings {
                rows: Vec::new(),
                more: false,
            },
            days: BTreeMap::new(),
            activity: Vec::new(),
            seen: BTreeMap::new(),
        };
        let today = Date::constant(2026, 11, 24);
        let empty = Self::new(no_data, today, &DashboardQuery::default());
        vec![Self::sample(), empty]
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
            client,
            invoices: vec![web::view::invoice_sample().invoice],
            engagements: ListPage {
                rows: vec![engagement],
                next: Some("x".to_owned()),
            },
            worst: vec![summary.clone()],
            due: DueFindings {
                rows: vec![summary],
                more: false,
            },
            days: web::view::days_sample(today),
            activity: vec![web::view::activity_sample()],
            seen: BTreeMap::new(),
        };
        Self::new(data, today, &DashboardQuery::default())
    }
}

impl PortalDashboardPage {
    fn new(data: DashboardData, today: Date, query: &DashboardQuery) -> Self {
        let DashboardData {
            client,
            invoices,
            engagements,
            worst,
            due,
            days,
            activity,
            seen,
        } = data;
        let counts = &client.counts;
        let href = |summary: &FindingSummary| {
            links::finding(LinkBase::Portal, summary.engagement, summary.finding.id)
        };
        let due = DueList::new(&due, today, client.overdue, MAX_DUE, |summary| {
            (href(summary), None)
        });
        let (window, phase) = (query.window(), query.phase());
        let days = daily_series(&days, window, today, DaySnapshot::of(counts));
        let in_phase =
            |engagement: &&Engagement| phase.is_none_or(|phase| engagement.phase == phase);
        let shown_engagements = engagements.rows.iter().filter(in_phase);
        let path = phase.map_or_else(
            || "/".to_owned(),
            |phase| format!("/?phase={}", phase.name()),
        );
        let after = query.after.as_deref();
        Self {
            pulse: format!(
                "{}?seen={}",
                links::client_pulse(LinkBase::Portal),
                client.shared_rev
            ),
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(FindingStatus::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            todos: list_todos(&client, &due),
            invoices: invoices
                .iter()
                .take(MAX_INVOICES)
                .map(|invoice| OutstandingInvoice::new(invoice, today))
                .collect(),
            breakdown: counts.into(),
            progress: counts.into(),
            due,
            trend: TrendChart::new(&days, window, "/"),
            phases: PhaseTab::list(phase, true),
            engagements: shown_engagements
                .map(|engagement| {
                    let seen = seen.get(&engagement.id).copied().unwrap_or_default();
                    let card = EngagementCard::new(engagement, LinkBase::Portal);
                    card.with_unread(engagement.messages, seen)
                })
                .collect(),
            any_engagements: client.engagements > 0,
            pager: Pager::new(
                &engagements,
                &path,
                after,
                count_engagements(&client, phase),
            ),
            fixing: FixTimeRow::of(counts),
            top: worst
                .iter()
                .map(|summary| FindingRow::new(&summary.finding, href(summary)))
                .collect(),
            activity: activity
                .iter()
                .map(|activity| ActivityRow::new(activity, LinkBase::Portal, None))
                .collect(),
            client_name: client.name,
        }
    }
}

/// The number of engagements, where those of all phases are shown.
fn count_engagements(client: &Client, phase: Option<Phase>) -> Option<i64> {
    phase.is_none().then_some(client.engagements)
}

/// What the client has to do.
fn list_todos(client: &Client, due: &DueList) -> Vec<Todo> {
    let counts = &client.counts;
    let overdue = due.overdue();
    let overdue = overdue.map(|n| Todo::with_count(n, "overdue", "/findings?overdue=yes"));
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
        .filter_map(|(n, label, href)| Todo::from_count(n, label, href));
    overdue.into_iter().chain(rest).collect()
}

pub(crate) async fn render_dashboard(
    portal: &PortalAccess,
    query: &DashboardQuery,
) -> Result<Reply, PageError> {
    let (store, ctx) = (&portal.store, &portal.ctx);
    let today = ctx.workspace.today(ctx.now);
    let first = query.window().first_day(today);
    let invoices = async {
        let has_invoices = ctx.workspace.mode == WorkspaceMode::Consulting;
        if has_invoices && portal.actor.role.may(Action::ReadInvoices) {
            let list = store.list_invoices(InvoiceList::Outstanding, None);
            list.await.map(|page| page.rows)
        } else {
            Ok(Vec::new())
        }
    };
    let ((client, engagements, worst, invoices), (due, days, activity, seen)) = try_join(
        try_join4(
            store.get_client(),
            store.list_engagements(query.after.as_deref()),
            store.worst_findings(MAX_WORST),
            invoices,
        ),
        try_join4(
            store.due_findings(MAX_DUE_READ),
            store.list_days(first),
            store.activity(MAX_ACTIVITY),
            store.list_read_marks(portal.actor.user, query.after.as_deref()),
        ),
    )
    .await?;
    let data = DashboardData {
        client: client.ok_or(PageError::NotFound)?,
        invoices,
        engagements,
        worst,
        due,
        days,
        activity,
        seen,
    };
    ctx.render(&PortalDashboardPage::new(data, today, query))
}
