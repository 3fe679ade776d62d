//! Writes that happen together or not at all.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update as SdkUpdate,
};
use domain::id::WorkspaceId;

use crate::codec::{Item, number, string, text};
use crate::error::StoreError;
use crate::keys::{self, Index, Key};
use crate::table::{CapacityKind, Table, spend};

/// How often a transaction is tried that collides with another.
const TRIES: u32 = 4;

/// An update of some attributes of one item.
#[derive(Debug)]
pub(crate) struct Update {
    key: Key,
    sets: Vec<(String, AttributeValue)>,
    adds: Vec<(String, AttributeValue)>,
    deletes: Vec<(String, AttributeValue)>,
    removes: Vec<String>,
    conditions: Vec<String>,
    values: Vec<(String, AttributeValue)>,
}

/// An update, spelled as the SDK wants it.
#[derive(Debug)]
pub(crate) struct UpdateExpression {
    pub(crate) key: Key,
    pub(crate) expression: String,
    pub(crate) condition: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
}

impl Update {
    /// An update of the item at `key`, which must be there.
    pub(crate) fn existing(key: Key) -> Self {
        let mut update = Self::upsert(key);
        update.conditions.push("attribute_exists(pk)".to_owned());
        update
    }

    /// An update that makes the item if need be.
    pub(crate) fn upsert(key: Key) -> Self {
        let (sets, adds, deletes) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            key,
            sets,
            adds,
            deletes,
            removes: Vec::new(),
            conditions: Vec::new(),
            values: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, name: &str, value: AttributeValue) -> Self {
        self.sets.push((name.to_owned(), value));
        self
    }

    pub(crate) fn add(mut self, name: &str, n: i64) -> Self {
        self.adds.push((name.to_owned(), number(n)));
        self
    }

    pub(crate) fn add_all(self, additions: Vec<(String, i64)>) -> Self {
        additions
            .into_iter()
            .fold(self, |update, (name, n)| update.add(&name, n))
    }

    pub(crate) fn take_from_set(mut self, name: &str, members: Vec<String>) -> Self {
        self.deletes
            .push((name.to_owned(), AttributeValue::Ss(members)));
        self
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.removes.push(name.to_owned());
        self
    }

    /// Only if `condition` holds, in which `:name` is `value`.
    pub(crate) fn when(mut self, condition: &str, name: &str, value: AttributeValue) -> Self {
        self.conditions.push(condition.to_owned());
        self.values.push((name.to_owned(), value));
        self
    }

    /// Only if `condition` holds.
    pub(crate) fn only_if(mut self, condition: &str) -> Self {
        self.conditions.push(condition.to_owned());
        self
    }

    pub(crate) fn parts(self) -> UpdateExpression {
        let mut names = HashMap::new();
        let mut values: HashMap<String, AttributeValue> = self.values.into_iter().collect();
        let mut name = |attribute: String| {
            let alias = format!("#a{}", names.len());
            names.insert(alias.clone(), attribute);
            alias
        };
        let mut clauses = Vec::new();
        for (verb, pairs, glue) in [
            ("SET", self.sets, " = "),
            ("ADD", self.adds, " "),
            ("DELETE", self.deletes, " "),
        ] {
            let mut spelled = Vec::new();
            for (attribute, value) in pairs {
                let alias = name(attribute);
                let placeholder = alias.replace('#', ":");
                spelled.push(format!("{alias}{glue}{placeholder}"));
                values.insert(placeholder, value);
            }
            if !spelled.is_empty() {
                clauses.push(format!("{verb} {}", spelled.join(", ")));
            }
        }
        let removes: Vec<String> = self.removes.into_iter().map(name).collect();
        if !removes.is_empty() {
            clauses.push(format!("REMOVE {}", removes.join(", ")));
        }
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        UpdateExpression {
            key: self.key,
            expression: clauses.join(" "),
            condition,
            names: Some(names).filter(|n| !n.is_empty()),
            values: Some(values).filter(|v| !v.is_empty()),
        }
    }
}

/// Writes that happen together, in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Transaction {
    table: String,
    writes: Vec<Result<TransactWriteItem, BuildError>>,
    partitions: Vec<String>,
    places: Vec<String>,
}

impl Transaction {
    pub(crate) fn new(table: &Table) -> Self {
        Self {
            table: table.name.to_string(),
            writes: Vec::new(),
            partitions: Vec::new(),
            places: Vec::new(),
        }
    }

