//! Golden files: outputs that a person reads when they change.

use std::{env, fs};

use similar::TextDiff;

/// Asserts that `text` equals the golden file at `path`, and shows the difference where it does
/// not. With `UPDATE_GOLDEN=1` the file is written first.
pub(crate) fn assert_golden(path: &str, text: &str) {
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests alone")]
    let update = env::var("UPDATE_GOLDEN").is_ok();
    if update {
        fs::write(path, text).expect("the golden file");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    let difference = TextDiff::from_lines(golden.as_str(), text)
        .unified_diff()
        .context_radius(1)
        .header("the golden file", "the code now")
        .to_string();
    assert!(
        golden == text,
        "{path} differs. Read the difference, then run `make golden`:\n{difference}"
    );
}
