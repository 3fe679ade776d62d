//! `docs/KEYS.md` is what the doc comments of the store's keys say.

use std::fmt::Write as _;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/KEYS.md");
/// The files that spell keys: the prefixes first.
pub(crate) const SOURCES: &[&str] = &[
    include_str!("../../shared/store/src/table/keys/mod.rs"),
    include_str!("../../shared/store/src/table/keys/prefixes.rs"),
    include_str!("../../shared/store/src/table/keys/directory.rs"),
    include_str!("../../shared/store/src/table/keys/workspace.rs"),
    include_str!("../../shared/store/src/table/keys/engagement.rs"),
    include_str!("../../shared/store/src/table/keys/outbox.rs"),
    include_str!("../../shared/store/src/table/keys/files.rs"),
    include_str!("../../shared/store/src/table/keys/money.rs"),
    include_str!("../../shared/store/src/table/keys/objects.rs"),
    include_str!("../../shared/store/src/table/keys/index_keys.rs"),
];

const HEAD: &str = "# The table's keys\n\n\
    Made from the comments of `shared/store/src/table/keys/`, the only place where a key is spelled. A test \
    holds the two together; `UPDATE_GOLDEN=1 cargo test -p tests keys` writes this file again.\n\n";

const TAIL: &str = "\n## What it costs\n\n\
    Measured, with the budget that a test holds, in `tests/golden/cost.txt`: read and write capacity units, \
    calls, and sequential round trips of each page and of each kind of change.\n";

/// What a file's own comment says, without its first `skip` lines.
fn doc_lines(source: &str, skip: usize) -> impl Iterator<Item = &str> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(str::trim).skip(skip)
}

/// The name of a function or a constant that a line begins.
pub(crate) fn item(line: &str) -> Option<&str> {
    let rest = line
        .strip_prefix("pub(crate) fn ")
        .or_else(|| line.strip_prefix("pub(crate) const "))?;
    rest.split(['(', ':']).next()
}

/// A heading for each file, and a row for each function or constant with its comment.
fn document() -> String {
    let mut document = HEAD.to_owned();
    let (prefixes, files) = SOURCES.split_first().expect("files");
    for line in doc_lines(prefixes, 2) {
        let _ = writeln!(document, "{line}");
    }
    for source in files {
        let heading = doc_lines(source, 0).collect::<Vec<_>>().join(" ");
        let heading = heading.trim_end_matches('.');
        let _ = write!(document, "\n## {heading}\n\n| name | what |\n|---|---|\n");
        let mut comment = Vec::new();
        for line in source.lines() {
            if let Some(text) = line.strip_prefix("/// ") {
                comment.push(text);
                continue;
            }
            if let Some(name) = item(line) {
                let _ = writeln!(document, "| `{name}` | {} |", comment.join(" "));
            }
            comment.clear();
        }
    }
    document.push_str(TAIL);
    document
}

#[test]
fn keys_document_equals_the_code() {
    crate::golden::assert_golden(GOLDEN, &document());
}
