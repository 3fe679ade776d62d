//! The transitions of a finding, all by one handler.

use axum::extract::{FromRequestParts, MatchedPath};
use domain::finding::{Transition, TransitionRefusal, TransitionRequest, apply_transition};
use domain::input::FieldErrors;
use http::request::Parts;
use web::links;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::panels::{RefusedForm, TransitionForm};
use crate::paths::FindingPath;

/// The transition that the last part of the route names.
pub(crate) struct RouteTransition(Transition);

impl<S: Sync + Send> FromRequestParts<S> for RouteTransition {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let route = parts.extensions.get::<MatchedPath>();
        let last = route.and_then(|route| route.as_str().rsplit('/').next());
        let transition = last.and_then(Transition::from_name);
        transition
            .map(Self)
            .ok_or_else(|| PageError::internal("a route of a transition names none"))
    }
}

pub(crate) async fn apply(
    access: ClientAccess,
    Ids(path): Ids<FindingPath>,
    RouteTransition(transition): RouteTransition,
    form: ProtectedForm<TransitionForm>,
) -> Result<Reply, PageError> {
    let ctx = &access.ctx;
    let finding = access
        .store
        .get_finding(path.engagement, path.finding)
        .await?
        .ok_or(PageError::NotFound)?;
    let href = match form.input.back.as_str() {
        "list" => format!(
            "{}?show=drafts",
            links::engagement(access.base, path.engagement)
        ),
        _ => links::finding(access.base, path.engagement, path.finding),
    };
    let version = form
        .version
        .ok_or(PageError::BadRequest("the form has no version"))?;
    let input = form.input;
    if version != finding.version {
        // The same form again, or the same transition by another person: the status is as wished.
        if transition.target_status() == Some(finding.status) {
            return Ok(see_other(&href));
        }
        let stale = FieldErrors::of(
            "note",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        );
        let refused = RefusedForm::Transition(transition, input, stale);
        return finding::render_refused(&access, path, refused).await;
    }
    let request = TransitionRequest {
        transition,
        note: &input.note,
        until: &input.until,
    };
    let invalid = match apply_transition(&finding, &access.actor, &ctx.workspace, request, ctx.now)
    {
        Ok(change) => {
            let entry = ctx.app.new_id();
            let applied = access
                .store
                .apply_finding_change(path.engagement, &change, entry);
            applied.await?;
            return Ok(see_other(&href).flash(transition.name()));
        }
        Err(TransitionRefusal::Role) => return Err(PageError::Forbidden),
        Err(TransitionRefusal::WrongStatus(status)) => {
            let status = status.label();
            let text = format!("That can't be done with a finding that is “{status}”.");
            FieldErrors::of("note", text)
        }
        Err(TransitionRefusal::NoProposal) => {
            FieldErrors::of("note", "Nothing is proposed that could be answered.")
        }
        Err(TransitionRefusal::Invalid(invalid)) => invalid,
    };
    let refused = RefusedForm::Transition(transition, input, invalid);
    finding::render_refused(&access, path, refused).await
}
