//! Markdown to HTML that is safe to show: sanitised at every rendering, so a
//! better rule mends what is stored.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::autolink::link_addresses;
use ammonia::Builder;
use domain::evidence::SCHEME;
use domain::id::EvidenceId;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::markdown_budget::{self as budget, BoundedHtml};

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

/// The pictures that a text may show, by what begins their addresses.
#[derive(Debug, Clone, Default)]
pub struct AllowedImages {
    /// Where the page of each is, below this by its id.
    pub base: String,
    /// Those that there are.
    pub ids: Vec<EvidenceId>,
}

/// What stands for a picture while a text is sanitised; in the text itself there is
/// none of it.
const MARK: char = '\u{e000}';

/// The HTML of a text in markdown. HTML in it is shown as text; headings begin below
/// those of the page. Of images it shows those pictures that it refers to by their
/// ids and that there are; all others are left out. A text whose formatting is over the
/// budget is shown as it was typed.
pub fn to_html(text: &str, pictures: &AllowedImages) -> String {
    let shown = budget::shown_part(text);
    let html = render(shown, pictures).unwrap_or_else(|| budget::render_as_typed(shown));
    budget::mark_cut(html, text, shown)
}

/// The HTML, where it is within the budget.
fn render(text: &str, pictures: &AllowedImages) -> Option<String> {
    if budget::is_excessive(text) {
        return None;
    }
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let text = text.replace(MARK, "");
    let (mut shown, mut inside) = (Vec::new(), Vec::<Image>::new());
    let mut links = 0_usize;
    let (mut depth, is_deep) = (0_usize, Cell::new(false));
    let within = Parser::new_ext(&text, options).take_while(|event| {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_deep.set(depth > budget::MAX_DEPTH);
        !is_deep.get()
    });
    let events = within.filter_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) => {
            inside.push(Image::new(&dest_url, links > 0));
            None
        }
        Event::End(TagEnd::Image) => {
            let image = inside.pop()?;
            // One in the words of another is part of them.
            let html = image.html(pictures).filter(|_| inside.is_empty())?;
            shown.push(html);
            Some(Event::Text(MARK.to_string().into()))
        }
        event => match (inside.last_mut(), event) {
            (Some(image), Event::Text(words) | Event::Code(words) | Event::InlineHtml(words)) => {
                image.words.push_str(&words);
                None
            }
            (Some(_), _) => None,
            (None, event) => {
                links = match event {
                    Event::Start(Tag::Link { .. }) => links + 1,
                    Event::End(TagEnd::Link) => links.saturating_sub(1),
                    _ => links,
                };
                Some(plain_event(event))
            }
        },
    });
    let most = budget::max_bytes(&text);
    let mut raw = BoundedHtml::new(most);
    let written = html::write_html_fmt(&mut raw, link_addresses(events));
    if written.is_err() || is_deep.get() {
        return None;
    }
    let clean = SANITISER.clean(&raw.html).to_string();
    Some(put_pictures(clean, shown)).filter(|html| html.len() <= most)
}

/// The HTML with the pictures in place of their marks.
fn put_pictures(clean: String, shown: Vec<String>) -> String {
    if shown.is_empty() {
        return clean;
    }
    // Ours, put in after all that was theirs is clean.
    let mut pieces = clean.split(MARK);
    let mut html = pieces.next().unwrap_or_default().to_owned();
    for (piece, picture) in pieces.zip(shown) {
        html.push_str(&picture);
        html.push_str(piece);
    }
    html
}

/// An image of a text.
struct Image {
    id: Option<EvidenceId>,
    words: String,
    linked: bool,
}

impl Image {
    fn new(address: &str, linked: bool) -> Self {
        let id = address.strip_prefix(SCHEME).and_then(|id| id.parse().ok());
        Self {
            id,
            words: String::new(),
            linked,
        }
    }

