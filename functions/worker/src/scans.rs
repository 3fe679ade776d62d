//! Reading a scan's file: as it comes, by a thread of its own, so that never all
//! of it is in memory.

use domain::finding::Finding;
use domain::import::job::{Import, ImportPlanner, ImportStage};
use domain::import::{
    self, ColumnMapping, CsvColumns, HEAD, ScanError, ScanSummary, ScannedFinding,
};
use futures::future::join3;
use store::{ClientScope, ImportSchedule, Store, WorkspaceScope};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;
use web::{App, ChunkSender, FileRead, PageError, bridge};

use crate::imports::give_up;

/// Bytes after which the page learns how far it is.
const NOTED: usize = 8 * 1024 * 1024;
/// Findings between the thread that reads and what is kept.
const AHEAD: usize = 8;

/// Reads a file, and notes what it would do.
pub(crate) async fn read(
    app: &App,
    store: &Store<ClientScope>,
    team: &Store<WorkspaceScope>,
    import: &Import,
) -> Result<(), PageError> {
    let begun = import.begun();
    store.change_import(&begun, ImportSchedule::Stays).await?;
    let key = store.import_key(import.id);
    let Some(mut reading) = app.services.files.read(&key).await? else {
        return give_up(app, store, &begun, "The file is no longer there.").await;
    };
    let mut head = Vec::new();
    while head.len() < HEAD {
        match reading.next().await? {
            Some(piece) => head.extend(piece),
            None => break,
        }
    }
    let (import, mapping) = match import::columns(&head) {
        Ok(None) => (begun, ColumnMapping::default()),
        Ok(Some(columns)) => {
            let mapping = mapping(team, &begun, &columns).await?;
            let after = begun.table(columns, mapping.clone());
            store.change_import(&after, ImportSchedule::Stays).await?;
            (after, mapping)
        }
        Err(refused) => return give_up(app, store, &begun, &refused.to_string()).await,
    };
    if import.stage == ImportStage::Columns {
        return Ok(());
    }
    let known = store.scanned(import.engagement).await?;
    Box::pin(plan(app, store, import, (head, reading), (mapping, known))).await
}

/// Which column holds what: as was said of this table, of another with the same
/// columns, or as they are called.
async fn mapping(
    team: &Store<WorkspaceScope>,
    import: &Import,
    columns: &CsvColumns,
) -> Result<ColumnMapping, PageError> {
    if let Some(said) = &import.mapping {
        return Ok(said.clone().within(&columns.names));
    }
    let known = team.mapping(columns).await?;
    Ok(known.unwrap_or_else(|| ColumnMapping::guess(&columns.names)))
}

async fn plan(
    app: &App,
    store: &Store<ClientScope>,
    import: Import,
    (head, reading): (Vec<u8>, FileRead),
    (mapping, known): (ColumnMapping, Vec<Finding>),
) -> Result<(), PageError> {
    let (feed, mut pieces) = bridge();
    let (give, come) = channel(AHEAD);
    let parsing = spawn_blocking(move || {
        import::stream(&mut pieces, &mapping, |one| {
            // Nobody listens where what came before couldn't be kept.
            let _ = give.blocking_send(one);
        })
    });
    let (fed, parsed, kept) = join3(
        Box::pin(feeding(store, import.clone(), feed, (head, reading))),
        parsing,
        Box::pin(keep(store, &import, ImportPlanner::new(known), come)),
    )
    .await;
    // First what is nobody's fault: the file is read again later.
    let import = fed?;
    let (planner, steps) = kept?;
    let parsed = parsed.map_err(PageError::internal)?;
    let read: Result<ScanSummary, ScanError> = parsed.map_err(PageError::internal)?;
    let summary = match read {
        Ok(summary) => summary,
        Err(refused) => return give_up(app, store, &import, &refused.to_string()).await,
    };
    let (plan, last, shown) = planner.finish(summary);
    for (n, step) in (steps..).zip(&last) {
        store.put_step(&import, n, step).await?;
    }
    store.put_preview(&import, &shown).await?;
    let after = import.planned(plan);
    Ok(store.change_import(&after, ImportSchedule::Stays).await?)
}

/// Feeds the file to whoever reads it, and notes now and then how far it is.
async fn feeding(
    store: &Store<ClientScope>,
    mut import: Import,
    feed: ChunkSender,
    (head, mut reading): (Vec<u8>, FileRead),
) -> Result<Import, PageError> {
    let (mut read, mut noted) = (head.len(), 0);
    let mut wanted = feed.put(head).await;
    while wanted {
        let Some(piece) = reading.next().await? else {
            break;
        };
        read += piece.len();
        wanted = feed.put(piece).await;
        if read - noted >= NOTED {
            noted = read;
            let after = import.read_to(i64::try_from(read).unwrap_or(i64::MAX));
            store.change_import(&after, ImportSchedule::Stays).await?;
            import = after;
        }
    }
    Ok(import)
}

/// Keeps steps as they fill, and gives how many.
async fn keep(
    store: &Store<ClientScope>,
    import: &Import,
    mut planner: ImportPlanner,
    mut come: Receiver<ScannedFinding>,
) -> Result<(ImportPlanner, i64), PageError> {
    let mut steps = 0;
    while let Some(one) = come.recv().await {
        if let Some(step) = planner.take(one) {
            store.put_step(import, steps, &step).await?;
            steps += 1;
        }
    }
    Ok((planner, steps))
}
