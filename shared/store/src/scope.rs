//! Proof of what the holder of a store may touch.

use domain::audit::AuditActor;
use domain::id::{ClientId, WorkspaceId};

use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::table::{Query, QueryPage, Table};
use crate::trace::AuditContext;
use crate::transact::Transaction;

/// A part of the table that belongs together.
pub trait Scope: Clone {
    /// What every partition in it begins with.
    fn prefix(&self) -> String;

    /// The workspace that it is, or lies in.
    fn ws(&self) -> WorkspaceId;

    /// The client that it is; `None` for a whole workspace.
    fn client(&self) -> Option<ClientId>;
}

/// All that belongs to one workspace: the team's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkspaceScope {
    ws: WorkspaceId,
}

/// All that belongs to one client: a contact's reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientScope {
    ws: WorkspaceId,
    client: ClientId,
    sees: FindingVisibility,
}

/// Which findings a client's store shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FindingVisibility {
    /// The team's view: drafts and internal history too.
    All,
    /// A contact's view.
    Published,
}

/// What a redeemed invitation reaches: where the person will belong.
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

/// The table, as far as a scope reaches.
#[derive(Debug, Clone)]
pub struct Store<S> {
    pub(crate) table: Table,
    pub(crate) scope: S,
    /// On which request, and who: for the audit log.
    pub(crate) trace: AuditContext,
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
            table: table.of(ws, None),
            scope: WorkspaceScope { ws },
            trace,
            by,
        }
    }

    /// The part that belongs to one client, as the team sees it. Whether there
    /// is such a client shows when something is read.
    pub fn client(&self, client: ClientId) -> Store<ClientScope> {
        let scope = ClientScope {
            ws: self.scope.ws,
            client,
            sees: FindingVisibility::All,
        };
        Store {
            table: self.table.clone(),
            scope,
            trace: self.trace.clone(),
            by: self.by.clone(),
        }
    }
}

impl Store<ClientScope> {
    pub(crate) fn of_contact(
        table: Table,
        (ws, client): (WorkspaceId, ClientId),
        trace: AuditContext,
        by: AuditActor,
    ) -> Self {
        Self {
            table: table.of(ws, Some(client)),
            trace,
            by: Some(by),
            scope: ClientScope {
                ws,
                client,
                sees: FindingVisibility::Published,
            },
        }
    }

    /// Whose part it is.
    pub fn client_id(&self) -> ClientId {
        self.scope.client
    }

    pub(crate) fn sees_drafts(&self) -> bool {
        self.scope.sees == FindingVisibility::All
    }
}

impl<S: Scope> Store<S> {
    pub(crate) fn prefix(&self) -> String {
        self.scope.prefix()
    }

    pub(crate) fn ws(&self) -> WorkspaceId {
        self.scope.ws()
    }

    /// The client whose part it is; `None` for a whole workspace.
    pub fn in_client(&self) -> Option<ClientId> {
        self.scope.client()
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<crate::codec::Item>, StoreError> {
        fence(&self.prefix(), &key.pk)?;
        self.table.get(key, false).await
    }

    pub(crate) async fn query(&self, query: Query) -> Result<QueryPage, StoreError> {
        fence(&self.prefix(), &query.pk)?;
        self.table.query(query).await
    }

    pub(crate) fn transaction(&self) -> Transaction {
        Transaction::new(&self.table)
    }

    /// Executes writes that all lie in the scope, by the tenant's credentials.
    pub(crate) async fn commit(&self, transaction: Transaction) -> Result<(), StoreError> {
        self.check(&transaction, &[])?;
        transaction.commit(&self.table).await
    }

    /// Executes writes that lie in the scope, but for those to the items of the
    /// directory that are named: an address or a link of the scope's own. It goes
    /// by the process's credentials, since a tenant's don't reach the directory.
    pub(crate) async fn commit_beside(
        &self,
        transaction: Transaction,
        beside: &[Key],
    ) -> Result<(), StoreError> {
        self.check(&transaction, beside)?;
        transaction.commit(&self.table.as_process()).await
    }

    pub(crate) fn check(
        &self,
        transaction: &Transaction,
        beside: &[Key],
    ) -> Result<(), StoreError> {
        let prefix = self.prefix();
        for pk in transaction.partitions() {
            if beside.iter().all(|key| key.pk != pk) {
                fence(&prefix, pk)?;
            }
        }
        // The lists that the table itself keeps reach as far as the workspace.
        let workspace = keys::workspace(self.ws());
        transaction
            .places()
            .try_for_each(|pk| fence(&workspace, pk))
    }
}

/// The choke point: refuses any partition that isn't the scope's own.
fn fence(prefix: &str, pk: &str) -> Result<(), StoreError> {
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
    fn only_the_scope_and_what_is_below_it_is_inside() {
        let mine = keys::client(WorkspaceId::new(1, 1), ClientId::new(1, 1));
        assert!(fence(&mine, &mine).is_ok());
        assert!(fence(&mine, &format!("{mine}#E#x")).is_ok());
        let others = [
            keys::workspace(WorkspaceId::new(1, 1)),
            keys::client(WorkspaceId::new(1, 1), ClientId::new(1, 2)),
            keys::client(WorkspaceId::new(1, 2), ClientId::new(1, 1)),
            format!("{mine}X"),
            "SES#x".to_owned(),
            String::new(),
        ];
        for other in others {
            assert!(fence(&mine, &other).is_err(), "{other}");
        }
    }
}
