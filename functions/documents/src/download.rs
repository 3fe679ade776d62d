//! Taking a document away: recorded, then fetched from the bucket by an address
//! that holds for a minute.

use domain::file::attachment;
use serde::Deserialize;
use web::{ClientAccess, FileDownload, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::target::{DocumentPath, DocumentTarget};

/// Which version; the current one where none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DownloadQuery {
    number: String,
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<DownloadQuery>,
) -> Result<Reply, PageError> {
    let target = DocumentTarget::read(&inside, path).await?;
    let document = target.document.ok_or(PageError::NotFound)?;
    let revision = match form.input.number.as_str() {
        "" => document.current.clone(),
        number => {
            let number = number.parse().map_err(|_| PageError::NotFound)?;
            let found = inside.store.revision(document.id, number).await?;
            found.ok_or(PageError::NotFound)?
        }
    };
    inside
        .store
        .took(&document, &revision, &inside.actor)
        .await?;
    let key = inside.store.document_key(revision.upload);
    let handed = FileDownload {
        key: &key,
        disposition: &attachment(&revision.name),
        content_type: revision.file_type.media_type(),
    };
    Ok(see_other(&inside.files().link(handed).await?))
}
