//! Files that hold what a person should look at when it changes.

use std::{env, fs};

/// Holds where `text` is what the golden file holds. `UPDATE_GOLDEN=1` writes it.
pub(crate) fn holds(path: &str, text: &str) {
    #[allow(clippy::disallowed_methods)] // a test's own setting
    let update = env::var("UPDATE_GOLDEN").is_ok();
    if update {
        fs::write(path, text).expect("the golden file");
    }
    let golden = fs::read_to_string(path).unwrap_or_default();
    assert!(
        golden == text,
        "{path} differs. Look at what changed, then run with UPDATE_GOLDEN=1:\n{text}"
    );
}
