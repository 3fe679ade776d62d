//! Items: their attributes, and the types that they are serialised from.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};
use serde_dynamo::aws_sdk_dynamodb_1;

use crate::error::StoreError;
use crate::table::keys::{IndexKey, Key};

/// An item, as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Version of the items' layout, kept in every item.
const SCHEMA: i64 = 1;

/// An item of type `t` at `key`, with the fields of `row`.
pub(crate) fn to_item(t: &str, key: &Key, row: &impl Serialize) -> Result<Item, StoreError> {
    let mut item: Item = aws_sdk_dynamodb_1::to_item(row)?;
    item.insert("pk".to_owned(), AttributeValue::S(key.pk.clone()));
    item.insert("sk".to_owned(), AttributeValue::S(key.sk.clone()));
    item.insert("t".to_owned(), AttributeValue::S(t.to_owned()));
    item.insert("sv".to_owned(), number(SCHEMA));
    Ok(item)
}

/// Puts an item into a list.
pub(crate) fn add_index_key(item: &mut Item, index_key: IndexKey) {
    let (_, pk, sk) = index_key.index.names();
    item.insert(pk.to_owned(), AttributeValue::S(index_key.pk));
    item.insert(sk.to_owned(), AttributeValue::S(index_key.sk));
}

/// Deserialises an item; attributes that the type doesn't know are passed over.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    Ok(aws_sdk_dynamodb_1::from_item(item)?)
}

pub(crate) fn number(n: i64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers pass ids and times by value"
)]
pub(crate) fn string(text: impl ToString) -> AttributeValue {
    AttributeValue::S(text.to_string())
}

/// The string attribute `name`.
pub(crate) fn get_text<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, StoreError> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or(StoreError::Lacks(name))
}

/// The members of the set in attribute `name`, none where there is none.
pub(crate) fn get_strings(item: &Item, name: &str) -> Vec<String> {
    match item.get(name) {
        Some(AttributeValue::Ss(members)) => members.clone(),
        _ => Vec::new(),
    }
}

/// The whole number in attribute `name`, 0 where there is none.
pub(crate) fn get_integer(item: &Item, name: &str) -> i64 {
    item.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|n| n.parse().ok())
        .unwrap_or_default()
}
