//! Credentials that are asked for once and kept for as long as they hold: forms
//! are signed by them outside the SDK, which keeps its own to itself.

use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::provider::future;
use aws_credential_types::provider::{ProvideCredentials, Result, SharedCredentialsProvider};
use aws_sdk_s3::config::Credentials;
use tokio::sync::Mutex;

use crate::data_roles::EARLY;

/// Somebody's credentials.
#[derive(Debug, Clone)]
pub(crate) struct CachedCredentials(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    provider: SharedCredentialsProvider,
    credentials: Mutex<Option<Credentials>>,
}

impl CachedCredentials {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        let credentials = Mutex::new(None);
        Self(Arc::new(Kept {
            provider,
            credentials,
        }))
    }

    /// Credentials that hold now, and for a while longer.
    pub(crate) async fn now(&self) -> Result {
        // By the clock of the service that gave them.
        #[allow(clippy::disallowed_methods)]
        let now = SystemTime::now();
        let mut kept = self.0.credentials.lock().await;
        let holds = |one: &&Credentials| one.expiry().is_none_or(|end| now + EARLY < end);
        if let Some(one) = kept.as_ref().filter(holds) {
            return Ok(one.clone());
        }
        let new = self.0.provider.provide_credentials().await?;
        *kept = Some(new.clone());
        Ok(new)
    }
}

impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.now())
    }
}
