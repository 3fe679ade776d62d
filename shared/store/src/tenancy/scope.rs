//! Scopes, and the store that is the proof of access to one.

use domain::audit::AuditActor;
use domain::id::{ClientId, WorkspaceId};

use crate::error::StoreError;
use crate::table::keys::{self, Key};
use crate::table::query::{Query, QueryPage};
use crate::table::table::Table;
use crate::table::transaction::Transaction;
use crate::tenancy::audit_context::AuditContext;

/// A part of the table that a store reaches.
pub trait Scope: Clone {
    /// The prefix of every partition in it.
    fn prefix(&self) -> String;

    /// The workspace that it is, or belongs to.
    fn ws(&self) -> WorkspaceId;

    /// The client that it is; `None` for a whole workspace.
    fn client(&self) -> Option<ClientId>;
}

/// Everything of one workspace: what the team reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceScope {
    ws: WorkspaceId,
}

/// Everything of one client: what a contact reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientScope {
    ws: WorkspaceId,
    client: ClientId,
    visibility: FindingVisibility,
}

/// Which findings a client's store shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FindingVisibility {
    /// The team's view: drafts and internal history too.
    All,
    Published,
}

/// What a redeemed invitation reaches: the workspace or the client that the person joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvitedScope {
    pub(crate) ws: WorkspaceId,
    pub(crate) client: Option<ClientId>,
}

impl Scope for WorkspaceScope {
    fn prefix(&self) -> String {
        keys::workspace(self.ws)
    }

    fn ws(&self) -> WorkspaceId {
        self.ws
    }

    fn client(&self) -> Option<ClientId> {
        None
    }
}

impl Scope for InvitedScope {
    fn prefix(&self) -> String {
        keys::home(self.ws, self.client)
    }

    fn ws(&self) -> WorkspaceId {
        self.ws
    }

    fn client(&self) -> Option<ClientId> {
        self.client
    }
}

impl Scope for ClientScope {
    fn prefix(&self) -> String {
        keys::client(self.ws, self.client)
    }

    fn ws(&self) -> WorkspaceId {
        self.ws
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.client)
    }
}

/// Reads and writes of the table within a scope.
#[derive(Debug, Clone)]
pub struct Store<S> {
    pub(crate) table: Table,
    pub(crate) scope: S,
    /// The request, for the audit log.
    pub(crate) context: AuditContext,
    pub(crate) by: Option<AuditActor>,
}

impl Store<WorkspaceScope> {
    pub(crate) fn of_workspace(
        table: Table,
        ws: WorkspaceId,
        trace: AuditContext,
        by: Option<AuditActor>,
    ) -> Self {
        Self {
            table: table.for_tenant(ws, None),
            scope: WorkspaceScope { ws },
            context: trace,
            by,
        }
    }

    /// The store of one client, as the team sees it. It may be made of any id: whether the
    /// client exists shows when something is read.
    pub fn client_store(&self, client: ClientId) -> Store<ClientScope> {
        let scope = ClientScope {
            ws: self.scope.ws,
            client,
            visibility: FindingVisibility::All,
        };
        Store {
            table: self.table.clone(),
            scope,
            context: self.context.clone(),
            by: self.by.clone(),
        }
    }
}

impl Store<ClientScope> {
    pub(crate) fn of_contact(
        table: Table,
        ws: WorkspaceId,
        client: ClientId,
        trace: AuditContext,
        by: AuditActor,
    ) -> Self {
        Self {
            table: table.for_tenant(ws, Some(client)),
            context: trace,
            by: Some(by),
            scope: ClientScope {
                ws,
                client,
                visibility: FindingVisibility::Published,
            },
        }
    }

    /// The client of the store.
    pub fn client_id(&self) -> ClientId {
        self.scope.client
    }

    pub(crate) fn sees_drafts(&self) -> bool {
        self.scope.visibility == FindingVisibility::All
    }
}

impl<S: Scope> Store<S> {
    pub(crate) fn prefix(&self) -> String {
        self.scope.prefix()
    }

    pub(crate) fn ws(&self) -> WorkspaceId {
        self.scope.ws()
    }

    /// The client of the store; `None` for a whole workspace.
    pub fn scope_client(&self) -> Option<ClientId> {
        self.scope.client()
    }

    pub(crate) async fn get(
        &self,
        key: &Key,
    ) -> Result<Option<crate::table::codec::Item>, StoreError> {
        ensure_in_scope(&self.prefix(), &key.pk)?;
        self.table.get(key, false).await
    }

    pub(crate) async fn get_many(
        &self,
        keys: &[Key],
    ) -> Result<Vec<Option<crate::table::codec::Item>>, StoreError> {
        for key in keys {
            ensure_in_scope(&self.prefix(), &key.pk)?;
        }
        self.table.get_many(keys).await
    }

    pub(crate) async fn query(&self, query: Query) -> Result<QueryPage, StoreError> {
        ensure_in_scope(&self.prefix(), &query.pk)?;
        self.table.query(query).await
    }

    pub(crate) fn transaction(&self) -> Transaction {
        Transaction::new(&self.table)
    }

    /// Executes writes that all lie in the scope, by the tenant's credentials.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), StoreError> {
        self.ensure_writes_in_scope(&transaction, &[])?;
        transaction.commit(&self.table).await
    }

    /// Executes writes that lie in the scope, except those to the directory's items in
    /// `directory_keys`: a slug or a link of the scope's own. It uses the process's
    /// credentials, since a tenant's don't reach the directory.
    pub(crate) async fn commit_with_directory(
        &self,
        transaction: Transaction,
        directory_keys: &[Key],
    ) -> Result<(), StoreError> {
        self.ensure_writes_in_scope(&transaction, directory_keys)?;
        transaction
            .commit(&self.table.with_process_credentials())
            .await
    }

    pub(crate) fn ensure_writes_in_scope(
        &self,
        transaction: &Transaction,
        directory_keys: &[Key],
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        for pk in transaction.partitions() {
            if directory_keys.iter().all(|key| key.pk != pk) {
                ensure_in_scope(&prefix, pk)?;
            }
        }
        // The lists that the table itself keeps reach as far as the workspace.
        let workspace = keys::workspace(self.ws());
        transaction
            .index_partitions()
            .try_for_each(|pk| ensure_in_scope(&workspace, pk))
    }
}

/// Refuses any partition outside the scope. Every read and write passes here.
fn ensure_in_scope(prefix: &str, pk: &str) -> Result<(), StoreError> {
    let inside = pk
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('#'));
    if inside {
        Ok(())
    } else {
        Err(StoreError::OutsideScope(pk.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_outside_scope_is_refused() {
        let mine = keys::client(WorkspaceId::new(1, 1), ClientId::new(1, 1));
        assert!(ensure_in_scope(&mine, &mine).is_ok());
        assert!(ensure_in_scope(&mine, &format!("{mine}#E#x")).is_ok());
        let others = [
            keys::workspace(WorkspaceId::new(1, 1)),
            keys::client(WorkspaceId::new(1, 1), ClientId::new(1, 2)),
            keys::client(WorkspaceId::new(1, 2), ClientId::new(1, 1)),
            format!("{mine}X"),
            "SES#x".to_owned(),
            String::new(),
        ];
        for other in others {
            assert!(ensure_in_scope(&mine, &other).is_err(), "{other}");
        }
    }
}
