//! What people say to each other about a finding.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Finding, MAX_NOTE, TransitionRefusal};
use crate::id::UserId;
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::Action;

/// One comment. It stays as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// When.
    pub at: Timestamp,
    /// Who, by account.
    pub by: UserId,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// What, as typed (markdown).
    pub text: String,
}

/// A comment's form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommentInput {
    /// What.
    pub text: String,
    /// Not empty where only the team is to read it.
    pub internal: String,
}

/// A comment that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// The comment.
    pub comment: Comment,
    /// Whether the client can read it.
    pub shared: bool,
}

/// A comment by `actor`. The team may keep it to itself; on a draft it always does.
pub fn comment(
    finding: &Finding,
    actor: &Actor,
    input: &CommentInput,
    now: Timestamp,
) -> Result<NewComment, TransitionRefusal> {
    if !actor.role.may(Action::CommentFindings) {
        return Err(TransitionRefusal::Role);
    }
    let mut invalid = FieldErrors::default();
    let text = invalid.required_text("text", &input.text, MAX_NOTE, "Write something first.");
    let text = invalid
        .into_result(text)
        .map_err(TransitionRefusal::Invalid)?;
    let by_team = actor.role.is_team();
    let internal = by_team && (!input.internal.is_empty() || !finding.status.is_published());
    Ok(NewComment {
        comment: Comment {
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team,
            text,
        },
        shared: !internal,
    })
}
