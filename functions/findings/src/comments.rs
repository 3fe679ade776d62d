//! What people say of a finding.

use domain::evidence::referred;
use domain::finding::{CommentInput, TransitionRefusal, comment};
use domain::input::FieldErrors;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding::{self, RefusedForm};
use crate::paths::FindingPath;

/// Comments that one person makes at most.
const LIMIT: store::RateLimit = store::RateLimit {
    rule: "comment",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<CommentInput>,
) -> Result<Reply, PageError> {
    let ctx = &inside.ctx;
    let found = inside
        .store
        .finding(path.engagement, path.finding)
        .await?
        .ok_or(PageError::NotFound)?;
    let id = form.id()?;
    let there = format!(
        "{}/engagements/{}/findings/{}",
        inside.base, path.engagement, path.finding
    );
    match comment(&found, &inside.actor, &form.input, ctx.now) {
        Ok(said) if said.shared && shows_internal(&inside, path, &said.comment.text).await? => {
            let why = "A picture in it is only for the team. Take it out, or let only the team read this.";
            let invalid = FieldErrors::at("text", why);
            finding::refused(&inside, path, RefusedForm::Comment(form.input, invalid)).await
        }
        Ok(said) => {
            let user = inside.actor.user.to_string();
            ctx.limit(LIMIT, &user).await?;
            let kept = inside.store.comment(path.engagement, &found, &said, id);
            kept.await?;
            Ok(see_other(&format!("{there}#comments")).flash("commented"))
        }
        Err(TransitionRefusal::Invalid(invalid)) => {
            finding::refused(&inside, path, RefusedForm::Comment(form.input, invalid)).await
        }
        Err(_) => Err(PageError::Forbidden),
    }
}

/// Whether a text shows a picture that is the team's alone.
async fn shows_internal(
    inside: &ClientAccess,
    path: FindingPath,
    text: &str,
) -> Result<bool, PageError> {
    let referred: Vec<_> = referred(text).collect();
    if referred.is_empty() {
        return Ok(false);
    }
    let evidence = inside.store.evidence(path.engagement, path.finding).await?;
    let mut internal = evidence.iter().filter(|one| !one.shared);
    Ok(internal.any(|one| referred.contains(&one.id)))
}
