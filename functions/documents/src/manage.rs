//! What becomes of a document: deleted, restored, or shown to others.

use domain::document::{self, Document, Refusal, Visibility};
use serde::Deserialize;
use web::{Error, Ids, Inside, Nothing, ProtectedForm, Reply, see_other};

use crate::target::{Path, Target};

/// Who is to see it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Readers {
    visibility: String,
}

/// The document as the page showed it; another version of it is somebody else's
/// change.
async fn read(inside: &Inside, path: Path, version: Option<i64>) -> Result<Document, Error> {
    let target = Target::read(inside, path).await?;
    let document = target.document.ok_or(Error::NotFound)?;
    if version == Some(document.version) {
        Ok(document)
    } else {
        Err(Error::Changed)
    }
}

async fn change(
    inside: &Inside,
    before: &Document,
    after: Result<Document, Refusal>,
) -> Result<(), Error> {
    let after = after.map_err(|refusal| match refusal {
        Refusal::Role => Error::Forbidden,
        Refusal::State => Error::Changed,
    })?;
    Ok(inside.store.change_document(before, &after).await?)
}

pub(crate) async fn delete(
    inside: Inside,
    Ids(path): Ids<Path>,
    form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let before = read(&inside, path, form.version).await?;
    let after = document::delete(&before, &inside.actor, inside.ctx.now);
    change(&inside, &before, after).await?;
    Ok(see_other(&format!("{}/documents", inside.base)).flash("document-deleted"))
}

pub(crate) async fn restore(
    inside: Inside,
    Ids(path): Ids<Path>,
    form: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let before = read(&inside, path, form.version).await?;
    let after = document::restore(&before, &inside.actor, inside.ctx.now);
    change(&inside, &before, after).await?;
    Ok(here(&inside, &before).flash("document-restored"))
}

pub(crate) async fn readers(
    inside: Inside,
    Ids(path): Ids<Path>,
    form: ProtectedForm<Readers>,
) -> Result<Reply, Error> {
    let wanted = Visibility::ALL.into_iter();
    let mut wanted = wanted;
    let wanted = wanted.find(|one| one.name() == form.input.visibility);
    let wanted = wanted.ok_or(Error::BadRequest("nobody is named"))?;
    let before = read(&inside, path, form.version).await?;
    let after = document::show(&before, &inside.actor, wanted);
    change(&inside, &before, after).await?;
    Ok(here(&inside, &before).flash(match wanted {
        Visibility::Client => "document-shared",
        Visibility::Team => "document-withdrawn",
    }))
}

fn here(inside: &Inside, document: &Document) -> Reply {
    see_other(&format!("{}/documents/{}", inside.base, document.id))
}
