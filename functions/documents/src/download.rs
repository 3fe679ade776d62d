//! Taking a document away: recorded, then fetched from the bucket by an address
//! that holds for a minute.

use domain::file::attachment;
use serde::Deserialize;
use web::{Error, Handed, Ids, Inside, ProtectedForm, Reply, see_other};

use crate::target::{Path, Target};

/// Which version; the current one where none is named.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    number: String,
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<Path>,
    form: ProtectedForm<Wanted>,
) -> Result<Reply, Error> {
    let target = Target::read(&inside, path).await?;
    let document = target.document.ok_or(Error::NotFound)?;
    let revision = match form.input.number.as_str() {
        "" => document.current.clone(),
        number => {
            let number = number.parse().map_err(|_| Error::NotFound)?;
            let found = inside.store.revision(document.id, number).await?;
            found.ok_or(Error::NotFound)?
        }
    };
    inside
        .store
        .took(&document, &revision, &inside.actor)
        .await?;
    let key = inside.store.document_key(revision.upload);
    let handed = Handed {
        key: &key,
        disposition: &attachment(&revision.name),
        content_type: revision.file_type.media_type(),
    };
    Ok(see_other(&inside.files().link(handed).await?))
}
