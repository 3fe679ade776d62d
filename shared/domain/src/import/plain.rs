//! Text of a scanner as text of ours: it means itself, never markdown.

use std::fmt::Write as _;

/// One line of at most `max` characters.
pub(crate) fn line(text: &str, max: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    cut(&words.join(" "), max)
}

/// At most `max` characters, with a mark where something was cut.
pub(crate) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max.saturating_sub(1)) {
        Some((at, last)) if at + last.len_utf8() < text.len() => {
            format!("{}…", text.get(..at).unwrap_or_default())
        }
        _ => text.to_owned(),
    }
}

/// Text without what our forms refuse: control characters, odd line ends, ends
/// of lines that hold nothing.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let clean: String = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
        .collect();
    clean.trim().to_owned()
}

/// Markdown that shows `text` as it is: paragraphs stay, everything that
/// markdown would read is escaped, indentation that would make code is taken out.
pub(crate) fn markdown(text: &str) -> String {
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
    list_items(escaped.trim_end())
}

/// Lines that begin like an item of a list stay such, others that would become
/// a rule or a heading don't.
fn list_items(text: &str) -> String {
    let fixed = text.lines().map(|line| {
        let rule = !line.is_empty() && line.chars().all(|c| matches!(c, '-' | '=' | '+' | ' '));
        if rule {
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    });
    fixed.collect::<Vec<_>>().join("\n")
}

/// A block of code that holds `text`, whatever is in it; cut at `max` characters.
pub(crate) fn code(text: &str, max: usize) -> String {
    let text = cut(&tidy(text), max);
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}")
}

/// References that are listed.
pub(crate) const MAX_REFERENCES: usize = 100;

/// A list of references: addresses as links, CVE numbers as links to their
/// records, other words as they are.
pub(crate) fn references<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::new();
    let mut seen: Vec<&str> = Vec::new();
    for item in items.map(str::trim).filter(|item| !item.is_empty()) {
        if seen.contains(&item) || seen.len() >= MAX_REFERENCES {
            continue;
        }
        seen.push(item);
        let safe = (item.starts_with("http://") || item.starts_with("https://"))
            && item
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
        let cve = super::group::cves(item);
        let _ = if safe {
            writeln!(list, "- <{item}>")
        } else if let [number] = cve.as_slice()
            && number.eq_ignore_ascii_case(item)
        {
            writeln!(
                list,
                "- [{number}](https://www.cve.org/CVERecord?id={number})"
            )
        } else {
            writeln!(list, "- {}", markdown(&line(item, 500)))
        };
    }
    list.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_marked_and_never_splits_a_character() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüx", 3), "äö…");
        assert_eq!(line(" a\r\n\tb ", 9), "a b");
    }

    #[test]
    fn a_block_of_code_can_hold_a_fence() {
        assert_eq!(code("a ```` b", 99), "`````\na ```` b\n`````");
    }

    #[test]
    fn markdown_means_itself() {
        assert_eq!(
            markdown("*a* <b>\n    code\n---"),
            "\\*a\\* \\<b\\>\ncode\n\\---"
        );
        assert_eq!(
            references(
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
