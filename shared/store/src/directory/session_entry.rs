//! Session entries: a person's open sessions in the person's row.

use jiff::Timestamp;

use crate::table::codec::{Item, get_strings};
use crate::table::keys;

/// The entry of a session: when it was opened, in seconds of a fixed width, and its hash.
pub(crate) fn format_entry(hash: &str, opened: Timestamp) -> String {
    format!("{:011}.{hash}", opened.as_second())
}

pub(crate) fn entry_hash(entry: &str) -> &str {
    entry.split_once('.').map_or(entry, |(_, hash)| hash)
}

pub(crate) fn entry_opened_at(entry: &str) -> i64 {
    let opened = entry.split_once('.').and_then(|(at, _)| at.parse().ok());
    opened.unwrap_or_default()
}

pub(crate) fn session_entries(person: &Item) -> Vec<String> {
    get_strings(person, "sessions")
}

/// The keys of the sessions in a person's row.
pub(crate) fn session_keys(person: &Item) -> Vec<keys::Key> {
    let entries = session_entries(person);
    let hashes = entries.iter().map(|entry| entry_hash(entry));
    hashes.map(keys::session).collect()
}
