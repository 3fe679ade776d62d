//! A replaced logo: its object is deleted once no page shows it.

use domain::id::EntryId;
use store::{Directory, LeasedEffect};
use web::{App, PageError};

/// Deletes the object, unless the workspace has it: the change that seemed to fail may
/// have been made.
pub(crate) async fn handle(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    logo: EntryId,
) -> Result<(), PageError> {
    let Some(team) = leased.workspace_store(directory) else {
        return Err(PageError::internal("a logo outside a workspace"));
    };
    let workspace = team.get_workspace().await?;
    if workspace.is_some_and(|workspace| workspace.logo.is_some_and(|current| current.id == logo)) {
        return Ok(());
    }
    app.services
        .files
        .delete(&team.logo_object_key(logo))
        .await?;
    Ok(())
}
