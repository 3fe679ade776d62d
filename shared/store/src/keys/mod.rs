//! The only place where a key of the table is spelled.
//!
//! `W` is `W#<workspace>`, `C` is `W#<workspace>#C#<client>` and `E` is
//! `W#<workspace>#C#<client>#E#<engagement>`. The ids are ULIDs: one width, so
//! no prefix can be mistaken for another, and no `#` in them.

mod directory;
mod engagement;
mod files;
mod money;
mod objects;
mod outbox;
mod places;
mod workspace;

use domain::id::{ClientId, EngagementId, WorkspaceId};
use jiff::civil::Date;

pub(crate) use directory::*;
pub(crate) use engagement::*;
pub(crate) use files::*;
pub(crate) use money::*;
pub(crate) use objects::*;
pub(crate) use outbox::*;
pub(crate) use places::*;
pub(crate) use workspace::*;

/// The key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// The secondary indexes; each is sparse. The first two project whole items, the
/// others what lists show of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// Lists of a workspace and of an engagement, and the outbox.
    Gsi1,
    /// The chain of the audit log.
    Gsi2,
    /// Findings of a workspace, worst first.
    Gsi3,
    /// Findings of a client, by when they are due.
    Gsi4,
    /// Findings of a workspace, by when they are due.
    Gsi5,
    /// Findings of a client, worst first.
    Gsi6,
}

/// A place in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexKey {
    pub(crate) index: Index,
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Index {
    /// Every index.
    pub(crate) const ALL: [Self; 6] = [
        Self::Gsi1,
        Self::Gsi2,
        Self::Gsi3,
        Self::Gsi4,
        Self::Gsi5,
        Self::Gsi6,
    ];

    /// Name, partition attribute, sort attribute.
    pub(crate) const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Gsi1 => ("gsi1", "gsi1pk", "gsi1sk"),
            Self::Gsi2 => ("gsi2", "gsi2pk", "gsi2sk"),
            Self::Gsi3 => ("gsi3", "gsi3pk", "gsi3sk"),
            Self::Gsi4 => ("gsi4", "gsi4pk", "gsi4sk"),
            Self::Gsi5 => ("gsi5", "gsi5pk", "gsi5sk"),
            Self::Gsi6 => ("gsi6", "gsi6pk", "gsi6sk"),
        }
    }
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// `W`: prefix of all that belongs to a workspace.
pub(crate) fn workspace(ws: WorkspaceId) -> String {
    format!("W#{ws}")
}

/// `C`: prefix of all that belongs to a client.
pub(crate) fn client(ws: WorkspaceId, client: ClientId) -> String {
    format!("W#{ws}#C#{client}")
}

/// Where a person belongs: a client, or the workspace for the team.
pub(crate) fn home(ws: WorkspaceId, in_client: Option<ClientId>) -> String {
    in_client.map_or_else(|| workspace(ws), |id| client(ws, id))
}

/// `E`: the partition of an engagement's findings, below the client's prefix.
pub(crate) fn engagement(client_prefix: &str, engagement: EngagementId) -> String {
    format!("{client_prefix}#E#{engagement}")
}

fn month_name(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use domain::id::{EntryId, EvidenceId, FindingId};

    use super::*;

    #[test]
    fn a_fold_sorts_and_searches_alike_and_holds_no_separator() {
        assert_eq!(fold("  Ärzte #1\tGmbH "), "ärzte 1 gmbh");
    }

    #[test]
    fn a_finding_reads_before_its_text_and_both_before_its_history() {
        let id = FindingId::new(1, 1);
        let row = finding("E", id).sk;
        let body = finding_body("E", id).sk;
        let shared = history("E", id, true, EntryId::new(1, 1)).sk;
        let internal = history("E", id, false, EntryId::new(1, 1)).sk;
        assert!(row < body && body < shared && shared < internal);
        for other in [
            comment("E", id, true, EntryId::new(1, 1)).sk,
            comment("E", id, false, EntryId::new(1, 1)).sk,
            round("E", id, 1).sk,
            evidence("E", id, EvidenceId::new(1, 1)).sk,
            edit_text("E", id, EntryId::new(1, 1)).sk,
        ] {
            assert!(
                body < other && other < finding("E", id.nth(1)).sk,
                "{other}"
            );
        }
        assert!(internal < finding("E", id.nth(1)).sk);
    }

    #[test]
    fn an_effect_tells_whose_it_is() {
        let (ws, id) = (WorkspaceId::new(1, 1), ClientId::new(1, 2));
        let entry = EntryId::new(1, 3);
        let home = |prefix: &str| outbox_home(&outbox(prefix, entry).pk);
        assert_eq!(home(&client(ws, id)), Some((ws, Some(id))));
        assert_eq!(home(&workspace(ws)), Some((ws, None)));
        assert_eq!(home("W#x"), None);
        assert_eq!(outbox_home("OUTBOX#1"), None);
    }
}
