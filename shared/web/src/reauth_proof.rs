//! Showing again who one is: the password, and a code where one is used.

use adapters::{CodeAnswer, MfaChallenge, PasswordAnswer};
use domain::id::UserId;
use domain::input::FieldErrors;
use domain::person::{Actor, Person};
use domain::recovery;
use jiff::SignedDuration;
use store::{RateLimit, SignInStep, sha256_hex};

use crate::context::Context;
use crate::error::PageError;
use crate::password_guess::{GuessLimits, locked_error};

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
    Expired,
}

/// What a code that was typed can be.
pub enum CodeInput {
    /// Six digits of an authenticator.
    Authenticator(String),
    /// A recovery code, by its hash.
    Recovery(SignInStep),
}

/// Reads a typed code.
pub fn parse_code(user: UserId, typed: &str) -> Result<CodeInput, FieldErrors> {
    if let Some(code) = recovery::parse_code(typed) {
        return Ok(CodeInput::Recovery(SignInStep::Recovery(hash_code(
            user, &code,
        ))));
    }
    let code = recovery::parse_totp_code(typed);
    code.map(CodeInput::Authenticator).ok_or_else(|| {
        let text = "Enter the six digits that your app shows, or a recovery code.";
        FieldErrors::of("code", text)
    })
}

/// How a code stands in the table: of its person only.
pub fn hash_code(user: UserId, code: &str) -> String {
    sha256_hex(&format!("{user}/{code}"))
}

/// What is said of a code that isn't right.
pub fn wrong_code_error() -> FieldErrors {
    let text = "This code isn't right, or it was used before. Wait for the next one.";
    FieldErrors::of("code", text)
}

impl Context {
    /// Counts one more try at a person's codes.
    pub async fn limit_codes(&self, user: UserId) -> Result<(), PageError> {
        self.limit_subject(CODES, &user.to_string()).await
    }
}

/// A password and a code, as typed. The code is empty where the account has no second factor.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    pub password: &'a str,
    pub code: &'a str,
}

/// Checks the password of whoever is signed in, and the code where the account
/// has a second factor.
pub async fn verify_password(
    ctx: &Context,
    actor: &Actor,
    person: &Person,
    credentials: Credentials<'_>,
) -> Result<ReauthProof, PageError> {
    let session = ctx.session.as_ref().ok_or(PageError::SignIn)?;
    let (limits, user) = (GuessLimits::of_session(session), actor.user);
    let challenge = match ctx
        .verify_guess(&limits, user, credentials.password, false)
        .await?
    {
        PasswordAnswer::Locked => return Ok(ReauthProof::Failed(locked_error("password"))),
        PasswordAnswer::Wrong => {
            let wrong = FieldErrors::of("password", "This is not your password.");
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
    Ok(
        match verify_code(ctx, user, &challenge, credentials.code).await? {
            ReauthProof::Expired => ReauthProof::Failed(wrong_code_error()),
            proof => proof,
        },
    )
}

/// Checks a code within the `challenge` that the right password gave. Whether a
/// recovery code is one of the person's, the transaction that uses it up says.
pub async fn verify_code(
    ctx: &Context,
    user: UserId,
    challenge: &MfaChallenge,
    typed: &str,
) -> Result<ReauthProof, PageError> {
    ctx.limit_codes(user).await?;
    let code = match parse_code(user, typed) {
        Ok(CodeInput::Authenticator(code)) => code,
        Ok(CodeInput::Recovery(step)) => return Ok(ReauthProof::Given(step)),
        Err(invalid) => return Ok(ReauthProof::Failed(invalid)),
    };
    let identity = &ctx.app.services.identity;
    let answer = identity
        .verify_code(user, challenge, &code, ctx.now)
        .await?;
    Ok(match answer {
        CodeAnswer::Right => ReauthProof::Given(SignInStep::Code(hash_code(user, &code))),
        CodeAnswer::Wrong => ReauthProof::Failed(wrong_code_error()),
        CodeAnswer::Over => ReauthProof::Expired,
    })
}
