//! The secondary indexes, lists in them, and the places of items in lists.

/// The secondary indexes. Each is sparse, and several lists share one: what a list is of
/// stands in its name in `index_keys.rs`, the only file that names an index by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// Lists of a workspace and of an engagement, and the outbox.
    Gsi1,
    /// Documents of an engagement, invoices of a client, and the chain of the audit log.
    Gsi2,
    /// Findings of a workspace by severity, and its feed.
    Gsi3,
    /// Findings of a client by due date, and the feed of an engagement.
    Gsi4,
    /// Findings of a workspace by due date, and the feed of a client.
    Gsi5,
    /// Findings of a client by severity.
    Gsi6,
}

/// A list: a partition of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListKey {
    pub(crate) index: Index,
    pub(crate) pk: String,
}

/// The place of an item in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexKey {
    pub(crate) index: Index,
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl ListKey {
    /// The place with the sort key `sk` in the list.
    pub(crate) fn at(&self, sk: impl Into<String>) -> IndexKey {
        IndexKey {
            index: self.index,
            pk: self.pk.clone(),
            sk: sk.into(),
        }
    }
}

impl Index {
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

    /// The attribute that holds an item's sort key in the index.
    pub(crate) const fn sort_attribute(self) -> &'static str {
        let (_, _, sk) = self.names();
        sk
    }
}
