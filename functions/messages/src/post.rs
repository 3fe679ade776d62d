//! Sending a message: with files that a script sent before, or with one that comes
//! along with the form.

use axum::extract::{FromRequest as _, Request};
use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::message::{Attachment, MessageInput, MessageRefusal, NewMessage, post_with};
use domain::upload::{Upload, UploadState};
use http::header;
use serde::Deserialize;
use store::{RateLimit, StoreError, WriteOutcome};
use web::{
    ClientAccess, Ids, PageError, ProtectedForm, ProtectedUpload, Reply, SAVED_BEFORE,
    UploadRequest, see_other,
};

use crate::attach::{begin, named};
use crate::paths::{EngagementPath, thread};
use crate::thread::again;

/// Messages that one person writes at most.
const LIMIT: RateLimit = RateLimit {
    rule: "message",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};
/// How often it is tried, where a file was checked just then.
const TRIES: usize = 3;

/// What comes along with a file. The id of the form is that of the file as well: they
/// are of different kinds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MessageWithFileForm {
    text: String,
    internal: String,
    /// Files that came with it when it was sent before.
    waiting: String,
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    request: Request,
) -> Result<Reply, PageError> {
    let engagement = inside.store.engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let sent = ProtectedUpload::from_request(request, &()).await?;
        whole(&inside, path, sent).await
    } else {
        let form = ProtectedForm::<MessageInput>::from_request(request, &()).await?;
        let once = form.id()?;
        post_it(&inside, path, once, form.input).await
    }
}

/// A message with the one file of its form, if there is one.
async fn whole(
    inside: &ClientAccess,
    path: EngagementPath,
    mut sent: ProtectedUpload<MessageWithFileForm>,
) -> Result<Reply, PageError> {
    let once = sent.id.as_deref().and_then(|id| id.parse().ok());
    let once: EntryId = once.ok_or(PageError::BadRequest("the form has no id"))?;
    let MessageWithFileForm {
        text,
        internal,
        waiting,
    } = sent.input.clone();
    let mut input = MessageInput {
        text,
        internal,
        files: waiting.split_whitespace().map(str::to_owned).collect(),
    };
    if sent.file_name.is_empty() {
        return post_it(inside, path, once, input).await;
    }
    let begun = match UploadRequest::by_form(&mut sent)? {
        Ok((said, bytes)) => {
            let begun = begin(inside, path.engagement, said).await?;
            begun.map(|upload| (upload, bytes))
        }
        Err(invalid) => Err(invalid),
    };
    match begun {
        Ok((upload, bytes)) => {
            inside.keep(&upload, bytes).await?;
            input.files.push(upload.id.to_string());
            post_it(inside, path, once, input).await
        }
        Err(invalid) => refused(inside, path, &input, &invalid).await,
    }
}

async fn post_it(
    inside: &ClientAccess,
    path: EngagementPath,
    once: EntryId,
    input: MessageInput,
) -> Result<Reply, PageError> {
    let (store, ctx) = (&inside.store, &inside.ctx);
    let sent = see_other(&format!("{}#end", thread(inside, path.engagement)));
    ctx.limit(LIMIT, &inside.actor.user.to_string()).await?;
    for attempt in 1.. {
        let (posting, files) = match decide(inside, path, &input).await? {
            Ok(decided) => decided,
            // Sent again, its files go along with it already.
            Err(_) if is_saved(inside, path, once, &input).await? => {
                return Ok(sent.flash("message-sent"));
            }
            Err(invalid) => return refused(inside, path, &input, &invalid).await,
        };
        match store
            .post_message(path.engagement, (&posting, &files), once)
            .await
        {
            Ok(WriteOutcome::Done) => return Ok(sent.flash("message-sent")),
            Ok(WriteOutcome::Repeated) => break,
            Err(StoreError::Refused(_)) if attempt < TRIES && !files.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
    }
    if is_saved(inside, path, once, &input).await? {
        return Ok(sent.flash("message-sent"));
    }
    let invalid = FieldErrors::at("form", SAVED_BEFORE);
    refused(inside, path, &input, &invalid).await
}

async fn decide(
    inside: &ClientAccess,
    path: EngagementPath,
    input: &MessageInput,
) -> Result<Result<(NewMessage, Vec<Upload>), FieldErrors>, PageError> {
    let named = named(inside, &input.files).await?;
    let Some(uploads) = named.into_iter().collect::<Option<Vec<Upload>>>() else {
        let why = "One of the files is gone. Attach it again.";
        return Ok(Err(FieldErrors::at("files", why)));
    };
    let (id, now) = (inside.ctx.app.new_id(), inside.ctx.now);
    let files = (path.engagement, uploads.as_slice());
    match post_with(id, &inside.actor, input, files, now) {
        Ok(decided) => Ok(Ok(decided)),
        Err(MessageRefusal::Invalid(invalid)) => Ok(Err(invalid)),
        Err(MessageRefusal::Role | MessageRefusal::Fixed) => Err(PageError::Forbidden),
    }
}

/// The thread again; the files that can still go along stay with the form.
async fn refused(
    inside: &ClientAccess,
    path: EngagementPath,
    input: &MessageInput,
    invalid: &FieldErrors,
) -> Result<Reply, PageError> {
    let named = named(inside, &input.files).await?;
    let there = |one: &Upload| {
        one.bound.is_none() && matches!(one.state, UploadState::Checking | UploadState::Ready)
    };
    let waiting = named.iter().flatten().filter(|one| there(one));
    let waiting: Vec<Attachment> = waiting.map(Attachment::from).collect();
    again(inside, path, (input, &waiting), invalid).await
}

/// Whether what the form made before is what it says now, or said until it was edited.
async fn is_saved(
    inside: &ClientAccess,
    path: EngagementPath,
    once: EntryId,
    input: &MessageInput,
) -> Result<bool, PageError> {
    let found = inside.store.posted(path.engagement, once).await?;
    Ok(found.is_some_and(|found| {
        let then = &found.message;
        let text = input.text.replace("\r\n", "\n");
        let internal = inside.is_team() && !input.internal.is_empty();
        let files = then.files.iter().map(|file| file.id.to_string());
        let same = then.text == text.trim_end() && found.shared != internal;
        let same = same && files.eq(input.files.iter().cloned());
        then.by == inside.actor.user && (same || then.edited.is_some())
    }))
}
