//! The picture of a logo goes once nothing shows it any more.

use domain::id::EntryId;
use store::directory::Directory;
use store::outbox::LeasedEffect;
use web::{App, PageError};

/// Deletes the picture, unless the workspace has it: the change that seemed to fail may
/// have been made.
pub(crate) async fn look(
    app: &App,
    directory: &Directory,
    leased: &LeasedEffect,
    logo: EntryId,
) -> Result<(), PageError> {
    let Some(team) = leased.team(directory) else {
        return Err(PageError::internal("a logo outside a workspace"));
    };
    let workspace = team.workspace().await?;
    if workspace.is_some_and(|it| it.logo.is_some_and(|it| it.id == logo)) {
        return Ok(());
    }
    app.services.files.delete(&team.logo_object(logo)).await?;
    Ok(())
}
