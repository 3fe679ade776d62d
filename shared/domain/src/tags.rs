//! Tags of findings and of templates.

use crate::input::FieldErrors;

/// The most tags of a finding or a template.
pub(crate) const MAX_TAGS: usize = 10;

/// The rules by which tags are parsed.
///
/// The tags of findings occur in URLs and filters, so their characters are restricted; the tags of
/// templates are only searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tags {
    /// Separated by commas or lines, at most 30 letters, digits, spaces and `- _ . /` each, sorted.
    Finding,
    /// Separated by commas, at most 40 characters each, in the order in which they were typed.
    Template,
}

impl Tags {
    /// The longest tag in characters.
    const fn max_length(self) -> usize {
        match self {
            Self::Finding => 30,
            Self::Template => 40,
        }
    }

    /// The tags of the field `tags` in lower case, each once.
    pub(crate) fn parse(self, invalid: &mut FieldErrors, raw: &str) -> Vec<String> {
        let separators: &[char] = match self {
            Self::Finding => &[',', '\n'],
            Self::Template => &[','],
        };
        let mut tags: Vec<String> = Vec::new();
        for word in raw.split(separators) {
            let tag = self.parse_tag(invalid, word);
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        if tags.len() > MAX_TAGS {
            let message = match self {
                Self::Finding => format!("Use at most {MAX_TAGS} tags."),
                Self::Template => {
                    format!("Use at most {MAX_TAGS} tags; these are {}.", tags.len())
                }
            };
            invalid.add("tags", message);
        }
        if self == Self::Finding {
            tags.sort();
        }
        tags
    }

    /// One tag in lower case; empty if it is empty or refused.
    fn parse_tag(self, invalid: &mut FieldErrors, word: &str) -> String {
        let max = self.max_length();
        if self == Self::Template {
            return invalid
                .parse_optional_line("tags", word, max)
                .to_lowercase();
        }
        let tag = word.split_whitespace().collect::<Vec<_>>().join(" ");
        let tag = tag.trim_start_matches('#').to_lowercase();
        let is_odd = |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'));
        if tag.contains(is_odd) || tag.chars().count() > max {
            let rule = "Use letters, digits, spaces and - _ . / in tags";
            invalid.add("tags", format!("{rule}, at most {max} characters each."));
            return String::new();
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_tags_are_normalised_sorted_and_unique() {
        let mut invalid = FieldErrors::default();
        assert_eq!(
            Tags::Finding.parse(&mut invalid, " PCI ,#web,, web,\nQ1  2026"),
            ["pci", "q1 2026", "web"]
        );
        assert!(invalid.fields().is_empty());
        for odd in ["<b>", &"x".repeat(31), "a,b,c,d,e,f,g,h,i,j,k"] {
            let mut invalid = FieldErrors::default();
            Tags::Finding.parse(&mut invalid, odd);
            assert!(invalid.fields().contains_key("tags"), "{odd}");
        }
    }
}
