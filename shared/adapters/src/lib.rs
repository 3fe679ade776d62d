//! The services around the table: who a password belongs to, where files lie,
//! how mail leaves. Plain structs over the SDKs, nothing of the product's rules.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

mod bridge;
mod cached;
mod data_roles;
mod files;
mod identity;
mod jwks;
mod mailer;
mod offer;
mod per_tenant;
mod stripe;

use std::error::Error as StdError;

pub use bridge::{Feed, Pieces, bridge};
pub use data_roles::{DataRoles, RoleArns, TenantCredentials, cache};
pub use files::{FileClient, Files, Handed, Reading};
pub use identity::{Access, Answer, Challenge, CodeAnswer, Identity, Pool};
pub use mailer::{Letter, Mailer};
pub use offer::Offer;
pub use per_tenant::PerTenant;
pub use stripe::{
    Events, NewCustomer, NewSession, NewSubscription, Price, Session, Standing, Stripe,
};

/// A service that didn't do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct Error {
    /// What was asked.
    pub operation: &'static str,
    /// Why it failed.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl Error {
    pub(crate) fn new(
        operation: &'static str,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            source: source.into(),
        }
    }
}
