//! Texts of scanners as texts of findings: a scanner's text means itself, never markdown.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::identifiers::parse_cves;
use crate::finding::content::MAX_SECTION;
use crate::input::clean_text;

/// References that a finding lists.
pub(crate) const MAX_REFERENCES: usize = 100;

/// One line of at most `max` characters, with single spaces.
pub(crate) fn single_line(text: &str, max: usize) -> String {
    let text = clean_text(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    truncate(&words.join(" "), max)
}

/// The first of the titles that isn't empty, as one line.
pub(crate) fn title<'a>(titles: impl IntoIterator<Item = &'a str>) -> String {
    let mut titles = titles.into_iter().map(|title| single_line(title, 200));
    titles.find(|title| !title.is_empty()).unwrap_or_default()
}

/// At most `max` characters, with a mark where something was cut.
pub(crate) fn truncate(text: &str, max: usize) -> String {
    match text.char_indices().nth(max.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => {
            format!("{}…", text.get(..at).unwrap_or_default())
        }
        _ => text.to_owned(),
    }
}

/// Clean text without white space at both ends.
pub(crate) fn tidy(text: &str) -> String {
    clean_text(text).trim().to_owned()
}

/// Markdown that shows `text` as it is: paragraphs stay, everything that
/// markdown would read is escaped, indentation that would make code is taken out.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for line in tidy(text).lines() {
        for c in line.trim().chars() {
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
            ) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        escaped.push('\n');
    }
    escape_rules(escaped.trim_end())
}

/// Escapes lines that markdown would read as a rule or a heading; items of lists stay such, but
/// hold no list within their line.
fn escape_rules(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let is_rule = !line.is_empty() && line.chars().all(|c| matches!(c, '-' | '=' | '+' | ' '));
        if is_rule {
            return format!("\\{line}");
        }
        let nested = list_sign(line).and_then(|(_, after)| {
            let (sign, _) = list_sign(line.get(after..)?)?;
            line.split_at_checked(after + sign)
        });
        match nested {
            Some((before, sign)) => format!("{before}\\{sign}"),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the sign is by which a line begins as an item of a list, and where what follows it
/// begins. Stars are escaped before.
fn list_sign(line: &str) -> Option<(usize, usize)> {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let rest = line.get(digits..)?;
    let after = if digits > 0 {
        rest.strip_prefix(['.', ')'])
    } else {
        rest.strip_prefix(['-', '+'])
    }?;
    let text = after.trim_start();
    (after.is_empty() || text.len() < after.len()).then(|| (digits, line.len() - text.len()))
}

/// Paragraphs that aren't empty, as one section of at most [`MAX_SECTION`] characters.
pub(crate) fn section<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    truncate(&tidy(&parts.join("\n\n")), MAX_SECTION)
}

/// A hash to compare texts by, where keeping them would take too much memory.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A block of code that holds `text`, whatever is in it; cut at `max` characters.
pub(crate) fn code_block(text: &str, max: usize) -> String {
    let text = truncate(&tidy(text), max);
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

/// A list of references: addresses as links, CVE numbers as links to their
/// records, other words as they are.
pub(crate) fn reference_list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::new();
    let mut seen: Vec<&str> = Vec::new();
    for item in items.map(str::trim).filter(|item| !item.is_empty()) {
        if seen.contains(&item) || seen.len() >= MAX_REFERENCES {
            continue;
        }
        seen.push(item);
        let is_link = (item.starts_with("http://") || item.starts_with("https://"))
            && item
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
        let cve = parse_cves(item);
        let _ = if is_link {
            writeln!(list, "- <{item}>")
        } else if let [number] = cve.as_slice()
            && number.eq_ignore_ascii_case(item)
        {
            writeln!(
                list,
                "- [{number}](https://www.cve.org/CVERecord?id={number})"
            )
        } else {
            writeln!(list, "- {}", escape_markdown(&single_line(item, 500)))
        };
    }
    list.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_text_is_marked_and_keeps_whole_characters() {
        assert_eq!(truncate("äöü", 3), "äöü");
        assert_eq!(truncate("äöüx", 3), "äö…");
        assert_eq!(single_line(" a\r\n\tb ", 9), "a b");
    }

    #[test]
    fn list_within_the_line_of_an_item_is_escaped() {
        for (text, escaped) in [
            ("- one\n- two", "- one\n- two"),
            ("- - - x", "- \\- - x"),
            ("1. 2) x", "1. 2\\) x"),
            ("+ 1. x", "+ 1\\. x"),
            ("- -x", "- -x"),
            ("1.2. x", "1.2. x"),
            ("- 10.0.0.1", "- 10.0.0.1"),
        ] {
            assert_eq!(escape_markdown(text), escaped, "{text}");
        }
        let deep = escape_markdown(&("- ".repeat(5_000) + "x"));
        assert!(deep.starts_with("- \\- "), "{}", &deep[..9]);
    }

    #[test]
    fn code_block_fence_is_longer_than_any_in_text() {
        assert_eq!(code_block("a ```` b", 99), "`````\na ```` b\n`````");
    }

    #[test]
    fn escaped_markdown_and_references_mean_themselves() {
        assert_eq!(
            escape_markdown("*a* <b>\n    code\n---"),
            "\\*a\\* \\<b\\>\ncode\n\\---"
        );
        assert_eq!(
            reference_list(
                [
                    "http://a.example/",
                    "CVE-1_2",
                    "cve-2026-0001",
                    "javascript:x"
                ]
                .into_iter()
            ),
            "- <http://a.example/>\n- CVE-1\\_2\n\
             - [CVE-2026-0001](https://www.cve.org/CVERecord?id=CVE-2026-0001)\n- javascript:x"
        );
    }
}
