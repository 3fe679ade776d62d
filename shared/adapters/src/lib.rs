//! Adapters of the services around the table: Cognito, S3, SES, STS and Stripe. Plain
//! structs over the SDKs, without the product's rules.

mod cached_credentials;
mod chunk_channel;
mod data_roles;
mod error;
mod files;
mod identity;
mod jwks;
mod mailer;
mod per_tenant;
mod presigned_post;
mod stripe;

pub use chunk_channel::{ChunkReader, ChunkSender, chunk_channel};
pub use data_roles::{DataRoles, RoleArns, TenantCredentials, identity_cache};
pub use error::ServiceError;
pub use files::{FileClient, FileDownload, FileRead, Files, NewObject};
pub use identity::{AccessToken, CodeAnswer, Identity, MfaChallenge, PasswordAnswer, UserPool};
pub use mailer::{Mailer, MimeMessage};
pub use per_tenant::PerTenant;
pub use presigned_post::PresignedPost;
pub use stripe::{
    CheckoutSession, CheckoutStatus, NewCheckoutSession, NewCustomer, NewSubscription, Stripe,
    StripeEventPage, StripePrice, stripe_refusal,
};
