//! What a person typed, and what is wrong with it, field by field.

use std::collections::BTreeMap;

/// The fields that can't be accepted, each with a message for the person who
/// typed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<&'static str, String>);

impl FieldErrors {
    /// One field with one message.
    pub fn at(field: &'static str, message: impl Into<String>) -> Self {
        let mut invalid = Self::default();
        invalid.add(field, message);
        invalid
    }

    /// Adds a message; the first one of a field stays.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| message.into());
    }

    /// Each field that is wrong, and why.
    pub fn fields(&self) -> &BTreeMap<&'static str, String> {
        &self.0
    }

    /// `value` where nothing is wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// Keeps `result`'s error under its field, or gives its value.
    pub fn check<T, E: ToString>(
        &mut self,
        field: &'static str,
        result: Result<T, E>,
    ) -> Option<T> {
        result
            .map_err(|error| self.add(field, error.to_string()))
            .ok()
    }

    /// One line of text: trimmed, without control characters, at most `max`
    /// characters, and at least one.
    pub fn line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.trim();
        if text.is_empty() {
            self.add(field, "Fill this in.");
        }
        self.optional_line(field, text, max)
    }

    /// As [`Invalid::line`], but it may be empty.
    pub fn optional_line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.trim();
        if text.chars().any(char::is_control) {
            self.add(field, "Use one line, without control characters.");
        }
        self.at_most(field, text, max)
    }

    /// Text of several lines, with line ends made `\n`; it may be empty.
    pub fn text(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.replace("\r\n", "\n").replace('\r', "\n");
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.add(field, "Take out the control characters.");
        }
        self.at_most(field, text.trim_end(), max)
    }

    /// As [`Invalid::text`], and something must be said.
    pub fn required_text(
        &mut self,
        field: &'static str,
        raw: &str,
        max: usize,
        why: &str,
    ) -> String {
        if raw.trim().is_empty() {
            self.add(field, why);
        }
        self.text(field, raw, max)
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

    #[test]
    fn the_first_message_of_a_field_stays() {
        let mut invalid = FieldErrors::default();
        invalid.line("title", "  ", 3);
        invalid.line("title", "far too long", 3);
        assert_eq!(invalid.fields()["title"], "Fill this in.");
    }

    #[test]
    fn lines_hold_no_line_breaks_and_texts_hold_plain_ones() {
        let mut invalid = FieldErrors::default();
        assert_eq!(invalid.text("note", "a\r\nb\rc\n", 9), "a\nb\nc");
        assert!(invalid.fields().is_empty());
        invalid.line("subject", "a\r\nBcc: b", 99);
        assert!(invalid.fields().contains_key("subject"));
    }
}
