//! Tenancy: which part of the table a store reaches, what a plan leaves it room for, and
//! how its changes are recorded.

pub(crate) mod audit_context;
pub(crate) mod audit_item;
pub(crate) mod plan_limits;
pub(crate) mod scope;
