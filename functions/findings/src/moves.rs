//! Moving a finding: one rule for every move, and one way to execute it.

use domain::finding::{Event, Refusal, transition};
use domain::input::Invalid;
use serde::{Deserialize, Serialize};
use web::{Error, Ids, Inside, ProtectedForm, Reply, see_other};

use crate::finding;
use crate::paths::AtFinding;

/// What goes along with a move.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Note {
    note: String,
    /// `list` goes back to the list that the button stood in.
    #[serde(skip_serializing)]
    back: String,
}

type Move = ProtectedForm<Note>;

pub(crate) async fn publish(
    inside: Inside,
    ids: Ids<AtFinding>,
    form: Move,
) -> Result<Reply, Error> {
    apply(Event::Publish, inside, ids, form).await
}

pub(crate) async fn start(inside: Inside, ids: Ids<AtFinding>, form: Move) -> Result<Reply, Error> {
    apply(Event::Start, inside, ids, form).await
}

pub(crate) async fn resolve(
    inside: Inside,
    ids: Ids<AtFinding>,
    form: Move,
) -> Result<Reply, Error> {
    apply(Event::Resolve, inside, ids, form).await
}

pub(crate) async fn verify(
    inside: Inside,
    ids: Ids<AtFinding>,
    form: Move,
) -> Result<Reply, Error> {
    apply(Event::Verify, inside, ids, form).await
}

pub(crate) async fn reopen(
    inside: Inside,
    ids: Ids<AtFinding>,
    form: Move,
) -> Result<Reply, Error> {
    apply(Event::Reopen, inside, ids, form).await
}

async fn apply(
    event: Event,
    inside: Inside,
    Ids(path): Ids<AtFinding>,
    form: Move,
) -> Result<Reply, Error> {
    let ctx = &inside.ctx;
    let finding = inside
        .store
        .finding(path.engagement, path.finding)
        .await?
        .ok_or(Error::NotFound)?;
    let engagement = format!("{}/engagements/{}", inside.base, path.engagement);
    let there = match form.input.back.as_str() {
        "list" => format!("{engagement}?show=drafts"),
        _ => format!("{engagement}/findings/{}", path.finding),
    };
    let seen = form
        .version
        .ok_or(Error::BadRequest("the form has no version"))?;
    let note = form.input;
    if seen != finding.version {
        // The same move again, or one that somebody else made: it stands as wished.
        if finding.status == event.arc().1 {
            return Ok(see_other(&there));
        }
        let stale = Invalid::at(
            "note",
            "Somebody else changed this finding meanwhile. Look at it again first.",
        );
        return finding::again(&inside, path, event, note, stale).await;
    }
    match transition(&finding, &inside.actor, event, &note.note, ctx.now) {
        Ok(change) => {
            inside
                .store
                .move_finding(path.engagement, &change, ctx.app.new_id())
                .await?;
            Ok(see_other(&there).flash(event.name()))
        }
        Err(Refusal::Role) => Err(Error::Forbidden),
        Err(Refusal::From(status)) => {
            let text = format!(
                "That can't be done with a finding that is “{}”.",
                status.label()
            );
            finding::again(&inside, path, event, note, Invalid::at("note", text)).await
        }
        Err(Refusal::Note(invalid)) => finding::again(&inside, path, event, note, invalid).await,
    }
}
