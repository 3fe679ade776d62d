//! Commenting on a finding.

use domain::evidence::referenced_ids;
use domain::finding::{CommentInput, TransitionRefusal, create_comment};
use domain::input::FieldErrors;
use web::links;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::panels::RefusedForm;
use crate::paths::FindingPath;

/// The most comments that one person makes.
const COMMENT_LIMIT: store::RateLimit = store::RateLimit {
    rule: "comment",
    most: 60,
    window: jiff::SignedDuration::from_hours(1),
};

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    form: ProtectedForm<CommentInput>,
) -> Result<Reply, PageError> {
    let ctx = &access.ctx;
    let finding = access
        .store
        .get_finding(path.engagement, path.finding)
        .await?
        .ok_or(PageError::NotFound)?;
    let form_id = form.id()?;
    let href = links::finding(access.base, path.engagement, path.finding);
    match create_comment(&finding, &access.actor, &form.input, ctx.now) {
        Ok(new)
            if new.shared && shows_internal_evidence(&access, path, &new.comment.text).await? =>
        {
            let why = "A picture in it is only for the team. Take it out, or let only the team read this.";
            let invalid = FieldErrors::of("text", why);
            finding::render_refused(&access, path, RefusedForm::Comment(form.input, invalid)).await
        }
        Ok(new) => {
            let user = access.actor.user.to_string();
            ctx.limit_subject(COMMENT_LIMIT, &user).await?;
            // By the time of now, not of the form.
            let ids = (ctx.app.new_id(), form_id);
            let created = access
                .store
                .create_comment(path.engagement, &finding, &new, ids);
            created.await?;
            Ok(see_other(&format!("{href}#comments")).flash("commented"))
        }
        Err(TransitionRefusal::Invalid(invalid)) => {
            finding::render_refused(&access, path, RefusedForm::Comment(form.input, invalid)).await
        }
        Err(_) => Err(PageError::Forbidden),
    }
}

/// Whether a text shows evidence that only the team may see.
async fn shows_internal_evidence(
    access: &ClientAccess,
    path: FindingPath,
    text: &str,
) -> Result<bool, PageError> {
    let referenced: Vec<_> = referenced_ids(text).collect();
    if referenced.is_empty() {
        return Ok(false);
    }
    let evidence = access
        .store
        .list_evidence(path.engagement, path.finding)
        .await?;
    let mut internal = evidence.iter().filter(|evidence| !evidence.shared);
    Ok(internal.any(|evidence| referenced.contains(&evidence.id)))
}
