//! The request that writes: its time, device and ids, for the audit log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::EntryId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The browser and the address of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The user agent.
    pub agent: String,
    pub address: String,
}

/// The request on which something is written.
#[derive(Debug, Clone)]
pub struct AuditContext {
    id: EntryId,
    at: Timestamp,
    device: Device,
    made: Arc<AtomicU64>,
}

impl AuditContext {
    /// The context of the request `id`; its audit entries get the ids that follow.
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

    /// The device of the request.
    pub fn device(&self) -> &Device {
        &self.device
    }

    pub(crate) fn next_id(&self) -> EntryId {
        self.id.nth(1 + self.made.fetch_add(1, Ordering::Relaxed))
    }
}
