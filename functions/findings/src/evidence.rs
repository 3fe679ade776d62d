//! The evidence of a finding: uploaded by either side, and served by the bucket at addresses
//! that work for a minute.

use domain::evidence::{Evidence, EvidenceInput};
use domain::file::{FileType, inline_disposition};
use domain::finding::Finding;
use domain::upload::{Upload, UploadPurpose};
use serde::Deserialize;
use web::links;
use web::{
    AnnouncedFile, ClientAccess, FileDownload, FormError, Ids, PageError, ProtectedForm,
    ProtectedUpload, Reply, SentFile, UploadRequest, see_other,
};

use crate::finding;
use crate::panels::RefusedForm;
use crate::paths::{EvidencePath, FindingPath};

/// Seconds that a browser may reuse the address of an image: less than the address works.
const CACHE_SECONDS: u32 = 45;

/// The announcement of an image, by a script.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct EvidenceAnnouncement {
    name: String,
    size: String,
    n: String,
    caption: String,
    internal: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    sent: SentFile<EvidenceAnnouncement, EvidenceInput>,
) -> Result<Reply, PageError> {
    let finding = access.store.get_finding(path.engagement, path.finding);
    let finding = finding.await?.ok_or(PageError::NotFound)?;
    match sent {
        SentFile::Announced(form) => announce(&access, path, &finding, form).await,
        SentFile::Whole(upload) => receive(&access, path, &finding, upload).await,
    }
}

async fn create_upload(
    access: &ClientAccess,
    path: FindingPath,
    finding: &Finding,
    request: UploadRequest<'_>,
    input: &EvidenceInput,
) -> Result<Upload, FormError> {
    let new = input.parse(access.actor.role, path.engagement, finding)?;
    let (file, purpose) = (request.file_name()?, UploadPurpose::Evidence(new));
    access.create_upload(request, &file, purpose).await
}

async fn announce(
    access: &ClientAccess,
    path: FindingPath,
    finding: &Finding,
    form: ProtectedForm<EvidenceAnnouncement>,
) -> Result<Reply, PageError> {
    let announcement = &form.input;
    let file = AnnouncedFile {
        name: &announcement.name,
        size: &announcement.size,
        n: &announcement.n,
    };
    let request = UploadRequest::from_announcement(form.upload_id()?, file)?;
    let input = EvidenceInput {
        caption: announcement.caption.clone(),
        internal: announcement.internal.clone(),
    };
    let upload = create_upload(access, path, finding, request, &input).await;
    access.presign_post(upload).await
}

/// Receives an image that came whole.
async fn receive(
    access: &ClientAccess,
    path: FindingPath,
    finding: &Finding,
    mut sent: ProtectedUpload<EvidenceInput>,
) -> Result<Reply, PageError> {
    let input = sent.input.clone();
    let stored = async {
        let file = UploadRequest::from_multipart(&mut sent)?;
        let upload = create_upload(access, path, finding, file.request, &input).await?;
        access.store_bytes(&upload, file.bytes).await?;
        Ok::<_, FormError>(upload)
    };
    match stored.await {
        Ok(upload) => Ok(see_other(&links::upload(access.base, upload.id))),
        Err(error) => {
            let refused = RefusedForm::Evidence(input, error.fields()?);
            finding::render_refused(access, path, refused).await
        }
    }
}

/// Redirects to the image.
pub(crate) async fn image(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let (_, evidence) = load_evidence(&access, path).await?;
    let key = access.store.evidence_object_key(evidence.id);
    redirect_to_object(&access, &evidence, &key, evidence.image.file_type).await
}

/// Redirects to the thumbnail.
pub(crate) async fn thumbnail(
    access: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let (_, evidence) = load_evidence(&access, path).await?;
    let key = access.store.thumbnail_object_key(evidence.id);
    redirect_to_object(&access, &evidence, &key, FileType::Jpeg).await
}

async fn redirect_to_object(
    access: &ClientAccess,
    evidence: &Evidence,
    key: &str,
    file_type: FileType,
) -> Result<Reply, PageError> {
    // The extension is of the stored type; the name is of the file that was uploaded.
    let stem = evidence
        .name
        .rsplit_once('.')
        .map_or("picture", |(stem, _)| stem);
    let extension = if file_type == FileType::Png {
        "png"
    } else {
        "jpg"
    };
    let download = FileDownload {
        key,
        disposition: &inline_disposition(&format!("{stem}.{extension}")),
        content_type: file_type.media_type(),
    };
    let link = access.files().presign_get(download).await?;
    Ok(see_other(&link).cached_privately(CACHE_SECONDS))
}

/// The evidence and its finding, if visible to the actor.
pub(crate) async fn load_evidence(
    access: &ClientAccess,
    path: EvidencePath,
) -> Result<(Finding, Evidence), PageError> {
    let evidence = access
        .store
        .get_evidence(path.engagement, path.finding, path.evidence);
    evidence.await?.ok_or(PageError::NotFound)
}
