//! Mail addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A mail address in ASCII, in the case it was typed in. Addresses are compared by
/// [`EmailAddress::fold`].
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

    /// Takes an address as mail programs copy it: with a name before it, in angle brackets, after
    /// `mailto:`, with invisible characters. A domain in other letters becomes that of DNS.
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = bare_address(text);
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let domain = if domain.is_ascii() {
            domain.to_owned()
        } else {
            idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?
        };
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
        let text = format!("{local}@{domain}");
        let is_valid = text.len() <= 254
            && (1..=64).contains(&local.len())
            && local.chars().all(is_local_char)
            && domain.contains('.')
            && domain.split('.').all(is_label);
        if is_valid {
            Ok(Self(text))
        } else {
            Err(InvalidEmail)
        }
    }
}

/// The address in a text like `Ana <ana@example.com>;`, without what nobody sees.
fn bare_address(text: &str) -> String {
    let is_around = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';');
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let text = visible.trim_matches(is_around);
    let inner = text
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'));
    let text = inner.map_or(text, |(_, address)| address.trim_matches(is_around));
    let scheme = text
        .get(..7)
        .filter(|start| start.eq_ignore_ascii_case("mailto:"));
    let text = text.get(scheme.map_or(0, str::len)..).unwrap_or_default();
    text.to_owned()
}

/// Whether the character shows nothing and is part of no address: white space without width, marks
/// of writing direction, a hyphen that shows at line ends only.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
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
            "a@b.co>",
            "Ana <a@b.co> and Ben <b@b.co>x",
            "Ana <>",
            "anä@example.com",
            "a@xn--.co",
            "a@mü ller.de",
            "a@-mü.de",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn address_as_mail_programs_copy_it_is_the_address() {
        for (text, address) in [
            ("Dana O'Neil <dana@example.org>", "dana@example.org"),
            ("\"Neil, Dana\" <dana@example.org>;", "dana@example.org"),
            ("<Dana@Example.org>,", "Dana@Example.org"),
            ("MAILTO:dana@example.org", "dana@example.org"),
            ("\u{200b}dana@example.org\u{feff}\u{a0}", "dana@example.org"),
            (
                "\u{202a}dana@\u{2060}example.org\u{202c}\r\n",
                "dana@example.org",
            ),
            ("info@Müller.example", "info@xn--mller-kva.example"),
            ("info@例え.jp", "info@xn--r8jz45g.jp"),
            ("info@straße。example", "info@xn--strae-oqa.example"),
        ] {
            let read = text.parse::<EmailAddress>().map(String::from);
            assert_eq!(read.as_deref(), Ok(address), "{text}");
        }
    }

    proptest! {
        #[test]
        fn email_address_contains_only_graphic_ascii(text in "\\PC*@\\PC*|[\\x00-\\x7f]{0,40}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert!(address.as_str().chars().all(|c| c.is_ascii_graphic()));
                prop_assert_eq!(address.as_str().parse(), Ok(address.clone()));
            }
        }
    }
}
