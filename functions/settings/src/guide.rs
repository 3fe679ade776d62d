//! Dismissing the first steps that the dashboard of a new workspace lists.

use domain::workspace::Workspace;
use web::{EmptyForm, PageError, ProtectedForm, Reply, TeamAccess, see_other};

pub(crate) async fn dismiss(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = team
        .store
        .get_workspace()
        .await?
        .ok_or(PageError::NotFound)?;
    if before.shows_guide {
        let after = Workspace {
            shows_guide: false,
            version: before.version + 1,
            ..before.clone()
        };
        team.store.update_workspace(&before, &after).await?;
    }
    team.ctx.evict_workspace();
    Ok(see_other("/").flash("steps-away"))
}
