//! The end of an import that failed, and of its file.

use domain::import::Import;
use store::{ClientScope, ImportSchedule, Store};
use web::{App, PageError};

/// Stores why an import failed, and deletes its file.
pub(crate) async fn fail_import(
    app: &App,
    store: &Store<ClientScope>,
    import: &Import,
    failure: &str,
) -> Result<(), PageError> {
    let after = import.fail(failure);
    store.update_import(&after, ImportSchedule::Keep).await?;
    delete_file(app, store, &after).await
}

pub(crate) async fn delete_file(
    app: &App,
    store: &Store<ClientScope>,
    import: &Import,
) -> Result<(), PageError> {
    let key = store.import_object_key(import.id);
    Ok(app.services.files.delete(&key).await?)
}
