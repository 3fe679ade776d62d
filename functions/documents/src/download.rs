//! Downloading a document: the download is recorded, then the bucket serves the file by an
//! address that works for a minute.

use domain::file::attachment_disposition;
use serde::Deserialize;
use web::{ClientAccess, FileDownload, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::document_target::{DocumentPath, DocumentTarget};

/// The number of the version; the current one where it is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DownloadForm {
    number: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<DownloadForm>,
) -> Result<Reply, PageError> {
    let target = DocumentTarget::load(&access, path).await?;
    let document = target.document.ok_or(PageError::NotFound)?;
    let version = match form.input.number.as_str() {
        "" => document.current.clone(),
        number => {
            let number = number.parse().map_err(|_| PageError::NotFound)?;
            let found = access
                .store
                .get_document_version(document.id, number)
                .await?;
            found.ok_or(PageError::NotFound)?
        }
    };
    access
        .store
        .record_download(&document, &version, &access.actor)
        .await?;
    let key = access.store.document_object_key(version.upload);
    let file = FileDownload {
        key: &key,
        disposition: &attachment_disposition(&version.name),
        content_type: version.file_type.media_type(),
    };
    Ok(see_other(&access.files().presign_get(file).await?))
}
