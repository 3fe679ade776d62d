//! The audit log: who did what, when, from where, and what it was before.
//! Entries are only ever added; a chain of hashes shows if one was changed later.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{ClientId, EntryId, UserId};
use crate::person::{Actor, Person};
use crate::role::Role;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // `label` says what each is
pub enum Kind {
    SignedIn,
    SignInFailed,
    Confirmed,
    SessionsEnded,
    PasswordChanged,
    PasswordReset,
    EmailChanged,
    MfaEnabled,
    MfaDisabled,
    MfaReset,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    Invited,
    InviteResent,
    InviteRevoked,
    InviteAccepted,
    RoleChanged,
    PersonDisabled,
    PersonEnabled,
    PersonRemoved,
    WorkspaceChanged,
    ClientAdded,
    EngagementAdded,
    EngagementChanged,
    FindingWritten,
    FindingDecided,
    FindingsImported,
    AuditExported,
}

/// What kinds have in common, for whoever looks for some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Who came in, who was kept out.
    SignIns,
    /// Passwords, addresses, second factors.
    Accounts,
    /// Who belongs here, and as what.
    People,
    /// What was done to findings, engagements and clients.
    Work,
    /// Settings, and what left as a file.
    Workspace,
}

impl Group {
    /// Every group, with the name used in addresses and the words on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::SignIns, "sign-ins", "Sign-ins"),
        (Self::Accounts, "accounts", "Passwords and accounts"),
        (Self::People, "people", "People and roles"),
        (Self::Work, "work", "Findings and engagements"),
        (Self::Workspace, "workspace", "Settings and exports"),
    ];

    /// The group that an address names.
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        known.map(|(group, ..)| group)
    }
}

impl Kind {
    /// Every kind, with its group, its name in exports, and the words on the screen.
    pub const ALL: [(Self, Group, &'static str, &'static str); 28] = {
        use Group as G;
        [
            (Self::SignedIn, G::SignIns, "signed_in", "Signed in"),
            (
                Self::SignInFailed,
                G::SignIns,
                "sign_in_failed",
                "Failed to sign in",
            ),
            (
                Self::Confirmed,
                G::SignIns,
                "confirmed",
                "Confirmed who they are",
            ),
            (
                Self::SessionsEnded,
                G::SignIns,
                "sessions_ended",
                "Ended sign-ins",
            ),
            (
                Self::PasswordChanged,
                G::Accounts,
                "password_changed",
                "Changed the password",
            ),
            (
                Self::PasswordReset,
                G::Accounts,
                "password_reset",
                "Set a forgotten password anew",
            ),
            (
                Self::EmailChanged,
                G::Accounts,
                "email_changed",
                "Changed the e-mail address",
            ),
            (
                Self::MfaEnabled,
                G::Accounts,
                "mfa_enabled",
                "Turned on two-factor authentication",
            ),
            (
                Self::MfaDisabled,
                G::Accounts,
                "mfa_disabled",
                "Turned off two-factor authentication",
            ),
            (
                Self::MfaReset,
                G::Accounts,
                "mfa_reset",
                "Reset the second factor of",
            ),
            (
                Self::RecoveryCodesMade,
                G::Accounts,
                "recovery_codes_made",
                "Made new recovery codes",
            ),
            (
                Self::RecoveryCodeUsed,
                G::Accounts,
                "recovery_code_used",
                "Used a recovery code",
            ),
            (Self::Invited, G::People, "invited", "Invited"),
            (
                Self::InviteResent,
                G::People,
                "invite_resent",
                "Sent the invitation again to",
            ),
            (
                Self::InviteRevoked,
                G::People,
                "invite_revoked",
                "Took back the invitation of",
            ),
            (
                Self::InviteAccepted,
                G::People,
                "invite_accepted",
                "Accepted the invitation",
            ),
            (
                Self::RoleChanged,
                G::People,
                "role_changed",
                "Changed the role of",
            ),
            (
                Self::PersonDisabled,
                G::People,
                "person_disabled",
                "Disabled",
            ),
            (
                Self::PersonEnabled,
                G::People,
                "person_enabled",
                "Enabled again",
            ),
            (Self::PersonRemoved, G::People, "person_removed", "Removed"),
            (
                Self::WorkspaceChanged,
                G::Workspace,
                "workspace_changed",
                "Changed the settings",
            ),
            (
                Self::ClientAdded,
                G::Work,
                "client_added",
                "Added the client",
            ),
            (
                Self::EngagementAdded,
                G::Work,
                "engagement_added",
                "Added the engagement",
            ),
            (
                Self::EngagementChanged,
                G::Work,
                "engagement_changed",
                "Changed the engagement",
            ),
            (
                Self::FindingWritten,
                G::Work,
                "finding_written",
                "Wrote the finding",
            ),
            (
                Self::FindingDecided,
                G::Work,
                "finding_decided",
                "Moved the finding",
            ),
            (
                Self::FindingsImported,
                G::Work,
                "findings_imported",
                "Imported findings from",
            ),
            (
                Self::AuditExported,
                G::Workspace,
                "audit_exported",
                "Exported the audit log",
            ),
        ]
    };

    fn row(self) -> (Group, &'static str, &'static str) {
        let found = Self::ALL.into_iter().find(|(kind, ..)| *kind == self);
        found.map_or((Group::Work, "", ""), |(_, group, name, label)| {
            (group, name, label)
        })
    }

    /// The group it belongs to.
    pub fn group(self) -> Group {
        self.row().0
    }

    /// Its name in exports.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The words on the screen.
    pub fn label(self) -> &'static str {
        self.row().2
    }
}

