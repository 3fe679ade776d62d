//! Every template of pages and mails, rendered with its samples and checked as parsed HTML.

use std::collections::{BTreeMap, BTreeSet};

use domain::finding::FindingInput;
use domain::library::TemplateInput;
use domain::preference::NotificationKind;
use scraper::{Html, Selector};
use web::mail_samples::{MAIL_PARTS, mail_samples};
use web::{Renderer, Sample};

use crate::source::workspace_root;

type Samples = &'static [fn() -> Vec<Sample>];

/// Each function's pages, by the folder that it reads.
const SAMPLES: &[(&str, Samples)] = &[
    ("pages/auth", auth::SAMPLES),
    ("pages/billing", billing::SAMPLES),
    ("pages/dashboard", dashboard::SAMPLES),
    ("pages/documents", documents::SAMPLES),
    ("pages/engagements", engagements::SAMPLES),
    ("pages/findings", findings::SAMPLES),
    ("pages/invites", invites::SAMPLES),
    ("pages/invoices", invoices::SAMPLES),
    ("pages/messages", messages::SAMPLES),
    ("pages/payments", payments::SAMPLES),
    ("pages/settings", settings::SAMPLES),
    ("pages/signup", signup::SAMPLES),
    ("pages/errors", web::ERROR_SAMPLES),
];

fn samples() -> impl Iterator<Item = Sample> {
    let all = SAMPLES.iter().flat_map(|(_, samples)| *samples);
    all.flat_map(|samples| samples())
}

/// Each state of each page, as a team member and as a contact would get it.
fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for (folder, samples) in SAMPLES {
        let renderer = Renderer::for_folder(folder).expect("templates");
        for (n, sample) in samples
            .iter()
            .flat_map(|page| page().into_iter().enumerate())
        {
            for team in [true, false] {
                let name = format!("{} (state {n}, team: {team})", sample.template);
                let html = sample.render(&renderer, team);
                let html = html.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                pages.push((name, html));
            }
        }
    }
    pages
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

#[test]
fn every_page_template_has_a_sample() {
    let sampled: BTreeSet<_> = samples().map(|sample| sample.template).collect();
    // Shown by the layer around the handlers; tests of errors look at them.
    let errors = ["unknown_host", "moved"].map(|name| format!("pages/errors/{name}.html"));
    let pages = Renderer::template_names().filter(|name| name.starts_with("pages/"));
    let missing: Vec<_> = pages
        .filter(|name| !sampled.contains(name) && !errors.iter().any(|error| error == name))
        .collect();
    assert!(missing.is_empty(), "without a sample: {missing:?}");
}

#[test]
fn no_page_has_inline_script_or_style() {
    for (name, html) in pages() {
        let page = Html::parse_document(&html);
        for script in page.select(&selector("script")) {
            assert!(script.attr("src").is_some(), "{name}: an inline script");
        }
        assert_eq!(
            page.select(&selector("style")).count(),
            0,
            "{name}: inline style"
        );
        for element in page.select(&selector("*")) {
            for (attribute, _) in element.value().attrs() {
                let inline = attribute == "style" || attribute.starts_with("on");
                assert!(!inline, "{name}: {attribute} at {}", element.value().name());
            }
        }
    }
}

#[test]
fn every_post_form_carries_its_csrf_token() {
    for (name, html) in pages() {
        let page = Html::parse_document(&html);
        for form in page.select(&selector("form[method=post]")) {
            let token = form.select(&selector("input[name=csrf]")).next();
            let value = token.and_then(|token| token.attr("value"));
            assert_eq!(value, Some("sample-token"), "{name}");
        }
        let without = selector("form:not([method=post]):not([method=get])");
        let forms = page.select(&without);
        assert_eq!(forms.count(), 0, "{name}: a form without a method");
    }
}

#[test]
fn pages_have_one_h1_unique_ids_and_labels() {
    for (name, html) in pages() {
        let page = Html::parse_document(&html);
        assert_eq!(page.select(&selector("h1")).count(), 1, "{name}: headings");
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for element in page.select(&selector("[id]")) {
            *ids.entry(element.attr("id").unwrap_or_default())
                .or_default() += 1;
        }
        let twice: Vec<_> = ids.iter().filter(|(_, n)| **n > 1).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        let fields = "input:not([type=hidden]):not([type=radio]), textarea, select";
        for field in page.select(&selector(fields)) {
            if let Some(name) = field.attr("aria-labelledby") {
                assert!(
                    ids.contains_key(name),
                    "{name} names a field and isn't there"
                );
                continue;
            }
            let id = field.attr("id").unwrap_or_default();
            let around = field.ancestors().filter_map(scraper::ElementRef::wrap);
            if around.into_iter().any(|up| up.value().name() == "label") {
                continue;
            }
            let label = selector(&format!("label[for=\"{id}\"]"));
            assert_eq!(page.select(&label).count(), 1, "{name}: label of {id}");
        }
    }
}

#[test]
fn user_input_is_escaped_on_every_page() {
    for (name, html) in pages() {
        // The samples hold these in titles and names.
        assert!(!html.contains("<script>alert"), "{name}");
        assert!(!html.contains(" <b></"), "{name}");
    }
}

