//! The only place where a key of the table is spelled.
//!
//! `W` is `W#<workspace>`, `C` is `W#<workspace>#C#<client>` and `E` is
//! `W#<workspace>#C#<client>#E#<engagement>`. The ids are ULIDs: one width, so
//! no prefix can be mistaken for another, and no `#` in them.

mod directory;
mod engagement;
mod files;
mod index;
mod index_keys;
mod key;
mod money;
mod objects;
mod outbox;
mod prefixes;
mod workspace;

pub(crate) use directory::*;
pub(crate) use engagement::*;
pub(crate) use files::*;
pub(crate) use index::{Index, IndexKey, ListKey};
pub(crate) use index_keys::*;
pub(crate) use key::Key;
pub(crate) use money::*;
pub(crate) use objects::*;
pub(crate) use outbox::*;
pub(crate) use prefixes::{client, engagement, home, workspace};
pub(crate) use workspace::*;

#[cfg(test)]
mod tests {
    use domain::id::{ClientId, EntryId, EvidenceId, FindingId, WorkspaceId};

    use super::*;

    #[test]
    fn folded_name_has_no_separator() {
        assert_eq!(fold("  Ärzte #1\tGmbH "), "ärzte 1 gmbh");
    }

    #[test]
    fn finding_row_sorts_before_its_body_and_both_before_its_history() {
        let id = FindingId::new(1, 1);
        let row = finding("E", id).sk;
        let body = finding_body("E", id).sk;
        let shared = history("E", id, true, EntryId::new(1, 1)).sk;
        let internal = history("E", id, false, EntryId::new(1, 1)).sk;
        assert!(row < body && body < shared && shared < internal);
        for other in [
            comment("E", id, true, EntryId::new(1, 1)).sk,
            comment("E", id, false, EntryId::new(1, 1)).sk,
            retest("E", id, 1).sk,
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
    fn effect_partition_names_its_home() {
        let (ws, id) = (WorkspaceId::new(1, 1), ClientId::new(1, 2));
        let entry = EntryId::new(1, 3);
        let home = |prefix: &str| effect_home(&effect(prefix, entry).pk);
        assert_eq!(home(&client(ws, id)), Some((ws, Some(id))));
        assert_eq!(home(&workspace(ws)), Some((ws, None)));
        assert_eq!(home("W#x"), None);
        assert_eq!(effect_home("OUTBOX#1"), None);
    }
}
