//! The first steps that a new workspace's dashboard shows, put away.

use domain::workspace::Workspace;
use web::{EmptyForm, PageError, ProtectedForm, Reply, TeamAccess, see_other};

pub(crate) async fn put_away(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let before = team.store.workspace().await?.ok_or(PageError::NotFound)?;
    if before.guide {
        let after = Workspace {
            guide: false,
            version: before.version + 1,
            ..before.clone()
        };
        team.store.update_workspace(&before, &after).await?;
    }
    team.ctx.forget_workspace();
    Ok(see_other("/").flash("steps-away"))
}
