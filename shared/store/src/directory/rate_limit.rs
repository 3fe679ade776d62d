//! Rate limits, counted in the table because functions share no memory.

use jiff::{SignedDuration, Timestamp};

use crate::directory::directory::Directory;
use crate::error::StoreError;
use crate::table::hash::sha256_hex;
use crate::table::keys;

/// A maximum of uses within a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    pub rule: &'static str,
    /// Uses that are allowed within one window.
    pub most: i64,
    pub window: SignedDuration,
}

/// Whether a use is within its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateDecision {
    Allowed,
    /// The limit is exceeded for this long.
    Exceeded(SignedDuration),
}

impl RateLimit {
    /// Guesses at the password of one account, from anywhere.
    pub const GUESSES: Self = Self {
        rule: "sign-in-account",
        most: 10,
        window: SignedDuration::from_mins(15),
    };
}

impl Directory {
    /// Counts one use by `subject`, and decides whether it is within the limit.
    pub async fn check_rate(
        &self,
        limit: RateLimit,
        subject: &str,
        now: Timestamp,
    ) -> Result<RateDecision, StoreError> {
        self.check_rate_of(limit, subject, 1, now).await
    }

    /// The same for several uses at once.
    pub async fn check_rate_of(
        &self,
        limit: RateLimit,
        subject: &str,
        uses: i64,
        now: Timestamp,
    ) -> Result<RateDecision, StoreError> {
        let length = limit.window.as_secs().max(1);
        let window = now.as_second().div_euclid(length);
        let ends = (window + 1) * length;
        let count = self
            .hit(
                keys::rate_counter(limit.rule, &sha256_hex(subject), window),
                uses,
                ends + 3_600,
            )
            .await?;
        let wait = SignedDuration::from_secs(ends - now.as_second());
        Ok(if count > limit.most {
            RateDecision::Exceeded(wait)
        } else {
            RateDecision::Allowed
        })
    }
}
