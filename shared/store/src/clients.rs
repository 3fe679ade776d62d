//! Clients: their rows, and the list of a workspace's clients.

use domain::audit::{AuditKind, AuditNote};
use domain::client::{Client, NewClient};
use domain::id::ClientId;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, place, row};
use crate::counters;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys::{self, Index};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

#[derive(Serialize, Deserialize)]
struct Row {
    id: ClientId,
    name: String,
    since: Timestamp,
    #[serde(default)]
    overdue: i64,
    engagements: i64,
    rev: i64,
    shared_rev: i64,
}

pub(crate) fn read(found: Item) -> Result<Client, StoreError> {
    let counts = counters::read(&found);
    let Row {
        id,
        name,
        since,
        overdue,
        engagements,
        rev,
        shared_rev,
    } = row(found)?;
    Ok(Client {
        id,
        name,
        since,
        counts,
        overdue,
        engagements,
        rev,
        shared_rev,
    })
}

impl Store<WorkspaceScope> {
    /// Adds a client under an id of the caller's choice, where `plan` has room for one.
    pub async fn create_client(
        &self,
        id: ClientId,
        new: &NewClient,
        plan: Plan,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let key = keys::meta(&keys::client(self.ws(), id));
        let row = Row {
            id,
            name: new.name.clone(),
            since: now,
            overdue: 0,
            engagements: 0,
            rev: 1,
            shared_rev: 1,
        };
        let mut item = item("client", &key, &row)?;
        place(&mut item, keys::client_place(&self.prefix(), &new.name, id));
        let mut transaction = self.transaction();
        transaction.put_new(item);
        let claim = self.claim(&mut transaction, plan, (PlanLimit::Clients, 1));
        self.record(
            &mut transaction,
            AuditNote::of(AuditKind::ClientAdded, &new.name),
        )?;
        let done = self.commit(transaction).await;
        once(self.explained(done, Some(claim)).await)
    }

    /// A page of the clients by name, from those whose name begins with `search`.
    pub async fn clients(
        &self,
        search: &str,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Client>, StoreError> {
        let list = keys::clients(&self.prefix());
        let after = after
            .and_then(|cursor| cursor.rsplit_once('#'))
            .and_then(|(name, id)| {
                let id: ClientId = id.parse().ok()?;
                let key = keys::meta(&keys::client(self.ws(), id));
                Some(start(
                    &key,
                    Some(&keys::client_place(&self.prefix(), name, id)),
                ))
            });
        let range = match keys::fold(search) {
            all if all.is_empty() => Range::Between(" ".to_owned(), "\u{10ffff}".to_owned()),
            prefix => Range::Prefix(prefix),
        };
        let slice = self
            .query(Query::of(list, range, limit).on(Index::Gsi1).after(after))
            .await?;
        let rows: Vec<Client> = slice
            .items
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, slice.more, |client| {
            format!("{}#{}", keys::fold(&client.name), client.id)
        }))
    }

    /// A page of the clients by name.
    pub async fn clients_page(
        &self,
        search: &str,
        after: Option<&str>,
    ) -> Result<ListPage<Client>, StoreError> {
        self.clients(search, after, SIZE).await
    }
}

impl Store<ClientScope> {
    /// The client itself.
    pub async fn about(&self) -> Result<Option<Client>, StoreError> {
        self.get(&keys::meta(&self.prefix()))
            .await?
            .map(read)
            .transpose()
    }

    /// A number that changes with whatever the holder can see of the client.
    pub async fn client_rev(&self) -> Result<Option<i64>, StoreError> {
        let client = self.about().await?;
        Ok(client.map(|c| {
            if self.sees_drafts() {
                c.rev
            } else {
                c.shared_rev
            }
        }))
    }
}
