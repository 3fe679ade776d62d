//! Reading a scan's file in chunks, on a thread of its own, so that the whole file is never
//! in memory.

use domain::finding::Finding;
use domain::import::{
    self, ColumnMapping, CsvColumns, HEAD_BYTES, Import, ImportPlanner, ImportStage,
    ScanStreamError, ScannedFinding,
};
use futures::future::join3;
use store::{ClientScope, ImportSchedule, Store, WorkspaceScope};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::spawn_blocking;
use web::{App, ChunkSender, FileRead, PageError, chunk_channel};

use crate::import_failure::fail_import;

/// Bytes after which the import's progress is stored.
const PROGRESS_EVERY: usize = 8 * 1024 * 1024;
/// Findings that wait between the parsing thread and the table.
const FINDINGS_AHEAD: usize = 8;

/// A file of which the head was read.
struct StartedFile {
    head: Vec<u8>,
    rest: FileRead,
}

/// Reads a file, and stores the plan of its import.
pub(crate) async fn read_scan(
    app: &App,
    store: &Store<ClientScope>,
    team: &Store<WorkspaceScope>,
    import: &Import,
) -> Result<(), PageError> {
    let started = import.start_reading();
    store.update_import(&started, ImportSchedule::Keep).await?;
    let key = store.import_object_key(import.id);
    let Some(mut rest) = app.services.files.read(&key).await? else {
        return fail_import(app, store, &started, "The file is no longer there.").await;
    };
    let mut head = Vec::new();
    while head.len() < HEAD_BYTES {
        match rest.next_chunk().await? {
            Some(chunk) => head.extend(chunk),
            None => break,
        }
    }
    let (import, mapping) = match import::parse_columns(&head) {
        Ok(None) => (started, ColumnMapping::default()),
        Ok(Some(columns)) => {
            let mapping = column_mapping(team, &started, &columns).await?;
            let after = started.with_columns(columns, mapping.clone());
            store.update_import(&after, ImportSchedule::Keep).await?;
            (after, mapping)
        }
        Err(error) => return fail_import(app, store, &started, &error.to_string()).await,
    };
    if import.stage == ImportStage::Columns {
        return Ok(());
    }
    let known = store.list_scanned_findings(import.engagement).await?;
    let file = StartedFile { head, rest };
    Box::pin(plan_import(app, store, import, file, mapping, known)).await
}

/// The column mapping of a table: as it was given for this import, as it was stored for a
/// table with the same columns, or guessed by the columns' names.
async fn column_mapping(
    team: &Store<WorkspaceScope>,
    import: &Import,
    columns: &CsvColumns,
) -> Result<ColumnMapping, PageError> {
    if let Some(given) = &import.mapping {
        return Ok(given.clone().restricted_to(&columns.names));
    }
    let stored = team.find_column_mapping(columns).await?;
    Ok(stored.unwrap_or_else(|| ColumnMapping::guess(&columns.names)))
}

async fn plan_import(
    app: &App,
    store: &Store<ClientScope>,
    import: Import,
    file: StartedFile,
    mapping: ColumnMapping,
    known: Vec<Finding>,
) -> Result<(), PageError> {
    let (chunk_sender, mut chunks) = chunk_channel();
    let (finding_sender, findings) = channel(FINDINGS_AHEAD);
    let parsing = spawn_blocking(move || {
        import::parse_stream(&mut chunks, &mapping, |finding| {
            // It has no receiver where a former finding couldn't be stored.
            let _ = finding_sender.blocking_send(finding);
        })
    });
    let planner = ImportPlanner::new(known);
    let (sent, parsed, planned) = join3(
        Box::pin(send_chunks(store, import.clone(), chunk_sender, file)),
        parsing,
        Box::pin(create_steps(store, &import, planner, findings)),
    )
    .await;
    // Failures of a service first: the file is read again later.
    let import = sent?;
    let (planner, steps) = planned?;
    let summary = match parsed.map_err(PageError::internal)? {
        Ok(summary) => summary,
        Err(ScanStreamError::Io(error)) => return Err(PageError::internal(error)),
        Err(ScanStreamError::Refused(refusal)) => {
            return fail_import(app, store, &import, &refusal.to_string()).await;
        }
    };
    let (plan, last_steps, preview) = planner.finish(summary);
    for (n, step) in (steps..).zip(&last_steps) {
        store.create_import_step(&import, n, step).await?;
    }
    store.create_import_preview(&import, &preview).await?;
    let after = import.with_plan(plan);
    Ok(store.update_import(&after, ImportSchedule::Keep).await?)
}

/// Sends the file to the parsing thread, and stores now and then how far it is.
async fn send_chunks(
    store: &Store<ClientScope>,
    mut import: Import,
    sender: ChunkSender,
    file: StartedFile,
) -> Result<Import, PageError> {
    let StartedFile { head, mut rest } = file;
    let (mut read, mut stored) = (head.len(), 0);
    let mut has_reader = sender.send(head).await;
    while has_reader {
        let Some(chunk) = rest.next_chunk().await? else {
            break;
        };
        read += chunk.len();
        has_reader = sender.send(chunk).await;
        if read - stored >= PROGRESS_EVERY {
            stored = read;
            let after = import.with_bytes_read(i64::try_from(read).unwrap_or(i64::MAX));
            store.update_import(&after, ImportSchedule::Keep).await?;
            import = after;
        }
    }
    Ok(import)
}

/// Stores the plan's steps as they fill, and gives their number.
async fn create_steps(
    store: &Store<ClientScope>,
    import: &Import,
    mut planner: ImportPlanner,
    mut findings: Receiver<ScannedFinding>,
) -> Result<(ImportPlanner, i64), PageError> {
    let mut steps = 0;
    while let Some(finding) = findings.recv().await {
        if let Some(step) = planner.add(finding) {
            store.create_import_step(import, steps, &step).await?;
            steps += 1;
        }
    }
    Ok((planner, steps))
}
