//! Who may say something in a thread, and change it for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Attachment, Message};
use crate::id::{EngagementId, MessageId};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::Action;
use crate::upload::{AttachmentTarget, Upload};

/// Longest message, in characters.
pub const MAX_TEXT: usize = 5_000;
/// For how long whoever wrote a message may change it.
pub const EDITABLE: SignedDuration = SignedDuration::from_mins(15);
/// Files of one message at most.
pub const MAX_FILES: usize = 10;

/// A message's form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageInput {
    /// What.
    pub text: String,
    /// Not empty where only the team is to read it.
    pub internal: String,
    /// The uploads that go along with it.
    pub files: Vec<String>,
}

/// A message that can be kept, and for whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The message.
    pub message: Message,
    /// Whether the client can read it.
    pub shared: bool,
}

/// Why a message isn't taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageRefusal {
    /// The role may never do this.
    Role,
    /// Somebody else wrote it, or it stands for too long already.
    Fixed,
    /// What was typed can't be accepted.
    Invalid(FieldErrors),
}

/// A message by `actor` under the id `id`. Only the team keeps something to itself:
/// whatever a contact writes, both sides read.
pub fn post(
    id: MessageId,
    actor: &Actor,
    input: &MessageInput,
    now: Timestamp,
) -> Result<NewMessage, MessageRefusal> {
    posting(id, actor, input, Vec::new(), now)
}

/// The same with files that its writer sent to the engagement's thread, and the
/// files as they are then: bound to it.
pub fn post_with(
    id: MessageId,
    actor: &Actor,
    input: &MessageInput,
    (engagement, uploads): (EngagementId, &[Upload]),
    now: Timestamp,
) -> Result<(NewMessage, Vec<Upload>), MessageRefusal> {
    let files = uploads.iter().map(Attachment::from).collect();
    let posting = posting(id, actor, input, files, now)?;
    let bound = AttachmentTarget {
        message: id,
        shared: posting.shared,
    };
    let bind = |one: &Upload| one.bind(engagement, actor.user, bound);
    let bound: Option<Vec<Upload>> = uploads.iter().map(bind).collect();
    let why = match bound {
        Some(_) if uploads.len() > MAX_FILES => "Ten files can go along with a message at most.",
        Some(bound) => return Ok((posting, bound)),
        None => "One of the files was refused or is gone. Attach it again.",
    };
    Err(MessageRefusal::Invalid(FieldErrors::at("files", why)))
}

fn posting(
    id: MessageId,
    actor: &Actor,
    input: &MessageInput,
    files: Vec<Attachment>,
    now: Timestamp,
) -> Result<NewMessage, MessageRefusal> {
    if !actor.role.may(Action::PostMessages) {
        return Err(MessageRefusal::Role);
    }
    let by_team = actor.role.is_team();
    Ok(NewMessage {
        message: Message {
            id,
            at: now,
            by: actor.user,
            by_name: actor.name.clone(),
            by_team,
            text: said(&input.text, &files)?,
            files,
            edited: None,
            version: 1,
        },
        shared: !by_team || input.internal.is_empty(),
    })
}

/// Whether `actor` may still change the words of `message`.
pub fn may_edit(message: &Message, actor: &Actor, now: Timestamp) -> bool {
    actor.role.may(Action::PostMessages)
        && message.by == actor.user
        && now.duration_since(message.at) < EDITABLE
}

/// The same message in other words, marked as changed. Whom it is for stays.
pub fn edit(
    before: &NewMessage,
    actor: &Actor,
    text: &str,
    now: Timestamp,
) -> Result<NewMessage, MessageRefusal> {
    if !actor.role.may(Action::PostMessages) {
        return Err(MessageRefusal::Role);
    }
    if !may_edit(&before.message, actor, now) {
        return Err(MessageRefusal::Fixed);
    }
    Ok(NewMessage {
        message: Message {
            text: said(text, &before.message.files)?,
            edited: Some(now),
            version: before.message.version + 1,
            ..before.message.clone()
        },
        shared: before.shared,
    })
}

/// Something must be said, where no file says it.
fn said(text: &str, files: &[Attachment]) -> Result<String, MessageRefusal> {
    let mut invalid = FieldErrors::default();
    let text = if files.is_empty() {
        invalid.required_text("text", text, MAX_TEXT, "Write something first.")
    } else {
        invalid.text("text", text, MAX_TEXT)
    };
    invalid.into_result(text).map_err(MessageRefusal::Invalid)
}
