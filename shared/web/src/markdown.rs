//! Markdown to HTML that is safe to show: sanitised at every rendering, so a
//! better rule mends what is stored.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, html};

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .generic_attributes(HashSet::new())
        .add_tags([
            "p",
            "br",
            "hr",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "h3",
            "h4",
            "h5",
            "h6",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ])
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .add_url_schemes(["http", "https", "mailto"])
        .url_relative(ammonia::UrlRelative::Deny)
        // A table may scroll sideways: by keyboard too.
        .set_tag_attribute_value("table", "tabindex", "0")
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean_content_tags(HashSet::from(["script", "style"]));
    builder
});

/// The HTML of a text in markdown. HTML in it is shown as text; images are left
/// out; headings begin below those of the page.
pub fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(tag) => Event::Start(lower_heading(tag)),
        Event::End(pulldown_cmark::TagEnd::Heading(level)) => {
            Event::End(pulldown_cmark::TagEnd::Heading(lower(level)))
        }
        other => other,
    });
    let mut raw = String::with_capacity(text.len() * 2);
    html::push_html(&mut raw, events);
    SANITISER.clean(&raw).to_string()
}

fn lower_heading(tag: pulldown_cmark::Tag<'_>) -> pulldown_cmark::Tag<'_> {
    use pulldown_cmark::Tag;
    match tag {
        Tag::Heading { level, .. } => Tag::Heading {
            level: lower(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        other => other,
    }
}

fn lower(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel as H;
    match level {
        H::H1 => H::H3,
        H::H2 => H::H4,
        H::H3 => H::H5,
        _ => H::H6,
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::to_html;

    #[test]
    fn markdown_becomes_html() {
        let html = to_html(
            "# A\n\n**b** `c<d`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\n<script>\n```\n\n<https://a.example/>",
        );
        for part in [
            "<h3>A</h3>",
            "<strong>b</strong>",
            "<code>c&lt;d</code>",
            "<td>1</td>",
            "&lt;script&gt;",
            "href=\"https://a.example/\" rel=\"noopener noreferrer nofollow\"",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn nothing_in_it_runs_or_loads() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](https://evil.example/pixel.png)",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<svg/onload=alert(1)>",
            "[x](//evil.example)",
            "<iframe src=https://evil.example></iframe>",
            "x <b onmouseover=alert(1)>y</b>",
            "[x](https://a.example \"onmouseover=alert(1)\")",
        ] {
            let html = to_html(attack);
            let page = Html::parse_fragment(&html);
            let every = Selector::parse("*").expect("a selector");
            for element in page.select(&every) {
                let name = element.value().name();
                if name == "html" {
                    continue; // what the parser puts around a fragment
                }
                assert!(
                    ["p", "a", "br"].contains(&name),
                    "<{name}> from {attack}: {html}"
                );
                for (attribute, value) in element.value().attrs() {
                    let link = attribute == "href" && value.starts_with("https://a.example");
                    assert!(
                        link || attribute == "rel",
                        "{attribute} from {attack}: {html}"
                    );
                }
            }
        }
    }
}
