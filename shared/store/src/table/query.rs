//! Queries: bounded reads of one partition of the table or of an index.

use crate::table::codec::{Item, string};
use crate::table::keys::{Index, IndexKey, Key, ListKey};

/// A bounded read of one partition of the table or of an index.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) index: Option<Index>,
    pub(crate) pk: String,
    pub(crate) range: Range,
    pub(crate) descending: bool,
    pub(crate) limit: i32,
    pub(crate) after: Option<Item>,
}

/// A range of sort keys.
#[derive(Debug, Clone)]
pub(crate) enum Range {
    Prefix(String),
    Between(String, String),
    UpTo(String),
}

impl Range {
    pub(crate) fn contains(&self, sk: &str) -> bool {
        match self {
            Self::Prefix(prefix) => sk.starts_with(prefix.as_str()),
            Self::Between(a, b) => (a.as_str()..=b.as_str()).contains(&sk),
            Self::UpTo(a) => sk <= a.as_str(),
        }
    }
}

/// The items of a query; `more` where its limit cut it.
#[derive(Debug, Default)]
pub(crate) struct QueryPage {
    pub(crate) items: Vec<Item>,
    pub(crate) more: bool,
}

impl Query {
    /// Items of partition `pk` in `range`, in order of their sort key.
    pub(crate) fn of(pk: impl Into<String>, range: Range, limit: i32) -> Self {
        Self {
            index: None,
            pk: pk.into(),
            range,
            descending: false,
            limit,
            after: None,
        }
    }

    /// Items of a list in `range`, in order of their sort key.
    pub(crate) fn list(list: &ListKey, range: Range, limit: i32) -> Self {
        Self {
            index: Some(list.index),
            ..Self::of(&list.pk, range, limit)
        }
    }

    pub(crate) fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    pub(crate) fn after(self, after: Option<Item>) -> Self {
        Self { after, ..self }
    }
}

/// The start of a query after an item, by the item's key.
pub(crate) fn start_at(key: &Key, place: Option<&IndexKey>) -> Item {
    let mut start = Item::from([
        ("pk".to_owned(), string(&key.pk)),
        ("sk".to_owned(), string(&key.sk)),
    ]);
    if let Some(place) = place {
        let (_, pk, sk) = place.index.names();
        start.insert(pk.to_owned(), string(&place.pk));
        start.insert(sk.to_owned(), string(&place.sk));
    }
    start
}

/// The start of a list's query after an item that it gave.
pub(crate) fn start_after(item: &Item, list: &ListKey) -> Item {
    let (_, pk, sk) = list.index.names();
    let of_place = |name: &&str| {
        let value = item.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    };
    ["pk", "sk", pk, sk].iter().filter_map(of_place).collect()
}
