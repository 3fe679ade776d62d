//! Rows of a workspace and of its clients.

use domain::id::{EngagementId, InviteId, TemplateId, UserId, WorkspaceId};

use super::key::{Key, key};
use super::prefixes::workspace;

/// `META` of a workspace or a client.
pub(crate) fn meta(prefix: &str) -> Key {
    key(prefix.to_owned(), "META")
}

/// `USER#<user>`: a person, at the workspace (team) or the client (contacts).
pub(crate) fn person(prefix: &str, user: UserId) -> Key {
    key(prefix.to_owned(), format!("USER#{user}"))
}

/// `W#STOP` / `<hash of the address>`: whether mail goes to an address.
pub(crate) fn suppression(ws: WorkspaceId, email_hash: &str) -> Key {
    key(format!("{}#STOP", workspace(ws)), email_hash)
}

/// `W` / `MFA#<user>`: the recovery codes of whoever signs in with a code, at
/// however many clients.
pub(crate) fn recovery_codes(ws: WorkspaceId, user: UserId) -> Key {
    key(workspace(ws), format!("MFA#{user}"))
}

/// Prefix of the persons of a partition.
pub(crate) const PEOPLE: &str = "USER#";

/// `INVITE#<invite>`: an invitation of a client's contact.
pub(crate) fn invite(prefix: &str, invite: InviteId) -> Key {
    key(prefix.to_owned(), format!("INVITE#{invite}"))
}

/// Prefix of the invitations of a partition.
pub(crate) const INVITES: &str = "INVITE#";

/// `ENG#<engagement>`: an engagement with its counters.
pub(crate) fn engagement_row(prefix: &str, engagement: EngagementId) -> Key {
    key(prefix.to_owned(), format!("ENG#{engagement}"))
}

/// Prefix of the engagements of a client.
pub(crate) const ENGAGEMENTS: &str = "ENG#";

/// `W#LIB` / `CSV#<hash of the columns' names>`: which column holds what in
/// tables with these columns.
pub(crate) fn column_mapping(w: &str, names_hash: &str) -> Key {
    key(library(w), format!("CSV#{names_hash}"))
}

/// `W#LIB` / `COUNT`: how many templates a workspace has.
pub(crate) fn template_count(w: &str) -> Key {
    key(library(w), "COUNT")
}

/// `W#LIB` / `T#<template>`: what the list needs of a workspace's own template.
pub(crate) fn template(w: &str, template: TemplateId) -> Key {
    key(library(w), format!("T#{template}"))
}

/// Prefix of the templates of a library.
pub(crate) const TEMPLATES: &str = "T#";

/// `W#LIB` / `B#<template>`: a template's text and rating.
pub(crate) fn template_body(w: &str, template: TemplateId) -> Key {
    key(library(w), format!("B#{template}"))
}

fn library(w: &str) -> String {
    format!("{w}#LIB")
}
