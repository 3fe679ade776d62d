//! What a password must be: long enough, and not easy to guess.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::input::FieldErrors;

/// How long the link to set a forgotten password works.
pub const RESET_LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// Fewest characters.
pub const MIN: usize = 12;
/// Most characters: what the identity provider takes.
pub const MAX: usize = 256;

/// The form in which somebody chooses one, as typed. It has no `Debug`, so that nothing
/// can log it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordInput {
    /// The password.
    pub password: String,
    /// The same once more.
    pub again: String,
}

impl PasswordInput {
    /// Checks it, by [`check`].
    pub fn check(&self, about: &[&str]) -> Result<(), FieldErrors> {
        check(&self.password, &self.again, about)
    }
}

/// Checks a new password, typed twice. `about` is what an attacker would try
/// first: the person's name, address, the company's name.
///
/// The strength is zxcvbn's: 3 of 4 is demanded, no composition rules.
pub fn check(password: &str, again: &str, about: &[&str]) -> Result<(), FieldErrors> {
    let length = password.chars().count();
    if length < MIN {
        return Err(FieldErrors::at(
            "password",
            format!("Use at least {MIN} characters; a few unrelated words work well."),
        ));
    }
    if length > MAX {
        return Err(FieldErrors::at(
            "password",
            format!("Use at most {MAX} characters."),
        ));
    }
    if password.chars().any(char::is_control) {
        return Err(FieldErrors::at(
            "password",
            "Take out the control characters.",
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
        return Err(FieldErrors::at("password", message));
    }
    if password != again {
        return Err(FieldErrors::at("again", "The two passwords differ."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn long_unrelated_words_pass_and_guesses_fail() {
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
        let differ = check(good, "quiet lantern orbit 43", &[]).expect_err("differ");
        assert!(differ.fields().contains_key("again"));
    }
}
