//! Form errors by field, and parsers of single fields.

use std::collections::BTreeMap;

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

    /// One trimmed, non-empty line without control characters of at most `max` characters.
    pub fn parse_line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.trim();
        if text.is_empty() {
            self.add(field, "Fill this in.");
        }
        self.parse_optional_line(field, text, max)
    }

    /// Like [`FieldErrors::parse_line`], but the line can be empty.
    pub fn parse_optional_line(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.trim();
        if text.chars().any(char::is_control) {
            self.add(field, "Use one line, without control characters.");
        }
        self.at_most(field, text, max)
    }

    /// Text of several lines with `\n` as line end; it can be empty.
    pub fn parse_text(&mut self, field: &'static str, raw: &str, max: usize) -> String {
        let text = raw.replace("\r\n", "\n").replace('\r', "\n");
        if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.add(field, "Take out the control characters.");
        }
        self.at_most(field, text.trim_end(), max)
    }

    /// Like [`FieldErrors::parse_text`], but empty text is refused with the message `why`.
    pub fn parse_required_text(
        &mut self,
        field: &'static str,
        raw: &str,
        max: usize,
        why: &str,
    ) -> String {
        if raw.trim().is_empty() {
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

    #[test]
    fn field_errors_second_message_of_field_is_ignored() {
        let mut invalid = FieldErrors::default();
        invalid.parse_line("title", "  ", 3);
        invalid.parse_line("title", "far too long", 3);
        assert_eq!(invalid.fields()["title"], "Fill this in.");
    }

    #[test]
    fn parse_line_refuses_line_breaks_and_parse_text_normalises_them() {
        let mut invalid = FieldErrors::default();
        assert_eq!(invalid.parse_text("note", "a\r\nb\rc\n", 9), "a\nb\nc");
        assert!(invalid.fields().is_empty());
        invalid.parse_line("subject", "a\r\nBcc: b", 99);
        assert!(invalid.fields().contains_key("subject"));
    }
}
