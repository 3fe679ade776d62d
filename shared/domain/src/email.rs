//! Mail addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mail address as typed. Addresses are compared by [`EmailAddress::fold`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is not a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter an e-mail address like name@example.com.")]
pub struct InvalidEmail;

impl EmailAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower-case form for comparisons.
    pub fn fold(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let is_local_char = |c: char| {
            c.is_ascii_graphic()
                && !matches!(
                    c,
                    '@' | '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '"' | '\\'
                )
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let is_valid = text.len() <= 254
            && (1..=64).contains(&local.len())
            && local.chars().all(is_local_char)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if is_valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn email_address_with_invalid_syntax_is_refused() {
        for good in [
            "a@b.co",
            "dana.o'neil+x@mail.example.org",
            " ana@example.com ",
        ] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a b@c.de",
            "a@b..c",
            "a@-b.c",
            "a@b.c\r\nBcc: x@y.z",
            "\"x\"@y.z",
            "<a@b.co>",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn email_address_contains_only_graphic_ascii(text in "\\PC*@\\PC*|[\\x00-\\x7f]{0,40}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert!(address.as_str().chars().all(|c| c.is_ascii_graphic()));
            }
        }
    }
}