    /// The partitions that are written to.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = &str> {
        self.partitions.iter().map(String::as_str)
    }

    /// The partitions of indexes in which items will stand; what waits for
    /// the worker, which is everybody's, is not among them.
    pub(crate) fn places(&self) -> impl Iterator<Item = &str> {
        let places = self.places.iter().map(String::as_str);
        places.filter(|pk| !keys::is_workers(pk))
    }

    /// The number that the next write will have, should it be refused.
    pub(crate) fn next(&self) -> usize {
        self.writes.len()
    }

    /// Puts an item that must not be there yet.
    pub(crate) fn put_new(&mut self, item: Item) {
        self.put(item, "attribute_not_exists(pk)", None);
    }

    /// Puts an item that must not be there yet, or be a workspace's own.
    pub(crate) fn put_new_or_own(&mut self, item: Item, ws: WorkspaceId) {
        let own = Some(string(ws.to_string()));
        self.put(item, "attribute_not_exists(pk) OR ws = :v", own);
    }

    /// Puts an item in place of its version `version`.
    pub(crate) fn replace(&mut self, item: Item, version: i64) {
        self.put(item, "v = :v", Some(number(version)));
    }

    /// Puts an item if `condition` holds, in which `:v` is `value`.
    pub(crate) fn put_when(&mut self, item: Item, condition: &str, value: AttributeValue) {
        self.put(item, condition, Some(value));
    }

    /// Puts an item in place of whatever is there.
    pub(crate) fn put_any(&mut self, item: Item) {
        self.put(item, "", None);
    }

    fn put(&mut self, item: Item, condition: &str, value: Option<AttributeValue>) {
        self.partitions
            .push(text(&item, "pk").unwrap_or_default().to_owned());
        for index in Index::ALL {
            let (_, pk, _) = index.names();
            self.places.extend(text(&item, pk).map(str::to_owned));
        }
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(Some(condition.to_owned()).filter(|c| !c.is_empty()))
            .set_expression_attribute_values(condition_value(value))
            .build();
        self.writes
            .push(put.map(|put| TransactWriteItem::builder().put(put).build()));
    }

    pub(crate) fn update(&mut self, update: Update) {
        let parts = update.parts();
        self.partitions.push(parts.key.pk.clone());
        let update = SdkUpdate::builder()
            .table_name(&self.table)
            .key("pk", string(&parts.key.pk))
            .key("sk", string(&parts.key.sk))
            .update_expression(parts.expression)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .build();
        self.writes
            .push(update.map(|update| TransactWriteItem::builder().update(update).build()));
    }

    /// Deletes an item that must be there.
    pub(crate) fn delete_existing(&mut self, key: &Key) {
        self.remove(key, Some("attribute_exists(pk)"), None);
    }

    /// Deletes an item if it has the version `version`.
    pub(crate) fn delete_version(&mut self, key: &Key, version: i64) {
        self.remove(key, Some("v = :v"), Some(version));
    }

    /// Deletes an item if `condition` holds, in which `:v` is `value`.
    pub(crate) fn delete_if(&mut self, key: &Key, condition: &str, value: i64) {
        self.remove(key, Some(condition), Some(value));
    }

    /// Deletes an item if `condition` holds, in which `:v` is `value`.
    pub(crate) fn delete_when(&mut self, key: &Key, condition: &str, value: AttributeValue) {
        self.remove_where(key, Some(condition), condition_value(Some(value)));
    }

    /// Deletes an item if it is there.
    pub(crate) fn delete(&mut self, key: &Key) {
        self.remove(key, None, None);
    }

    fn remove(&mut self, key: &Key, condition: Option<&str>, version: Option<i64>) {
        self.remove_where(key, condition, condition_value(version.map(number)));
    }

    fn remove_where(
        &mut self,
        key: &Key,
        condition: Option<&str>,
        values: Option<HashMap<String, AttributeValue>>,
    ) {
        self.partitions.push(key.pk.clone());
        let delete = Delete::builder()
            .table_name(&self.table)
            .key("pk", string(&key.pk))
            .key("sk", string(&key.sk))
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_values(values)
            .build();
        self.writes
            .push(delete.map(|delete| TransactWriteItem::builder().delete(delete).build()));
    }

    /// Executes it, again where it collides with another one.
    pub(crate) async fn commit(self, table: &Table) -> Result<(), StoreError> {
        let writes: Result<Vec<_>, _> = self.writes.into_iter().collect();
        let writes = writes.map_err(|e| StoreError::Service {
            operation: "TransactWriteItems",
            source: Box::new(e),
        })?;
        for attempt in 1.. {
            let call = table.meter.begin();
            let request = table
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            match Box::pin(request.send()).await {
                Ok(answer) => {
                    spend(call, answer.consumed_capacity(), CapacityKind::Write);
                    return Ok(());
                }
                Err(error) => match refusal(&error) {
                    Some(Refusal::Condition(n)) => return Err(StoreError::Refused(n)),
                    Some(Refusal::Collision) if attempt < TRIES => {
                        tokio::time::sleep(pause(attempt)).await;
                    }
                    Some(Refusal::Collision) => return Err(StoreError::Busy),
                    None => return Err(StoreError::service("TransactWriteItems", error)),
                },
            }
        }
        Err(StoreError::Busy)
    }
}

/// What `:v` is in a condition.
fn condition_value(value: Option<AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    value.map(|v| HashMap::from([(":v".to_owned(), v)]))
}

enum Refusal {
    Condition(usize),
    Collision,
}

fn refusal<R>(error: &SdkError<TransactWriteItemsError, R>) -> Option<Refusal> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return error
            .as_service_error()
            .filter(|e| e.is_transaction_in_progress_exception())
            .map(|_| Refusal::Collision);
    };
    let has = |code: &str| {
        cancelled
            .cancellation_reasons()
            .iter()
            .position(|reason| reason.code() == Some(code))
    };
    has("ConditionalCheckFailed")
        .map(Refusal::Condition)
        .or_else(|| {
            let collides = has("TransactionConflict").or_else(|| has("ThrottlingError"));
            collides.map(|_| Refusal::Collision)
        })
}

/// Longer after each attempt. The spread comes from the clients' own timing: a
/// collision ends each of them at another moment.
fn pause(attempt: u32) -> Duration {
    Duration::from_millis(15 * (1 << attempt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_spells_every_name_and_value_by_placeholder() {
        let key = Key {
            pk: "p".into(),
            sk: "s".into(),
        };
        let parts = Update::existing(key)
            .set("name", string("x"))
            .add("n", 1)
            .remove("ttl")
            .parts();
        assert_eq!(parts.expression, "SET #a0 = :a0 ADD #a1 :a1 REMOVE #a2");
        assert_eq!(parts.condition.as_deref(), Some("attribute_exists(pk)"));
        assert_eq!(parts.names.map(|n| n.len()), Some(3));
        assert_eq!(parts.values.map(|v| v.len()), Some(2));
    }
}
