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
    /// Wrong passwords of one account from one sender.
    pub const GUESSES_OF_SENDER: Self = Self {
        rule: "sign-in-sender",
        most: 5,
        window: SignedDuration::from_mins(15),
    };
    /// Wrong passwords of one account from all senders, but for browsers that the account was used
    /// with. Cognito locks an account for longer with each wrong password after the fifth: this keeps
    /// its lock below a minute, which meets known browsers too.
    pub const GUESSES: Self = Self {
        rule: "sign-in-account",
        most: 10,
        window: SignedDuration::from_mins(15),
    };
    /// Wrong passwords of one account from a browser that it was used with.
    pub const GUESSES_OF_BROWSER: Self = Self {
        rule: "sign-in-browser",
        most: 10,
        window: SignedDuration::from_mins(15),
    };
    /// Wrong passwords within one session.
    pub const GUESSES_OF_SESSION: Self = Self {
        rule: "password-session",
        most: 10,
        window: SignedDuration::from_mins(15),
    };

    /// The number of the window at `now`.
    fn window_at(self, now: Timestamp) -> (i64, i64) {
        let length = self.window.as_secs().max(1);
        let window = now.as_second().div_euclid(length);
        (window, (window + 1) * length)
    }
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
        let (window, ends) = limit.window_at(now);
        let key = keys::rate_counter(limit.rule, &sha256_hex(subject), window);
        let count = self.hit(key, uses, ends + 3_600).await?;
        let wait = SignedDuration::from_secs(ends - now.as_second());
        Ok(if count > limit.most {
            RateDecision::Exceeded(wait)
        } else {
            RateDecision::Allowed
        })
    }

    /// Takes back one use by `subject` that was counted at `now`.
    pub async fn uncount_rate(
        &self,
        limit: RateLimit,
        subject: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (window, ends) = limit.window_at(now);
        let key = keys::rate_counter(limit.rule, &sha256_hex(subject), window);
        self.hit(key, -1, ends + 3_600).await.map(drop)
    }
}
