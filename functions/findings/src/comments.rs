//! What people say of a finding.

use domain::finding::{CommentInput, Refusal, comment};
use web::{Error, Ids, Inside, ProtectedForm, Reply, see_other};

use crate::finding::{self, Failed};
use crate::paths::AtFinding;

/// Comments that one person makes at most.
const LIMIT: store::Limit = store::Limit {
    rule: "comment",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    form: ProtectedForm<CommentInput>,
) -> Result<Reply, Error> {
    let ctx = &inside.ctx;
    let found = inside
        .store
        .finding(path.engagement, path.finding)
        .await?
        .ok_or(Error::NotFound)?;
    let id = form.id()?;
    let there = format!(
        "{}/engagements/{}/findings/{}",
        inside.base, path.engagement, path.finding
    );
    match comment(&found, &inside.actor, &form.input, ctx.now) {
        Ok(said) => {
            let user = inside.actor.user.to_string();
            ctx.limit(LIMIT, &user).await?;
            let kept = inside.store.comment(path.engagement, &found, &said, id);
            kept.await?;
            Ok(see_other(&format!("{there}#comments")).flash("commented"))
        }
        Err(Refusal::Invalid(invalid)) => {
            finding::refused(&inside, path, Failed::Comment(form.input, invalid)).await
        }
        Err(_) => Err(Error::Forbidden),
    }
}
