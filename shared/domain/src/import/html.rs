//! The HTML in scanners' texts, as markdown or plain text.

use super::text;

/// Markdown with the paragraphs, lists, bold words, code and links of `html`;
/// any other tag is left out, and text means itself.
pub(crate) fn to_markdown(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tail) = rest.split_at(at);
        out.push_str(&text_markdown(text));
        let Some(end) = tail.find('>') else {
            rest = tail;
            break;
        };
        let (tag, after) = tail.split_at(end + 1);
        out.push_str(tag_markdown(tag));
        rest = after;
    }
    out.push_str(&text_markdown(rest));
    collapse(&out)
}

/// The lines of `html` as plain text, without its tags.
pub(crate) fn text_lines(html: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once('<') {
        text.push_str(before);
        text.push('\n');
        let Some((_, after)) = tail.split_once('>') else {
            rest = "";
            break;
        };
        rest = after;
    }
    text.push_str(rest);
    let lines = decode(&text);
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// The addresses that `html` links to.
pub(crate) fn link_addresses(html: &str) -> impl Iterator<Item = &str> {
    let quoted = html.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    quoted.filter(|link| link.starts_with("http://") || link.starts_with("https://"))
}

fn tag_markdown(tag: &str) -> &'static str {
    let name = tag
        .trim_matches(['<', '>', '/'])
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match name.as_str() {
        "br" => "\n",
        "p" | "ul" | "ol" | "table" | "div" | "pre" => "\n\n",
        "li" if !tag.starts_with("</") => "\n- ",
        "b" | "strong" => "**",
        _ => "",
    }
}

fn decode(text: &str) -> String {
    let mut decoded = text.to_owned();
    // The ampersand last, or what it spells would be decoded twice.
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        decoded = decoded.replace(entity, character);
    }
    decoded
}

fn text_markdown(text: &str) -> String {
    let decoded = decode(text);
    let leading = if decoded.starts_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    let trailing = if decoded.len() > 1 && decoded.ends_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    let flat = decoded.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{leading}{}{trailing}", text::escape_markdown(&flat))
}

/// The text with one empty line at most between lines, none at the ends, and no empty bold.
fn collapse(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        let is_empty = line.is_empty() || line == "****";
        if !is_empty || lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(if is_empty { "" } else { line });
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_tags_become_markdown_and_text_means_itself() {
        let html = "<p>The <b>q</b> parameter &lt;script&gt;</p><ul><li>one</li><li>two*</li></ul><script>x</script><br>end";
        assert_eq!(
            to_markdown(html),
            "The **q** parameter \\<script\\>\n\n- one\n- two\\*\n\nx\nend"
        );
    }

    #[test]
    fn text_lines_have_no_tags() {
        let html = "<p>https://a.example/?x=1&amp;y=2</p><p> b </p><p></p>c";
        assert_eq!(text_lines(html), ["https://a.example/?x=1&y=2", "b", "c"]);
        assert_eq!(text_lines("cut <a href"), ["cut"]);
    }

    #[test]
    fn link_addresses_are_http_only() {
        let html =
            "<a href=\"https://a.example/\">x</a><a href='javascript:x'>y</a><a href=z>z</a>";
        assert_eq!(
            link_addresses(html).collect::<Vec<_>>(),
            ["https://a.example/"]
        );
    }
}
