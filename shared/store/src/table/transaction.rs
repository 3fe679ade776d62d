//! Transactions: writes that happen together or not at all.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update as SdkUpdate,
};
use domain::id::WorkspaceId;

use crate::error::StoreError;
use crate::table::codec::{Item, get_text, number, string};
use crate::table::keys::{self, Index, Key};
use crate::table::table::Table;
use crate::table::update::Update;

/// How often a transaction is tried that collides with another.
const MAX_TRIES: u32 = 4;

/// The writes of one transaction, in their order.
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

    /// The partitions of indexes that items are put into, without the worker's, which belong to
    /// no workspace.
    pub(crate) fn index_partitions(&self) -> impl Iterator<Item = &str> {
        let places = self.places.iter().map(String::as_str);
        places.filter(|pk| !keys::is_workers(pk))
    }

    /// The index of the next write, by which it is refused.
    pub(crate) fn next_index(&self) -> usize {
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
            .push(get_text(&item, "pk").unwrap_or_default().to_owned());
        for index in Index::ALL {
            let (_, pk, _) = index.names();
            self.places.extend(get_text(&item, pk).map(str::to_owned));
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
        let parts = update.into_expression();
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

    /// Executes the writes, again where they collide with another transaction.
    pub(crate) async fn commit(self, table: &Table) -> Result<(), StoreError> {
        let writes: Result<Vec<_>, _> = self.writes.into_iter().collect();
        let writes = writes.map_err(|e| StoreError::Service {
            operation: "TransactWriteItems",
            source: Box::new(e),
        })?;
        for attempt in 1.. {
            let call = table.meter.begin_call();
            let request = table
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            match Box::pin(request.send()).await {
                Ok(answer) => {
                    let pks = self.partitions.join(" ");
                    call.end_write("TransactWriteItems", &pks, answer.consumed_capacity());
                    return Ok(());
                }
                Err(error) => match refusal(&error) {
                    Some(Refusal::Condition(n)) => return Err(StoreError::Refused(n)),
                    Some(Refusal::Collision) if attempt < MAX_TRIES => {
                        tokio::time::sleep(backoff(attempt)).await;
                    }
                    Some(Refusal::Collision) => return Err(StoreError::Busy),
                    None => return Err(StoreError::service("TransactWriteItems", error)),
                },
            }
        }
        Err(StoreError::Busy)
    }
}

/// The value of `:v` in a condition.
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

/// The wait before the next try, longer after each. The spread comes from the timing of the
/// calls: a collision ends each at another moment.
fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(15 * (1 << attempt))
}
