//! The end of a workspace's day: where each client's findings stand is noted, and
//! how many of them are overdue.

use domain::trend::Day;
use jiff::civil::Date;
use store::directory::Directory;
use store::{Night, Store, WorkspaceScope};
use web::{App, Error};

/// Workspaces of one shard that are taken at once.
const AT_ONCE: i32 = 10;
/// Clients that are read at once.
const CLIENTS: i32 = 100;

/// Ends the day of workspaces where it is over, and gives how many were taken.
/// One that fails is logged and comes again when its lease ends. A day that is
/// ended twice stays as it was noted first.
pub(crate) async fn fall(app: &App) -> Result<usize, store::Error> {
    let directory = app.directory();
    let nights = directory.lease_nights(app.clock.now(), AT_ONCE).await?;
    for night in &nights {
        if let Err(error) = end(app, &directory, night).await {
            tracing::error!(cause = error.causes(), "a day couldn't be ended");
        }
    }
    Ok(nights.len())
}

async fn end(app: &App, directory: &Directory, night: &Night) -> Result<(), Error> {
    let (store, now) = (night.store(directory), app.clock.now());
    let workspace = store.workspace().await?.ok_or(Error::NotFound)?;
    let today = workspace.today(now);
    if let Ok(over) = today.yesterday() {
        note(&store, over, today).await?;
    }
    directory.night_done(night, workspace.end_of(today)).await?;
    Ok(())
}

/// Notes the day that is over, for each client and for all of them together.
async fn note(store: &Store<WorkspaceScope>, over: Date, today: Date) -> Result<(), store::Error> {
    let (mut sum, mut after) = (Day::default(), None::<String>);
    loop {
        let clients = store.clients("", after.as_deref(), CLIENTS).await?;
        for client in &clients.rows {
            let day = Day::of(&client.counts);
            let part = store.client(client.id);
            let overdue = part.count_overdue(today).await?;
            part.note_day(over, day, overdue).await?;
            sum = sum.and(day);
        }
        after = clients.next;
        if after.is_none() {
            break;
        }
    }
    store.note_day(over, sum).await.map(drop)
}
