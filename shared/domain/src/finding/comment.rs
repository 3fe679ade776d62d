//! Comments on a finding, shared with the client or internal. A comment is never changed, and
//! doesn't change the finding's version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::{MAX_NOTE, TransitionRefusal};
use super::finding::Finding;
use crate::id::UserId;
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::Action;

/// A text on a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    pub at: Timestamp,
    pub by: UserId,
    /// The writer's name at that time.
    pub by_name: String,
    pub by_team: bool,
    /// As typed (markdown).
    pub text: String,
}

/// The submitted form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommentInput {
    pub text: String,
    /// Not empty where only the team is to read it.
    pub internal: String,
}

/// A comment that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    pub comment: Comment,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A comment by `actor`. The team's can be internal; on a draft they always are.
pub fn create_comment(
    finding: &Finding,
    actor: &Actor,
    input: &CommentInput,
    now: Timestamp,
) -> Result<NewComment, TransitionRefusal> {
    if !actor.role.may(Action::CommentFindings) {
        return Err(TransitionRefusal::Role);
    }
    let mut invalid = FieldErrors::default();
    let text = invalid.parse_required_text("text", &input.text, MAX_NOTE, "Write something first.");
    let text = invalid
        .into_result(text)
        .map_err(TransitionRefusal::Invalid)?;
    let by_team = actor.role.is_team();
    let is_internal = by_team && (!input.internal.is_empty() || !finding.status.is_published());
    Ok(NewComment {
        comment: Comment {
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team,
            text,
        },
        shared: !is_internal,
    })
}
