//! Clients: their rows, and the list of a workspace's clients.

use domain::audit::{AuditKind, AuditNote};
use domain::client::{Client, NewClient};
use domain::id::ClientId;
use domain::plan::{Plan, PlanLimit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::counters;
use crate::table::codec::{Item, add_index_key, from_item, to_item};
use crate::table::keys;
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range, start_at};
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

#[derive(Serialize, Deserialize)]
struct ClientItem {
    id: ClientId,
    name: String,
    since: Timestamp,
    #[serde(default)]
    overdue: i64,
    engagements: i64,
    rev: i64,
    shared_rev: i64,
}

pub(crate) fn client_from_item(found: Item) -> Result<Client, StoreError> {
    let counts = counters::counts_from_item(&found);
    let ClientItem {
        id,
        name,
        since,
        overdue,
        engagements,
        rev,
        shared_rev,
    } = from_item(found)?;
    Ok(Client {
        id,
        name,
        created_at: since,
        counts,
        overdue,
        engagements,
        rev,
        shared_rev,
    })
}

impl Store<WorkspaceScope> {
    /// Creates a client under an id of the caller's choice, where `plan` has room for one.
    pub async fn create_client(
        &self,
        id: ClientId,
        new: &NewClient,
        plan: Plan,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let key = keys::meta(&keys::client(self.ws(), id));
        let row = ClientItem {
            id,
            name: new.name.clone(),
            since: now,
            overdue: 0,
            engagements: 0,
            rev: 1,
            shared_rev: 1,
        };
        let mut item = to_item("client", &key, &row)?;
        add_index_key(
            &mut item,
            keys::client_index_key(&self.prefix(), &new.name, id),
        );
        let mut transaction = self.transaction();
        transaction.put_new(item);
        let claim = self.put_claim(&mut transaction, plan, PlanLimit::Clients, 1);
        self.record(
            &mut transaction,
            AuditNote::of(AuditKind::ClientAdded, &new.name),
        )?;
        let done = self.commit(transaction).await;
        to_write_outcome(self.explain_refusal(done, Some(claim)).await)
    }

    /// A page of the clients by name, of those whose name begins with `search`.
    pub async fn list_clients(
        &self,
        search: &str,
        after: Option<&str>,
        limit: i32,
    ) -> Result<ListPage<Client>, StoreError> {
        let list = keys::client_list(&self.prefix());
        let after = after
            .and_then(|cursor| cursor.rsplit_once('#'))
            .and_then(|(name, id)| {
                let id: ClientId = id.parse().ok()?;
                let key = keys::meta(&keys::client(self.ws(), id));
                Some(start_at(
                    &key,
                    Some(&keys::client_index_key(&self.prefix(), name, id)),
                ))
            });
        let range = match keys::fold(search) {
            all if all.is_empty() => Range::Between(" ".to_owned(), "\u{10ffff}".to_owned()),
            prefix => Range::Prefix(prefix),
        };
        let page = self
            .query(Query::list(&list, range, limit).after(after))
            .await?;
        let rows: Vec<Client> = page
            .items
            .into_iter()
            .map(client_from_item)
            .collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, page.more, |client| {
            format!("{}#{}", keys::fold(&client.name), client.id)
        }))
    }

    /// A page of the clients by name.
    pub async fn list_clients_page(
        &self,
        search: &str,
        after: Option<&str>,
    ) -> Result<ListPage<Client>, StoreError> {
        self.list_clients(search, after, PAGE_SIZE).await
    }
}

impl Store<ClientScope> {
    /// The client itself.
    pub async fn get_client(&self) -> Result<Option<Client>, StoreError> {
        self.get(&keys::meta(&self.prefix()))
            .await?
            .map(client_from_item)
            .transpose()
    }

    /// A number that changes with whatever the holder can see of the client.
    pub async fn get_client_revision(&self) -> Result<Option<i64>, StoreError> {
        let client = self.get_client().await?;
        Ok(client.map(|c| {
            if self.sees_drafts() {
                c.rev
            } else {
                c.shared_rev
            }
        }))
    }
}
