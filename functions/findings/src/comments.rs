//! What people say of a finding.

use domain::evidence::referred;
use domain::finding::{CommentInput, Refusal, comment};
use domain::input::Invalid;
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
        Ok(said) if said.shared && shows_internal(&inside, path, &said.comment.text).await? => {
            let why = "A picture in it is only for the team. Take it out, or let only the team read this.";
            let invalid = Invalid::at("text", why);
            finding::refused(&inside, path, Failed::Comment(form.input, invalid)).await
        }
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

/// Whether a text shows a picture that is the team's alone.
async fn shows_internal(inside: &Inside, path: AtFinding, text: &str) -> Result<bool, Error> {
    let referred: Vec<_> = referred(text).collect();
    if referred.is_empty() {
        return Ok(false);
    }
    let evidence = inside.store.evidence(path.engagement, path.finding).await?;
    let mut internal = evidence.iter().filter(|one| !one.shared);
    Ok(internal.any(|one| referred.contains(&one.id)))
}
