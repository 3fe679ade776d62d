//! Pictures of findings: made anew from what was sent, and forgotten thirty days after
//! they were deleted.

use domain::evidence::{NewEvidence, is_due};
use domain::file::FileFlaw;
use domain::upload::Upload;
use store::directory::Directory;
use store::outbox::{EvidenceRef, LeasedEffect};
use store::{ClientScope, Store};
use web::{App, PageError};

use crate::picture;

/// Makes a picture of what was sent. The objects first, then the row: what is listed
/// can be fetched.
pub(crate) async fn release(
    app: &App,
    store: &Store<ClientScope>,
    (after, new): (&Upload, &NewEvidence),
    bytes: &[u8],
) -> Result<Result<(), FileFlaw>, PageError> {
    let made = match picture::make(bytes, after.file_type) {
        Ok(made) => made,
        Err(flaw) => return Ok(Err(flaw)),
    };
    let (files, id) = (&app.services.files, after.id.evidence());
    let (large, small) = (store.evidence_key(id), store.thumbnail_key(id));
    let media_type = made.picture.file_type.media_type();
    files.put(&large, made.image, media_type).await?;
    files.put(&small, made.thumbnail, "image/jpeg").await?;
    let released = store.release_evidence(after, new, &made.picture).await?;
    if released.is_err() {
        files.delete(&large).await?;
        files.delete(&small).await?;
    }
    Ok(released)
}

/// Forgets a picture whose time has come; one that was restored stays.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    piece: EvidenceRef,
) -> Result<(), PageError> {
    let Some(store) = leased.client(directory) else {
        return Err(PageError::internal("a picture outside a client"));
    };
    let found = store.one_evidence(piece.engagement, piece.finding, piece.evidence);
    let Some((_, evidence)) = found.await? else {
        return Ok(());
    };
    if !is_due(&evidence, app.clock.now()) {
        return Ok(());
    }
    for key in [
        store.evidence_key(evidence.id),
        store.thumbnail_key(evidence.id),
    ] {
        app.services.files.delete(&key).await?;
    }
    store.forget_evidence(piece, &evidence).await?;
    Ok(())
}
