//! The table: the only place where the SDK is called, and its calls are counted.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Get, ReturnConsumedCapacity, TransactGetItem};
use domain::id::{ClientId, WorkspaceId};

use crate::error::StoreError;
use crate::table::codec::{Item, get_text, string};
use crate::table::keys::Key;
use crate::table::meter::Meter;
use crate::table::query::{Query, QueryPage, Range};
use crate::table::update::Update;

/// A table, and the meter that counts its use.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: Arc<str>,
    pub(crate) meter: Meter,
    consistent: bool,
    process: Client,
    tenant_clients: Option<TenantClients>,
}

/// Makes a client whose credentials reach one tenant only: a workspace, or one client of it.
#[derive(Clone)]
pub struct TenantClients(Arc<dyn Fn(WorkspaceId, Option<ClientId>) -> Client + Send + Sync>);

impl TenantClients {
    /// By a function, which is called whenever a store is made.
    pub fn new(
        of: impl Fn(WorkspaceId, Option<ClientId>) -> Client + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(of))
    }
}

impl fmt::Debug for TenantClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Narrow")
    }
}

impl Table {
    /// The table `name`; no call is made yet.
    pub fn new(client: Client, name: &str) -> Self {
        Self {
            process: client.clone(),
            client,
            name: name.into(),
            meter: Meter::default(),
            consistent: false,
            tenant_clients: None,
        }
    }

    /// The same table, with a client for each tenant.
    #[must_use]
    pub fn with_tenant_clients(self, narrow: TenantClients) -> Self {
        Self {
            tenant_clients: Some(narrow),
            ..self
        }
    }

    /// The table with the credentials of one tenant.
    #[must_use]
    pub(crate) fn for_tenant(self, ws: WorkspaceId, client: Option<ClientId>) -> Self {
        match &self.tenant_clients {
            Some(TenantClients(of)) => Self {
                client: of(ws, client),
                ..self
            },
            None => self,
        }
    }

    /// The table with the credentials of the process, whatever store it comes from: only they
    /// reach the directory.
    #[must_use]
    pub(crate) fn with_process_credentials(&self) -> Self {
        Self {
            client: self.process.clone(),
            ..self.clone()
        }
    }

    /// The same table with consistent reads where `consistent`: a page that follows a change
    /// must not miss it. Lists in indexes can't be read so.
    #[must_use]
    pub fn with_consistent_reads(self, consistent: bool) -> Self {
        Self { consistent, ..self }
    }

    /// The same table, counted on `meter`.
    #[must_use]
    pub fn with_meter(&self, meter: &Meter) -> Self {
        Self {
            meter: meter.clone(),
            ..self.clone()
        }
    }

    /// One cheap call, so that the first request doesn't wait for the connection.
    pub async fn warm(&self) -> Result<(), StoreError> {
        self.get(
            &Key {
                pk: "WARM".to_owned(),
                sk: "WARM".to_owned(),
            },
            false,
        )
        .await
        .map(drop)
    }

