//! Password rules: a minimum length and a minimum strength.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::input::FieldErrors;

/// The validity of the link to set a forgotten password.
pub const RESET_LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// The minimum length in characters.
pub const MIN: usize = 12;
/// The maximum length in characters, by the identity provider's limit.
pub const MAX: usize = 256;

/// The submitted form with a new password. Without `Debug`, so that it can't be logged.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordInput {
    pub password: String,
    /// The password typed a second time.
    pub again: String,
}

impl PasswordInput {
    /// Applies [`check`].
    pub fn check(&self, about: &[&str]) -> Result<(), FieldErrors> {
        check(&self.password, &self.again, about)
    }
}

/// Checks a new password that was typed twice.
///
/// `about` are words that an attacker tries first, such as the names of the person and the company.
/// zxcvbn must rate the password 3 of 4 at least; there are no composition rules.
pub fn check(password: &str, again: &str, about: &[&str]) -> Result<(), FieldErrors> {
    let length = password.chars().count();
    if length < MIN {
        return Err(FieldErrors::of(
            "password",
            format!("Use at least {MIN} characters; a few unrelated words work well."),
        ));
    }
    if length > MAX {
        return Err(FieldErrors::of(
            "password",
            format!("Use at most {MAX} characters."),
        ));
    }
    if password.chars().any(char::is_control) {
        return Err(FieldErrors::of(
            "password",
            "Take out the control characters.",
        ));
    }
    // Cognito's pattern for passwords is `^[\S]+.*[\S]+$`.
    if password.starts_with(char::is_whitespace) || password.ends_with(char::is_whitespace) {
        return Err(FieldErrors::of(
            "password",
            "Take out the space at the beginning or the end.",
        ));
    }
    let words = about
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|w| w.len() > 2);
    let guesses: Vec<&str> = about.iter().copied().chain(words).collect();
    let strength = zxcvbn::zxcvbn(password, &guesses);
    if strength.score() < zxcvbn::Score::Three {
        let hint = strength
            .feedback()
            .and_then(|f| f.warning().map(|w| format!(" {w}")));
        let message = format!(
            "This password is easy to guess.{} Try a few unrelated words.",
            hint.unwrap_or_default()
        );
        return Err(FieldErrors::of("password", message));
    }
    if password != again {
        return Err(FieldErrors::of("again", "The two passwords differ."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn password_easy_to_guess_is_refused() {
        let good = "quiet lantern orbit 42";
        assert!(check(good, good, &[]).is_ok());
        for bad in [
            "short",
            "passwordpassword",
            "aaaaaaaaaaaaaaaa",
            "acmesecurity",
        ] {
            assert!(check(bad, bad, &["Acme Security"]).is_err(), "{bad}");
        }
        for spaced in [
            " quiet lantern orbit 42",
            "quiet lantern orbit 42 ",
            "quiet lantern orbit 42\u{a0}",
        ] {
            let refused = check(spaced, spaced, &[]).expect_err("Cognito refuses it");
            let message = refused.fields().get("password").expect("at the field");
            assert!(message.contains("space"), "{message}");
        }
        let differ = check(good, "quiet lantern orbit 43", &[]).expect_err("differ");
        assert!(differ.fields().contains_key("again"));
    }
}
