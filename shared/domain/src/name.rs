//! Names of people and companies, as they stand in mail and on pages of others.
//!
//! A name must be what it looks like: it can be seen, reads in its own direction, mixes no letters of
//! several alphabets in one word, holds no address, and isn't the platform's.

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

use crate::input::FieldErrors;

/// The platform's name, as [`appearance`] gives it.
const PLATFORM: &str = "secportal";

/// Why a name isn't accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFlaw {
    /// It has no letter and no digit.
    #[error("Use at least one letter or digit.")]
    Empty,
    /// It has characters that can't be seen or turn the direction of reading.
    #[error("Remove the invisible characters from this name.")]
    Invisible,
    /// One of its words has letters of several alphabets.
    #[error("Use letters of one alphabet in each word.")]
    MixedScript,
    /// It has a web or mail address.
    #[error("Leave out web and e-mail addresses.")]
    Address,
    /// It looks like the platform's name.
    #[error("Choose another name: this one looks like the platform's own.")]
    Platform,
}

impl FieldErrors {
    /// A name of a person or a company: one line of at most `max` characters without a
    /// [`NameFlaw`].
    pub fn parse_name(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let name = self.parse_line(field, raw, max);
        if let Err(flaw) = check_name(&name) {
            self.add(field, flaw.to_string());
        }
        name
    }

    /// The same for a client, which may be called by its domain, such as Booking.com.
    pub fn parse_client_name(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let name = self.parse_line(field, raw, max);
        let is_domain = !name.contains(['/', '@', ':']) && !name.to_lowercase().contains("www.");
        match check_name(&name) {
            Err(NameFlaw::Address) if is_domain => {}
            Err(flaw) => self.add(field, flaw.to_string()),
            Ok(()) => {}
        }
        name
    }
}

/// Checks a name of a person or a company.
pub fn check_name(name: &str) -> Result<(), NameFlaw> {
    if name.chars().any(is_invisible) {
        return Err(NameFlaw::Invisible);
    }
    if !name.chars().any(char::is_alphanumeric) {
        return Err(NameFlaw::Empty);
    }
    if looks_like_platform(name) {
        return Err(NameFlaw::Platform);
    }
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    if words.any(|word| !word.is_single_script()) {
        return Err(NameFlaw::MixedScript);
    }
    if name.split_whitespace().any(is_address) {
        return Err(NameFlaw::Address);
    }
    Ok(())
}

/// Whether a text looks like the platform's name, in whatever letters.
pub fn looks_like_platform(text: &str) -> bool {
    let lower = skeleton(&text.to_lowercase()).collect::<String>();
    [text.to_lowercase(), lower]
        .iter()
        .any(|text| appearance(text).contains(PLATFORM))
}

/// The letters and digits of a text, those that look alike by one of them.
pub(crate) fn appearance(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters
        .filter(|c| c.is_alphanumeric())
        .map(look_alike)
        .collect()
}

/// The letter that an ASCII character can be mistaken for.
const fn look_alike(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether a character can't be seen, or turns the direction in which others are read.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    ) || is_unassigned(c)
}

/// Whether a character is for private use, or none at all.
const fn is_unassigned(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// Whether a mail program or a browser could make a link of a word.
fn is_address(word: &str) -> bool {
    let dotted = word.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let is_mail = |(local, domain): (&str, &str)| {
        local.ends_with(char::is_alphanumeric) && domain.starts_with(char::is_alphanumeric)
    };
    if dotted.contains("://") || dotted.split_once('@').is_some_and(is_mail) {
        return true;
    }
    let host = dotted
        .split(['/', '?', '#', ':'])
        .next()
        .unwrap_or_default();
    let host = host.trim_matches(|c: char| !c.is_alphanumeric());
    let mut labels = host.rsplit('.');
    let last = labels.next().unwrap_or_default();
    let before = labels.next().unwrap_or_default();
    // Initials, such as "J.R.R.", have one letter.
    let is_ending = last.chars().count() > 1 && last.chars().all(char::is_alphabetic);
    is_ending && before.chars().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_people_and_companies_everywhere_is_accepted() {
        for name in [
            "Ada Lovelace",
            "J.R.R. Tolkien",
            "Müller & Söhne GmbH",
            "O’Neill-Łukasz, Jr.",
            "Безопасность",
            "株式会社サイバー",
            "محمد",
            "नमस्ते",
            "3M",
            "Acme (EMEA) Inc.",
            "Portal Security",
            "A. C. M. E.",
            "Dr. No",
            "@SUM(A1)",
        ] {
            assert_eq!(check_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn client_may_be_called_by_its_domain() {
        for (name, is_taken) in [
            ("Booking.com", true),
            ("CHECK24.de GmbH", true),
            ("www.evil.example", false),
            ("https://evil.example", false),
            ("me@evil.example", false),
            ("SecPortal.com", false),
        ] {
            let mut invalid = FieldErrors::default();
            invalid.parse_client_name("name", name, 120);
            assert_eq!(invalid.fields().is_empty(), is_taken, "{name}");
        }
    }

    #[test]
    fn name_that_is_not_what_it_looks_like_is_refused() {
        for (name, flaw) in [
            ("\u{200b}", NameFlaw::Invisible),
            ("\u{2800}", NameFlaw::Invisible),
            ("\u{ad}", NameFlaw::Invisible),
            ("Ada \u{202e}ecalevoL", NameFlaw::Invisible),
            ("Ada\u{e0041}", NameFlaw::Invisible),
            ("***", NameFlaw::Empty),
            ("SecPortal", NameFlaw::Platform),
            ("Sec Portal Support", NameFlaw::Platform),
            ("5ecP0rtaI", NameFlaw::Platform),
            ("\u{405}ecPortal", NameFlaw::Platform),
            ("Sec\u{420}ortal", NameFlaw::Platform),
            ("S\u{e9}cPort\u{e4}l", NameFlaw::Platform),
            ("\u{ff33}ecPortal Billing", NameFlaw::Platform),
            (
                "\u{1d412}\u{1d41e}\u{1d41c}\u{1d40f}ortal",
                NameFlaw::Platform,
            ),
            ("P\u{430}ypal", NameFlaw::MixedScript),
            ("Win a prize at http://evil.example/x", NameFlaw::Address),
            ("Prize evil.example", NameFlaw::Address),
            ("www.evil.example/x?y", NameFlaw::Address),
            ("evil\u{3002}example", NameFlaw::Address),
            ("me@evil", NameFlaw::Address),
        ] {
            assert_eq!(check_name(name), Err(flaw), "{name}");
        }
    }
}
