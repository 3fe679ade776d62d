//! The attachments of messages: uploaded before the message by a script, or with it, and
//! downloaded.

use domain::file::attachment_disposition;
use domain::id::{EngagementId, UploadId};
use domain::message::MAX_FILES;
use domain::upload::{Upload, UploadPurpose, UploadState};
use futures::future::try_join_all;
use serde::Deserialize;
use web::links;
use web::{
    AnnouncedFile, ClientAccess, EmptyForm, FileDownload, FormError, Ids, PageError, ProtectedForm,
    Reply, UploadRequest, see_other,
};

use crate::paths::{AttachmentPath, EngagementPath};

/// The announcement of a file, by a script.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AttachmentAnnouncement {
    name: String,
    size: String,
    n: String,
}

pub(crate) async fn announce(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<AttachmentAnnouncement>,
) -> Result<Reply, PageError> {
    let engagement = access.store.get_engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    let AttachmentAnnouncement { name, size, n } = &form.input;
    let request =
        UploadRequest::from_announcement(form.upload_id()?, AnnouncedFile { name, size, n })?;
    let upload = create_upload(&access, path.engagement, request).await;
    access.presign_post(upload).await
}

/// Announces a file for the thread of an engagement.
pub(crate) async fn create_upload(
    access: &ClientAccess,
    engagement: EngagementId,
    request: UploadRequest<'_>,
) -> Result<Upload, FormError> {
    let file = request.file_name()?;
    let purpose = UploadPurpose::Attachment(engagement);
    access.create_upload(request, &file, purpose).await
}

/// The uploads that a form names; `None` for one that doesn't exist, or isn't of the actor's
/// side.
pub(crate) async fn list_uploads(
    access: &ClientAccess,
    ids: &[String],
) -> Result<Vec<Option<Upload>>, PageError> {
    let ids = ids.iter().take(MAX_FILES + 1);
    let ids: Vec<Option<UploadId>> = ids.map(|id| id.parse().ok()).collect();
    let get_upload = async |id: Option<UploadId>| match id {
        Some(id) => access.store.get_upload(id).await,
        None => Ok(None),
    };
    Ok(try_join_all(ids.into_iter().map(get_upload)).await?)
}

/// Downloads a file of a message: the download is recorded, then the bucket serves the file
/// by an address that works for a minute.
pub(crate) async fn download(
    access: ClientAccess,
    Ids(path): Ids<AttachmentPath>,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let posted = access
        .store
        .get_message(path.engagement, path.message)
        .await?;
    let posted = posted.ok_or(PageError::NotFound)?;
    let file = posted
        .message
        .file(path.upload)
        .ok_or(PageError::NotFound)?;
    if file.state != UploadState::Ready {
        let thread = format!("{}#end", links::thread(access.base, path.engagement));
        return Ok(see_other(&thread).flash("file-unchecked"));
    }
    access.store.record_attachment_download(file).await?;
    let download = FileDownload {
        key: &access.store.attachment_object_key(file.id),
        disposition: &attachment_disposition(&file.name),
        content_type: file.file_type.media_type(),
    };
    Ok(see_other(&access.files().presign_get(download).await?))
}
