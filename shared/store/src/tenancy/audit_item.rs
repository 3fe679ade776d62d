//! Entries of the audit log, as they are recorded.

use domain::audit::{AuditActor, AuditNote, AuditRecord};
use domain::id::{ClientId, WorkspaceId};
use domain::person::Actor;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::table::codec::{add_index_key, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::tenancy::audit_context::AuditContext;
use crate::tenancy::scope::{Scope, Store};

/// The workspace or client in which an entry is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuditPlace {
    pub(crate) ws: WorkspaceId,
    pub(crate) client: Option<ClientId>,
}

impl AuditPlace {
    /// Where `actor` is: a client, or the workspace for the team.
    pub(crate) fn of(actor: &Actor) -> Self {
        Self {
            ws: actor.workspace,
            client: actor.client,
        }
    }
}

/// An entry as an item; the worker adds its place in the chain.
#[derive(Serialize, Deserialize)]
pub(crate) struct AuditItem {
    #[serde(flatten)]
    pub(crate) record: AuditRecord,
    pub(crate) ws: WorkspaceId,
}

/// Records `note` in the transaction of its change.
pub(crate) fn record(
    transaction: &mut Transaction,
    trace: &AuditContext,
    at: AuditPlace,
    by: Option<AuditActor>,
    note: AuditNote,
) -> Result<(), StoreError> {
    let id = trace.next_id();
    let record = AuditRecord {
        id,
        at: trace.at(),
        kind: note.kind,
        by,
        client: at.client,
        subject: note.subject,
        changes: note.changes,
        address: trace.device().address.clone(),
        agent: trace.device().agent.clone(),
    };
    let home = keys::home(at.ws, at.client);
    let row = AuditItem { record, ws: at.ws };
    let mut item = to_item("audit", &keys::audit_entry(&home, id), &row)?;
    add_index_key(
        &mut item,
        keys::audit_index_key(&keys::workspace(at.ws), id),
    );
    add_index_key(&mut item, keys::unchained_index_key(at.ws, id));
    transaction.put_new(item);
    Ok(())
}

impl<S: Scope> Store<S> {
    /// Records `note` in the transaction of its change, in the scope.
    pub(crate) fn record(
        &self,
        transaction: &mut Transaction,
        note: AuditNote,
    ) -> Result<(), StoreError> {
        let at = AuditPlace {
            ws: self.ws(),
            client: self.scope.client(),
        };
        record(transaction, &self.context, at, self.by.clone(), note)
    }
}
