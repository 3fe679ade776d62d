//! The end of a workspace's day: where each client's findings stand is noted, and
//! how many of them are overdue.

use domain::notification::{NEAR, NotificationEvent, NotificationKind};
use domain::trend::DaySnapshot;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use store::directory::Directory;
use store::{ClientScope, DailyJob, Store, WorkspaceScope};
use web::{App, PageError};

/// Workspaces of one shard that are taken at once.
const AT_ONCE: i32 = 10;
/// Clients that are read at once.
const CLIENTS: i32 = 100;

/// Ends the day of workspaces where it is over, and gives how many were taken.
/// One that fails is logged and comes again when its lease ends. A day that is
/// ended twice stays as it was noted first.
pub(crate) async fn fall(app: &App) -> Result<usize, store::StoreError> {
    let directory = app.directory();
    let nights = directory.lease_nights(app.clock.now(), AT_ONCE).await?;
    for night in &nights {
        if let Err(error) = end(app, &directory, night).await {
            tracing::error!(cause = error.causes(), "a day couldn't be ended");
        }
    }
    Ok(nights.len())
}

async fn end(app: &App, directory: &Directory, night: &DailyJob) -> Result<(), PageError> {
    let (store, now) = (night.store(directory), app.clock.now());
    let workspace = store.workspace().await?.ok_or(PageError::NotFound)?;
    let today = workspace.today(now);
    if let Ok(over) = today.yesterday() {
        note(&store, over, (today, workspace.end_of(over))).await?;
    }
    directory.night_done(night, workspace.end_of(today)).await?;
    Ok(())
}

/// Notes the day that is over, for each client and for all of them together.
async fn note(
    store: &Store<WorkspaceScope>,
    over: Date,
    (today, began): (Date, Timestamp),
) -> Result<(), store::StoreError> {
    let (mut sum, mut after) = (DaySnapshot::default(), None::<String>);
    loop {
        let clients = store.clients("", after.as_deref(), CLIENTS).await?;
        for client in &clients.rows {
            let day = DaySnapshot::of(&client.counts);
            let part = store.client(client.id);
            let overdue = part.count_overdue(today).await?;
            part.note_day(over, day, overdue).await?;
            dates(&part, today, began).await?;
            sum = sum.and(day);
        }
        after = clients.next;
        if after.is_none() {
            break;
        }
    }
    store.note_day(over, sum).await.map(drop)
}

/// Puts into the outbox what of a client's is due in a week, and what has become
/// overdue as `today` began. All of it follows from the day: done twice, it is told once.
async fn dates(
    part: &Store<ClientScope>,
    today: Date,
    began: Timestamp,
) -> Result<(), store::StoreError> {
    let soon = today.checked_add(NEAR.days());
    let days = [
        (NotificationKind::DueSoon, soon.ok()),
        (NotificationKind::Overdue, today.yesterday().ok()),
    ];
    for (n, (kind, day)) in (0..).zip(days) {
        let Some(day) = day else { continue };
        let findings = part.due_on(day).await?;
        if let Some(event) = NotificationEvent::of_due(kind, &findings, day, began) {
            let ms = u64::try_from(began.as_millisecond()).unwrap_or_default();
            let id = part.client_id().told(ms, n);
            part.announce_news(id, event).await?;
        }
    }
    Ok(())
}
