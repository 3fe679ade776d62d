//! Documents that were deleted thirty days ago: their files go, then their rows.

use domain::document::is_due;
use domain::id::DocumentId;
use store::directory::Directory;
use store::outbox::LeasedEffect;
use web::{App, PageError};

/// Forgets a document whose time has come; one that was restored stays.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    id: DocumentId,
) -> Result<(), PageError> {
    let Some(store) = leased.client(directory) else {
        return Err(PageError::internal("a document outside a client"));
    };
    let Some(document) = store.document(id).await? else {
        return Ok(());
    };
    if !is_due(&document, app.clock.now()) {
        return Ok(());
    }
    let revisions = store.revisions(id).await?;
    for revision in &revisions {
        let key = store.document_key(revision.upload);
        app.services.files.delete(&key).await?;
    }
    store.forget_document(&document, &revisions).await?;
    Ok(())
}
