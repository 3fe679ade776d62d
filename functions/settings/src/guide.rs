//! The first steps that a new workspace's dashboard shows, put away.

use domain::workspace::Workspace;
use web::{Error, Nothing, ProtectedForm, Reply, Team, see_other};

pub(crate) async fn put_away(team: Team, _: ProtectedForm<Nothing>) -> Result<Reply, Error> {
    let before = team.store.workspace().await?.ok_or(Error::NotFound)?;
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
