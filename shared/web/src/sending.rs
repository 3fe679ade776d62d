//! Sending a file: announced, sent by the browser straight to the bucket, and said
//! to be there. A browser without scripts sends a small one through here instead.

use domain::file::FileName;
use domain::id::UploadId;
use domain::input::Invalid;
use domain::upload::{Purpose, State, TO_SEND, Upload, announce};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use store::{Announced, Limit};

use crate::error::Error;
use crate::extract::Inside;
use crate::form::{ProtectedForm, SAVED_BEFORE};
use crate::reply::Reply;
use crate::upload::{MAX_UPLOAD, ProtectedUpload};

/// Files that one page announces at most: each gets an id of its own.
const MOST: u64 = 10_000;
/// Files that one person sends at most.
const LIMIT: Limit = Limit {
    rule: "uploads",
    most: 300,
    window: SignedDuration::from_hours(24),
};

/// What a script or a form says of a file.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The id of its upload.
    pub id: UploadId,
    /// Bytes.
    pub size: i64,
    /// Its name.
    pub name: &'a str,
}

impl<'a> Said<'a> {
    /// What a script says: the `n`th file of its form.
    pub fn by_script<T>(
        form: &ProtectedForm<T>,
        (name, size, n): (&'a str, &str, &str),
    ) -> Result<Self, Error> {
        let n = n.parse().ok().filter(|n| *n < MOST);
        let n: u64 = n.ok_or(Error::BadRequest("the file has no number"))?;
        let size = size.parse();
        let size = size.map_err(|_| Error::BadRequest("the file has no size"))?;
        let id: UploadId = form.id::<domain::id::kind::Upload>()?.nth(n);
        Ok(Self { id, size, name })
    }

    /// What a form says that holds the file, and the file; why not, where there is
    /// none, or it is too large for that way.
    pub fn by_form<T>(
        sent: &'a mut ProtectedUpload<T>,
    ) -> Result<Result<Whole<'a>, Invalid>, Error> {
        let id = sent.id.as_deref().and_then(|id| id.parse().ok());
        let id: UploadId = id.ok_or(Error::BadRequest("the form has no id"))?;
        let wrong = |why: String| Ok(Err(Invalid::at("file", why)));
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
    pub fn file(&self) -> Result<FileName, Invalid> {
        FileName::parse(self.name).map_err(|why| Invalid::at("file", why))
    }
}

/// A file that came with its form.
pub type Whole<'a> = (Said<'a>, Vec<u8>);

impl Inside {
    /// Announces a file. Announced again, by the same form, it is the same upload.
    pub async fn announce(
        &self,
        said: Said<'_>,
        file: &FileName,
        purpose: Purpose,
    ) -> Result<Result<Upload, Invalid>, Error> {
        let wrong = |why: &str| Ok(Err(Invalid::at("file", why)));
        let now = self.ctx.now;
        let upload = match announce(said.id, purpose, file, said.size, &self.actor, now) {
            Ok(upload) => upload,
            Err(unfit) => return wrong(&unfit.to_string()),
        };
        let user = self.actor.user.to_string();
        self.ctx.limit(LIMIT, &user).await?;
        let plan = self.ctx.plan();
        match self.store.announce(&upload, plan).await? {
            Announced::Done => Ok(Ok(upload)),
            Announced::Full(full) if self.is_team() => wrong(&full.to_string()),
            Announced::Full(_) => wrong(
                "There is no room for it: the workspace has used up its space for files. \
                 Ask the team to delete what is no longer needed.",
            ),
            Announced::Repeated => {
                let before = self.store.upload(said.id).await?.ok_or(Error::Changed)?;
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
    pub async fn offer(&self, begun: Result<Upload, Invalid>) -> Result<Reply, Error> {
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
        if upload.state != State::Uploading {
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
    pub async fn keep(&self, upload: &Upload, bytes: Vec<u8>) -> Result<(), Error> {
        if upload.state == State::Uploading {
            let (files, key) = (self.files(), self.store.incoming_key(upload.id));
            let media_type = upload.file_type.media_type();
            files.put(&key, bytes, media_type).await?;
        }
        self.arrive(upload).await
    }

    /// Notes that a file is there; once more does nothing.
    pub async fn arrive(&self, upload: &Upload) -> Result<(), Error> {
        match upload.arrived() {
            Some(after) => Ok(self.store.upload_arrived(&after).await?),
            None => Ok(()),
        }
    }
}
