//! Files that were sent: checked by their content, then made what they were sent
//! for, or refused. What lies below `in/` goes either way.

use domain::document::NewDocument;
use domain::file::{CheckedFile, FileCheck, FileFlaw};
use domain::id::{EngagementId, UploadId};
use domain::upload::{Upload, UploadPurpose, UploadState};
use store::directory::Directory;
use store::outbox::LeasedEffect;
use store::{ClientScope, Store};
use web::{App, PageError};

use crate::{EffectOutcome, evidence};

/// The tag that a scan for harmful content puts on an object, and its values.
const VERDICT: &str = "GuardDutyMalwareScanStatus";
const CLEAN: &str = "NO_THREATS_FOUND";
const HARMFUL: &str = "THREATS_FOUND";

/// What came of a look at a file.
enum Verdict {
    Good(Seen),
    Bad(FileFlaw),
    Waits,
}

/// A file that is what it claims to be.
struct Seen {
    checked: CheckedFile,
    /// Names the content that was seen.
    etag: String,
    /// All of it, where something is made of it.
    bytes: Vec<u8>,
}

/// Looks at a file that is said to be there, or is over.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    id: UploadId,
) -> Result<EffectOutcome, PageError> {
    let Some(store) = leased.client(directory) else {
        return Err(PageError::internal("an upload outside a client"));
    };
    let Some(upload) = store.upload(id).await? else {
        return Ok(EffectOutcome::Whole);
    };
    match upload.state {
        UploadState::Uploading if upload.is_over(app.clock.now()) => {
            refuse(&store, &upload, FileFlaw::Missing).await?;
        }
        // Another effect comes when it is over.
        UploadState::Uploading => return Ok(EffectOutcome::Whole),
        UploadState::Checking => match check(app, &store, &upload).await? {
            Verdict::Waits => return Ok(EffectOutcome::NotYet),
            Verdict::Bad(flaw) => refuse(&store, &upload, flaw).await?,
            Verdict::Good(seen) => release(app, &store, &upload, &seen).await?,
        },
        UploadState::Ready | UploadState::Refused => forget(app, &store, &upload).await?,
    }
    app.services.files.delete(&store.incoming_key(id)).await?;
    Ok(EffectOutcome::Whole)
}

/// Reads the whole file once, piece by piece.
async fn check(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
) -> Result<Verdict, PageError> {
    let (files, key) = (&app.services.files, store.incoming_key(upload.id));
    if !files.has(&key).await? {
        return Ok(Verdict::Bad(FileFlaw::Missing));
    }
    if app.config.malware_scan {
        match files.tag(&key, VERDICT).await?.as_deref() {
            Some(CLEAN) => {}
            Some(HARMFUL) => return Ok(Verdict::Bad(FileFlaw::Harmful)),
            Some(_) => return Ok(Verdict::Bad(FileFlaw::Unscanned)),
            None => return Ok(Verdict::Waits),
        }
    }
    let Some(mut reading) = files.read(&key).await? else {
        return Ok(Verdict::Bad(FileFlaw::Missing));
    };
    let mut check = FileCheck::new(upload.file_type);
    let keeps = matches!(upload.purpose, UploadPurpose::Evidence(_));
    let (size, mut bytes) = (usize::try_from(upload.size).unwrap_or_default(), Vec::new());
    while let Some(piece) = reading.next().await? {
        check.feed(&piece);
        if keeps && bytes.len() <= size {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(match check.finish(upload.size) {
        Ok(checked) => Verdict::Good(Seen {
            checked,
            etag: reading.etag,
            bytes,
        }),
        Err(flaw) => Verdict::Bad(flaw),
    })
}

async fn release(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
    seen: &Seen,
) -> Result<(), PageError> {
    let Some(after) = upload.released() else {
        return Ok(());
    };
    let released = match &after.purpose {
        UploadPurpose::Document(new) => document(app, store, (&after, new), seen).await?,
        UploadPurpose::Evidence(new) => {
            evidence::release(app, store, (&after, new), &seen.bytes).await?
        }
        UploadPurpose::Import(engagement) => scan(app, store, (&after, *engagement), seen).await?,
        UploadPurpose::Attachment(_) => {
            let to = store.attachment_key(after.id);
            copy(app, store, (&after, &to), &seen.etag).await?;
            store.release_attachment(&after).await?;
            Ok(())
        }
    };
    match released {
        Ok(()) => Ok(()),
        Err(flaw) => refuse(store, upload, flaw).await,
    }
}

/// The object first, then the row: what is listed can be fetched. Done again after
/// a failure, it does the same.
async fn document(
    app: &App,
    store: &Store<ClientScope>,
    (after, new): (&Upload, &NewDocument),
    seen: &Seen,
) -> Result<Result<(), FileFlaw>, PageError> {
    let to = store.document_key(after.id);
    copy(app, store, (after, &to), &seen.etag).await?;
    let released = store.release_upload(after, new, &seen.checked).await?;
    if released.is_err() {
        app.services.files.delete(&to).await?;
    }
    Ok(released)
}

/// The object first here too; the import's job reads it.
async fn scan(
    app: &App,
    store: &Store<ClientScope>,
    (after, engagement): (&Upload, EngagementId),
    seen: &Seen,
) -> Result<Result<(), FileFlaw>, PageError> {
    let to = store.import_key(after.id.import());
    copy(app, store, (after, &to), &seen.etag).await?;
    if store.release_scan(after, engagement).await? {
        return Ok(Ok(()));
    }
    app.services.files.delete(&to).await?;
    Ok(Err(FileFlaw::Gone))
}

/// Of the content that was checked: whoever has the form could send another.
async fn copy(
    app: &App,
    store: &Store<ClientScope>,
    (upload, to): (&Upload, &str),
    etag: &str,
) -> Result<(), PageError> {
    let from = store.incoming_key(upload.id);
    let content_type = upload.file_type.media_type();
    let copied = app.services.files.copy((&from, etag), to, content_type);
    Ok(copied.await?)
}

/// Takes a file away that no message was sent with.
async fn forget(app: &App, store: &Store<ClientScope>, upload: &Upload) -> Result<(), PageError> {
    let unused = upload.unused(app.clock.now());
    if let Some(after) = &unused {
        store.refuse_upload(after).await?;
    }
    // Once more, where it stopped after that.
    if unused.is_some() || upload.flaw == Some(FileFlaw::Unused) {
        let key = store.attachment_key(upload.id);
        app.services.files.delete(&key).await?;
    }
    Ok(())
}

async fn refuse(
    store: &Store<ClientScope>,
    upload: &Upload,
    flaw: FileFlaw,
) -> Result<(), PageError> {
    match upload.refused(flaw) {
        Some(after) => Ok(store.refuse_upload(&after).await?),
        None => Ok(()),
    }
}
