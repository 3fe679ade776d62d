//! Text that a spreadsheet would take for a formula.

use std::borrow::Cow;

/// What a cell must not begin with: the signs that start a formula, their
/// full-width twins, and what a program may skip to find one.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a cell: an apostrophe goes before what could begin a formula,
/// and before an apostrophe, so that [`unguarded`] gives back what was there.
pub fn guarded(text: &str) -> Cow<'_, str> {
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

/// What a guarded cell stands for.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_a_formula_becomes_text() {
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
            assert!(guarded(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "1-1", "ada@example.com", "a = b"] {
            assert_eq!(guarded(text), text);
        }
    }

    proptest! {
        #![proptest_config(crate::testing::config())]
        #[test]
        fn nothing_is_lost_and_nothing_begins_a_formula(text in "[ =+@'\\t-]{0,4}.{0,20}") {
            let cell = guarded(&text).into_owned();
            prop_assert_eq!(unguarded(&cell), text.as_str());
            prop_assert!(!cell.starts_with(TRIGGERS));
        }
    }
}
