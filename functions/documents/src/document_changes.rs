//! Deleting and restoring a document, and changing its visibility.

use domain::document::{self, Document, DocumentRefusal, Visibility};
use serde::Deserialize;
use web::links;
use web::{ClientAccess, EmptyForm, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::document_target::{DocumentPath, DocumentTarget};

/// The new visibility, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VisibilityForm {
    visibility: String,
}

/// The document, in the version that the page showed.
async fn load_shown(
    access: &ClientAccess,
    path: DocumentPath,
    version: Option<i64>,
) -> Result<Document, PageError> {
    let target = DocumentTarget::load(access, path).await?;
    let document = target.document.ok_or(PageError::NotFound)?;
    if version == Some(document.version) {
        Ok(document)
    } else {
        Err(PageError::Changed)
    }
}

async fn apply_change(
    access: &ClientAccess,
    before: &Document,
    after: Result<Document, DocumentRefusal>,
) -> Result<(), PageError> {
    let after = after.map_err(|refusal| match refusal {
        DocumentRefusal::Role => PageError::Forbidden,
        DocumentRefusal::State => PageError::Changed,
    })?;
    Ok(access.store.update_document(before, &after).await?)
}

pub(crate) async fn delete(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = load_shown(&access, path, form.version).await?;
    let after = document::delete_document(&before, &access.actor, access.ctx.now);
    apply_change(&access, &before, after).await?;
    Ok(see_other(&links::documents(access.base)).flash("document-deleted"))
}

pub(crate) async fn restore(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = load_shown(&access, path, form.version).await?;
    let after = document::restore_document(&before, &access.actor, access.ctx.now);
    apply_change(&access, &before, after).await?;
    Ok(redirect_to_document(&access, &before).flash("document-restored"))
}

pub(crate) async fn change_visibility(
    access: ClientAccess,
    Ids(path): Ids<DocumentPath>,
    form: ProtectedForm<VisibilityForm>,
) -> Result<Reply, PageError> {
    let mut all = Visibility::ALL.into_iter();
    let visibility = all.find(|visibility| visibility.name() == form.input.visibility);
    let visibility = visibility.ok_or(PageError::BadRequest("nobody is named"))?;
    let before = load_shown(&access, path, form.version).await?;
    let after = document::change_visibility(&before, &access.actor, visibility);
    apply_change(&access, &before, after).await?;
    Ok(
        redirect_to_document(&access, &before).flash(match visibility {
            Visibility::Client => "document-shared",
            Visibility::Team => "document-withdrawn",
        }),
    )
}

fn redirect_to_document(access: &ClientAccess, document: &Document) -> Reply {
    see_other(&links::document(access.base, document.id))
}