/// One value that became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub field: String,
    /// Before; empty where there was none.
    pub before: String,
    /// After; empty where there is none.
    pub after: String,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// By account.
    pub user: UserId,
    /// By the name at that time.
    pub name: String,
    /// As what.
    pub role: Role,
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.user,
            name: actor.name.clone(),
            role: actor.role,
        }
    }
}

impl From<&Person> for Who {
    fn from(person: &Person) -> Self {
        Self {
            user: person.id,
            name: person.name.clone(),
            role: person.role,
        }
    }
}

/// What is to be recorded of a change, by whoever makes the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub kind: Kind,
    /// Whom or what it concerns, by name; empty for the person who does it.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<Change>,
}

impl Note {
    /// A note of `kind` about something or somebody.
    pub fn of(kind: Kind, about: &str) -> Self {
        Self {
            kind,
            about: about.to_owned(),
            changes: Vec::new(),
        }
    }

    /// With a value that became another; one that stayed is passed over.
    #[must_use]
    pub fn change(mut self, field: &str, before: &str, after: &str) -> Self {
        if before != after {
            self.changes.push(Change {
                field: field.to_owned(),
                before: before.to_owned(),
                after: after.to_owned(),
            });
        }
        self
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Names it, and the request that it was made by.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Who; `None` where nobody is known, as at a sign-in that failed.
    pub by: Option<Who>,
    /// At which client it happened; `None` for the workspace itself.
    pub client: Option<ClientId>,
    /// Whom or what it concerns, by name.
    pub about: String,
    /// What it was and what it is.
    pub changes: Vec<Change>,
    /// The network address that it came from.
    pub address: String,
    /// What the browser said that it is.
    pub agent: String,
}

/// How many columns an exported entry has, without its place in the chain.
pub const WIDTH: usize = 11;

/// Their names.
pub const COLUMNS: [&str; WIDTH] = [
    "id", "time", "event", "who", "who_id", "role", "client", "about", "changes", "address",
    "device",
];

/// What comes before the first entry of a chain.
pub const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Record {
    /// The entry as it is exported, in the order of [`COLUMNS`]; its hash is of
    /// exactly this.
    pub fn columns(&self) -> [String; WIDTH] {
        let by = self.by.as_ref();
        let lines = self.changes.iter().map(|change| {
            let Change {
                field,
                before,
                after,
            } = change;
            format!("{field}: {before} → {after}")
        });
        [
            self.id.to_string(),
            self.at.to_string(),
            self.kind.name().to_owned(),
            by.map(|by| by.name.clone()).unwrap_or_default(),
            by.map(|by| by.user.to_string()).unwrap_or_default(),
            by.map(|by| by.role.label().to_owned()).unwrap_or_default(),
            self.client.map(|id| id.to_string()).unwrap_or_default(),
            self.about.clone(),
            lines.collect::<Vec<_>>().join("\n"),
            self.address.clone(),
            self.agent.clone(),
        ]
    }
}

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
pub struct Exported {
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
pub struct Whole {
    /// The first entry's number.
    pub first: i64,
    /// The last entry's number, 0 where there is no entry.
    pub last: i64,
    /// The last entry's hash: the one that the audit page shows for this number.
    pub hash: String,
}

/// Where an export is not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
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
pub fn verify(entries: impl IntoIterator<Item = Exported>) -> Result<Whole, Broken> {
    let mut whole: Option<Whole> = None;
    for entry in entries {
        let seq = entry.seq;
        let (expected, previous) = match &whole {
            Some(so_far) => (so_far.last + 1, so_far.hash.clone()),
            None if seq == 1 => (1, START.to_owned()),
            None => (seq, entry.previous.clone()),
        };
        if seq != expected {
            return Err(Broken::Order {
                expected,
                found: seq,
            });
        }
        if entry.previous != previous {
            return Err(Broken::Link(seq));
        }
        let columns = entry.columns.iter().map(String::as_str);
        if chained(&previous, columns) != entry.hash {
            return Err(Broken::Content(seq));
        }
        whole = Some(Whole {
            first: whole.map_or(seq, |so_far| so_far.first),
            last: seq,
            hash: entry.hash,
        });
    }
    Ok(whole.unwrap_or_else(|| Whole {
        first: 0,
        last: 0,
        hash: START.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::TeamRole;

    fn record(n: u64) -> Record {
        let note = Note::of(Kind::RoleChanged, "Ada").change("role", "Member", "Admin");
        Record {
            id: EntryId::new(n, 7),
            at: Timestamp::UNIX_EPOCH,
            kind: note.kind,
            by: Some(Who {
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

    fn export(n: u64) -> Vec<Exported> {
        let mut previous = START.to_owned();
        let entries = (1..=n).map(|n| {
            let columns = record(n).columns().to_vec();
            let hash = chained(&previous, columns.iter().map(String::as_str));
            let entry = Exported {
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
                assert_eq!(verify(changed), Err(Broken::Content(seq)));
            }
        }
        let mut cut = export(5);
        cut.remove(2);
        assert!(matches!(
            verify(cut),
            Err(Broken::Order {
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
        assert_eq!(verify(forged), Err(Broken::Link(3)));
        let mut from_nowhere = export(2);
        from_nowhere[0].previous = "1".repeat(64);
        assert_eq!(verify(from_nowhere), Err(Broken::Link(1)));
    }

    #[test]
    fn columns_cant_run_into_each_other() {
        assert_ne!(chained(START, ["ab", "c"]), chained(START, ["a", "bc"]));
    }

    #[test]
    fn every_kind_is_listed_once_under_its_stored_name() {
        let names: Vec<_> = Kind::ALL.iter().map(|(_, _, name, _)| *name).collect();
        for (kind, _, name, _) in Kind::ALL {
            let stored = serde_json::to_value(kind).unwrap();
            assert_eq!(stored, name);
            assert_eq!(names.iter().filter(|n| **n == name).count(), 1);
        }
    }
}
