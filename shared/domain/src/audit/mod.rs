//! The audit log: who did what, when and from where, with values before and after.
//!
//! Records are only added, and chained by hashes: each hash is taken over the one before it and the
//! exported columns ([`chain_hash`]). [`verify_chain`] checks an export, and finds records that were
//! changed, cut out, moved or put in. Records that were cut off at either end are found by comparing
//! numbers and the last hash with the audit page. A record keeps the end of retention that its plan
//! gave it when it was chained.

mod chain;
mod group;
mod kind;
mod note;
mod record;

pub use chain::{CHAIN_START, ChainError, ExportedEntry, VerifiedChain, chain_hash, verify_chain};
pub use group::AuditGroup;
pub use kind::AuditKind;
pub use note::{AuditChange, AuditNote};
pub use record::{AuditActor, AuditRecord, EXPORT_COLUMNS, EXPORT_WIDTH};