#[test]
fn page_samples_fill_every_template_field() {
    for (name, html) in pages() {
        for sign in [
            "__tera",
            "{{",
            "{%",
            ">none<",
            ">null<",
            ">undefined<",
            "NaN",
        ] {
            assert!(!html.contains(sign), "{name} shows {sign}");
        }
    }
}

/// Each part of each state of each mail: the template's name and the text.
fn mail_parts() -> Vec<(String, String)> {
    let renderer = Renderer::for_folder("emails").expect("templates");
    let mut parts = Vec::new();
    for sample in mail_samples() {
        for part in MAIL_PARTS {
            let template = sample.template(part);
            let text = sample.render(&renderer, part);
            let text = text.unwrap_or_else(|error| panic!("{template}: {error:?}"));
            parts.push((template, text));
        }
    }
    parts
}

#[test]
fn every_mail_template_has_a_sample() {
    let sampled: BTreeSet<_> = mail_parts().into_iter().map(|(name, _)| name).collect();
    let mails = Renderer::template_names().filter(|name| name.starts_with("emails/"));
    let missing: Vec<_> = mails
        .filter(|name| !sampled.contains(*name) && *name != "emails/layout.html")
        .collect();
    assert!(missing.is_empty(), "without a sample: {missing:?}");
}

#[test]
fn mail_samples_fill_every_template_field() {
    for (name, text) in mail_parts() {
        for sign in ["__tera", "{{", "{%", "none", "null", "undefined", "NaN"] {
            let shown = text.replace("text-decoration:none", "");
            assert!(!shown.contains(sign), "{name} shows {sign}: {text}");
        }
        assert!(!text.trim().is_empty(), "{name} is empty");
        if name.ends_with(".subject.txt") {
            assert_eq!(text.trim().lines().count(), 1, "{name}: {text}");
        }
    }
}

#[test]
fn user_input_is_escaped_in_html_mail_and_plain_in_text_mail() {
    for (name, text) in mail_parts() {
        if is_html(&name) {
            assert!(!text.contains("<script>"), "{name}");
            assert!(!text.contains("Acme <b>"), "{name}");
            assert!(text.contains("Acme &lt;b&gt;"), "{name}");
        } else {
            assert!(
                !text.contains("&lt;") && !text.contains("&amp;"),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn text_mail_has_no_markup() {
    let elements = [
        "time", "a", "p", "div", "span", "br", "strong", "em", "table", "img",
    ];
    for (name, text) in mail_parts().into_iter().filter(|(name, _)| !is_html(name)) {
        for element in elements {
            for sign in [
                format!("<{element} "),
                format!("<{element}>"),
                format!("</{element}>"),
            ] {
                assert!(!text.contains(&sign), "{name} has {sign}: {text}");
            }
        }
        let said = text.matches("UTC").count();
        assert!(said <= 1, "{name} names the zone {said} times: {text}");
    }
}

#[test]
fn html_mail_has_no_script_and_links_to_this_host() {
    for (name, html) in mail_parts() {
        if !is_html(&name) {
            continue;
        }
        let mail = Html::parse_document(&html);
        assert_eq!(mail.select(&selector("script")).count(), 0, "{name}");
        for link in mail.select(&selector("[href], [src]")) {
            let address = link.attr("href").or(link.attr("src")).unwrap_or_default();
            let ours = address.starts_with("https://acme.portal.example/");
            assert!(ours, "{name} links to {address}");
        }
    }
}

#[test]
fn only_the_sanitiser_marks_text_safe() {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates");
    let mut folders = vec![std::path::PathBuf::from(templates)];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a template");
            assert!(!text.contains("| safe"), "{}", path.display());
            assert!(!text.contains("autoescape"), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= Renderer::template_names().count());
}

fn is_html(name: &str) -> bool {
    std::path::Path::new(name)
        .extension()
        .is_some_and(|end| end == "html")
}

/// A field that a form leaves out would be emptied by the next save.
#[test]
fn forms_of_findings_and_templates_have_every_field_of_the_content() {
    let finding = serde_json::to_value(FindingInput::default()).expect("JSON");
    let template = serde_json::to_value(TemplateInput::default()).expect("JSON");
    let pages = pages();
    for (template_name, input) in [("finding_form", finding), ("template_form", template)] {
        let fields = input.as_object().expect("fields").keys();
        // A template is not of one client: it has no assets.
        let fields: Vec<_> = fields
            .filter(|field| template_name == "finding_form" || *field != "assets")
            .collect();
        assert!(fields.len() > 9, "{fields:?}");
        let path = format!("pages/findings/{template_name}.html");
        let forms = pages.iter().filter(|(name, _)| name.starts_with(&path));
        for (name, html) in forms {
            let page = Html::parse_document(html);
            for field in &fields {
                let control = page
                    .select(&selector(&format!("form [name={field}]")))
                    .next();
                assert!(control.is_some(), "{name}: no field {field}");
            }
        }
    }
}

#[test]
fn icon_of_every_notification_kind_exists() {
    let icons = std::fs::read_to_string(workspace_root().join("assets/icons.json")).expect("icons");
    let icons: BTreeSet<String> = serde_json::from_str(&icons).expect("a list");
    for kind in NotificationKind::all() {
        assert!(icons.contains(kind.icon), "{}: {}", kind.name, kind.icon);
    }
}
