//! What leaves, what is logged, and what people are told.

use domain::id::{ClientId, EntryId, UserId, WorkspaceId};

use super::key::{Key, key};
use super::prefixes::workspace;

/// `<scope>#OUT` / `<entry>`: an effect that waits to leave.
pub(crate) fn effect(prefix: &str, entry: EntryId) -> Key {
    key(format!("{prefix}#OUT"), entry.to_string())
}

/// `<scope>#OUT` / `T#<thread>#<at>#<entry>`: an effect that leaves after those of its
/// thread that were put here before it.
pub(crate) fn threaded_effect(prefix: &str, thread: &str, at: &str, entry: EntryId) -> Key {
    let thread = effect_thread(thread);
    key(format!("{prefix}#OUT"), format!("{thread}{at}#{entry}"))
}

/// Prefix of the effects of a thread.
pub(crate) fn effect_thread(thread: &str) -> String {
    format!("T#{thread}#")
}

/// `<scope>#OUT` / `DEAD#<entry>`: an effect that was given up, by the partition it was in.
pub(crate) fn dead_letter(outbox: &str, name: &str) -> Key {
    key(outbox.to_owned(), format!("DEAD#{name}"))
}

/// `<scope>#AUDIT` / `<entry>`: an entry of the audit log.
pub(crate) fn audit_entry(prefix: &str, entry: EntryId) -> Key {
    key(format!("{prefix}#AUDIT"), entry.to_string())
}

/// `W#AUDIT` / `HEAD`: the last entry's place in the chain. Sorts after every entry.
pub(crate) fn audit_head(ws: WorkspaceId) -> Key {
    key(format!("{}#AUDIT", workspace(ws)), "HEAD")
}

/// `<home>#INBOX#<user>`: the partition of what a person is told, at the workspace (team)
/// or at the client (contacts).
pub(crate) fn inbox(home: &str, user: UserId) -> String {
    format!("{home}#INBOX#{user}")
}

/// `<home>#INBOX#<user>` / `N#<notice>`: what happened, as the person is shown it.
pub(crate) fn notification(home: &str, user: UserId, notice: EntryId) -> Key {
    key(inbox(home, user), format!("{NOTIFICATIONS}{notice}"))
}

/// Prefix of the notices of an inbox.
pub(crate) const NOTIFICATIONS: &str = "N#";

/// `<home>#INBOX#<user>` / `BATCH#<cadence>`: the mail that is being gathered for a person.
pub(crate) fn digest(home: &str, user: UserId, cadence: &str) -> Key {
    key(inbox(home, user), format!("BATCH#{cadence}"))
}

/// `<home>#INBOX#<user>` / `M#<batch>#<notice>`: what such a mail will tell of.
pub(crate) fn digest_line(home: &str, user: UserId, batch: EntryId, notice: EntryId) -> Key {
    key(
        inbox(home, user),
        format!("{}{notice}", digest_line_prefix(batch)),
    )
}

/// Prefix of what one mail tells of.
pub(crate) fn digest_line_prefix(batch: EntryId) -> String {
    format!("M#{batch}#")
}

/// Whose effect it is, by its partition: a workspace's or a client's.
pub(crate) fn effect_home(pk: &str) -> Option<(WorkspaceId, Option<ClientId>)> {
    let mut parts = pk.strip_suffix("#OUT")?.strip_prefix("W#")?.split('#');
    let ws = parts.next()?.parse().ok()?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some((ws, None)),
        (Some("C"), Some(client), None) => Some((ws, Some(client.parse().ok()?))),
        _ => None,
    }
}
