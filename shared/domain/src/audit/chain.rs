//! Entries in a chain of hashes, which shows what was changed later.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What comes before the first entry of a chain.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an entry that follows the one with the hash `previous`: SHA-256
/// over that, then each column behind its length, in lower-case hexadecimal.
pub fn chained<'a>(previous: &'a str, columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut sha = Sha256::new();
    for part in std::iter::once(previous).chain(columns) {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part);
    }
    let mut hex = String::with_capacity(64);
    for byte in sha.finalize() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// An exported entry, with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedEntry {
    /// Its number, from 1.
    pub seq: i64,
    /// The columns, as [`Record::columns`] gives them.
    pub columns: Vec<String>,
    /// The hash of the entry before it.
    pub previous: String,
    /// Its own.
    pub hash: String,
}

/// What was found of an export that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedChain {
    /// The first entry's number.
    pub first: i64,
    /// The hash that the first entry follows: that of an entry which the export
    /// doesn't hold, or [`START`].
    pub after: String,
    /// The last entry's number, 0 where there is no entry.
    pub last: i64,
    /// The last entry's hash: the one that the audit page shows for this number.
    pub hash: String,
}

/// Where an export is not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Entries are missing, doubled or out of order.
    #[error("entry {expected} should follow here, but this is entry {found}")]
    Order {
        /// Which should come.
        expected: i64,
        /// Which came.
        found: i64,
    },
    /// It doesn't follow the entry before it.
    #[error("entry {0} doesn't follow the one before it: one of them was changed or put in")]
    Link(i64),
    /// Its content isn't what its hash was made of.
    #[error("entry {0} was changed after it was recorded")]
    Content(i64),
}

/// Walks an export in its order. What it can't know is whether entries were
/// cut off at either end: for that, compare the numbers and the last hash.
pub fn verify(
    entries: impl IntoIterator<Item = ExportedEntry>,
) -> Result<VerifiedChain, ChainError> {
    let mut whole: Option<VerifiedChain> = None;
    for entry in entries {
        let seq = entry.seq;
        let (expected, previous) = match &whole {
            Some(so_far) => (so_far.last + 1, so_far.hash.clone()),
            None if seq == 1 => (1, START.to_owned()),
            None => (seq, entry.previous.clone()),
        };
        if seq != expected {
            return Err(ChainError::Order {
                expected,
                found: seq,
            });
        }
        if entry.previous != previous {
            return Err(ChainError::Link(seq));
        }
        let columns = entry.columns.iter().map(String::as_str);
        if chained(&previous, columns) != entry.hash {
            return Err(ChainError::Content(seq));
        }
        whole = Some(VerifiedChain {
            first: whole.as_ref().map_or(seq, |so_far| so_far.first),
            after: whole.map_or(previous, |so_far| so_far.after),
            last: seq,
            hash: entry.hash,
        });
    }
    Ok(whole.unwrap_or_else(|| VerifiedChain {
        first: 0,
        after: START.to_owned(),
        last: 0,
        hash: START.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::audit::{AuditActor, AuditKind, AuditNote, AuditRecord, WIDTH};
    use crate::id::{EntryId, UserId};
    use crate::role::{Role, TeamRole};

    fn record(n: u64) -> AuditRecord {
        let note = AuditNote::of(AuditKind::RoleChanged, "Ada").change("role", "Member", "Admin");
        AuditRecord {
            id: EntryId::new(n, 7),
            at: Timestamp::UNIX_EPOCH,
            kind: note.kind,
            by: Some(AuditActor {
                user: UserId::new(1, 1),
                name: "Olivia, \"=1\"".to_owned(),
                role: Role::Team(TeamRole::Owner),
            }),
            client: None,
            about: note.about,
            changes: note.changes,
            address: "192.0.2.1".to_owned(),
            agent: String::new(),
        }
    }

    fn export(n: u64) -> Vec<ExportedEntry> {
        let mut previous = START.to_owned();
        let entries = (1..=n).map(|n| {
            let columns = record(n).columns().to_vec();
            let hash = chained(&previous, columns.iter().map(String::as_str));
            let entry = ExportedEntry {
                seq: i64::try_from(n).unwrap_or_default(),
                columns,
                previous: previous.clone(),
                hash: hash.clone(),
            };
            previous = hash;
            entry
        });
        entries.collect()
    }

    #[test]
    fn a_whole_export_and_any_run_of_it_verify() {
        let all = export(5);
        let whole = verify(all.clone());
        assert_eq!(whole.as_ref().map(|w| (w.first, w.last)), Ok((1, 5)));
        assert_eq!(whole.map(|w| w.hash), Ok(all[4].hash.clone()));
        assert_eq!(verify(all[2..4].to_vec()).map(|w| w.first), Ok(3));
        assert_eq!(verify([]).map(|w| w.last), Ok(0));
    }

    #[test]
    fn what_was_changed_cut_out_moved_or_put_in_is_found() {
        for at in 0..5 {
            for column in 0..WIDTH {
                let mut changed = export(5);
                changed[at].columns[column].push('x');
                let seq = i64::try_from(at).unwrap() + 1;
                assert_eq!(verify(changed), Err(ChainError::Content(seq)));
            }
        }
        let mut cut = export(5);
        cut.remove(2);
        assert!(matches!(
            verify(cut),
            Err(ChainError::Order {
                expected: 3,
                found: 4
            })
        ));
        let mut moved = export(5);
        moved.swap(1, 2);
        assert!(verify(moved).is_err());
        // Whoever changes an entry and its hash breaks the link of the next.
        let mut forged = export(5);
        forged[1].columns[7] = "Bob".to_owned();
        let columns: Vec<_> = forged[1].columns.clone();
        forged[1].hash = chained(&forged[1].previous, columns.iter().map(String::as_str));
        assert_eq!(verify(forged), Err(ChainError::Link(3)));
        let mut from_nowhere = export(2);
        from_nowhere[0].previous = "1".repeat(64);
        assert_eq!(verify(from_nowhere), Err(ChainError::Link(1)));
    }

    #[test]
    fn columns_cant_run_into_each_other() {
        assert_ne!(chained(START, ["ab", "c"]), chained(START, ["a", "bc"]));
    }
}