    pub(crate) async fn get(
        &self,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<Item>, StoreError> {
        let call = self.meter.begin_call();
        let request = self
            .client
            .get_item()
            .table_name(&*self.name)
            .consistent_read(consistent || self.consistent);
        let request = request
            .key("pk", string(&key.pk))
            .key("sk", string(&key.sk));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        // The SDK's futures are large, and handlers hold many of them: boxed here, once.
        let answer = Box::pin(request.send())
            .await
            .map_err(|e| StoreError::service("GetItem", e))?;
        call.end_read(
            "GetItem",
            None,
            &key.pk,
            answer.consumed_capacity.as_slice(),
        );
        Ok(answer.item)
    }

    /// The items with these keys, in their order, as one consistent view; `None` where there is
    /// none. A hundred keys and 4 MB at most.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, StoreError> {
        let Some(first) = keys.first() else {
            return Ok(Vec::new());
        };
        let call = self.meter.begin_call();
        let gets = keys.iter().map(|key| {
            let get = Get::builder()
                .table_name(&*self.name)
                .key("pk", string(&key.pk))
                .key("sk", string(&key.sk))
                .build()
                .map_err(|error| {
                    let error = SdkError::<TransactGetItemsError, ()>::construction_failure(error);
                    StoreError::service("TransactGetItems", error)
                })?;
            Ok(TransactGetItem::builder().get(get).build())
        });
        let gets: Vec<TransactGetItem> = gets.collect::<Result<_, StoreError>>()?;
        let request = self
            .client
            .transact_get_items()
            .set_transact_items(Some(gets))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = Box::pin(request.send()).await.map_err(|error| {
            let is_collision = error
                .as_service_error()
                .is_some_and(TransactGetItemsError::is_transaction_canceled_exception);
            if is_collision {
                StoreError::Busy
            } else {
                StoreError::service("TransactGetItems", error)
            }
        })?;
        call.end_read(
            "TransactGetItems",
            None,
            &first.pk,
            answer.consumed_capacity(),
        );
        let items = answer.responses.unwrap_or_default().into_iter();
        Ok(items.map(|found| found.item).collect())
    }

    pub(crate) async fn query(&self, query: Query) -> Result<QueryPage, StoreError> {
        let call = self.meter.begin_call();
        let (index, pk, sk) = query.index.map_or((None, "pk", "sk"), |index| {
            let (name, pk, sk) = index.names();
            (Some(name), pk, sk)
        });
        let mut request = self
            .client
            .query()
            .table_name(&*self.name)
            .set_consistent_read(index.is_none().then_some(self.consistent))
            .set_index_name(index.map(str::to_owned));
        request = request
            .expression_attribute_names("#pk", pk)
            .expression_attribute_names("#sk", sk);
        request = request.expression_attribute_values(":pk", string(&query.pk));
        // The service refuses to start outside the range; only an address that
        // somebody made up asks for it, and gets the first page.
        let inside = |start: &Item| get_text(start, sk).is_ok_and(|sk| query.range.contains(sk));
        let after = query.after.filter(inside);
        let (condition, values) = match query.range {
            Range::Prefix(prefix) => ("begins_with(#sk, :a)", vec![(":a", prefix)]),
            Range::Between(a, b) => ("#sk BETWEEN :a AND :b", vec![(":a", a), (":b", b)]),
            Range::UpTo(a) => ("#sk <= :a", vec![(":a", a)]),
        };
        for (name, value) in values {
            request = request.expression_attribute_values(name, AttributeValue::S(value));
        }
        let request = request
            .key_condition_expression(format!("#pk = :pk AND {condition}"))
            .scan_index_forward(!query.descending)
            .limit(query.limit)
            .set_exclusive_start_key(after)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = Box::pin(request.send())
            .await
            .map_err(|e| StoreError::service("Query", e))?;
        call.end_read(
            "Query",
            index,
            &query.pk,
            answer.consumed_capacity.as_slice(),
        );
        let more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok(QueryPage {
            items: answer.items.unwrap_or_default(),
            more,
        })
    }

    /// One conditional update; gives the item after it, or `None` where the condition didn't
    /// hold.
    pub(crate) async fn update(&self, update: Update) -> Result<Option<Item>, StoreError> {
        let call = self.meter.begin_call();
        let parts = update.into_expression();
        let pk = parts.key.pk;
        let request = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key("pk", string(&pk))
            .key("sk", string(&parts.key.sk))
            .update_expression(parts.expression)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match Box::pin(request.send()).await {
            Ok(answer) => {
                call.end_write("UpdateItem", &pk, answer.consumed_capacity.as_slice());
                Ok(Some(answer.attributes.unwrap_or_default()))
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(aws_sdk_dynamodb::operation::update_item::UpdateItemError::is_conditional_check_failed_exception) =>
            {
                call.end(0.0, 1.0);
                Ok(None)
            }
            Err(error) => Err(StoreError::service("UpdateItem", error)),
        }
    }
}
