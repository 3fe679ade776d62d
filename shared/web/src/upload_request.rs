//! Sending a file. A script announces the file, sends it straight to the bucket and completes
//! the upload; a browser without scripts sends a small file through the function instead.

use axum::extract::{FromRequest, Request};
use domain::file::FileName;
use domain::id::UploadId;
use domain::id::marker::UploadMarker;
use domain::input::FieldErrors;
use domain::upload::{SEND_WINDOW, Upload, UploadPurpose, UploadState, create_upload};
use http::{StatusCode, header};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::json;
use store::{AnnounceOutcome, RateLimit};

use crate::access::ClientAccess;
use crate::error::PageError;
use crate::form::{FormError, ProtectedForm, SAVED_BEFORE};
use crate::links;
use crate::protected_upload::{MAX_UPLOAD, ProtectedUpload};
use crate::reply::Reply;

/// The most files that one page announces: each gets an id of its own.
const MAX_ANNOUNCED: u64 = 10_000;
/// The most files that one person sends in a day.
const UPLOAD_LIMIT: RateLimit = RateLimit {
    rule: "uploads",
    most: 300,
    window: SignedDuration::from_hours(24),
};

/// The most megabytes that one contact announces in an hour: announced files take the
/// workspace's space before they arrive.
const CONTACT_BYTES_LIMIT: RateLimit = RateLimit {
    rule: "uploads-megabytes",
    most: 500,
    window: SignedDuration::from_hours(1),
};

/// A form that sends a file: announced by a script, or whole with its file.
#[derive(Debug)]
pub enum SentFile<A, W> {
    Announced(ProtectedForm<A>),
    Whole(ProtectedUpload<W>),
}

impl<S, A, W> FromRequest<S> for SentFile<A, W>
where
    S: Sync + Send,
    A: DeserializeOwned,
    W: DeserializeOwned,
{
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        if content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
            let upload = ProtectedUpload::from_request(request, state).await?;
            Ok(Self::Whole(upload))
        } else {
            let form = ProtectedForm::from_request(request, state).await?;
            Ok(Self::Announced(form))
        }
    }
}

/// The fields by which a script announces a file, as typed.
#[derive(Debug, Clone, Copy)]
pub struct AnnouncedFile<'a> {
    pub name: &'a str,
    pub size: &'a str,
    /// The place of the file among those of its form, from 0.
    pub n: &'a str,
}

/// A file that a form or a script asks to send.
#[derive(Debug, Clone, Copy)]
pub struct UploadRequest<'a> {
    pub id: UploadId,
    /// The announced size, in bytes.
    pub size: i64,
    pub name: &'a str,
}

/// A file that came whole, with its form.
#[derive(Debug)]
pub struct UploadedFile<'a> {
    pub request: UploadRequest<'a>,
    pub bytes: Vec<u8>,
}

impl<'a> UploadRequest<'a> {
    /// The file that a script announces by a form whose first upload is `first`.
    pub fn from_announcement(first: UploadId, file: AnnouncedFile<'a>) -> Result<Self, PageError> {
        let n = file.n.parse().ok().filter(|n| *n < MAX_ANNOUNCED);
        let n: u64 = n.ok_or(PageError::BadRequest("the file has no number"))?;
        let size = file.size.parse();
        let size = size.map_err(|_| PageError::BadRequest("the file has no size"))?;
        Ok(Self {
            id: first.nth(n),
            size,
            name: file.name,
        })
    }

    /// The file of a form that holds it whole; field errors where the form holds none, or one
    /// that is too large for this way.
    pub fn from_multipart<T>(
        upload: &'a mut ProtectedUpload<T>,
    ) -> Result<UploadedFile<'a>, FormError> {
        let id: UploadId = upload.id()?;
        let Some(bytes) = upload.bytes.take() else {
            let most = MAX_UPLOAD / 1024 / 1024;
            let why = format!("Without scripts, a file of up to {most} MB can be sent.");
            return Err(FieldErrors::of("file", why).into());
        };
        if upload.file_name.is_empty() {
            return Err(FieldErrors::of("file", "Choose a file.").into());
        }
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let name = upload.file_name.as_str();
        Ok(UploadedFile {
            request: Self { id, size, name },
            bytes,
        })
    }

    /// The file's name, where files of its type are accepted.
    pub fn file_name(&self) -> Result<FileName, FieldErrors> {
        FileName::parse(self.name).map_err(|why| FieldErrors::of("file", why))
    }
}

