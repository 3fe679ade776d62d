//! Writing messages: creating one with or without attachments, and changing its text for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::message::{Attachment, Message};
use crate::id::{EngagementId, MessageId};
use crate::input::FieldErrors;
use crate::person::Actor;
use crate::role::Action;
use crate::upload::{AttachmentTarget, Upload};

/// Longest message, in characters.
pub const MAX_TEXT: usize = 5_000;
/// For how long the writer may change a message.
pub const EDIT_WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Attachments of one message at most.
pub const MAX_FILES: usize = 10;

/// The submitted form of a message.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MessageInput {
    pub text: String,
    /// Not empty where only the team is to read it.
    pub internal: String,
    /// The ids of the uploads to attach.
    pub files: Vec<String>,
}

/// A message that can be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    pub message: Message,
    /// Whether the client can read it.
    pub shared: bool,
}

/// Why a message isn't accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageRefusal {
    /// The role may never do this.
    Role,
    /// Another person wrote it, or it is older than [`EDIT_WINDOW`].
    NotEditable,
    /// The text or an attachment can't be accepted.
    Invalid(FieldErrors),
}

/// A message by `actor`. Only the team's can be internal; a contact's is always shared.
pub fn create_message(
    id: MessageId,
    actor: &Actor,
    input: &MessageInput,
    now: Timestamp,
) -> Result<NewMessage, MessageRefusal> {
    build_message(id, actor, input, Vec::new(), now)
}

/// A message with files that its writer uploaded for the engagement's thread. Gives the uploads as well,
/// attached to the message.
pub fn create_message_with_files(
    id: MessageId,
    actor: &Actor,
    input: &MessageInput,
    engagement: EngagementId,
    uploads: &[Upload],
    now: Timestamp,
) -> Result<(NewMessage, Vec<Upload>), MessageRefusal> {
    let files = uploads.iter().map(Attachment::from).collect();
    let new = build_message(id, actor, input, files, now)?;
    let target = AttachmentTarget {
        message: id,
        shared: new.shared,
    };
    let attach = |upload: &Upload| upload.attach(engagement, actor.user, target);
    let attached: Option<Vec<Upload>> = uploads.iter().map(attach).collect();
    let message = match attached {
        Some(_) if uploads.len() > MAX_FILES => "Ten files can go along with a message at most.",
        Some(attached) => return Ok((new, attached)),
        None => "One of the files was refused or is gone. Attach it again.",
    };
    Err(MessageRefusal::Invalid(FieldErrors::of("files", message)))
}

fn build_message(
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
            text: validate_text(&input.text, &files)?,
            files,
            edited: None,
            version: 1,
        },
        shared: !by_team || input.internal.is_empty(),
    })
}

/// Whether `actor` may still change the text of `message`.
pub fn may_edit(message: &Message, actor: &Actor, now: Timestamp) -> bool {
    actor.role.may(Action::PostMessages)
        && message.by == actor.user
        && now.duration_since(message.at) < EDIT_WINDOW
}

/// The message with another text, marked as edited. Who may read it stays.
pub fn edit_message(
    before: &NewMessage,
    actor: &Actor,
    text: &str,
    now: Timestamp,
) -> Result<NewMessage, MessageRefusal> {
    if !actor.role.may(Action::PostMessages) {
        return Err(MessageRefusal::Role);
    }
    if !may_edit(&before.message, actor, now) {
        return Err(MessageRefusal::NotEditable);
    }
    Ok(NewMessage {
        message: Message {
            text: validate_text(text, &before.message.files)?,
            edited: Some(now),
            version: before.message.version + 1,
            ..before.message.clone()
        },
        shared: before.shared,
    })
}

/// The text, which can be empty only where there are attachments.
fn validate_text(text: &str, files: &[Attachment]) -> Result<String, MessageRefusal> {
    let mut invalid = FieldErrors::default();
    let text = if files.is_empty() {
        invalid.parse_required_text("text", text, MAX_TEXT, "Write something first.")
    } else {
        invalid.parse_text("text", text, MAX_TEXT)
    };
    invalid.into_result(text).map_err(MessageRefusal::Invalid)
}
