//! Invoices: their lists, their changes, and the balances that follow from them.

pub(crate) mod balances;
pub(crate) mod invoice_changes;
pub(crate) mod invoices;
