//! Files that were sent: checked by their content, then made what they were sent
//! for, or refused. What lies below `in/` goes either way.

use domain::file::{Check, Checked, Flaw};
use domain::id::UploadId;
use domain::upload::{Purpose, State, Upload};
use store::directory::Directory;
use store::outbox::Leased;
use store::{ClientScope, Store};
use web::{App, Error};

use crate::Done;

/// The tag that a scan for harmful content puts on an object, and its values.
const VERDICT: &str = "GuardDutyMalwareScanStatus";
const CLEAN: &str = "NO_THREATS_FOUND";
const HARMFUL: &str = "THREATS_FOUND";

/// What came of a look at a file.
enum Verdict {
    Good(Checked, String),
    Bad(Flaw),
    Waits,
}

/// Looks at a file that is said to be there, or is over.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &Leased,
    id: UploadId,
) -> Result<Done, Error> {
    let Some(store) = leased.client(directory) else {
        return Err(Error::internal("an upload outside a client"));
    };
    let Some(upload) = store.upload(id).await? else {
        return Ok(Done::Whole);
    };
    match upload.state {
        State::Uploading if upload.is_over(app.clock.now()) => {
            refuse(&store, &upload, Flaw::Missing).await?;
        }
        // Another effect comes when it is over.
        State::Uploading => return Ok(Done::Whole),
        State::Checking => match check(app, &store, &upload).await? {
            Verdict::Waits => return Ok(Done::NotYet),
            Verdict::Bad(flaw) => refuse(&store, &upload, flaw).await?,
            Verdict::Good(checked, etag) => release(app, &store, &upload, &checked, &etag).await?,
        },
        State::Ready | State::Refused => {}
    }
    app.services.files.delete(&store.incoming_key(id)).await?;
    Ok(Done::Whole)
}

/// Reads the whole file once, piece by piece.
async fn check(app: &App, store: &Store<ClientScope>, upload: &Upload) -> Result<Verdict, Error> {
    let (files, key) = (&app.services.files, store.incoming_key(upload.id));
    if !files.has(&key).await? {
        return Ok(Verdict::Bad(Flaw::Missing));
    }
    if app.config.malware_scan {
        match files.tag(&key, VERDICT).await?.as_deref() {
            Some(CLEAN) => {}
            Some(HARMFUL) => return Ok(Verdict::Bad(Flaw::Harmful)),
            Some(_) => return Ok(Verdict::Bad(Flaw::Unscanned)),
            None => return Ok(Verdict::Waits),
        }
    }
    let Some(mut reading) = files.read(&key).await? else {
        return Ok(Verdict::Bad(Flaw::Missing));
    };
    let mut check = Check::new(upload.file_type);
    while let Some(piece) = reading.next().await? {
        check.feed(&piece);
    }
    Ok(match check.finish(upload.size) {
        Ok(checked) => Verdict::Good(checked, reading.etag),
        Err(flaw) => Verdict::Bad(flaw),
    })
}

/// The object first, then the row: what is listed can be fetched. Done again after
/// a crash, it is the same object.
async fn release(
    app: &App,
    store: &Store<ClientScope>,
    upload: &Upload,
    checked: &Checked,
    etag: &str,
) -> Result<(), Error> {
    let Some(after) = upload.released() else {
        return Ok(());
    };
    let files = &app.services.files;
    let from = store.incoming_key(upload.id);
    let to = match upload.purpose {
        Purpose::Document(_) => store.document_key(upload.id),
        Purpose::Import(_) => store.import_key(upload.id.import()),
    };
    // Of the content that was checked: whoever has the form could send another.
    let content_type = upload.file_type.media_type();
    files.copy((&from, etag), &to, content_type).await?;
    if let Err(flaw) = store.release_upload(&after, checked).await? {
        files.delete(&to).await?;
        refuse(store, upload, flaw).await?;
    }
    Ok(())
}

async fn refuse(store: &Store<ClientScope>, upload: &Upload, flaw: Flaw) -> Result<(), Error> {
    match upload.refused(flaw) {
        Some(after) => Ok(store.refuse_upload(&after).await?),
        None => Ok(()),
    }
}
