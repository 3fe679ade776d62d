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

pub use bridge::{ChunkReader, ChunkSender, bridge};
pub use data_roles::{DataRoles, RoleArns, TenantCredentials, cache};
pub use files::{FileClient, FileDownload, FileRead, Files};
pub use identity::{AccessToken, CodeAnswer, Identity, MfaChallenge, PasswordAnswer, UserPool};
pub use mailer::{Mailer, MimeMessage};
pub use offer::PresignedPost;
pub use per_tenant::PerTenant;
pub use stripe::{
    CheckoutSession, CheckoutStatus, NewCheckoutSession, NewCustomer, NewSubscription, Stripe,
    StripeEventPage, StripePrice,
};

/// A service that didn't do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct ServiceError {
    /// What was asked.
    pub operation: &'static str,
    /// Why it failed.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl ServiceError {
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