impl<T> ProtectedForm<T> {
    /// The id of the form's first upload.
    pub fn upload_id(&self) -> Result<UploadId, PageError> {
        self.id::<UploadMarker>()
    }
}

impl ClientAccess {
    /// Announces a file. The same form that announces it again gets the same upload.
    pub async fn create_upload(
        &self,
        request: UploadRequest<'_>,
        file: &FileName,
        purpose: UploadPurpose,
    ) -> Result<Upload, FormError> {
        let refuse = |why: &str| Err(FieldErrors::of("file", why).into());
        let now = self.ctx.now;
        let upload = match create_upload(request.id, purpose, file, request.size, &self.actor, now)
        {
            Ok(upload) => upload,
            Err(rejection) => return refuse(&rejection.to_string()),
        };
        let user = self.actor.user.to_string();
        self.ctx.limit_subject(UPLOAD_LIMIT, &user).await?;
        if !self.is_team() {
            let megabytes = (request.size >> 20) + 1;
            let counted = self.ctx.limit_uses(CONTACT_BYTES_LIMIT, &user, megabytes);
            match counted.await {
                Ok(()) => {}
                Err(PageError::TooMany(_)) => {
                    return refuse("That is more than can be sent in an hour. Try again later.");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let plan = self.ctx.plan();
        match self.store.create_upload(&upload, plan).await? {
            AnnounceOutcome::Done => Ok(upload),
            AnnounceOutcome::Full(full) if self.is_team() => refuse(&full.to_string()),
            AnnounceOutcome::Full(_) => refuse(
                "There is no room for it: the workspace has used up its space for files. \
                 Ask the team to delete what is no longer needed.",
            ),
            AnnounceOutcome::Repeated => {
                let before = self.store.get_upload(request.id).await?;
                let before = before.ok_or(PageError::Changed)?;
                let same = (&before.name, before.size) == (&upload.name, upload.size)
                    && before.purpose == upload.purpose;
                if same && now < before.send_until() {
                    Ok(before)
                } else {
                    refuse(SAVED_BEFORE)
                }
            }
        }
    }

    /// The presigned POST by which a script sends an announced file, or why the file was
    /// refused, as JSON.
    pub async fn presign_post(
        &self,
        upload: Result<Upload, FormError>,
    ) -> Result<Reply, PageError> {
        let upload = match upload.map_err(FormError::fields) {
            Ok(upload) => upload,
            Err(invalid) => {
                let invalid = invalid?;
                let why = invalid.fields().values().next();
                let answer = json!({ "error": why });
                return Ok(Reply::json(&answer).status(StatusCode::UNPROCESSABLE_ENTITY));
            }
        };
        let id = upload.id;
        let state = links::upload(self.base, id);
        if upload.state != UploadState::Uploading {
            // The file arrived before: only the answer that said so was lost.
            return Ok(Reply::json(
                &json!({ "done": true, "id": id, "state": state }),
            ));
        }
        let (files, key) = (self.files(), self.store.incoming_object_key(id));
        let media_type = upload.file_type.media_type();
        let post = files
            .presign_post(&key, media_type, upload.size, SEND_WINDOW)
            .await?;
        Ok(Reply::json(&json!({
            "id": id,
            "url": post.url,
            "fields": post.fields,
            "complete": links::upload_complete(self.base, id),
            "state": state,
        })))
    }

    /// Stores the bytes of an announced file that came through the function, and completes
    /// its upload.
    pub async fn store_bytes(&self, upload: &Upload, bytes: Vec<u8>) -> Result<(), PageError> {
        if upload.state == UploadState::Uploading {
            let (files, key) = (self.files(), self.store.incoming_object_key(upload.id));
            let media_type = upload.file_type.media_type();
            files.put(&key, bytes, media_type).await?;
        }
        self.complete_upload(upload).await
    }

    /// Records that a file arrived. Repeated, it does nothing.
    pub async fn complete_upload(&self, upload: &Upload) -> Result<(), PageError> {
        match upload.mark_arrived() {
            Some(after) => Ok(self.store.record_upload_arrival(&after).await?),
            None => Ok(()),
        }
    }
}
