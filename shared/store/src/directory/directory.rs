//! The directory: what is needed before a person is known. Slugs, logins, sessions, links
//! and rate counters.

use domain::audit::{AuditActor, AuditNote};
use domain::id::WorkspaceId;

use crate::error::StoreError;
use crate::table::table::Table;
use crate::table::transaction::Transaction;
use crate::tenancy::audit_context::AuditContext;
use crate::tenancy::audit_item::{AuditPlace, record};
use crate::tenancy::scope::{Store, WorkspaceScope};

/// The part of the table that belongs to no tenant.
#[derive(Debug, Clone)]
pub struct Directory {
    table: Table,
    trace: AuditContext,
}

impl Directory {
    /// The directory of a table; what it records is of the request `context`.
    pub fn new(table: Table, trace: AuditContext) -> Self {
        Self { table, trace }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// A workspace's store for scheduled work, by the process's credentials: there is no person
    /// for whom a tenant's could be asked.
    pub(crate) fn workspace_store(&self, ws: WorkspaceId) -> Store<WorkspaceScope> {
        let store = Store::of_workspace(self.table.clone(), ws, self.trace.clone(), None);
        Store {
            table: self.table.with_process_credentials(),
            ..store
        }
    }

    pub(crate) fn context(&self) -> &AuditContext {
        &self.trace
    }

    /// Records `note` in the transaction that it is about.
    pub(crate) fn record(
        &self,
        transaction: &mut Transaction,
        at: AuditPlace,
        by: Option<AuditActor>,
        note: AuditNote,
    ) -> Result<(), StoreError> {
        record(transaction, &self.trace, at, by, note)
    }
}
