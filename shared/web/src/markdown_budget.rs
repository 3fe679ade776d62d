//! How much a text in markdown may make of itself. Nesting and tables are counted before they
//! are parsed, output while it is written, so that time and size grow with the text alone.

use std::fmt;

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd, html};

/// Levels of quotes, lists and emphasis within each other at most.
pub(crate) const MAX_DEPTH: usize = 30;
/// Cells of a text's tables at most; a row that is short is filled up.
const MAX_CELLS: usize = 10_000;
/// Characters that are shown of a text at most: more than any form stores.
const MAX_CHARS: usize = 50_000;
/// Bytes of HTML that any text may have, and those that each character adds: the longest
/// that one needs when it is escaped.
const BASE_BYTES: usize = 8 * 1024;
const CHAR_BYTES: usize = 5;

/// Said of a text whose formatting is over the budget.
const AS_TYPED: &str = "Shown as typed: the formatting is too complex to display.";
/// Said of a text that is longer than [`MAX_CHARS`].
const CUT: &str = "Only the beginning is shown: the text is too long to display.";

/// The bytes of HTML that `text` makes at most.
pub(crate) fn max_bytes(text: &str) -> usize {
    BASE_BYTES + CHAR_BYTES * text.chars().take(MAX_CHARS).count()
}

/// The part of a text that is shown.
pub(crate) fn shown_part(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_CHARS);
    end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// Whether a text could nest or fill up more than the budget allows, by what its lines begin
/// with and by the rules of its tables.
pub(crate) fn is_excessive(text: &str) -> bool {
    text.lines().any(|line| count_containers(line) > MAX_DEPTH) || count_cells(text) > MAX_CELLS
}

/// The signs of quotes and lists that a line begins with.
fn count_containers(line: &str) -> usize {
    let (mut rest, mut count) = (line.trim_start(), 0);
    while let Some(after) = after_container(rest) {
        count += 1;
        rest = after.trim_start();
    }
    count
}

/// What follows the sign of a quote or of a list's item at the beginning of `text`.
fn after_container(text: &str) -> Option<&str> {
    if let Some(after) = text.strip_prefix('>') {
        return Some(after);
    }
    let after_digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let after = if after_digits.len() < text.len() {
        after_digits.strip_prefix(['.', ')'])
    } else {
        text.strip_prefix(['-', '+', '*'])
    }?;
    (after.is_empty() || after.starts_with([' ', '\t'])).then_some(after)
}

/// The cells that the tables of a text have at most.
fn count_cells(text: &str) -> usize {
    let (mut cells, mut columns) = (0_usize, 0_usize);
    for line in text.lines() {
        if line.chars().all(|c| c.is_whitespace() || c == '>') {
            columns = 0;
        } else if is_table_rule(line) {
            columns = columns.max(line.matches('|').count() + 1);
        }
        cells = cells.saturating_add(columns);
    }
    cells
}

/// Whether a line could be the rule below a table's head, in a quote or a list too.
fn is_table_rule(line: &str) -> bool {
    let of_rule = |c: char| {
        matches!(c, '|' | ':' | '-' | '>' | '+' | '*' | '.' | ')')
            || c.is_whitespace()
            || c.is_ascii_digit()
    };
    line.contains('|') && line.contains('-') && line.chars().all(of_rule)
}

/// HTML that takes no more than a budget; beyond it, writing fails.
#[derive(Debug)]
pub(crate) struct BoundedHtml {
    pub(crate) html: String,
    max: usize,
}

impl BoundedHtml {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            html: String::new(),
            max,
        }
    }
}

impl fmt::Write for BoundedHtml {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.html.len() + text.len() > self.max {
            return Err(fmt::Error);
        }
        self.html.push_str(text);
        Ok(())
    }
}

/// A text as it was typed, with the reason.
pub(crate) fn render_as_typed(text: &str) -> String {
    let code = Tag::CodeBlock(CodeBlockKind::Indented);
    let events = [
        Event::Start(code),
        Event::Text(text.into()),
        Event::End(TagEnd::CodeBlock),
    ];
    let mut html = notice(AS_TYPED);
    html::push_html(&mut html, events.into_iter());
    html
}

/// The HTML of a text's shown part, which says so where that isn't all of it.
pub(crate) fn mark_cut(html: String, whole: &str, shown: &str) -> String {
    if shown.len() < whole.len() {
        notice(CUT) + &html
    } else {
        html
    }
}

fn notice(words: &str) -> String {
    format!("<p class=\"muted\">{words}</p>\n")
}
