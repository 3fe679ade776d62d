//! What a process has: the services, the clock, the rng, the templates.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::id::Id;
use jiff::Timestamp;
use rand::Rng as _;
use rand::rngs::StdRng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::{AuditContext, Device, Directory};

use crate::config::Config;
use crate::error::PageError;
use crate::render::Renderer;
use crate::secrets::Secrets;
use crate::services::Services;
use crate::tenant_cache::TenantCache;

/// Says what time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock of one's own, for tests.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The machine's clock.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    until: Timestamp,
    value: T,
}

/// What a process has, made once at its start.
pub struct App {
    pub config: Config,
    /// The services around it.
    pub services: Services,
    pub renderer: Renderer,
    pub clock: Clock,
    pub(crate) tenants: TenantCache,
    secrets: Secrets,
    rng: Mutex<StdRng>,
    served: AtomicBool,
}

impl App {
    /// A process's belongings. `rng` must be seeded by the system outside tests:
    /// secrets are drawn from it.
    pub fn new(
        config: Config,
        services: Services,
        renderer: Renderer,
        clock: Clock,
        rng: StdRng,
    ) -> Self {
        let secrets = Secrets::new(&config.secret_key);
        let rng = Mutex::new(rng);
        Self {
            config,
            services,
            renderer,
            clock,
            tenants: TenantCache::default(),
            secrets,
            rng,
            served: AtomicBool::new(false),
        }
    }

    /// Whether this is the first time that this process is used: whoever asks for it
    /// waited for its start.
    pub fn is_cold(&self) -> bool {
        !self.served.swap(true, Ordering::Relaxed)
    }

    /// The directory, used without a request.
    pub fn directory(&self) -> Directory {
        let trace = AuditContext::new(self.new_id(), self.clock.now(), Device::default());
        Directory::new(self.services.table.clone(), trace)
    }

    /// What the server's key is good for.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A new id, in order of time.
    pub fn new_id<K>(&self) -> Id<K> {
        let now = u64::try_from(self.clock.now().as_millisecond()).unwrap_or_default();
        Id::new(now, self.with_rng(rand::RngExt::random))
    }

    /// Ten new recovery codes, as they are shown.
    pub fn new_recovery_codes(&self) -> Vec<String> {
        let draw = || {
            let mut bytes = [0; 10];
            self.with_rng(|rng| rng.fill_bytes(&mut bytes));
            domain::recovery::format_code(bytes)
        };
        (0..domain::recovery::CODE_COUNT).map(|_| draw()).collect()
    }

    /// What only this server can read again, for `purpose` and `subject`, until `until`.
    pub fn seal<T: Serialize>(
        &self,
        purpose: &str,
        subject: &str,
        until: Timestamp,
        value: &T,
    ) -> Result<String, PageError> {
        let plain = serde_json::to_vec(&Sealed { until, value }).map_err(PageError::internal)?;
        let mut nonce = [0; 12];
        self.with_rng(|rng| rng.fill_bytes(&mut nonce));
        let sealed = self.secrets.seal(purpose, subject, nonce, &plain);
        sealed.ok_or_else(|| PageError::internal("the server's key can't seal"))
    }

    /// The same text for the same value, for what is written again after a crash.
    pub(crate) fn seal_deterministic<T: Serialize>(
        &self,
        purpose: &str,
        subject: &str,
        until: Timestamp,
        value: &T,
    ) -> Result<String, PageError> {
        let plain = serde_json::to_vec(&Sealed { until, value }).map_err(PageError::internal)?;
        let sealed = self.secrets.seal_deterministic(purpose, subject, &plain);
        sealed.ok_or_else(|| PageError::internal("the server's key can't seal"))
    }

    /// What was sealed so; `None` for anything else, and when it is over.
    pub fn unseal<T: DeserializeOwned>(
        &self,
        purpose: &str,
        subject: &str,
        text: &str,
        now: Timestamp,
    ) -> Option<T> {
        let plain = self.secrets.unseal(purpose, subject, text)?;
        let sealed: Sealed<T> = serde_json::from_slice(&plain).ok()?;
        (now < sealed.until).then_some(sealed.value)
    }

    /// A new secret of 256 bits, as text for cookies and links.
    pub fn new_secret(&self) -> String {
        let mut bytes = [0; 32];
        self.with_rng(|rng| rng.fill_bytes(&mut bytes));
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn with_rng<T>(&self, draw: impl FnOnce(&mut StdRng) -> T) -> T {
        draw(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One cheap call to the table, so that the first user doesn't wait for a
    /// connection. What fails here fails again, and is told, when it is needed.
    pub async fn warm(&self) {
        if let Err(error) = self.services.table.warm().await {
            tracing::warn!(error = %error, "the table doesn't answer yet");
        }
    }

    /// Fetches the keys that a sign-in is checked by, so that the first doesn't wait for
    /// them; as [`Self::warm`].
    pub async fn warm_identity(&self) {
        if let Err(error) = self.services.identity.warm(self.clock.now()).await {
            tracing::warn!(error = %error, "the identity provider's keys can't be had yet");
        }
    }
}
