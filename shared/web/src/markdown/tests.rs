//! What markdown becomes, and what hostile markdown does not.

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
