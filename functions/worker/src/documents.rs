//! Documents that were deleted: after their retention the objects go, then the rows.

use domain::document::is_purgeable;
use domain::id::DocumentId;
use store::{Directory, LeasedEffect};
use web::{App, PageError};

/// Deletes a document for good; one that was restored stays.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    id: DocumentId,
) -> Result<(), PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("a document outside a client"));
    };
    let Some(document) = store.get_document(id).await? else {
        return Ok(());
    };
    if !is_purgeable(&document, app.clock.now()) {
        return Ok(());
    }
    let versions = store.list_document_versions(id).await?;
    for version in &versions {
        let key = store.document_object_key(version.upload);
        app.services.files.delete(&key).await?;
    }
    store.delete_document(&document, &versions).await?;
    Ok(())
}
