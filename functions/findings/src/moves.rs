//! Moving a finding: one rule for every move, and one way to execute it.

use axum::extract::{FromRequestParts, MatchedPath};
use domain::finding::{Ask, Event, Refusal, transition};
use domain::input::Invalid;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use web::{Error, Ids, Inside, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::paths::AtFinding;

/// What goes along with a move.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Said {
    pub(crate) note: String,
    pub(crate) until: String,
    /// `list` goes back to the list that the button stood in.
    #[serde(skip_serializing)]
    back: String,
}

/// The event that the last part of the route names.
pub(crate) struct Named(Event);

impl<S: Sync + Send> FromRequestParts<S> for Named {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let route = parts.extensions.get::<MatchedPath>();
        let last = route.and_then(|route| route.as_str().rsplit('/').next());
        let event = last.and_then(Event::named);
        event
            .map(Self)
            .ok_or_else(|| Error::internal("a route of a move names none"))
    }
}

pub(crate) async fn apply(
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    Named(event): Named,
    form: ProtectedForm<Said>,
) -> Result<Reply, Error> {
    let ctx = &inside.ctx;
    let finding = inside
        .store
        .finding(path.engagement, path.finding)
        .await?
        .ok_or(Error::NotFound)?;
    let engagement = format!("{}/engagements/{}", inside.base, path.engagement);
    let there = match (form.input.back.as_str(), event) {
        ("list", _) => format!("{engagement}?show=drafts"),
        _ => format!("{engagement}/findings/{}", path.finding),
    };
    let seen = form
        .version
        .ok_or(Error::BadRequest("the form has no version"))?;
    let said = form.input;
    if seen != finding.version {
        // The same move again, or one that somebody else made: it stands as wished.
        if event.to() == Some(finding.status) {
            return Ok(see_other(&there));
        }
        let stale = Invalid::at(
            "note",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        );
        return finding::again(&inside, path, event, said, stale).await;
    }
    let ask = Ask {
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
        Err(Refusal::Role) => return Err(Error::Forbidden),
        Err(Refusal::From(status)) => {
            let status = status.label();
            let text = format!("That can't be done with a finding that is “{status}”.");
            Invalid::at("note", text)
        }
        Err(Refusal::NothingProposed) => {
            Invalid::at("note", "Nothing is proposed that could be answered.")
        }
        Err(Refusal::Invalid(invalid)) => invalid,
    };
    finding::again(&inside, path, event, said, invalid).await
}
