//! Uploads: checked by their content, then released for their purpose, or refused. The
//! object below `in/` is deleted either way.

use domain::document::NewDocument;
use domain::file::{CheckedFile, FileCheck, FileFlaw};
use domain::id::{EngagementId, UploadId};
use domain::upload::{Upload, UploadPurpose, UploadState};
use store::{ClientScope, Directory, LeasedEffect, ReleaseOutcome, Store};
use web::{App, NewObject, PageError};

use crate::effect_outcome::EffectOutcome;
use crate::evidence;
use crate::release_object::{OTHER_THERE, delete_written};

/// The tag that a scan for harmful content puts on an object, and its values.
const VERDICT: &str = "GuardDutyMalwareScanStatus";
const CLEAN: &str = "NO_THREATS_FOUND";
const HARMFUL: &str = "THREATS_FOUND";

/// The verdict on an uploaded file.
enum Verdict {
    Accepted(ReadFile),
    Refused(FileFlaw),
    Pending,
}

/// A file of the type that was announced.
struct ReadFile {
    checked: CheckedFile,
    /// Identifies the content that was checked.
    etag: String,
    /// The whole content, where the release needs it.
    bytes: Vec<u8>,
}

/// Checks a file that arrived, or refuses one that never did.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    id: UploadId,
) -> Result<EffectOutcome, PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("an upload outside a client"));
    };
    let Some(upload) = store.get_upload(id).await? else {
        return Ok(EffectOutcome::Done);
    };
    match upload.state {
        UploadState::Uploading if upload.is_expired(app.clock.now()) => {
            refuse_upload(&store, &upload, FileFlaw::Missing).await?;
        }
        // Another effect comes when it is over.
        UploadState::Uploading => return Ok(EffectOutcome::Done),
        UploadState::Checking => match check_file(app, &store, &upload).await? {
            Verdict::Pending => return Ok(EffectOutcome::Deferred),
            Verdict::Refused(flaw) => refuse_upload(&store, &upload, flaw).await?,
            Verdict::Accepted(file) => release(app, &store, &upload, &file).await?,
        },
        UploadState::Ready | UploadState::Refused => delete_unused(app, &store, &upload).await?,
    }
    app.services
        .files
        .delete(&store.incoming_object_key(id))
        .await?;
    Ok(EffectOutcome::Done)
}

/// Reads the whole file once, in chunks.
async fn check_file(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
) -> Result<Verdict, PageError> {
    let (files, key) = (&app.services.files, store.incoming_object_key(upload.id));
    if !files.has(&key).await? {
        return Ok(Verdict::Refused(FileFlaw::Missing));
    }
    if app.config.malware_scan {
        match files.get_tag(&key, VERDICT).await?.as_deref() {
            Some(CLEAN) => {}
            Some(HARMFUL) => return Ok(Verdict::Refused(FileFlaw::Harmful)),
            Some(_) => return Ok(Verdict::Refused(FileFlaw::Unscanned)),
            None => return Ok(Verdict::Pending),
        }
    }
    let Some(mut read) = files.read(&key).await? else {
        return Ok(Verdict::Refused(FileFlaw::Missing));
    };
    let mut check = FileCheck::new(upload.file_type);
    let needs_bytes = matches!(upload.purpose, UploadPurpose::Evidence(_));
    let (size, mut bytes) = (usize::try_from(upload.size).unwrap_or_default(), Vec::new());
    while let Some(chunk) = read.next_chunk().await? {
        check.add(&chunk);
        if needs_bytes && bytes.len() <= size {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(match check.finish(upload.size) {
        Ok(checked) => Verdict::Accepted(ReadFile {
            checked,
            etag: read.etag,
            bytes,
        }),
        Err(flaw) => Verdict::Refused(flaw),
    })
}

async fn release(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
    file: &ReadFile,
) -> Result<(), PageError> {
    let Some(after) = upload.release() else {
        return Ok(());
    };
    let outcome = match &after.purpose {
        UploadPurpose::Document(new) => release_document(app, store, &after, new, file).await?,
        UploadPurpose::Evidence(new) => {
            evidence::release(app, store, &after, new, &file.bytes).await?
        }
        UploadPurpose::Import(engagement) => {
            release_scan(app, store, &after, *engagement, file).await?
        }
        UploadPurpose::Attachment(_) => {
            let to = store.attachment_object_key(after.id);
            match copy_checked(app, store, &after, &to, &file.etag).await? {
                NewObject::Other => OTHER_THERE,
                NewObject::Written | NewObject::Same => {
                    store.release_attachment(&after).await?;
                    ReleaseOutcome::Released
                }
            }
        }
    };
    match outcome {
        ReleaseOutcome::Released => Ok(()),
        ReleaseOutcome::Refused(flaw) => refuse_upload(store, upload, flaw).await,
    }
}

/// The object first, then the row: what is listed can be fetched. Done again after
/// a failure, it does the same.
async fn release_document(
    app: &App,
    store: &Store<ClientScope>,
    after: &Upload,
    new: &NewDocument,
    file: &ReadFile,
) -> Result<ReleaseOutcome, PageError> {
    let to = store.document_object_key(after.id);
    let copied = copy_checked(app, store, after, &to, &file.etag).await?;
    if copied == NewObject::Other {
        return Ok(OTHER_THERE);
    }
    let outcome = store.release_upload(after, new, &file.checked).await?;
    if outcome != ReleaseOutcome::Released {
        delete_written(app, copied, &to).await?;
    }
    Ok(outcome)
}

/// The object first here too: the import's job reads it.
async fn release_scan(
    app: &App,
    store: &Store<ClientScope>,
    after: &Upload,
    engagement: EngagementId,
    file: &ReadFile,
) -> Result<ReleaseOutcome, PageError> {
    let to = store.import_object_key(after.id.import_id());
    let copied = copy_checked(app, store, after, &to, &file.etag).await?;
    if copied == NewObject::Other {
        return Ok(OTHER_THERE);
    }
    if store.release_scan(after, engagement).await? {
        return Ok(ReleaseOutcome::Released);
    }
    delete_written(app, copied, &to).await?;
    Ok(ReleaseOutcome::Refused(FileFlaw::TargetGone))
}

/// Copies the content that was checked: the holder of the form could send another.
async fn copy_checked(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
    to: &str,
    etag: &str,
) -> Result<NewObject, PageError> {
    let from = store.incoming_object_key(upload.id);
    let content_type = upload.file_type.media_type();
    let copied = app.services.files.copy_new(&from, etag, to, content_type);
    Ok(copied.await?)
}

/// Deletes an attachment that no message was sent with.
async fn delete_unused(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
) -> Result<(), PageError> {
    let unused = upload.refuse_unused(app.clock.now());
    if let Some(after) = &unused {
        store.refuse_upload(after).await?;
    }
    // Once more, where it stopped after that.
    if unused.is_some() || upload.flaw == Some(FileFlaw::Unused) {
        let key = store.attachment_object_key(upload.id);
        app.services.files.delete(&key).await?;
    }
    Ok(())
}

async fn refuse_upload(
    store: &Store<ClientScope>,
    upload: &Upload,
    flaw: FileFlaw,
) -> Result<(), PageError> {
    match upload.refuse(flaw) {
        Some(after) => Ok(store.refuse_upload(&after).await?),
        None => Ok(()),
    }
}
