//! Moving a finding: one rule for every move, and one way to execute it.

use axum::extract::{FromRequestParts, MatchedPath};
use domain::finding::{Transition, TransitionRefusal, TransitionRequest, transition};
use domain::input::FieldErrors;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::paths::FindingPath;

/// What goes along with a move.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TransitionForm {
    pub(crate) note: String,
    pub(crate) until: String,
    /// `list` goes back to the list that the button stood in.
    #[serde(skip_serializing)]
    back: String,
}

/// The event that the last part of the route names.
pub(crate) struct RouteTransition(Transition);

impl<S: Sync + Send> FromRequestParts<S> for RouteTransition {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let route = parts.extensions.get::<MatchedPath>();
        let last = route.and_then(|route| route.as_str().rsplit('/').next());
        let event = last.and_then(Transition::named);
        event
            .map(Self)
            .ok_or_else(|| PageError::internal("a route of a move names none"))
    }
}

pub(crate) async fn apply(
    inside: ClientAccess,
    Ids(path): Ids<FindingPath>,
    RouteTransition(event): RouteTransition,
    form: ProtectedForm<TransitionForm>,
) -> Result<Reply, PageError> {
    let ctx = &inside.ctx;
    let finding = inside
        .store
        .finding(path.engagement, path.finding)
        .await?
        .ok_or(PageError::NotFound)?;
    let engagement = format!("{}/engagements/{}", inside.base, path.engagement);
    let there = match (form.input.back.as_str(), event) {
        ("list", _) => format!("{engagement}?show=drafts"),
        _ => format!("{engagement}/findings/{}", path.finding),
    };
    let seen = form
        .version
        .ok_or(PageError::BadRequest("the form has no version"))?;
    let said = form.input;
    if seen != finding.version {
        // The same move again, or one that somebody else made: it stands as wished.
        if event.to() == Some(finding.status) {
            return Ok(see_other(&there));
        }
        let stale = FieldErrors::at(
            "note",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        );
        return finding::again(&inside, path, event, said, stale).await;
    }
    let ask = TransitionRequest {
        event,
        note: &said.note,
        until: &said.until,
    };
    let invalid = match transition(&finding, &inside.actor, &ctx.workspace, ask, ctx.now) {
        Ok(change) => {
            let entry = ctx.app.new_id();
            let moved = inside.store.move_finding(path.engagement, &change, entry);
            moved.await?;
            return Ok(see_other(&there).flash(event.name()));
        }
        Err(TransitionRefusal::Role) => return Err(PageError::Forbidden),
        Err(TransitionRefusal::From(status)) => {
            let status = status.label();
            let text = format!("That can't be done with a finding that is “{status}”.");
            FieldErrors::at("note", text)
        }
        Err(TransitionRefusal::NothingProposed) => {
            FieldErrors::at("note", "Nothing is proposed that could be answered.")
        }
        Err(TransitionRefusal::Invalid(invalid)) => invalid,
    };
    finding::again(&inside, path, event, said, invalid).await
}
