//! Tokens of the identity provider, verified against its public keys.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::error::ServiceError;

/// An unknown key refreshes the keys at most this often.
const MIN_REFRESH_INTERVAL: SignedDuration = SignedDuration::from_mins(5);
/// More bytes than any set of keys has.
const MAX_BYTES: usize = 64 * 1024;
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// How far clocks may differ.
const LEEWAY: i64 = 60;

/// The published keys of an identity provider.
#[derive(Debug)]
pub(crate) struct Jwks {
    url: http::Uri,
    cache: Mutex<KeyCache>,
}

#[derive(Debug, Default)]
struct KeyCache {
    keys: Option<JwkSet>,
    asked: Option<Timestamp>,
}

/// The claims that a token must have.
#[derive(Debug)]
pub(crate) struct ExpectedClaims<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) user: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    token_use: String,
    #[serde(rename = "cognito:username")]
    username: String,
    exp: i64,
}

impl Jwks {
    /// The keys at `url`; no call is made yet.
    pub(crate) fn new(url: &str) -> Result<Self, ServiceError> {
        let url = url
            .parse()
            .map_err(|e: http::uri::InvalidUri| ServiceError::new("JWKS", e))?;
        Ok(Self {
            url,
            cache: Mutex::default(),
        })
    }

    /// Fetches the keys.
    pub(crate) async fn refresh(&self, now: Timestamp) -> Result<(), ServiceError> {
        let keys = timeout(TIMEOUT, self.fetch())
            .await
            .map_err(|e| ServiceError::new("JWKS", e))??;
        *self.cache.lock().await = KeyCache {
            keys: Some(keys),
            asked: Some(now),
        };
        Ok(())
    }

    async fn fetch(&self) -> Result<JwkSet, ServiceError> {
        let failed = |e| ServiceError::new("JWKS", e);
        // Made when it is asked, which is rare: most functions never do, and reading the
        // system's certificates takes a good part of a start.
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|e| ServiceError::new("JWKS", e))?;
        let connector = connector.https_or_http().enable_http1().build();
        let http = Client::builder(TokioExecutor::new()).build::<_, Empty<&[u8]>>(connector);
        let answer = http.get(self.url.clone()).await;
        let answer = answer.map_err(|e| ServiceError::new("JWKS", e))?;
        if !answer.status().is_success() {
            return Err(ServiceError::new(
                "JWKS",
                format!("status {}", answer.status()),
            ));
        }
        let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
        let body = body.map_err(failed)?;
        serde_json::from_slice(&body.to_bytes()).map_err(|e| ServiceError::new("JWKS", e))
    }

    /// Verifies that the provider signed `token`, with the expected claims.
    pub(crate) async fn verify(
        &self,
        token: &str,
        expected: &ExpectedClaims<'_>,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let invalid = |e: jsonwebtoken::errors::Error| ServiceError::new("token", e);
        let header = jsonwebtoken::decode_header(token).map_err(invalid)?;
        let kid = header
            .kid
            .ok_or_else(|| ServiceError::new("token", "no key id"))?;
        let key = self.find_key(&kid, now).await?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[expected.issuer]);
        validation.set_audience(&[expected.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.validate_exp = false; // by our clock, below
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(invalid)?
            .claims;
        let fits = claims.token_use == "id" && claims.username == expected.user;
        if fits && claims.exp + LEEWAY > now.as_second() {
            Ok(())
        } else {
            Err(ServiceError::new(
                "token",
                "another person's, another kind, or expired",
            ))
        }
    }

    async fn find_key(&self, kid: &str, now: Timestamp) -> Result<DecodingKey, ServiceError> {
        if let Some(key) = self.find_cached_key(kid).await? {
            return Ok(key);
        }
        let asked = self.cache.lock().await.asked;
        if asked.is_none_or(|at| now.duration_since(at) >= MIN_REFRESH_INTERVAL) {
            self.refresh(now).await?;
        }
        self.find_cached_key(kid)
            .await?
            .ok_or_else(|| ServiceError::new("token", "signed by an unknown key"))
    }

    async fn find_cached_key(&self, kid: &str) -> Result<Option<DecodingKey>, ServiceError> {
        let known = self.cache.lock().await;
        let jwk = known.keys.as_ref().and_then(|keys| keys.find(kid));
        jwk.map(DecodingKey::from_jwk)
            .transpose()
            .map_err(|e| ServiceError::new("JWKS", e))
    }
}
