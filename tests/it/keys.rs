//! `docs/KEYS.md` is what the doc comments of `keys.rs` say.

use std::fmt::Write as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/KEYS.md");
const SOURCE: &str = include_str!("../../shared/store/src/keys.rs");

const HEAD: &str = "# The table's keys\n\n\
    Made from the comments of `shared/store/src/keys.rs`, the only place where a key is spelled. A test \
    holds the two together; `UPDATE_GOLDEN=1 cargo test -p tests keys` writes this file again.\n\n";

const TAIL: &str = "\n## What it costs\n\n\
    Measured, with the budget that a test holds, in `tests/golden/cost.txt`: read and write capacity units, \
    calls, and sequential round trips of each page and of each kind of change.\n";

/// Headings, and a row for each function or constant with its comment.
fn document() -> String {
    let code = SOURCE.split("#[cfg(test)]").next().expect("code");
    let mut document = HEAD.to_owned();
    for line in code
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .skip(2)
    {
        let _ = writeln!(document, "{}", line.trim_start_matches("//!").trim());
    }
    let mut comment = String::new();
    let mut in_table = false;
    for line in code.lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            let _ = write!(
                comment,
                "{}{text}",
                if comment.is_empty() { "" } else { " " }
            );
        } else if let Some(heading) = line.strip_prefix("// ") {
            let _ = write!(
                document,
                "\n## {}\n\n| name | what |\n|---|---|\n",
                heading.trim_end_matches('.')
            );
            in_table = true;
        } else {
            let item = line
                .strip_prefix("pub(crate) fn ")
                .or_else(|| line.strip_prefix("pub(crate) const "));
            let name = item.and_then(|item| item.split(['(', ':']).next());
            if let Some(name) = name.filter(|_| in_table && !comment.is_empty()) {
                let _ = writeln!(document, "| `{name}` | {comment} |");
            }
            comment.clear();
        }
    }
    document.push_str(TAIL);
    document
}

#[test]
fn the_document_of_keys_is_that_of_the_code() {
    crate::golden::holds(GOLDEN, &document());
}
