//! Sending a file: announced, sent by the browser straight to the bucket, and said
//! to be there. A browser without scripts sends a small one through here instead.

use axum::extract::{FromRequest as _, Request};
use domain::document::{DocumentInput, NewDocument, may_supersede};
use domain::file::FileName;
use domain::id::UploadId;
use domain::input::Invalid;
use domain::upload::{Purpose, State, TO_SEND, Upload, announce};
use http::{StatusCode, header};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use store::{Announced, Limit};
use web::{
    Error, Form, Ids, Inside, MAX_UPLOAD, Nothing, ProtectedForm, ProtectedUpload, Reply,
    SAVED_BEFORE, see_other,
};

use crate::target::{AtUpload, Path, Target};
use crate::{document, list};

/// Files that one page announces at most: each gets an id of its own.
const MOST: u64 = 10_000;
/// Files that one person sends at most.
const LIMIT: Limit = Limit {
    rule: "uploads",
    most: 300,
    window: SignedDuration::from_hours(24),
};

/// What a script says of a file before it sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Announcement {
    name: String,
    size: String,
    n: String,
    kind: String,
    title: String,
    visibility: String,
}

impl Announcement {
    fn said(self) -> (String, DocumentInput) {
        let input = DocumentInput {
            kind: self.kind,
            title: self.title,
            visibility: self.visibility,
        };
        (self.name, input)
    }
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<Path>,
    request: Request,
) -> Result<Reply, Error> {
    let target = Target::read(&inside, path).await?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let upload = ProtectedUpload::from_request(request, &()).await?;
        whole(&inside, target, upload).await
    } else {
        let form = ProtectedForm::from_request(request, &()).await?;
        announced(&inside, &target, form).await
    }
}

/// What a file is to become, by what was said of it.
fn purpose(
    inside: &Inside,
    target: &Target,
    file: &FileName,
    input: &DocumentInput,
) -> Result<Result<Purpose, Invalid>, Error> {
    let role = inside.actor.role;
    let Some(document) = &target.document else {
        let engagement = target.engagement.as_ref().map(|one| one.id);
        let new = input.parse(role, engagement, file);
        return Ok(new.map(Purpose::Document));
    };
    if !may_supersede(role, document) {
        return Err(Error::Forbidden);
    }
    Ok(Ok(Purpose::Document(NewDocument {
        engagement: document.engagement,
        kind: document.kind,
        title: document.title.clone(),
        visibility: document.visibility,
        replaces: Some(document.id),
    })))
}

/// Announces a file. Announced again, by the same form, it is the same upload.
async fn begin(
    inside: &Inside,
    target: &Target,
    (id, size): (UploadId, i64),
    (name, input): (&str, &DocumentInput),
) -> Result<Result<Upload, Invalid>, Error> {
    let wrong = |why: &str| Ok(Err(Invalid::at("file", why)));
    let file = match FileName::parse(name) {
        Ok(file) => file,
        Err(why) => return wrong(why),
    };
    let purpose = match purpose(inside, target, &file, input)? {
        Ok(purpose) => purpose,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let now = inside.ctx.now;
    let upload = match announce(id, purpose, &file, size, &inside.actor, now) {
        Ok(upload) => upload,
        Err(unfit) => return wrong(&unfit.to_string()),
    };
    let user = inside.actor.user.to_string();
    inside.ctx.limit(LIMIT, &user).await?;
    let plan = inside.ctx.workspace.plan;
    match inside.store.announce(&upload, plan).await? {
        Announced::Done => Ok(Ok(upload)),
        Announced::Full => wrong(
            "There is no room for it: the workspace has used up its space for files. \
             Ask the team to delete what is no longer needed.",
        ),
        Announced::Repeated => {
            let before = inside.store.upload(id).await?.ok_or(Error::Changed)?;
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

async fn announced(
    inside: &Inside,
    target: &Target,
    form: ProtectedForm<Announcement>,
) -> Result<Reply, Error> {
    let n = form.input.n.parse().ok().filter(|n| *n < MOST);
    let n: u64 = n.ok_or(Error::BadRequest("the file has no number"))?;
    let size = form.input.size.parse();
    let size: i64 = size.map_err(|_| Error::BadRequest("the file has no size"))?;
    let id: UploadId = form.id::<domain::id::kind::Upload>()?.nth(n);
    let (name, input) = form.input.said();
    let upload = match begin(inside, target, (id, size), (&name, &input)).await? {
        Ok(upload) => upload,
        Err(invalid) => {
            let why = invalid.fields().values().next();
            let answer = json!({ "error": why });
            return Ok(Reply::json(&answer).status(StatusCode::UNPROCESSABLE_ENTITY));
        }
    };
    if upload.state != State::Uploading {
        // It is there already: only the answer that said so was lost.
        return Ok(Reply::json(&json!({ "done": true })));
    }
    let (files, key) = (inside.files(), inside.store.incoming_key(id));
    let media_type = upload.file_type.media_type();
    let offer = files.offer(&key, media_type, upload.size, TO_SEND).await?;
    Ok(Reply::json(&json!({
        "url": offer.url,
        "fields": offer.fields,
        "complete": format!("{}/uploads/{id}/complete", inside.base),
    })))
}

async fn whole(
    inside: &Inside,
    target: Target,
    sent: ProtectedUpload<DocumentInput>,
) -> Result<Reply, Error> {
    let id = sent.id.as_deref().and_then(|id| id.parse().ok());
    let id: UploadId = id.ok_or(Error::BadRequest("the form has no id"))?;
    let begun = match sent.bytes {
        None => {
            let most = MAX_UPLOAD / 1024 / 1024;
            let why = format!("Without scripts, a file of up to {most} MB can be sent.");
            Err(Invalid::at("file", why))
        }
        Some(_) if sent.file_name.is_empty() => Err(Invalid::at("file", "Choose a file.")),
        Some(bytes) => {
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            let said = (sent.file_name.as_str(), &sent.input);
            let begun = begin(inside, &target, (id, size), said).await?;
            begun.map(|upload| (upload, bytes))
        }
    };
    let (upload, bytes) = match begun {
        Ok(begun) => begun,
        Err(invalid) => {
            let form = Form::failed(&sent.input, &invalid);
            return match target.document {
                Some(_) => document::again(inside, target, form).await,
                None => list::again(inside, target, form).await,
            };
        }
    };
    let here = target.href(&inside.base);
    if upload.state == State::Uploading {
        let (files, key) = (inside.files(), inside.store.incoming_key(id));
        let media_type = upload.file_type.media_type();
        files.put(&key, bytes, media_type).await?;
    }
    arrive(inside, &upload).await?;
    Ok(see_other(&here).flash("file-sent"))
}

/// Notes that a file is there; once more does nothing.
async fn arrive(inside: &Inside, upload: &Upload) -> Result<(), Error> {
    match upload.arrived() {
        Some(after) => Ok(inside.store.upload_arrived(&after).await?),
        None => Ok(()),
    }
}

pub(crate) async fn complete(
    inside: Inside,
    Ids(path): Ids<AtUpload>,
    _: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let upload = inside.store.upload(path.upload).await?;
    let upload = upload.ok_or(Error::NotFound)?;
    arrive(&inside, &upload).await?;
    let base = &inside.base;
    let to = match &upload.purpose {
        Purpose::Import(id) => format!("{base}/engagements/{id}/imports/{}", path.upload),
        Purpose::Document(new) => match new.engagement {
            Some(id) => format!("{base}/engagements/{id}/documents"),
            None => format!("{base}/documents"),
        },
    };
    Ok(see_other(&to))
}