    /// The picture; its words where it isn't there, or not yet; nothing for an image
    /// from elsewhere.
    fn html(&self, pictures: &AllowedImages) -> Option<String> {
        let id = self.id?;
        let words = ammonia::clean_text(&self.words);
        if !pictures.ids.contains(&id) {
            let words = if words.is_empty() { "picture" } else { &words };
            return Some(format!("<em class=\"no-picture\">[{words}]</em>"));
        }
        let here = format!("{}/{id}", pictures.base);
        let image = format!(
            "<img class=\"picture\" src=\"{here}/image\" alt=\"{words}\" loading=\"lazy\">"
        );
        Some(if self.linked {
            image
        } else {
            format!("<a class=\"picture-link\" href=\"{here}\" data-picture>{image}</a>")
        })
    }
}

fn unmarked(text: CowStr<'_>) -> CowStr<'_> {
    if text.contains(MARK) {
        text.replace(MARK, "").into()
    } else {
        text
    }
}

fn plain_event(event: Event<'_>) -> Event<'_> {
    match event {
        // By a reference to its number, the mark comes in after all.
        Event::Html(raw) | Event::InlineHtml(raw) | Event::Text(raw) => Event::Text(unmarked(raw)),
        Event::Code(raw) => Event::Code(unmarked(raw)),
        Event::Start(tag) => Event::Start(lower_heading(tag)),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower_level(level))),
        other => other,
    }
}

