//! Rate limits, counted in the table because functions share no memory.

use jiff::{SignedDuration, Timestamp};

use crate::directory::{Directory, hash};
use crate::error::StoreError;
use crate::keys;

/// At most so many uses within a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Names the rule.
    pub rule: &'static str,
    /// Uses that are allowed within one window.
    pub most: i64,
    /// Length of a window.
    pub window: SignedDuration,
}

impl RateLimit {
    /// Guesses at one account's password, wherever they are made.
    pub const GUESSES: Self = Self {
        rule: "sign-in-account",
        most: 10,
        window: SignedDuration::from_mins(15),
    };
}

impl Directory {
    /// Counts one use by `subject`. Over the limit, it says for how long.
    pub async fn allow(
        &self,
        limit: RateLimit,
        subject: &str,
        now: Timestamp,
    ) -> Result<Result<(), SignedDuration>, StoreError> {
        let length = limit.window.as_secs().max(1);
        let window = now.as_second().div_euclid(length);
        let ends = (window + 1) * length;
        let count = self
            .hit(keys::rate(limit.rule, &hash(subject), window), ends + 3_600)
            .await?;
        let wait = SignedDuration::from_secs(ends - now.as_second());
        Ok(if count > limit.most {
            Err(wait)
        } else {
            Ok(())
        })
    }
}
