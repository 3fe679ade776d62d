//! Evidence: images redrawn from uploads, and deleted for good after their retention.

use domain::evidence::{NewEvidence, is_purgeable};
use domain::upload::Upload;
use store::{ClientScope, Directory, EvidenceRef, LeasedEffect, ReleaseOutcome, Store};
use web::{App, NewObject, PageError};

use crate::evidence_image::redraw;
use crate::release_object::{OTHER_THERE, delete_written};

/// Releases an upload as evidence. The objects first, then the row: what is listed can be
/// fetched.
pub(crate) async fn release(
    app: &App,
    store: &Store<ClientScope>,
    after: &Upload,
    new: &NewEvidence,
    bytes: &[u8],
) -> Result<ReleaseOutcome, PageError> {
    let redrawn = match redraw(bytes, after.file_type) {
        Ok(redrawn) => redrawn,
        Err(flaw) => return Ok(ReleaseOutcome::Refused(flaw)),
    };
    let (files, id) = (&app.services.files, after.id.evidence_id());
    let (large, small) = (
        store.evidence_object_key(id),
        store.thumbnail_object_key(id),
    );
    let media_type = redrawn.picture.file_type.media_type();
    let image = files.put_new(&large, redrawn.image, media_type).await?;
    if image == NewObject::Other {
        return Ok(OTHER_THERE);
    }
    let thumbnail = files.put_new(&small, redrawn.thumbnail, "image/jpeg");
    let thumbnail = thumbnail.await?;
    if thumbnail == NewObject::Other {
        return Ok(OTHER_THERE);
    }
    let outcome = store.release_evidence(after, new, &redrawn.picture).await?;
    if outcome != ReleaseOutcome::Released {
        delete_written(app, image, &large).await?;
        delete_written(app, thumbnail, &small).await?;
    }
    Ok(outcome)
}

/// Deletes an image for good; one that was restored stays.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    reference: EvidenceRef,
) -> Result<(), PageError> {
    let Some(store) = leased.client_store(directory) else {
        return Err(PageError::internal("evidence outside a client"));
    };
    let EvidenceRef {
        engagement,
        finding,
        evidence,
    } = reference;
    let found = store.get_evidence(engagement, finding, evidence).await?;
    let Some((_, evidence)) = found else {
        return Ok(());
    };
    if !is_purgeable(&evidence, app.clock.now()) {
        return Ok(());
    }
    for key in [
        store.evidence_object_key(evidence.id),
        store.thumbnail_object_key(evidence.id),
    ] {
        app.services.files.delete(&key).await?;
    }
    store.delete_evidence(reference, &evidence).await?;
    Ok(())
}
