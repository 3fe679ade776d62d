//! What the audit log needs to know of a request, and how an entry is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::audit::{AuditActor, AuditNote, AuditRecord};
use domain::id::{ClientId, EntryId, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{item, place};
use crate::error::StoreError;
use crate::keys;
use crate::scope::{Scope, Store};
use crate::session::Device;
use crate::transact::Transaction;

/// On which request something is written.
#[derive(Debug, Clone)]
pub struct AuditContext {
    id: EntryId,
    at: Timestamp,
    device: Device,
    made: Arc<AtomicU64>,
}

impl AuditContext {
    /// Of the request `id`; its entries get the ids that follow.
    pub fn new(id: EntryId, at: Timestamp, device: Device) -> Self {
        Self {
            id,
            at,
            device,
            made: Arc::default(),
        }
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// What it was sent with.
    pub fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn next(&self) -> EntryId {
        self.id.nth(1 + self.made.fetch_add(1, Ordering::Relaxed))
    }
}

/// Where something is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuditPlace {
    pub(crate) ws: WorkspaceId,
    pub(crate) client: Option<ClientId>,
}

/// An entry as an item; the worker adds its place in the chain.
#[derive(Serialize, Deserialize)]
pub(crate) struct AuditItem {
    #[serde(flatten)]
    pub(crate) record: AuditRecord,
    pub(crate) ws: WorkspaceId,
}

/// Records `note` in the transaction that it is about.
pub(crate) fn record(
    transaction: &mut Transaction,
    trace: &AuditContext,
    at: AuditPlace,
    by: Option<AuditActor>,
    note: AuditNote,
) -> Result<(), StoreError> {
    let id = trace.next();
    let record = AuditRecord {
        id,
        at: trace.at,
        kind: note.kind,
        by,
        client: at.client,
        about: note.about,
        changes: note.changes,
        address: trace.device.address.clone(),
        agent: trace.device.agent.clone(),
    };
    let home = keys::home(at.ws, at.client);
    let row = AuditItem { record, ws: at.ws };
    let mut item = item("audit", &keys::audit(&home, id), &row)?;
    place(&mut item, keys::audit_place(&keys::workspace(at.ws), id));
    place(&mut item, keys::audit_unchained(at.ws, id));
    transaction.put_new(item);
    Ok(())
}

impl<S: Scope> Store<S> {
    /// Records `note` in the transaction that it is about, in the scope.
    pub(crate) fn record(
        &self,
        transaction: &mut Transaction,
        note: AuditNote,
    ) -> Result<(), StoreError> {
        let at = AuditPlace {
            ws: self.ws(),
            client: self.scope.client(),
        };
        record(transaction, &self.trace, at, self.by.clone(), note)
    }
}
