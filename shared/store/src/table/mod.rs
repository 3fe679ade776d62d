//! The table itself: keys, items, queries, transactions, and what they cost. Nothing here
//! knows what an item is about.

pub(crate) mod codec;
pub(crate) mod hash;
pub(crate) mod keys;
pub(crate) mod list_page;
pub(crate) mod meter;
pub(crate) mod query;
pub(crate) mod schema;
pub(crate) mod table;
pub(crate) mod transaction;
pub(crate) mod update;
