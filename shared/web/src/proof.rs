//! Showing again who one is: the password, and a code where one is used.

use adapters::{CodeAnswer, MfaChallenge, PasswordAnswer};
use domain::id::UserId;
use domain::input::FieldErrors;
use domain::person::{Actor, Person};
use domain::recovery;
use jiff::SignedDuration;
use store::directory::hash;
use store::{RateLimit, SignInStep};

use crate::context::Context;
use crate::error::PageError;

/// Guesses at one account's codes, by whoever has the password.
const CODES: RateLimit = RateLimit {
    rule: "code-account",
    most: 6,
    window: SignedDuration::from_mins(15),
};

/// What was shown.
#[derive(Debug)]
pub enum ReauthProof {
    /// All that is asked for; the step is what a session is opened with.
    Given(SignInStep),
    /// Not that; the fields say why.
    Failed(FieldErrors),
    /// The code was asked for too long ago: the password comes first again.
    Over,
}

/// What a code that was typed can be.
pub enum CodeInput {
    /// Six digits of an authenticator.
    Authenticator(String),
    /// A recovery code, by its hash.
    Recovery(SignInStep),
}

/// Reads a typed code.
pub fn read_code(user: UserId, typed: &str) -> Result<CodeInput, FieldErrors> {
    if let Some(code) = recovery::typed(typed) {
        return Ok(CodeInput::Recovery(SignInStep::Recovery(code_hash(
            user, &code,
        ))));
    }
    let code = recovery::authenticator(typed);
    code.map(CodeInput::Authenticator).ok_or_else(|| {
        let text = "Enter the six digits that your app shows, or a recovery code.";
        FieldErrors::at("code", text)
    })
}

/// How a code stands in the table: of its person only.
pub fn code_hash(user: UserId, code: &str) -> String {
    hash(&format!("{user}/{code}"))
}

/// What is said of a code that isn't right.
pub fn wrong_code() -> FieldErrors {
    let text = "This code isn't right, or it was used before. Wait for the next one.";
    FieldErrors::at("code", text)
}

impl Context {
    /// Counts one more try at a person's codes.
    pub async fn limit_codes(&self, user: UserId) -> Result<(), PageError> {
        self.limit(CODES, &user.to_string()).await
    }
}

/// Checks the password of whoever is signed in, and the code where the account
/// has a second factor.
pub async fn prove(
    ctx: &Context,
    (actor, person): (&Actor, &Person),
    (password, code): (&str, &str),
) -> Result<ReauthProof, PageError> {
    ctx.limit(RateLimit::GUESSES, &actor.email.fold()).await?;
    let (identity, user) = (&ctx.app.services.identity, actor.user);
    let challenge = match identity.check(user, password, ctx.now).await? {
        PasswordAnswer::Wrong => {
            let wrong = FieldErrors::at("password", "This is not your password.");
            return Ok(ReauthProof::Failed(wrong));
        }
        PasswordAnswer::Right(_) if person.mfa.is_none() => {
            return Ok(ReauthProof::Given(SignInStep::Password));
        }
        PasswordAnswer::Right(_) => {
            return Err(PageError::internal("no code is asked for where one is due"));
        }
        PasswordAnswer::AsksForCode(challenge) => challenge,
    };
    Ok(match prove_code(ctx, user, &challenge, code).await? {
        ReauthProof::Over => ReauthProof::Failed(wrong_code()),
        proof => proof,
    })
}

/// Checks a code within the `challenge` that the right password gave. Whether a
/// recovery code is one of the person's, the transaction that uses it up says.
pub async fn prove_code(
    ctx: &Context,
    user: UserId,
    challenge: &MfaChallenge,
    typed: &str,
) -> Result<ReauthProof, PageError> {
    ctx.limit_codes(user).await?;
    let code = match read_code(user, typed) {
        Ok(CodeInput::Authenticator(code)) => code,
        Ok(CodeInput::Recovery(step)) => return Ok(ReauthProof::Given(step)),
        Err(invalid) => return Ok(ReauthProof::Failed(invalid)),
    };
    let identity = &ctx.app.services.identity;
    let answer = identity.check_code(user, challenge, &code, ctx.now).await?;
    Ok(match answer {
        CodeAnswer::Right => ReauthProof::Given(SignInStep::Code(code_hash(user, &code))),
        CodeAnswer::Wrong => ReauthProof::Failed(wrong_code()),
        CodeAnswer::Over => ReauthProof::Over,
    })
}
