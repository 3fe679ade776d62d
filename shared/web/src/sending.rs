//! Sending a file: announced, sent by the browser straight to the bucket, and said
//! to be there. A browser without scripts sends a small one through here instead.

use domain::file::FileName;
use domain::id::UploadId;
use domain::input::FieldErrors;
use domain::upload::{TO_SEND, Upload, UploadPurpose, UploadState, announce};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use store::{AnnounceOutcome, RateLimit};

use crate::error::PageError;
use crate::extract::ClientAccess;
use crate::form::{ProtectedForm, SAVED_BEFORE};
use crate::reply::Reply;
use crate::upload::{MAX_UPLOAD, ProtectedUpload};

/// Files that one page announces at most: each gets an id of its own.
const MOST: u64 = 10_000;
/// Files that one person sends at most.
const LIMIT: RateLimit = RateLimit {
    rule: "uploads",
    most: 300,
    window: SignedDuration::from_hours(24),
};

/// What a script or a form says of a file.
#[derive(Debug, Clone, Copy)]
pub struct UploadRequest<'a> {
    /// The id of its upload.
    pub id: UploadId,
    /// Bytes.
    pub size: i64,
    /// Its name.
    pub name: &'a str,
}

impl<'a> UploadRequest<'a> {
    /// What a script says: the `n`th file of its form.
    pub fn by_script<T>(
        form: &ProtectedForm<T>,
        (name, size, n): (&'a str, &str, &str),
    ) -> Result<Self, PageError> {
        let n = n.parse().ok().filter(|n| *n < MOST);
        let n: u64 = n.ok_or(PageError::BadRequest("the file has no number"))?;
        let size = size.parse();
        let size = size.map_err(|_| PageError::BadRequest("the file has no size"))?;
        let id: UploadId = form.id::<domain::id::marker::UploadMarker>()?.nth(n);
        Ok(Self { id, size, name })
    }

    /// What a form says that holds the file, and the file; why not, where there is
    /// none, or it is too large for that way.
    pub fn by_form<T>(
        sent: &'a mut ProtectedUpload<T>,
    ) -> Result<Result<UploadedFile<'a>, FieldErrors>, PageError> {
        let id = sent.id.as_deref().and_then(|id| id.parse().ok());
        let id: UploadId = id.ok_or(PageError::BadRequest("the form has no id"))?;
        let wrong = |why: String| Ok(Err(FieldErrors::at("file", why)));
        match sent.bytes.take() {
            None => {
                let most = MAX_UPLOAD / 1024 / 1024;
                wrong(format!(
                    "Without scripts, a file of up to {most} MB can be sent."
                ))
            }
            Some(_) if sent.file_name.is_empty() => wrong("Choose a file.".to_owned()),
            Some(bytes) => {
                let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                let name = sent.file_name.as_str();
                Ok(Ok((Self { id, size, name }, bytes)))
            }
        }
    }

    /// Its name, if one of its type is taken.
    pub fn file(&self) -> Result<FileName, FieldErrors> {
        FileName::parse(self.name).map_err(|why| FieldErrors::at("file", why))
    }
}

/// A file that came with its form.
pub type UploadedFile<'a> = (UploadRequest<'a>, Vec<u8>);

impl ClientAccess {
    /// Announces a file. Announced again, by the same form, it is the same upload.
    pub async fn announce(
        &self,
        said: UploadRequest<'_>,
        file: &FileName,
        purpose: UploadPurpose,
    ) -> Result<Result<Upload, FieldErrors>, PageError> {
        let wrong = |why: &str| Ok(Err(FieldErrors::at("file", why)));
        let now = self.ctx.now;
        let upload = match announce(said.id, purpose, file, said.size, &self.actor, now) {
            Ok(upload) => upload,
            Err(unfit) => return wrong(&unfit.to_string()),
        };
        let user = self.actor.user.to_string();
        self.ctx.limit(LIMIT, &user).await?;
        let plan = self.ctx.plan();
        match self.store.announce(&upload, plan).await? {
            AnnounceOutcome::Done => Ok(Ok(upload)),
            AnnounceOutcome::Full(full) if self.is_team() => wrong(&full.to_string()),
            AnnounceOutcome::Full(_) => wrong(
                "There is no room for it: the workspace has used up its space for files. \
                 Ask the team to delete what is no longer needed.",
            ),
            AnnounceOutcome::Repeated => {
                let before = self
                    .store
                    .upload(said.id)
                    .await?
                    .ok_or(PageError::Changed)?;
                let same = (&before.name, before.size) == (&upload.name, upload.size)
                    && before.purpose == upload.purpose;
                if same && now < before.closes() {
                    Ok(Ok(before))
                } else {
                    wrong(SAVED_BEFORE)
                }
            }
        }
    }

    /// What a script needs to send an announced file, or hears of why it can't.
    pub async fn offer(&self, begun: Result<Upload, FieldErrors>) -> Result<Reply, PageError> {
        let upload = match begun {
            Ok(upload) => upload,
            Err(invalid) => {
                let why = invalid.fields().values().next();
                let answer = json!({ "error": why });
                return Ok(Reply::json(&answer).status(StatusCode::UNPROCESSABLE_ENTITY));
            }
        };
        let id = upload.id;
        let state = format!("{}/uploads/{id}", self.base);
        if upload.state != UploadState::Uploading {
            // It is there already: only the answer that said so was lost.
            return Ok(Reply::json(
                &json!({ "done": true, "id": id, "state": state }),
            ));
        }
        let (files, key) = (self.files(), self.store.incoming_key(id));
        let media_type = upload.file_type.media_type();
        let offer = files.offer(&key, media_type, upload.size, TO_SEND).await?;
        Ok(Reply::json(&json!({
            "id": id,
            "url": offer.url,
            "fields": offer.fields,
            "complete": format!("{state}/complete"),
            "state": state,
        })))
    }

    /// Keeps an announced file that came through here, and notes that it is there.
    pub async fn keep(&self, upload: &Upload, bytes: Vec<u8>) -> Result<(), PageError> {
        if upload.state == UploadState::Uploading {
            let (files, key) = (self.files(), self.store.incoming_key(upload.id));
            let media_type = upload.file_type.media_type();
            files.put(&key, bytes, media_type).await?;
        }
        self.arrive(upload).await
    }

    /// Notes that a file is there; once more does nothing.
    pub async fn arrive(&self, upload: &Upload) -> Result<(), PageError> {
        match upload.arrived() {
            Some(after) => Ok(self.store.upload_arrived(&after).await?),
            None => Ok(()),
        }
    }
}
