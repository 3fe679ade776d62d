//! Form errors by field, parsers of single fields, and the cleaning of what is pasted.

use std::collections::BTreeMap;
use std::iter::Peekable;

/// Text without what nobody can see: the colours and other commands of terminals, control
/// characters, byte order marks. Every kind of line end is `\n`; tabs stay.
///
/// Forms and importers share it, so that what a scanner's file may hold can be pasted too.
pub fn clean_text(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                text.push('\n');
            }
            // The line and page ends of word processors, mainframes and Unicode.
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => text.push('\n'),
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_command(&mut chars),
            '\n' | '\t' => text.push(c),
            '\u{feff}' => {}
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

/// [`clean_text`] as one line, without white space at its ends.
pub fn clean_line(raw: &str) -> String {
    clean_text(raw).replace(['\n', '\t'], " ").trim().to_owned()
}

type Chars<'a> = Peekable<std::str::Chars<'a>>;

/// Skips what follows an escape character, as ECMA-48 defines it.
fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_command(chars);
        }
        // A text for the terminal, such as the title of its window.
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let is_inside = |c: &char| !matches!(c, '\u{7}' | '\u{1b}' | '\u{9c}' | '\n');
            while chars.next_if(is_inside).is_some() {}
            if chars.next_if_eq(&'\u{1b}').is_some() {
                chars.next_if_eq(&'\\');
            }
        }
        // The choice of a set of letters.
        Some(' '..='/') => {
            while chars.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            chars.next_if(|c| matches!(c, '0'..='~'));
        }
        Some('7' | '8' | '=' | '>' | '\\' | 'D' | 'E' | 'H' | 'M' | 'N' | 'O' | 'Z' | 'c') => {
            chars.next();
        }
        // Not a command: what follows is text.
        _ => {}
    }
}

/// Skips the parameters and the final letter of a command.
fn skip_command(chars: &mut Chars<'_>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

/// The invalid fields of a form with the messages that the form shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<&'static str, String>);

impl FieldErrors {
    /// A single invalid field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut invalid = Self::default();
        invalid.add(field, message);
        invalid
    }

    /// Adds a message unless the field already has one.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// The messages by field.
    pub fn fields(&self) -> &BTreeMap<&'static str, String> {
        &self.0
    }

    /// `value`, or the errors if there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The value of `result`; its error becomes the field's message.
    pub fn check<T, E: ToString>(
        &mut self,
        field: &'static str,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.add(field, error.to_string()))
            .ok()
    }

    /// One trimmed, clean line of at most `max` characters that isn't empty.
    pub fn parse_line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = clean_line(raw);
        if text.is_empty() {
            self.add(field, "Fill this in.");
        }
        self.at_most(field, &text, max)
    }

    /// Like [`FieldErrors::parse_line`], but the line can be empty.
    pub fn parse_optional_line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        self.at_most(field, &clean_line(raw), max)
    }

    /// Clean text of several lines with `\n` as line end; it can be empty.
    pub fn parse_text(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        self.at_most(field, clean_text(raw).trim_end(), max)
    }

    /// Like [`FieldErrors::parse_text`], but empty text is refused with the message `why`.
    pub fn parse_required_text(
        &mut self,
        field: &'static str,
        raw: &str,
        max: usize,
        why: &str,
    ) -> String {
        if clean_text(raw).trim().is_empty() {
            self.add(field, why);
        }
        self.parse_text(field, raw, max)
    }

    fn at_most(&mut self, field: &'static str, text: &str, max: usize) -> String {
        let length = text.chars().count();
        if length > max {
            self.add(
                field,
                format!("Use at most {max} characters; these are {length}."),
            );
        }
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn field_errors_second_message_of_field_is_ignored() {
        let mut invalid = FieldErrors::default();
        invalid.parse_line("title", "  ", 3);
        invalid.parse_line("title", "far too long", 3);
        assert_eq!(invalid.fields()["title"], "Fill this in.");
    }

    #[test]
    fn parsed_line_has_no_line_breaks_and_parsed_text_one_kind_of_them() {
        let mut invalid = FieldErrors::default();
        assert_eq!(invalid.parse_text("note", "a\r\nb\rc\n", 9), "a\nb\nc");
        assert_eq!(
            invalid.parse_line("subject", " a\r\nBcc: b\t", 99),
            "a Bcc: b"
        );
        assert!(invalid.fields().is_empty());
        invalid.parse_line("subject", "\u{7}\u{0}", 99);
        assert!(invalid.fields().contains_key("subject"));
    }

    #[test]
    fn pasted_text_loses_what_cannot_be_seen() {
        for (pasted, clean) in [
            ("\u{1b}[1;31mred\u{1b}[0m\u{1b}[K done", "red done"),
            (
                "\u{1b}]0;title\u{7}a\u{1b}]8;;http://a\u{1b}\\link",
                "alink",
            ),
            ("\u{9b}32mgreen\u{1b}(B", "green"),
            ("a\u{0}b\u{8}\u{7f}c", "abc"),
            (
                "one\u{b}two\u{c}three\u{85}four\u{2028}five",
                "one\ntwo\nthree\nfour\nfive",
            ),
            ("\u{feff}a\tb", "a\tb"),
            ("الف\u{200c}ب 👩\u{200d}💻", "الف\u{200c}ب 👩\u{200d}💻"),
        ] {
            assert_eq!(clean_text(pasted), clean, "{pasted:?}");
            assert_eq!(clean_text(clean), clean);
        }
    }

    proptest! {
        #[test]
        fn clean_text_has_no_control_characters_and_stays_as_it_is(
            raw in "([\\x00-\\x20]|\\x1b\\[[0-9;]{0,4}m|[\\x7f-\\x9f]|\\PC){0,40}"
        ) {
            let text = clean_text(&raw);
            prop_assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
            prop_assert_eq!(clean_text(&text), text.clone());
            prop_assert!(!clean_line(&raw).contains('\n'));
        }
    }
}
