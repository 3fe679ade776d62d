//! Credentials that are asked for once and cached until shortly before they expire: forms
//! are signed by them outside the SDK, which keeps its own to itself.

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::future;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider};
use aws_sdk_s3::config::Credentials;
use tokio::sync::Mutex;

use crate::data_roles::RENEW_BEFORE;

/// Credentials that are renewed before they expire.
#[derive(Debug, Clone)]
pub(crate) struct CachedCredentials(Arc<CredentialCache>);

#[derive(Debug)]
struct CredentialCache {
    provider: SharedCredentialsProvider,
    credentials: Mutex<Option<Credentials>>,
}

impl CachedCredentials {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        let credentials = Mutex::new(None);
        Self(Arc::new(CredentialCache {
            provider,
            credentials,
        }))
    }

    /// Credentials that are valid now, and for a while longer.
    pub(crate) async fn get(&self) -> Result {
        #[expect(
            clippy::disallowed_methods,
            reason = "by the clock of the service that gave them"
        )]
        let now = SystemTime::now();
        let mut cached = self.0.credentials.lock().await;
        let is_valid = |credentials: &&Credentials| {
            let expiry = credentials.expiry();
            expiry.is_none_or(|expiry| now + RENEW_BEFORE < expiry)
        };
        if let Some(credentials) = cached.as_ref().filter(is_valid) {
            return Ok(credentials.clone());
        }
        let new = self.0.provider.provide_credentials().await?;
        *cached = Some(new.clone());
        Ok(new)
    }
}

impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}
