//! What becomes of a document: deleted, restored, or shown to others.

use domain::document::{self, Document, DocumentRefusal, Visibility};
use serde::Deserialize;
use web::{ClientAccess, EmptyForm, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::target::{DocumentPath, DocumentTarget};

/// Who is to see it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VisibilityForm {
    visibility: String,
}

/// The document as the page showed it; another version of it is somebody else's
/// change.
async fn read(
    inside: &ClientAccess,
    path: DocumentPath,
    version: Option<i64>,
) -> Result<Document, PageError> {
    let target = DocumentTarget::read(inside, path).await?;
    let document = target.document.ok_or(PageError::NotFound)?;
    if version == Some(document.version) {
        Ok(document)
    } else {
        Err(PageError::Changed)
    }
}

async fn change(
    inside: &ClientAccess,
    before: &Document,
    after: Result<Document, DocumentRefusal>,
) -> Result<(), PageError> {
    let after = after.map_err(|refusal| match refusal {
        DocumentRefusal::Role => PageError::Forbidden,
        DocumentRefusal::State => PageError::Changed,
    })?;
    Ok(inside.store.change_document(before, &after).await?)
}

pub(crate) async fn delete(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = read(&inside, path, form.version).await?;
    let after = document::delete(&before, &inside.actor, inside.ctx.now);
    change(&inside, &before, after).await?;
    Ok(see_other(&format!("{}/documents", inside.base)).flash("document-deleted"))
}

pub(crate) async fn restore(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = read(&inside, path, form.version).await?;
    let after = document::restore(&before, &inside.actor, inside.ctx.now);
    change(&inside, &before, after).await?;
    Ok(here(&inside, &before).flash("document-restored"))
}

pub(crate) async fn readers(
    inside: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<VisibilityForm>,
) -> Result<Reply, PageError> {
    let wanted = Visibility::ALL.into_iter();
    let mut wanted = wanted;
    let wanted = wanted.find(|one| one.name() == form.input.visibility);
    let wanted = wanted.ok_or(PageError::BadRequest("nobody is named"))?;
    let before = read(&inside, path, form.version).await?;
    let after = document::show(&before, &inside.actor, wanted);
    change(&inside, &before, after).await?;
    Ok(here(&inside, &before).flash(match wanted {
        Visibility::Client => "document-shared",
        Visibility::Team => "document-withdrawn",
    }))
}

fn here(inside: &ClientAccess, document: &Document) -> Reply {
    see_other(&format!("{}/documents/{}", inside.base, document.id))
}
