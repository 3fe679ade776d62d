//! The subdomain of a workspace.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::looks_like_platform;

/// A DNS label of 3 to 40 of the characters `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// The text can't be a workspace's subdomain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Use 3 to 40 lower-case letters, digits and hyphens, beginning with a letter.")]
pub struct InvalidSlug;

/// Labels of the platform, and labels that look like them.
const RESERVED: [&str; 75] = [
    "www",
    "api",
    "app",
    "auth",
    "mail",
    "smtp",
    "imap",
    "pop",
    "pop3",
    "email",
    "webmail",
    "mx",
    "ftp",
    "admin",
    "administrator",
    "root",
    "status",
    "static",
    "assets",
    "cdn",
    "docs",
    "help",
    "support",
    "billing",
    "login",
    "signin",
    "sign-in",
    "signup",
    "sign-up",
    "sso",
    "oauth",
    "saml",
    "account",
    "accounts",
    "secure",
    "secure-login",
    "secportal",
    "security",
    "security-alerts",
    "alerts",
    "verify",
    "verification",
    "password",
    "payments",
    "payment",
    "pay",
    "checkout",
    "stripe",
    "invoice",
    "invoices",
    "dev",
    "staging",
    "test",
    "localhost",
    "ns1",
    "ns2",
    "hooks",
    "webhooks",
    "bounce",
    "portal",
    "autodiscover",
    "autoconfig",
    "mta-sts",
    "wpad",
    "isatap",
    "dmarc",
    "dkim",
    "postmaster",
    "hostmaster",
    "webmaster",
    "abuse",
    "noreply",
    "no-reply",
    "info",
    "broadcasthost",
];

const SHORTEST: usize = 3;
const LONGEST: usize = 40;

impl Slug {
    /// A slug that a person chose.
    ///
    /// # Errors
    /// As for [`FromStr`], and if it looks like the platform's name. Existing slugs that look like it
    /// stay valid.
    pub fn parse_chosen(text: &str) -> Result<Self, InvalidSlug> {
        let slug: Self = text.trim().to_lowercase().parse()?;
        if looks_like_platform(&slug.0) {
            return Err(InvalidSlug);
        }
        Ok(slug)
    }

    /// The slug of a company name, transliterated to ASCII. From `number` 2 on it ends with the number.
    ///
    /// # Errors
    /// The name is a reserved word or looks like the platform's name.
    pub fn of_name(name: &str, number: u32) -> Result<Self, InvalidSlug> {
        if looks_like_platform(name) {
            return Err(InvalidSlug);
        }
        let plain = deunicode::deunicode(name).to_lowercase();
        let words = plain.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let mut slug = words.join("-");
        // A reserved word is refused before a prefix is added.
        let is_reserved = |slug: &str| RESERVED.contains(&slug);
        if words.is_empty() || is_reserved(&words.concat()) || is_reserved(&slug) {
            return Err(InvalidSlug);
        }
        if slug.len() < SHORTEST || !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
            slug = format!("portal-{slug}");
        }
        let number = Some(number).filter(|n| *n > 1);
        let number = number.map_or_else(String::new, |n| format!("-{n}"));
        slug.truncate(LONGEST - number.len());
        Self::parse_chosen(&format!("{}{number}", slug.trim_end_matches('-')))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let plain = text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let edges = text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && !text.contains("--");
        if (SHORTEST..=LONGEST).contains(&text.len()) && plain && edges && !RESERVED.contains(&text)
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug)
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidSlug;

    fn try_from(text: String) -> Result<Self, InvalidSlug> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chosen_slug_that_looks_like_platform_name_is_refused() {
        for bad in ["secp0rtal", "my-sec-portal", "5ecporta1", "secportai-help"] {
            assert!(Slug::parse_chosen(bad).is_err(), "{bad}");
        }
        let chosen = Slug::parse_chosen(" Acme-7 ").map(|slug| slug.to_string());
        assert_eq!(chosen, Ok("acme-7".to_owned()));
    }

    #[test]
    fn slug_of_company_name_is_transliterated() {
        let of = |name: &str, n| Slug::of_name(name, n).map(|slug| slug.to_string());
        for (name, slug) in [
            ("Acme Security", "acme-security"),
            ("  Müller & Söhne GmbH ", "muller-sohne-gmbh"),
            ("Łódź—Sekurak", "lodz-sekurak"),
            ("Безопасность", "bezopasnost"),
            ("株式会社", "zhu-shi-hui-she"),
            ("3M", "portal-3m"),
            ("X", "portal-x"),
            ("A. C. M. E.", "a-c-m-e"),
        ] {
            assert_eq!(of(name, 1), Ok(slug.to_owned()), "{name}");
        }
        assert_eq!(of("Acme", 2), Ok("acme-2".to_owned()));
        let name = "abcdefghi ".repeat(9);
        let long = of(&name, 12);
        assert_eq!(long, Ok("abcdefghi-abcdefghi-abcdefghi-abcdefg-12".into()));
        for ours in [
            "Support",
            "  LOGIN ",
            "Sign up",
            "***",
            "SecPortal",
            "Sec-Portal Ltd",
            "5ecportal",
        ] {
            assert_eq!(of(ours, 1), Err(InvalidSlug), "{ours}");
            assert_eq!(of(ours, 2), Err(InvalidSlug), "{ours}");
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn whatever_the_name_its_address_is_one_and_numbers_differ(name in "\\PC{0,90}", n in 2..99_999_u32) {
            if let Ok(first) = Slug::of_name(&name, 1) {
                let again: Result<Slug, _> = first.as_str().parse();
                proptest::prop_assert_eq!(again.as_ref(), Ok(&first));
                let other = Slug::of_name(&name, n);
                proptest::prop_assert!(other.is_ok_and(|other| other != first && other.as_str().len() <= 40));
            }
        }
    }

    #[test]
    fn slug_with_other_characters_or_reserved_is_refused() {
        for good in ["acme", "north-wind-7", "a1b"] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "Acme",
            "acme.",
            "-acme",
            "acme-",
            "www",
            "hooks",
            "xn--acme",
            "1acme",
            "ac#me",
            "akmé",
            &"a".repeat(41),
        ] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
    }
}
