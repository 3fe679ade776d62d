//! Typed identifiers: ULIDs in their canonical form, and nothing else.
//!
//! An id names a thing, it is never a secret and never a permission.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

/// An identifier of one kind of thing: 26 characters of Crockford base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K>(Ulid, PhantomData<K>);

/// What an [`Id`] names. The types have no values: they only keep ids apart.
pub mod kind {
    /// A tenant: one security consultancy.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Workspace {}
    /// A client organisation of a workspace.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Client {}
    /// A piece of work for a client.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Engagement {}
    /// A finding of an engagement.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Finding {}
    /// A person's account in one workspace.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum User {}
    /// An invitation to the portal.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Invite {}
    /// An uploaded scan and what is made of it.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Import {}
    /// A workspace's own template of a finding.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Template {}
    /// A file on its way in.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Upload {}
    /// A document of a client.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Document {}
    /// A message in an engagement's thread.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Message {}
    /// An entry of a log, a history or the outbox.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Entry {}
}

/// Names a workspace.
pub type WorkspaceId = Id<kind::Workspace>;
/// Names a client organisation.
pub type ClientId = Id<kind::Client>;
/// Names an engagement.
pub type EngagementId = Id<kind::Engagement>;
/// Names a finding.
pub type FindingId = Id<kind::Finding>;
/// Names a person's account.
pub type UserId = Id<kind::User>;
/// Names an invitation.
pub type InviteId = Id<kind::Invite>;
/// Names an import.
pub type ImportId = Id<kind::Import>;
/// Names a workspace's own template of a finding.
pub type TemplateId = Id<kind::Template>;
/// Names a file on its way in.
pub type UploadId = Id<kind::Upload>;
/// Names a document.
pub type DocumentId = Id<kind::Document>;
/// Names a message.
pub type MessageId = Id<kind::Message>;
/// Names an entry of a log, a history or the outbox.
pub type EntryId = Id<kind::Entry>;

/// The text is not a ULID in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

impl<K> Id<K> {
    /// Makes an id from a time in milliseconds since 1970 and 80 random bits.
    pub const fn new(unix_ms: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_ms, random), PhantomData)
    }

    /// The `n`th id after this one, for things that are made together and
    /// must get the same ids again when the making is repeated.
    #[must_use]
    pub const fn nth(&self, n: u64) -> Self {
        let parts = (self.0.timestamp_ms(), self.0.random());
        Self::new(parts.0, parts.1.wrapping_add(n as u128))
    }
}

impl<K> Id<K> {
    /// The id of what is told at `unix_ms` of what this one names: always the same,
    /// so that nobody is told twice.
    pub const fn told(&self, unix_ms: u64, n: u64) -> EntryId {
        Id::new(unix_ms, self.0.random() ^ (1 << 79) ^ n as u128)
    }
}

impl InviteId {
    /// The id of the mail that brings the `turn`th link: one mail a link.
    pub const fn mail(&self, turn: i64) -> EntryId {
        Id(self.nth(turn.unsigned_abs()).0, PhantomData)
    }
}

impl EngagementId {
    /// The id of the finding that is known here by `number`: always the same, so
    /// that nothing which scans report is made twice.
    pub const fn finding(&self, number: u128) -> FindingId {
        Id::new(self.0.timestamp_ms(), number)
    }

    /// The id of the entry that tells of its beginning.
    pub const fn news(&self) -> EntryId {
        Id(self.0, PhantomData)
    }
}

impl UploadId {
    /// The document that the upload makes, where it isn't a new version of one.
    pub const fn document(&self) -> DocumentId {
        Id(self.0, PhantomData)
    }

    /// The effects that look after the upload: the first for when it is over,
    /// the second for when it is said to be there.
    pub const fn effects(&self) -> [EntryId; 2] {
        [
            Id(self.nth(1 << 40).0, PhantomData),
            Id(self.nth(1 << 41).0, PhantomData),
        ]
    }
}

impl EntryId {
    /// The engagement that a key's last id names.
    pub const fn engagement(&self) -> EngagementId {
        Id(self.0, PhantomData)
    }

    /// The id of what one of several people gets of what this one names.
    #[must_use]
    pub const fn of(&self, user: UserId) -> Self {
        Id::new(
            self.0.timestamp_ms(),
            self.0.random() ^ user.0.random() ^ (1 << 78),
        )
    }
}

impl ImportId {
    /// The id of the entry that tells of the import.
    pub const fn news(&self) -> EntryId {
        Id(self.0, PhantomData)
    }

    /// The id of the history entry of the `n`th finding that the import makes.
    pub const fn entry(&self, n: u64) -> EntryId {
        Id(self.nth(n).0, PhantomData)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string())
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let ulid = Ulid::from_string(text).map_err(|_| NotAnId)?;
        // One spelling per id: lower case and look-alike letters decode too.
        if ulid.to_string() == text {
            Ok(Self(ulid, PhantomData))
        } else {
            Err(NotAnId)
        }
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let id = ClientId::new(1_700_000_000_000, 42);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            "",
            "x",
            "../..",
            "W#1",
            &id.to_string().to_lowercase(),
            "01ARZ3NDEKTSV4RRFFQ69G5FA\0",
        ] {
            assert_eq!(bad.parse::<ClientId>(), Err(NotAnId), "{bad:?}");
        }
    }

    #[test]
    fn a_run_of_ids_is_repeatable_and_distinct() {
        let base = FindingId::new(1, 7);
        assert_eq!(base.nth(0), base);
        assert_eq!(base.nth(3), base.nth(3));
        assert_ne!(base.nth(3), base.nth(4));
    }
}
