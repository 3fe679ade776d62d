//! Files that go along with messages: sent before the message by a script, or with it,
//! and taken away from it.

use domain::file::attachment;
use domain::id::{EngagementId, UploadId};
use domain::input::FieldErrors;
use domain::message::MAX_FILES;
use domain::upload::{Upload, UploadPurpose, UploadState};
use futures::future::try_join_all;
use serde::Deserialize;
use web::{
    ClientAccess, EmptyForm, FileDownload, Ids, PageError, ProtectedForm, Reply, UploadRequest,
    see_other,
};

use crate::paths::{AttachmentPath, EngagementPath, thread};

/// What a script says of a file before it sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AttachmentAnnouncement {
    name: String,
    size: String,
    n: String,
}

pub(crate) async fn announce(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<AttachmentAnnouncement>,
) -> Result<Reply, PageError> {
    let engagement = inside.store.engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    let AttachmentAnnouncement { name, size, n } = &form.input;
    let said = UploadRequest::by_script(&form, (name, size, n))?;
    let begun = begin(&inside, path.engagement, said).await?;
    inside.offer(begun).await
}

/// Announces a file for the thread of an engagement.
pub(crate) async fn begin(
    inside: &ClientAccess,
    engagement: EngagementId,
    said: UploadRequest<'_>,
) -> Result<Result<Upload, FieldErrors>, PageError> {
    match said.file() {
        Ok(file) => {
            let purpose = UploadPurpose::Attachment(engagement);
            inside.announce(said, &file, purpose).await
        }
        Err(invalid) => Ok(Err(invalid)),
    }
}

/// The uploads that a form names; one that isn't there, or isn't the reader's side's,
/// is left out, which is told as one that is gone.
pub(crate) async fn named(
    inside: &ClientAccess,
    ids: &[String],
) -> Result<Vec<Option<Upload>>, PageError> {
    let ids = ids.iter().take(MAX_FILES + 1);
    let ids: Vec<Option<UploadId>> = ids.map(|id| id.parse().ok()).collect();
    let read = async |id: Option<UploadId>| match id {
        Some(id) => inside.store.upload(id).await,
        None => Ok(None),
    };
    Ok(try_join_all(ids.into_iter().map(read)).await?)
}

/// Takes a file of a message away: recorded, then fetched from the bucket by an
/// address that holds for a minute.
pub(crate) async fn download(
    inside: ClientAccess,
    Ids(path): Ids<AttachmentPath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let found = inside.store.message(path.engagement, path.message).await?;
    let found = found.ok_or(PageError::NotFound)?;
    let file = found.message.file(path.upload).ok_or(PageError::NotFound)?;
    if file.state != UploadState::Ready {
        let there = format!("{}#end", thread(&inside, path.engagement));
        return Ok(see_other(&there).flash("file-unchecked"));
    }
    inside.store.took_attachment(file).await?;
    let handed = FileDownload {
        key: &inside.store.attachment_key(file.id),
        disposition: &attachment(&file.name),
        content_type: file.file_type.media_type(),
    };
    Ok(see_other(&inside.files().link(handed).await?))
}
