//! Guesses at a password: only wrong ones count, and a stranger's don't keep the owner out.
//!
//! A guess is counted before it is checked, so that of guesses at once none is missed, and the count is
//! taken back for a right one. Whoever is signed in is counted by session, and a browser that the
//! account was used with by itself. Everybody else is counted twice: by address and sender with a low
//! bound, and by address alone with a higher one.

use adapters::PasswordAnswer;
use domain::id::UserId;
use domain::input::FieldErrors;
use store::{RateDecision, RateLimit, Session};

use crate::address::ClientAddress;
use crate::context::Context;
use crate::error::PageError;

/// By what guesses are counted.
#[derive(Debug, Clone)]
pub struct GuessLimits(Vec<(RateLimit, String)>);

impl GuessLimits {
    /// Of whoever is signed in.
    pub fn of_session(session: &Session) -> Self {
        Self(vec![(
            RateLimit::GUESSES_OF_SESSION,
            session.hash().to_owned(),
        )])
    }

    /// At an account, by its folded mail address, from a browser that it was used with.
    pub fn of_browser(account: &str, browser: &str) -> Self {
        let subject = format!("{account}/{browser}");
        Self(vec![(RateLimit::GUESSES_OF_BROWSER, subject)])
    }

    /// At an account, by its folded mail address, from anywhere else.
    pub fn of_stranger(account: &str, ctx: &Context) -> Self {
        let sender = ctx.address.map(ClientAddress::subject);
        let sender = format!("{account}/{}", sender.unwrap_or_default());
        Self(vec![
            (RateLimit::GUESSES_OF_SENDER, sender),
            (RateLimit::GUESSES, account.to_owned()),
        ])
    }
}

/// What is said to somebody known whose password isn't looked at.
pub fn locked_error(field: &'static str) -> FieldErrors {
    let text =
        "Too many wrong passwords were entered for this account. Try again in a few minutes.";
    FieldErrors::of(field, text)
}

impl Context {
    /// Checks the password of `user` within the limits. A right one isn't counted, nor one that Cognito's
    /// own lock refuses unless `counts_locked`.
    pub async fn verify_guess(
        &self,
        limits: &GuessLimits,
        user: UserId,
        password: &str,
        counts_locked: bool,
    ) -> Result<PasswordAnswer, PageError> {
        let directory = self.directory();
        let subject = |subject: &str| format!("{}/{subject}", self.workspace.id);
        for (limit, name) in &limits.0 {
            let name = subject(name);
            let decision = directory.check_rate(*limit, &name, self.now);
            if let RateDecision::Exceeded(wait) = decision.await? {
                return Err(PageError::TooMany(wait));
            }
        }
        let identity = &self.app.services.identity;
        let answer = identity.verify_password(user, password, self.now).await?;
        let is_counted = match &answer {
            PasswordAnswer::Wrong => true,
            PasswordAnswer::Locked => counts_locked,
            PasswordAnswer::Right(_) | PasswordAnswer::AsksForCode(_) => false,
        };
        if !is_counted {
            for (limit, name) in &limits.0 {
                directory
                    .uncount_rate(*limit, &subject(name), self.now)
                    .await?;
            }
        }
        Ok(answer)
    }
}
