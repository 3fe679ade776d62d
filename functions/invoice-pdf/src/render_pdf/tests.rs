use serde_json::{Value, json};
use typst::layout::{Frame, FrameItem};
use web::view::invoice_sample;

use super::*;

fn collect_text(frame: &Frame, into: &mut String) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_text(&group.frame, into),
            FrameItem::Text(text) => {
                into.push_str(&text.text);
                into.push(' ');
            }
            _ => {}
        }
    }
}

/// The text of each page.
fn read_pages(paper: &impl Serialize) -> Vec<String> {
    let document = compile(paper, None).expect("a paper");
    let pages = document.pages().iter().map(|page| {
        let mut text = String::new();
        collect_text(&page.frame, &mut text);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    pages.collect()
}

fn sample() -> Value {
    let data = TemplateData {
        invoice: InvoiceView::new(&invoice_sample(), "Acme #b[x] $y$"),
        accent: "#1b5eb8".to_owned(),
        logo: false,
    };
    serde_json::to_value(data).expect("a paper")
}

#[test]
fn invoice_pdf_holds_every_text_as_typed() {
    let paper = sample();
    let text = read_pages(&paper).concat();
    let mut texts = Vec::new();
    let mut collect = |value: &Value| {
        let words = value.as_str().expect("words").lines().map(str::to_owned);
        texts.extend(words.filter(|line| !line.is_empty()));
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
    texts.extend(["5 Jan 2026".to_owned(), "4 Feb 2026".to_owned()]);
    for expected in texts {
        let expected = expected.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&expected), "{expected:?} isn't in {text:?}");
    }
}

#[test]
fn long_invoice_pdf_repeats_the_table_head_on_each_page() {
    let mut paper = sample();
    let line = paper["lines"][0].clone();
    paper["lines"] = json!(vec![line; 100]);
    let pages = read_pages(&paper);
    assert!(pages.len() > 2, "{} pages", pages.len());
    for (n, page) in pages.iter().enumerate() {
        let foot = format!("Page {} of {}", n + 1, pages.len());
        assert!(page.contains(&foot), "{page}");
    }
    assert!(pages[1].contains("Quantity"), "{}", pages[1]);
}

#[test]
fn invoice_pdf_renders_every_script_of_its_fonts() {
    for name in [
        "Société Générale",
        "Τράπεζα",
        "Компания",
        "شركة",
        "Łódź & Çelik",
    ] {
        let mut paper = sample();
        paper["brand"] = json!(name);
        let document = compile(&paper, None).expect("a paper");
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
fn invoice_pdf_is_deterministic() {
    let file = |logo| {
        let accent = "#1b5eb8".to_owned();
        render_pdf(
            InvoiceView::new(&invoice_sample(), "Acme"),
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
