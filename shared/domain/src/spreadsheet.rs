//! Escaping of text that a spreadsheet would run as a formula.

use std::borrow::Cow;

/// Characters that a cell must not begin with: the signs that start a formula, their full-width
/// forms, and white space that a program can skip.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text with an apostrophe before a possible formula and before an apostrophe, so that
/// [`unescape_formula`] restores the text.
pub fn escape_formula(text: &str) -> Cow<'_, str> {
    let first = text
        .trim_start_matches([' ', '\u{a0}', '\u{feff}'])
        .chars()
        .next();
    let risky = first.is_some_and(|c| TRIGGERS.contains(&c)) || text.starts_with('\'');
    if risky {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell that [`escape_formula`] made.
pub fn unescape_formula(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_formula_of_formula_adds_apostrophe() {
        for text in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r\n=1",
            " =1",
            "＝1",
            "\u{feff}=1",
        ] {
            assert!(escape_formula(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "1-1", "ada@example.com", "a = b"] {
            assert_eq!(escape_formula(text), text);
        }
    }

    proptest! {
        #![proptest_config(crate::testing::config())]
        #[test]
        fn escape_formula_round_trips_and_never_starts_formula(text in "[ =+@'\\t-]{0,4}.{0,20}") {
            let cell = escape_formula(&text).into_owned();
            prop_assert_eq!(unescape_formula(&cell), text.as_str());
            prop_assert!(!cell.starts_with(TRIGGERS));
        }
    }
}
