use serde_json::{Value, json};
use typst::layout::{Frame, FrameItem};
use web::view::billed_sample;

use super::*;

fn words(frame: &Frame, into: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => words(&group.frame, into),
            FrameItem::Text(text) => {
                into.push_str(&text.text);
                into.push(' ');
            }
            _ => {}
        }
    }
}

/// What a reader finds on each page.
fn read(paper: &impl Serialize) -> Vec<String> {
    let document = set(paper, None).expect("a paper");
    let pages = document.pages().iter().map(|page| {
        let mut found = String::new();
        words(&page.frame, &mut found);
        found.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    pages.collect()
}

fn sample() -> Value {
    let data = Data {
        paper: InvoiceView::new(&billed_sample(), "Acme #b[x] $y$"),
        accent: "#1b5eb8".to_owned(),
        logo: false,
    };
    serde_json::to_value(data).expect("a paper")
}

#[test]
fn all_that_the_page_says_stands_on_the_paper_as_it_was_typed() {
    let paper = sample();
    let text = read(&paper).concat();
    let mut said = Vec::new();
    let mut collect = |value: &Value| {
        let words = value.as_str().expect("words").lines().map(str::to_owned);
        said.extend(words.filter(|line| !line.is_empty()));
    };
    for field in [
        "number", "brand", "from", "to", "subject", "currency", "notes", "pay",
    ] {
        collect(&paper[field]);
    }
    for line in paper["lines"].as_array().expect("lines") {
        line.as_object()
            .expect("a line")
            .values()
            .for_each(&mut collect);
    }
    for sum in paper["sums"].as_array().expect("sums") {
        collect(&sum["label"]);
        collect(&sum["amount"]);
    }
    said.extend(["5 Jan 2026".to_owned(), "4 Feb 2026".to_owned()]);
    for one in said {
        let one = one.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&one), "{one:?} isn't in {text:?}");
    }
}

#[test]
fn a_long_paper_goes_on_over_pages_with_the_head_of_its_table_on_each() {
    let mut paper = sample();
    let line = paper["lines"][0].clone();
    paper["lines"] = json!(vec![line; 100]);
    let pages = read(&paper);
    assert!(pages.len() > 2, "{} pages", pages.len());
    for (n, page) in pages.iter().enumerate() {
        let foot = format!("Page {} of {}", n + 1, pages.len());
        assert!(page.contains(&foot), "{page}");
    }
    assert!(pages[1].contains("Quantity"), "{}", pages[1]);
}

#[test]
fn names_are_set_in_the_scripts_that_the_fonts_have() {
    for name in [
        "Société Générale",
        "Τράπεζα",
        "Компания",
        "شركة",
        "Łódź & Çelik",
    ] {
        let mut paper = sample();
        paper["brand"] = json!(name);
        let document = set(&paper, None).expect("a paper");
        assert!(!has_gap(&document.pages()[0].frame), "{name}");
    }
}

/// Whether a letter was found in no font.
fn has_gap(frame: &Frame) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => has_gap(&group.frame),
        FrameItem::Text(text) => text.glyphs.iter().any(|glyph| glyph.id == 0),
        _ => false,
    })
}

#[test]
fn the_same_paper_gives_the_same_bytes_and_a_logo_others() {
    let file = |logo| {
        let accent = "#1b5eb8".to_owned();
        pdf(
            InvoiceView::new(&billed_sample(), "Acme"),
            PdfBranding { accent, logo },
        )
    };
    let first = file(None).expect("a file");
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!(first, file(None).expect("a file"));
    let logo = include_bytes!("logo.png").to_vec();
    assert_ne!(first, file(Some(logo)).expect("a file"));
    assert!(file(Some(b"no picture".to_vec())).is_err());
}
