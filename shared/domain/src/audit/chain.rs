//! The chain of hashes over audit records.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The hash before the first record of a chain.
pub const CHAIN_START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of the record after the one with hash `previous`: SHA-256 over that and each column, each
/// after its length, in lower-case hexadecimal.
pub fn chain_hash<'a>(previous: &'a str, columns: impl IntoIterator<Item = &'a str>) -> String {
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

/// An exported record, with its position in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedEntry {
    /// From 1.
    pub seq: i64,
    /// As [`AuditRecord::export_columns`](super::AuditRecord::export_columns) gives them.
    pub columns: Vec<String>,
    pub previous: String,
    pub hash: String,
}

/// An export that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedChain {
    /// The first record's number.
    pub first: i64,
    /// The hash before the first record: that of a record which the export lacks, or [`CHAIN_START`].
    pub after: String,
    /// The last record's number; 0 for an empty export.
    pub last: i64,
    /// The last record's hash, which the audit page shows beside its number.
    pub hash: String,
}

/// Why an export isn't what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Records are missing, repeated or out of order.
    #[error("entry {expected} should follow here, but this is entry {found}")]
    Order { expected: i64, found: i64 },
    /// The record doesn't follow the one before it.
    #[error("entry {0} doesn't follow the one before it: one of them was changed or put in")]
    Link(i64),
    /// The hash isn't that of the columns.
    #[error("entry {0} was changed after it was recorded")]
    Content(i64),
}

/// Checks an export in its order. Records that were cut off at either end are not found: for that,
/// compare the numbers and the last hash.
pub fn verify_chain(
    entries: impl IntoIterator<Item = ExportedEntry>,
) -> Result<VerifiedChain, ChainError> {
    let mut verified: Option<VerifiedChain> = None;
    for entry in entries {
        let seq = entry.seq;
        let (expected, previous) = match &verified {
            Some(so_far) => (so_far.last + 1, so_far.hash.clone()),
            None if seq == 1 => (1, CHAIN_START.to_owned()),
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
        if chain_hash(&previous, columns) != entry.hash {
            return Err(ChainError::Content(seq));
        }
        verified = Some(VerifiedChain {
            first: verified.as_ref().map_or(seq, |so_far| so_far.first),
            after: verified.map_or(previous, |so_far| so_far.after),
            last: seq,
            hash: entry.hash,
        });
    }
    Ok(verified.unwrap_or_else(|| VerifiedChain {
        first: 0,
        after: CHAIN_START.to_owned(),
        last: 0,
        hash: CHAIN_START.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::audit::{AuditActor, AuditKind, AuditNote, AuditRecord, EXPORT_WIDTH};
    use crate::id::{EntryId, UserId};
    use crate::role::{Role, TeamRole};

    fn record(n: u64) -> AuditRecord {
        let note =
            AuditNote::of(AuditKind::RoleChanged, "Ada").with_change("role", "Member", "Admin");
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
            subject: note.subject,
            changes: note.changes,
            address: "192.0.2.1".to_owned(),
            agent: String::new(),
        }
    }

    fn export(n: u64) -> Vec<ExportedEntry> {
        let mut previous = CHAIN_START.to_owned();
        let entries = (1..=n).map(|n| {
            let columns = record(n).export_columns().to_vec();
            let hash = chain_hash(&previous, columns.iter().map(String::as_str));
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
    fn exported_chain_and_its_parts_verify() {
        let all = export(5);
        let whole = verify_chain(all.clone());
        assert_eq!(whole.as_ref().map(|w| (w.first, w.last)), Ok((1, 5)));
        assert_eq!(whole.map(|w| w.hash), Ok(all[4].hash.clone()));
        assert_eq!(verify_chain(all[2..4].to_vec()).map(|w| w.first), Ok(3));
        assert_eq!(verify_chain([]).map(|w| w.last), Ok(0));
    }

    #[test]
    fn changed_or_missing_or_moved_record_is_found() {
        for at in 0..5 {
            for column in 0..EXPORT_WIDTH {
                let mut changed = export(5);
                changed[at].columns[column].push('x');
                let seq = i64::try_from(at).unwrap() + 1;
                assert_eq!(verify_chain(changed), Err(ChainError::Content(seq)));
            }
        }
        let mut cut = export(5);
        cut.remove(2);
        assert!(matches!(
            verify_chain(cut),
            Err(ChainError::Order {
                expected: 3,
                found: 4
            })
        ));
        let mut moved = export(5);
        moved.swap(1, 2);
        assert!(verify_chain(moved).is_err());
        // Whoever changes an entry and its hash breaks the link of the next.
        let mut forged = export(5);
        forged[1].columns[7] = "Bob".to_owned();
        let columns: Vec<_> = forged[1].columns.clone();
        forged[1].hash = chain_hash(&forged[1].previous, columns.iter().map(String::as_str));
        assert_eq!(verify_chain(forged), Err(ChainError::Link(3)));
        let mut from_nowhere = export(2);
        from_nowhere[0].previous = "1".repeat(64);
        assert_eq!(verify_chain(from_nowhere), Err(ChainError::Link(1)));
    }

    #[test]
    fn columns_cant_run_into_each_other() {
        assert_ne!(
            chain_hash(CHAIN_START, ["ab", "c"]),
            chain_hash(CHAIN_START, ["a", "bc"])
        );
    }
}
