//! Pictures of a finding: sent by either side, and shown from the bucket by addresses
//! that hold for a minute.

use axum::extract::{FromRequest as _, Request};
use domain::evidence::{Evidence, EvidenceInput};
use domain::file::{FileType, inline};
use domain::finding::Finding;
use domain::input::FieldErrors;
use domain::upload::{Upload, UploadPurpose};
use http::header;
use serde::Deserialize;
use web::{
    ClientAccess, FileDownload, Ids, PageError, ProtectedForm, ProtectedUpload, Reply,
    UploadRequest, see_other,
};

use crate::finding::{self, RefusedForm};
use crate::paths::{EvidencePath, FindingPath};

/// For how many seconds a browser may use the address of a picture again: less than
/// that address holds.
const KNOWN: u32 = 45;

/// What a script says of a picture before it sends it.
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
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    request: Request,
) -> Result<Reply, PageError> {
    let found = inside.store.finding(path.engagement, path.finding);
    let found = found.await?.ok_or(PageError::NotFound)?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let sent = ProtectedUpload::from_request(request, &()).await?;
        whole(&inside, path, &found, sent).await
    } else {
        let form = ProtectedForm::from_request(request, &()).await?;
        announced(&inside, path, &found, form).await
    }
}

async fn begin(
    inside: &ClientAccess,
    (path, finding): (FindingPath, &Finding),
    said: UploadRequest<'_>,
    input: &EvidenceInput,
) -> Result<Result<Upload, FieldErrors>, PageError> {
    let new = input.parse(inside.actor.role, path.engagement, finding);
    match new.and_then(|new| Ok((said.file()?, new))) {
        Ok((file, new)) => {
            inside
                .announce(said, &file, UploadPurpose::Evidence(new))
                .await
        }
        Err(invalid) => Ok(Err(invalid)),
    }
}

async fn announced(
    inside: &ClientAccess,
    path: FindingPath,
    finding: &Finding,
    form: ProtectedForm<EvidenceAnnouncement>,
) -> Result<Reply, PageError> {
    let EvidenceAnnouncement { name, size, n, .. } = &form.input;
    let said = UploadRequest::by_script(&form, (name, size, n))?;
    let input = EvidenceInput {
        caption: form.input.caption.clone(),
        internal: form.input.internal.clone(),
    };
    let begun = begin(inside, (path, finding), said, &input).await?;
    inside.offer(begun).await
}

async fn whole(
    inside: &ClientAccess,
    path: FindingPath,
    finding: &Finding,
    mut sent: ProtectedUpload<EvidenceInput>,
) -> Result<Reply, PageError> {
    let input = sent.input.clone();
    let begun = match UploadRequest::by_form(&mut sent)? {
        Ok((said, bytes)) => {
            let begun = begin(inside, (path, finding), said, &input).await?;
            begun.map(|upload| (upload, bytes))
        }
        Err(invalid) => Err(invalid),
    };
    match begun {
        Ok((upload, bytes)) => {
            inside.keep(&upload, bytes).await?;
            Ok(see_other(&format!("{}/uploads/{}", inside.base, upload.id)))
        }
        Err(invalid) => finding::refused(inside, path, RefusedForm::Evidence(input, invalid)).await,
    }
}

/// The picture itself.
pub(crate) async fn image(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let (_, evidence) = read(&inside, path).await?;
    let key = inside.store.evidence_key(evidence.id);
    handed(&inside, &evidence, &key, evidence.picture.file_type).await
}

/// The same, small.
pub(crate) async fn thumbnail(
    inside: ClientAccess,
    Ids(path): Ids<EvidencePath>,
) -> Result<Reply, PageError> {
    let (_, evidence) = read(&inside, path).await?;
    let key = inside.store.thumbnail_key(evidence.id);
    handed(&inside, &evidence, &key, FileType::Jpeg).await
}

async fn handed(
    inside: &ClientAccess,
    evidence: &Evidence,
    key: &str,
    file_type: FileType,
) -> Result<Reply, PageError> {
    // By the type that it has now: the name says what was sent.
    let stem = evidence
        .name
        .rsplit_once('.')
        .map_or("picture", |(stem, _)| stem);
    let end = if file_type == FileType::Png {
        "png"
    } else {
        "jpg"
    };
    let handed = FileDownload {
        key,
        disposition: &inline(&format!("{stem}.{end}")),
        content_type: file_type.media_type(),
    };
    let link = inside.files().link(handed).await?;
    Ok(see_other(&link).known_for(KNOWN))
}

/// A picture that the reader may see, and its finding.
pub(crate) async fn read(
    inside: &ClientAccess,
    path: EvidencePath,
) -> Result<(Finding, Evidence), PageError> {
    let found = inside
        .store
        .one_evidence(path.engagement, path.finding, path.evidence);
    found.await?.ok_or(PageError::NotFound)
}
