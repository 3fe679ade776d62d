//! Typed ULIDs.
//!
//! An id is neither secret nor a permission. Many ids are derived from others, so that a repeated
//! delivery of the same event writes the same entries again instead of new ones.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

/// A ULID of one kind of record, as 26 characters of Crockford base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K>(Ulid, PhantomData<K>);

/// Declares the id types, each with a marker type without values.
macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident of $marker:ident;)+) => {
        /// Type parameters of [`Id`].
        pub mod marker {
            $(
                #[doc = concat!("Marks [`", stringify!($id), "`](super::", stringify!($id), ").")]
                #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub enum $marker {}
            )+
        }
        $($(#[$doc])* pub type $id = Id<marker::$marker>;)+
    };
}

ids! {
    WorkspaceId of WorkspaceMarker;
    ClientId of ClientMarker;
    EngagementId of EngagementMarker;
    FindingId of FindingMarker;
    /// The id of a person's account.
    UserId of UserMarker;
    InviteId of InviteMarker;
    ImportId of ImportMarker;
    /// The id of a workspace's own finding template.
    TemplateId of TemplateMarker;
    UploadId of UploadMarker;
    DocumentId of DocumentMarker;
    /// The id of a picture of a finding.
    EvidenceId of EvidenceMarker;
    MessageId of MessageMarker;
    InvoiceId of InvoiceMarker;
    /// The id of an entry of a log, a history or the outbox.
    EntryId of EntryMarker;
}

/// The text is not a ULID in its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct InvalidId;

impl<K> Id<K> {
    /// An id from milliseconds since 1970 and 80 random bits.
    pub const fn new(unix_ms: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_ms, random), PhantomData)
    }

    /// The id's time, in milliseconds since 1970.
    pub const fn unix_ms(&self) -> u64 {
        self.0.timestamp_ms()
    }

    /// The same id of a record of another kind: a form's, and what it makes.
    #[must_use]
    pub const fn of_kind<J>(&self) -> Id<J> {
        Id(self.0, PhantomData)
    }

    /// The `n`th id after this one.
    ///
    /// Records created together get ids this way, so that a repetition gives the same ids.
    #[must_use]
    pub const fn nth(&self, n: u64) -> Self {
        let parts = (self.0.timestamp_ms(), self.0.random());
        Self::new(parts.0, parts.1.wrapping_add(n as u128))
    }
}

impl<K> Id<K> {
    /// The id of the `n`th notification that is sent about this record at `unix_ms`.
    ///
    /// It is the same at each repetition, so that no notification is sent twice.
    pub const fn notice_id(&self, unix_ms: u64, n: u64) -> EntryId {
        Id::new(unix_ms, self.0.random() ^ (1 << 79) ^ n as u128)
    }
}

impl InviteId {
    /// The id of the mail with link number `link_number`.
    pub const fn mail_id(&self, link_number: i64) -> EntryId {
        Id(self.nth(link_number.unsigned_abs()).0, PhantomData)
    }
}

impl EngagementId {
    /// The id of the finding whose fingerprint hashes to `number`.
    ///
    /// It is the same at each repetition, so that an import creates no finding twice.
    pub const fn finding_id(&self, number: u128) -> FindingId {
        Id::new(self.0.timestamp_ms(), number)
    }

    /// The id of the feed entry "engagement created".
    pub const fn activity_id(&self) -> EntryId {
        Id(self.0, PhantomData)
    }
}

impl UploadId {
    /// The document that the upload creates, unless it is a new version of a document.
    pub const fn document_id(&self) -> DocumentId {
        Id(self.0, PhantomData)
    }

    /// The import that the upload creates.
    pub const fn import_id(&self) -> ImportId {
        Id(self.0, PhantomData)
    }

    /// The picture that the upload creates.
    pub const fn evidence_id(&self) -> EvidenceId {
        Id(self.0, PhantomData)
    }

    /// The ids of the effects that check the upload: when it expires, and when the browser reports
    /// its arrival.
    pub const fn effect_ids(&self) -> [EntryId; 2] {
        [
            Id(self.nth(1 << 40).0, PhantomData),
            Id(self.nth(1 << 41).0, PhantomData),
        ]
    }
}

impl EntryId {
    /// The engagement whose id is the last id of a key.
    pub const fn engagement_id(&self) -> EngagementId {
        Id(self.0, PhantomData)
    }

    /// The id of the copy of an entry for one of several people.
    #[must_use]
    pub const fn for_user(&self, user: UserId) -> Self {
        Id::new(
            self.0.timestamp_ms(),
            self.0.random() ^ user.0.random() ^ (1 << 78),
        )
    }
}

impl ImportId {
    /// The id of the feed entry about the import.
    pub const fn activity_id(&self) -> EntryId {
        Id(self.0, PhantomData)
    }

    /// The id of the history entry of the `n`th finding that the import creates.
    pub const fn created_entry_id(&self, n: u64) -> EntryId {
        Id(self.nth(n).0, PhantomData)
    }

    /// The id of the history entry of the `n`th finding whose status the import changes.
    pub const fn transition_entry_id(&self, n: u64) -> EntryId {
        self.created_entry_id((1 << 32) + n)
    }

    /// The id of the effect that continues the import at its version `version`.
    pub const fn effect_id(&self, version: u64) -> EntryId {
        self.created_entry_id((1 << 42) + version)
    }

    /// The id of the effect that ends an import that waits for too long.
    pub const fn expiry_effect_id(&self) -> EntryId {
        self.created_entry_id(1 << 43)
    }

    /// The upload that created the import, if one did.
    pub const fn upload_id(&self) -> UploadId {
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
    fn id_in_other_than_canonical_form_is_refused() {
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
    fn nth_ids_are_repeatable_and_distinct() {
        let base = FindingId::new(1, 7);
        assert_eq!(base.nth(0), base);
        assert_eq!(base.nth(3), base.nth(3));
        assert_ne!(base.nth(3), base.nth(4));
    }
}
