//! The only place where the SDK is called: reads, writes, and what they cost.

use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity};
use domain::id::{ClientId, WorkspaceId};

use crate::codec::{Item, string, text};
use crate::error::StoreError;
use crate::keys::{Index, Key};
use crate::meter::{Meter, MeteredCall};
use crate::transact::Update;

/// A table, and the meter that its use is counted on.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: Arc<str>,
    pub(crate) meter: Meter,
    consistent: bool,
    process: Client,
    narrow: Option<TenantClients>,
}

/// Gives a client whose credentials reach one tenant only: a workspace, or one
/// client of it.
#[derive(Clone)]
pub struct TenantClients(Arc<dyn Fn(WorkspaceId, Option<ClientId>) -> Client + Send + Sync>);

impl TenantClients {
    /// By a function, which is asked whenever a store is made.
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

/// Which sort keys are wanted.
#[derive(Debug, Clone)]
pub(crate) enum Range {
    Prefix(String),
    Between(String, String),
    UpTo(String),
}

impl Range {
    fn holds(&self, sk: &str) -> bool {
        match self {
            Self::Prefix(prefix) => sk.starts_with(prefix.as_str()),
            Self::Between(a, b) => (a.as_str()..=b.as_str()).contains(&sk),
            Self::UpTo(a) => sk <= a.as_str(),
        }
    }
}

/// What a query found; `more` where it was cut by its limit.
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

    pub(crate) fn on(self, index: Index) -> Self {
        Self {
            index: Some(index),
            ..self
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

/// Where a query goes on: the key of the last item it gave.
pub(crate) fn start(key: &Key, place: Option<&crate::keys::IndexKey>) -> Item {
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

/// Where a query of an index goes on after an item that it gave.
pub(crate) fn start_after(item: &Item, index: Index) -> Item {
    let (_, pk, sk) = index.names();
    let of_place = |name: &&str| {
        let value = item.get(*name)?;
        Some(((*name).to_owned(), value.clone()))
    };
    ["pk", "sk", pk, sk].iter().filter_map(of_place).collect()
}

impl Table {
    /// The table `name`; nothing is asked of it yet.
    pub fn new(client: Client, name: &str) -> Self {
        Self {
            process: client.clone(),
            client,
            name: name.into(),
            meter: Meter::default(),
            consistent: false,
            narrow: None,
        }
    }

    /// The same table, for which each store gets a client of its tenant's own.
    #[must_use]
    pub fn narrowed_by(self, narrow: TenantClients) -> Self {
        Self {
            narrow: Some(narrow),
            ..self
        }
    }

    /// The table as a tenant's store speaks to it.
    #[must_use]
    pub(crate) fn of(self, ws: WorkspaceId, client: Option<ClientId>) -> Self {
        match &self.narrow {
            Some(TenantClients(of)) => Self {
                client: of(ws, client),
                ..self
            },
            None => self,
        }
    }

    /// The table as the process speaks to it, whatever store it was taken from:
    /// only the process reaches the directory.
    #[must_use]
    pub(crate) fn as_process(&self) -> Self {
        Self {
            client: self.process.clone(),
            ..self.clone()
        }
    }

    /// The same table, read as it is now where that is asked for: a page that
    /// follows a change must not miss it. Lists in indexes can't be read so.
    #[must_use]
    pub fn consistent(self, consistent: bool) -> Self {
        Self { consistent, ..self }
    }

    /// The same table, its use counted on `meter`.
    #[must_use]
    pub fn metered(&self, meter: &Meter) -> Self {
        Self {
            meter: meter.clone(),
            ..self.clone()
        }
    }

    /// One cheap call, so that the first user doesn't wait for the connection.
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
        let call = self.meter.begin();
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
        spend(
            call,
            answer.consumed_capacity.as_slice(),
            CapacityKind::Read,
        );
        Ok(answer.item)
    }

    pub(crate) async fn query(&self, query: Query) -> Result<QueryPage, StoreError> {
        let call = self.meter.begin();
        let (index, pk, sk) = query.index.map_or((None, "pk", "sk"), |index| {
            let (name, pk, sk) = index.names();
            (Some(name.to_owned()), pk, sk)
        });
        let mut request = self
            .client
            .query()
            .table_name(&*self.name)
            .set_consistent_read(index.is_none().then_some(self.consistent))
            .set_index_name(index);
        request = request
            .expression_attribute_names("#pk", pk)
            .expression_attribute_names("#sk", sk);
        request = request.expression_attribute_values(":pk", string(&query.pk));
        // The service refuses to start outside the range; only an address that
        // somebody made up asks for it, and gets the first page.
        let inside = |start: &Item| text(start, sk).is_ok_and(|sk| query.range.holds(sk));
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
        spend(
            call,
            answer.consumed_capacity.as_slice(),
            CapacityKind::Read,
        );
        let more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok(QueryPage {
            items: answer.items.unwrap_or_default(),
            more,
        })
    }

    /// One conditional update by itself; gives the item after it, or `None`
    /// where its condition didn't hold.
    pub(crate) async fn update(&self, update: Update) -> Result<Option<Item>, StoreError> {
        let call = self.meter.begin();
        let parts = update.parts();
        let request = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key("pk", string(&parts.key.pk))
            .key("sk", string(&parts.key.sk))
            .update_expression(parts.expression)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match Box::pin(request.send()).await {
            Ok(answer) => {
                spend(call, answer.consumed_capacity.as_slice(), CapacityKind::Write);
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

/// Notes what a call has cost.
pub(crate) fn spend(call: MeteredCall, capacity: &[ConsumedCapacity], access: CapacityKind) {
    let units: f64 = capacity.iter().filter_map(|c| c.capacity_units).sum();
    match access {
        CapacityKind::Read => call.end(units, 0.0),
        CapacityKind::Write => call.end(0.0, units),
    }
}

/// Which kind of capacity a call uses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CapacityKind {
    Read,
    Write,
}
