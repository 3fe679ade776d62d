//! The key of one item.

/// The key of one item: its partition, and its sort key there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

pub(super) fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}
