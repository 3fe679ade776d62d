//! Addresses in running text as links, and footnotes as words in brackets.

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd, TextMergeStream};

/// The events with each address of the web that stands outside of links and code as a link, and
/// with each footnote, named in brackets, where it was written.
pub(crate) fn link_addresses<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    let mut opaque = 0_usize;
    let mut note = None;
    TextMergeStream::new(events).flat_map(move |event| match event {
        Event::FootnoteReference(name) => vec![bracketed(&name)],
        Event::Start(Tag::FootnoteDefinition(name)) => {
            note = Some(name);
            Vec::new()
        }
        Event::End(TagEnd::FootnoteDefinition) => label(note.take()),
        Event::Start(Tag::Paragraph) => {
            let label = note.take().map(|name| bracketed(&name));
            let space = label.is_some().then(|| Event::Text(" ".into()));
            let start = Event::Start(Tag::Paragraph);
            [Some(start), label, space].into_iter().flatten().collect()
        }
        Event::Start(tag) => {
            opaque += usize::from(matches!(tag, Tag::Link { .. } | Tag::CodeBlock(_)));
            let mut events = label(note.take());
            events.push(Event::Start(tag));
            events
        }
        Event::End(tag) => {
            let ends = matches!(tag, TagEnd::Link | TagEnd::CodeBlock);
            opaque = opaque.saturating_sub(usize::from(ends));
            vec![Event::End(tag)]
        }
        Event::Text(text) if opaque == 0 => linked(&text),
        event => vec![event],
    })
}

/// The name of a footnote as a paragraph of its own.
fn label(name: Option<CowStr<'_>>) -> Vec<Event<'_>> {
    let Some(name) = name else {
        return Vec::new();
    };
    let (start, end) = (Tag::Paragraph, TagEnd::Paragraph);
    vec![Event::Start(start), bracketed(&name), Event::End(end)]
}

fn bracketed<'a>(name: &str) -> Event<'a> {
    Event::Text(format!("[{name}]").into())
}

fn linked<'a>(text: &str) -> Vec<Event<'a>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut events = Vec::new();
    for span in finder.spans(text) {
        let words = Event::Text(span.as_str().to_owned().into());
        if span.kind().is_none() || !is_of_the_web(span.as_str()) {
            events.push(words);
            continue;
        }
        events.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: span.as_str().to_owned().into(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        events.push(words);
        events.push(Event::End(TagEnd::Link));
    }
    events
}

/// Whether it is an address that a browser opens, without characters of private use: one of them
/// stands for a picture.
fn is_of_the_web(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let is_web = lower.starts_with("http://") || lower.starts_with("https://");
    is_web && !address.contains('\u{e000}')
}

#[cfg(test)]
mod tests {
    use crate::markdown::{AllowedImages, to_html};

    fn html(text: &str) -> String {
        to_html(text, &AllowedImages::default())
    }

    #[test]
    fn address_in_running_text_is_a_link_to_it() {
        const REL: &str = "rel=\"noopener noreferrer nofollow\"";
        for (text, address, after) in [
            (
                "See https://a.example/x_y_z?b=1&c=2.",
                "https://a.example/x_y_z?b=1&amp;c=2",
                ".",
            ),
            ("(http://a.example/a_(b))", "http://a.example/a_(b)", ")"),
            (
                "https://a.example/a\\_b, then",
                "https://a.example/a_b",
                ", then",
            ),
            ("- HTTPS://A.example\n- other", "HTTPS://A.example", ""),
        ] {
            let html = html(text);
            let link = format!("<a href=\"{address}\" {REL}>{address}</a>{after}");
            assert!(html.contains(&link), "{html}");
        }
    }

    #[test]
    fn address_in_link_code_or_of_another_scheme_is_as_written() {
        for text in [
            "`https://a.example/`",
            "```\nhttps://a.example/\n```",
            "javascript://a.example/%0aalert(1) ftp://a.example/ a@b.example",
        ] {
            assert!(!html(text).contains("<a "), "{text}");
        }
        for text in [
            "<https://a.example/>",
            "[https://b.example/](https://a.example/)",
        ] {
            assert_eq!(html(text).matches("<a ").count(), 1, "{text}");
        }
    }

    #[test]
    fn footnote_stays_where_it_was_written() {
        let html = html("One[^1] two[^none].\n\n[^1]: https://a.example/\n\nThree.");
        assert!(html.contains("One[1] two[^none]."), "{html}");
        assert!(
            html.contains("<p>[1] <a href=\"https://a.example/\""),
            "{html}"
        );
        assert!(html.contains("<p>Three.</p>"), "{html}");
    }
}
