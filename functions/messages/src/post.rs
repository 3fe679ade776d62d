//! Posting a message: with files that a script uploaded before, or with one file that comes
//! with the form.

use domain::id::EntryId;
use domain::input::FieldErrors;
use domain::message::{
    Attachment, MessageInput, MessageRefusal, NewMessage, create_message_with_files,
};
use domain::upload::{Upload, UploadState};
use serde::Deserialize;
use store::{RateLimit, StoreError, WriteOutcome};
use web::links;
use web::{
    ClientAccess, FormError, Ids, PageError, ProtectedUpload, Reply, SAVED_BEFORE, SentFile,
    UploadRequest, see_other,
};

use crate::attachments::{create_upload, list_uploads};
use crate::paths::EngagementPath;
use crate::thread::render_refused;

/// The most messages that one person posts.
const POST_LIMIT: RateLimit = RateLimit {
    rule: "message",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};
/// Attempts, where the check of a file changes it at the same time.
const MAX_ATTEMPTS: usize = 3;

/// The fields beside the file. The form's id serves for the message and for the upload, which
/// are of different kinds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MessageWithFileForm {
    text: String,
    internal: String,
    /// Ids of files that came with earlier attempts.
    waiting: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    sent: SentFile<MessageInput, MessageWithFileForm>,
) -> Result<Reply, PageError> {
    let engagement = access.store.get_engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    match sent {
        SentFile::Announced(form) => {
            let id = form.id()?;
            post_message(&access, path, id, form.input).await
        }
        SentFile::Whole(upload) => post_with_file(&access, path, upload).await,
    }
}

/// Posts a message with the one file of its form, if there is one.
async fn post_with_file(
    access: &ClientAccess,
    path: EngagementPath,
    mut sent: ProtectedUpload<MessageWithFileForm>,
) -> Result<Reply, PageError> {
    let id: EntryId = sent.id()?;
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
        return post_message(access, path, id, input).await;
    }
    let stored = async {
        let file = UploadRequest::from_multipart(&mut sent)?;
        let upload = create_upload(access, path.engagement, file.request).await?;
        access.store_bytes(&upload, file.bytes).await?;
        Ok::<_, FormError>(upload)
    };
    match stored.await {
        Ok(upload) => {
            input.files.push(upload.id.to_string());
            post_message(access, path, id, input).await
        }
        Err(error) => render_refused_post(access, path, &input, &error.fields()?).await,
    }
}

async fn post_message(
    access: &ClientAccess,
    path: EngagementPath,
    id: EntryId,
    input: MessageInput,
) -> Result<Reply, PageError> {
    let (store, ctx) = (&access.store, &access.ctx);
    let done = see_other(&format!(
        "{}#end",
        links::thread(access.base, path.engagement)
    ));
    ctx.limit_subject(POST_LIMIT, &access.actor.user.to_string())
        .await?;
    for attempt in 1.. {
        let decided = match decide_message(access, path, &input).await {
            Ok(decided) => decided,
            Err(error) => {
                let invalid = error.fields()?;
                // Sent again, the message has its files already.
                if is_posted(access, path, id, &input).await? {
                    return Ok(done.flash("message-sent"));
                }
                return render_refused_post(access, path, &input, &invalid).await;
            }
        };
        match store
            .create_message(path.engagement, &decided.message, &decided.files, id)
            .await
        {
            Ok(WriteOutcome::Done) => return Ok(done.flash("message-sent")),
            Ok(WriteOutcome::Repeated) => break,
            Err(StoreError::Refused(_)) if attempt < MAX_ATTEMPTS && !decided.files.is_empty() => {}
            Err(error) => return Err(error.into()),
        }
    }
    if is_posted(access, path, id, &input).await? {
        return Ok(done.flash("message-sent"));
    }
    let invalid = FieldErrors::of("form", SAVED_BEFORE);
    render_refused_post(access, path, &input, &invalid).await
}

/// A permitted message, with the uploads that it attaches.
struct DecidedMessage {
    message: NewMessage,
    files: Vec<Upload>,
}

async fn decide_message(
    access: &ClientAccess,
    path: EngagementPath,
    input: &MessageInput,
) -> Result<DecidedMessage, FormError> {
    let uploads = list_uploads(access, &input.files).await?;
    let Some(uploads) = uploads.into_iter().collect::<Option<Vec<Upload>>>() else {
        let why = "One of the files is gone. Attach it again.";
        return Err(FieldErrors::of("files", why).into());
    };
    let (id, now) = (access.ctx.app.new_id(), access.ctx.now);
    match create_message_with_files(id, &access.actor, input, path.engagement, &uploads, now) {
        Ok((message, files)) => Ok(DecidedMessage { message, files }),
        Err(MessageRefusal::Invalid(invalid)) => Err(invalid.into()),
        Err(MessageRefusal::Role | MessageRefusal::NotEditable) => Err(PageError::Forbidden.into()),
    }
}

/// The thread with the refused form, which keeps the files that can still be attached.
async fn render_refused_post(
    access: &ClientAccess,
    path: EngagementPath,
    input: &MessageInput,
    invalid: &FieldErrors,
) -> Result<Reply, PageError> {
    let uploads = list_uploads(access, &input.files).await?;
    let is_attachable = |upload: &Upload| {
        upload.attached_to.is_none()
            && matches!(upload.state, UploadState::Checking | UploadState::Ready)
    };
    let waiting = uploads
        .iter()
        .flatten()
        .filter(|upload| is_attachable(upload));
    let waiting: Vec<Attachment> = waiting.map(Attachment::from).collect();
    render_refused(access, path, input, &waiting, invalid).await
}

/// Whether the form was posted before with the same fields; the message may have been edited
/// since.
async fn is_posted(
    access: &ClientAccess,
    path: EngagementPath,
    id: EntryId,
    input: &MessageInput,
) -> Result<bool, PageError> {
    let posted = access
        .store
        .find_posted_message(path.engagement, id)
        .await?;
    Ok(posted.is_some_and(|posted| {
        let message = &posted.message;
        let text = input.text.replace("\r\n", "\n");
        let internal = access.is_team() && !input.internal.is_empty();
        let files = message.files.iter().map(|file| file.id.to_string());
        let same = message.text == text.trim_end() && posted.shared != internal;
        let same = same && files.eq(input.files.iter().cloned());
        message.by == access.actor.user && (same || message.edited.is_some())
    }))
}
