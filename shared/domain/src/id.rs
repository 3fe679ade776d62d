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

/// Declares an id type for each kind of thing, and the marker that keeps it apart from the
/// others. A marker has no values.
macro_rules! ids {
    ($($(#[$doc:meta])+ $id:ident of $marker:ident;)+) => {
        /// Type parameters of [`Id`].
        pub mod marker {
            $(
                #[doc = concat!("Marks [`", stringify!($id), "`](super::", stringify!($id), ").")]
                #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub enum $marker {}
            )+
        }
        $($(#[$doc])+ pub type $id = Id<marker::$marker>;)+
    };
}

ids! {
    /// Names a workspace.
    WorkspaceId of WorkspaceMarker;
    /// Names a client organisation.
    ClientId of ClientMarker;
    /// Names an engagement.
    EngagementId of EngagementMarker;
    /// Names a finding.
    FindingId of FindingMarker;
    /// Names a person's account.
    UserId of UserMarker;
    /// Names an invitation.
    InviteId of InviteMarker;
    /// Names an import.
    ImportId of ImportMarker;
    /// Names a workspace's own template of a finding.
    TemplateId of TemplateMarker;
    /// Names a file on its way in.
    UploadId of UploadMarker;
    /// Names a document.
    DocumentId of DocumentMarker;
    /// Names a picture of a finding.
    EvidenceId of EvidenceMarker;
    /// Names a message.
    MessageId of MessageMarker;
    /// Names an invoice.
    InvoiceId of InvoiceMarker;
    /// Names an entry of a log, a history or the outbox.
    EntryId of EntryMarker;
}

/// The text is not a ULID in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct InvalidId;

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

    /// The import that the upload makes.
    pub const fn import(&self) -> ImportId {
        Id(self.0, PhantomData)
    }

    /// The picture that the upload makes.
    pub const fn evidence(&self) -> EvidenceId {
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

    /// The id of the history entry of the `n`th finding that the import moves.
    pub const fn moved(&self, n: u64) -> EntryId {
        self.entry((1 << 32) + n)
    }

    /// The effect that goes on with the import at its version `version`.
    pub const fn effect(&self, version: u64) -> EntryId {
        self.entry((1 << 42) + version)
    }

    /// The effect for when it has waited for too long.
    pub const fn over(&self) -> EntryId {
        self.entry(1 << 43)
    }

    /// The upload that it came by, if it came by one.
    pub const fn upload(&self) -> UploadId {
        Id(self.0, PhantomData)
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
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let ulid = Ulid::from_string(text).map_err(|_| InvalidId)?;
        // One spelling per id: lower case and look-alike letters decode too.
        if ulid.to_string() == text {
            Ok(Self(ulid, PhantomData))
        } else {
            Err(InvalidId)
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
            assert_eq!(bad.parse::<ClientId>(), Err(InvalidId), "{bad:?}");
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