fn lower_heading(tag: Tag<'_>) -> Tag<'_> {
    match tag {
        Tag::Heading { level, .. } => Tag::Heading {
            level: lower_level(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        },
        other => other,
    }
}

fn lower_level(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
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
    use proptest::test_runner::{Config, RngAlgorithm, RngSeed};
    use scraper::{Html, Selector};

    use domain::id::EvidenceId;

    use super::AllowedImages;

    fn to_html(text: &str) -> String {
        super::to_html(text, &AllowedImages::default())
    }

    #[test]
    fn markdown_renders_as_html() {
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
    fn markdown_hostile_input_runs_and_loads_nothing() {
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
            "<iframe src=https://a.example></iframe>",
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

    /// Texts whose HTML would be far larger than they are, or nested without end.
    fn hostile_texts() -> Vec<String> {
        let table = |columns: usize, rows: usize| {
            let (head, rule) = ("|a".repeat(columns), "|-".repeat(columns));
            format!("{head}|\n{rule}|\n{}", "x\n".repeat(rows))
        };
        let links: String =
            format!("[a]: https://e.example/{}\n\n", "x".repeat(2_000)) + &"[a]".repeat(1_000);
        vec![
            ">".repeat(20_000),
            "> ".repeat(10_000),
            "- ".repeat(10_000),
            "1. ".repeat(5_000),
            "+ ".repeat(31) + "x",
            "> 1) * ".repeat(15) + "x",
            (0..200).map(|n| " ".repeat(2 * n) + "- a\n").collect(),
            "*a **b ".repeat(2_000) + &"** *".repeat(2_000),
            "[".repeat(20_000),
            "![".repeat(9_000) + &"](evidence:x)".repeat(900),
            table(300, 900),
            table(5_000, 5_000),
            format!("> - {}", table(200, 800).replace('\n', "\n> ")),
            links,
            "[](a)".repeat(4_000),
            "`a`".repeat(6_000),
            "&".repeat(20_000),
            "\u{a0}".repeat(20_000),
            "a  \n".repeat(5_000),
            "---\n\n".repeat(4_000),
            "- \n".repeat(6_000),
            "<b>".repeat(6_000),
            "x".repeat(1_000_000),
            ">".repeat(1_000_000),
        ]
    }

    #[test]
    fn markdown_over_its_budget_is_shown_as_typed() {
        for text in [
            ">".repeat(20_000),
            "- ".repeat(31) + "x",
            hostile_texts().swap_remove(10),
        ] {
            let html = to_html(&text);
            assert!(
                html.starts_with("<p class=\"muted\">Shown as typed"),
                "{html}"
            );
            let page = Html::parse_fragment(&html);
            let code = Selector::parse("pre > code").expect("a selector");
            let shown: String = page.select(&code).flat_map(|code| code.text()).collect();
            assert_eq!(shown, text);
        }
        let nested = "> ".repeat(20) + "deep";
        assert!(to_html(&nested).contains("<blockquote>"), "few levels stay");
        let long = "word ".repeat(20_000);
        let html = to_html(&long);
        assert!(
            html.contains("Only the beginning is shown"),
            "{}",
            &html[..200]
        );
        assert!(html.len() < 51_000);
    }

    #[test]
    fn markdown_of_hostile_texts_stays_within_its_bytes() {
        for text in hostile_texts() {
            let html = to_html(&text);
            let most = crate::markdown_budget::max_bytes(&text);
            let begin: String = text.chars().take(20).collect();
            assert!(html.len() <= most, "{begin}: {} > {most}", html.len());
        }
    }

    proptest::proptest! {
        #![proptest_config(config())]

        #[test]
        fn markdown_of_any_mixture_stays_within_its_bytes_and_depth(
            pieces in proptest::collection::vec((0..PIECES.len(), 1..200_usize), 1..30)
        ) {
            let text: String = pieces.iter().map(|(piece, n)| PIECES[*piece].repeat(*n)).collect();
            let html = to_html(&text);
            proptest::prop_assert!(html.len() <= crate::markdown_budget::max_bytes(&text));
            let (mut depth, mut deepest) = (0_usize, 0);
            for tag in html.split('<').skip(1) {
                let void = ["br", "hr", "img"].iter().any(|name| tag.starts_with(name));
                match tag.strip_prefix('/') {
                    Some(_) => depth -= 1,
                    None if void => {}
                    None => depth += 1,
                }
                deepest = deepest.max(depth);
            }
            // Each level of a list or a table is two elements or three.
            proptest::prop_assert!(deepest <= 3 * crate::markdown_budget::MAX_DEPTH, "{}", deepest);
        }
    }

    /// One seed, so that a run is the same every time.
    fn config() -> Config {
        Config {
            cases: 300,
            failure_persistence: None,
            rng_algorithm: RngAlgorithm::ChaCha,
            rng_seed: RngSeed::Fixed(20_261_201),
            ..Config::default()
        }
    }

    /// What hostile texts are made of.
    const PIECES: [&str; 26] = [
        ">",
        "> ",
        "- ",
        "+ ",
        "* ",
        "1. ",
        "2) ",
        "\n",
        "\n\n",
        "  ",
        "    ",
        "|",
        "|-",
        "|a",
        "|:-:|\n",
        "*",
        "**",
        "_",
        "~~",
        "[a]",
        "[a](b)",
        "![a](evidence:b)",
        "`",
        "<b>",
        "&",
        "# x",
    ];

    #[test]
    fn markdown_shows_allowed_images_only() {
        let (known, other) = (EvidenceId::new(1, 1), EvidenceId::new(1, 2));
        let pictures = AllowedImages {
            base: "/engagements/e/findings/f/evidence".to_owned(),
            ids: vec![known],
        };
        let show = |text: &str| super::to_html(text, &pictures);
        let shown = show(&format!("See ![the \"box\" <b>](evidence:{known} \"t\")."));
        let src = format!("src=\"/engagements/e/findings/f/evidence/{known}/image\"");
        assert!(shown.contains(&src), "{shown}");
        let page = Html::parse_fragment(&shown);
        let image = Selector::parse("a[data-picture] > img").expect("a selector");
        let image = page.select(&image).next().expect("a picture");
        assert_eq!(image.attr("alt"), Some("the \"box\" <b>"));
        for text in [
            format!("![x](evidence:{other})"),
            "![x](evidence:../../../account)".to_owned(),
            format!("![x](https://evil.example/evidence:{known})"),
            format!("![x](EVIDENCE:{known}\" onerror=\"alert(1))"),
            format!("`![x](evidence:{known})`"),
            format!("![![x](evidence:{known})](https://evil.example/)"),
            "\u{e000}".to_owned(),
        ] {
            let html = show(&text);
            assert!(!html.contains("<img"), "{text}: {html}");
        }
        // What would stand for one in the text stands for none.
        let forged = show(&format!(
            "\u{e000}&#xe000; `\u{e000}` a ![b](evidence:{known}) [c](https://a.example/&#xe000;)"
        ));
        assert_eq!(forged.matches("<img").count(), 1, "{forged}");
        assert!(forged.contains(" a <a "), "{forged}");
        // In a link's words it isn't a link as well.
        let linked = show(&format!("[![b](evidence:{known})](https://a.example/)"));
        assert_eq!(linked.matches("<a ").count(), 1, "{linked}");
    }
}
