//! Daily jobs: at the end of a workspace's day, a snapshot of each client's findings, how
//! many are overdue, and the events of due dates.

use domain::notification::{DUE_SOON_DAYS, NotificationEvent};
use domain::preference::NotificationKind;
use domain::trend::DaySnapshot;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use store::{ClientScope, DailyJob, Directory, Store, WorkspaceScope};
use web::{App, PageError};

/// Workspaces of one shard that are leased at once.
const AT_ONCE: i32 = 10;
/// Clients that are read at once.
const CLIENTS_AT_ONCE: i32 = 100;

/// Ends the day of workspaces where it is over, and gives how many were leased. One that
/// fails is logged and due again when its lease ends. A day that is recorded twice stays as
/// it was recorded first.
pub(crate) async fn run_daily_jobs(app: &App) -> Result<usize, store::StoreError> {
    let directory = app.directory();
    let jobs = directory.lease_daily_jobs(app.clock.now(), AT_ONCE).await?;
    for job in &jobs {
        if let Err(error) = run_daily_job(app, &directory, job).await {
            tracing::error!(cause = error.cause_chain(), "a day couldn't be ended");
        }
    }
    Ok(jobs.len())
}

async fn run_daily_job(app: &App, directory: &Directory, job: &DailyJob) -> Result<(), PageError> {
    let (store, now) = (job.store(directory), app.clock.now());
    let workspace = store.get_workspace().await?.ok_or(PageError::NotFound)?;
    let today = workspace.today(now);
    if let Ok(yesterday) = today.yesterday() {
        let today_began = workspace.end_of_day(yesterday);
        record_day(&store, yesterday, today, today_began).await?;
    }
    let next = workspace.end_of_day(today);
    directory.complete_daily_job(job, next).await?;
    Ok(())
}

/// Records the day that is over, for each client and for all of them together.
async fn record_day(
    store: &Store<WorkspaceScope>,
    yesterday: Date,
    today: Date,
    today_began: Timestamp,
) -> Result<(), store::StoreError> {
    let (mut sum, mut after) = (DaySnapshot::default(), None::<String>);
    loop {
        let page = store.list_clients("", after.as_deref(), CLIENTS_AT_ONCE);
        let page = page.await?;
        for client in &page.rows {
            let snapshot = DaySnapshot::of(&client.counts);
            let client_store = store.client_store(client.id);
            let overdue = client_store.count_overdue(today).await?;
            client_store
                .record_day(yesterday, snapshot, overdue)
                .await?;
            enqueue_due_dates(&client_store, today, today_began).await?;
            sum = sum.plus(snapshot);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    store.record_day(yesterday, sum).await.map(drop)
}

/// Enqueues the events of a client's findings that are due in a week, and of those that
/// became overdue as `today` began. All of it follows from the day: done twice, people are
/// notified once.
async fn enqueue_due_dates(
    store: &Store<ClientScope>,
    today: Date,
    today_began: Timestamp,
) -> Result<(), store::StoreError> {
    let soon = today.checked_add(DUE_SOON_DAYS.days());
    let days = [
        (NotificationKind::DueSoon, soon.ok()),
        (NotificationKind::Overdue, today.yesterday().ok()),
    ];
    for (n, (kind, day)) in (0..).zip(days) {
        let Some(day) = day else { continue };
        let findings = store.list_findings_due_on(day).await?;
        if let Some(event) = NotificationEvent::of_due(kind, &findings, day, today_began) {
            let ms = u64::try_from(today_began.as_millisecond()).unwrap_or_default();
            let id = store.client_id().notice_id(ms, n);
            store.enqueue_notification(id, event).await?;
        }
    }
    Ok(())
}
