//! Markdown to HTML that is safe to show: sanitised at every rendering, so a
//! better rule mends what is stored.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use domain::evidence::SCHEME;
use domain::id::EvidenceId;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::autolink::link_addresses;
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
mod tests;
