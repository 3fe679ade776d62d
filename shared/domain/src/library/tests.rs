use std::collections::BTreeSet;

use super::weakness::WEAKNESSES;
use super::*;
use crate::finding::{FindingContent, FindingInput};
use crate::severity::Severity;

/// Words that say nothing, frighten, or blame.
const EMPTY: [&str; 18] = [
    "it is important to note",
    "please note",
    "in today's",
    "best practices should",
    "state-of-the-art",
    "robust",
    "leverage",
    "simply",
    "obviously",
    "catastrophic",
    "devastating",
    "trivially",
    "hacker",
    "lorem",
    "todo",
    "tbd",
    "and so on",
    "etc.",
];

fn sections(draft: &FindingContent) -> [(&'static str, &str, usize, usize); 3] {
    [
        ("description", &draft.description, 140, 900),
        ("impact", &draft.impact, 120, 600),
        ("recommendation", &draft.recommendation, 120, 1_100),
    ]
}

#[test]
fn starters_are_enough_and_distinct() {
    let all = starter::read_all();
    assert_eq!(all.len(), starters().len(), "every file is read");
    assert!(all.len() >= 40, "{}", all.len());
    for category in Category::ALL.into_iter().filter(|c| *c != Category::Other) {
        let n = all
            .iter()
            .filter(|starter| starter.category == category)
            .count();
        assert!(n >= 5, "{category:?}: {n}");
    }
    let texts: Vec<(&str, String)> = all
        .iter()
        .flat_map(|starter| {
            let own = sections(&starter.content).map(|(_, text, ..)| text.to_owned());
            own.into_iter()
                .chain([starter.id.clone(), starter.content.title.to_lowercase()])
                .map(|text| (starter.id.as_str(), text))
        })
        .collect();
    let mut seen = BTreeSet::new();
    for (id, text) in &texts {
        assert!(seen.insert(text), "{id} repeats: {text}");
    }
    for starter in &all {
        assert_eq!(
            find_starter(&starter.id).map(|found| &found.content),
            Some(&starter.content)
        );
        assert!(
            starter
                .id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
    assert_eq!(find_starter("nothing"), None);
}

#[test]
fn starter_is_accepted_by_form_and_rated_by_its_vector() {
    for starter in starters() {
        let (id, draft) = (&starter.id, &starter.content);
        assert_eq!(
            FindingInput::from(draft).parse().as_ref(),
            Ok(draft),
            "{id}"
        );
        let vector = draft
            .vector
            .as_ref()
            .unwrap_or_else(|| panic!("{id}: no vector"));
        assert_eq!(vector.severity(), draft.severity, "{id}");
        assert_ne!(draft.severity, Severity::Info, "{id}");
        assert!(
            draft.cwe.is_some_and(|n| weakness_name(n).is_some()),
            "{id}: {:?}",
            draft.cwe
        );
        assert!(
            draft
                .references
                .lines()
                .all(|line| line.starts_with("- <https://")),
            "{id}"
        );
        assert!(!draft.references.is_empty(), "{id}");
        assert!((2..=6).contains(&starter.tags.len()), "{id}: tags");
        assert!(
            starter.tags.iter().all(|tag| *tag == tag.to_lowercase()),
            "{id}: tags"
        );
    }
    let used: BTreeSet<u32> = starters()
        .iter()
        .filter_map(|starter| starter.content.cwe)
        .collect();
    let known: Vec<u32> = WEAKNESSES.iter().map(|(number, _)| *number).collect();
    assert!(known.is_sorted() && known.iter().all(|number| used.contains(number)));
}

#[test]
fn starter_texts_keep_to_lengths_and_style() {
    for starter in starters() {
        let (id, draft) = (&starter.id, &starter.content);
        assert!(
            (12..=80).contains(&draft.title.chars().count()),
            "{id}: {}",
            draft.title
        );
        assert!(
            !draft.title.ends_with('.') && draft.title.starts_with(char::is_uppercase),
            "{id}"
        );
        for (name, text, least, most) in sections(draft) {
            let length = text.chars().count();
            assert!(
                (least..=most).contains(&length),
                "{id}: {name} has {length} characters"
            );
            let lower = text.to_lowercase();
            let empty: Vec<_> = EMPTY.iter().filter(|word| lower.contains(**word)).collect();
            assert!(empty.is_empty(), "{id}: {name} says {empty:?}");
            assert!(
                !text.contains('!') || text.contains("!="),
                "{id}: {name} shouts"
            );
            assert!(
                !text.contains("  ") && !text.contains('<') || text.contains('`'),
                "{id}: {name}"
            );
        }
        let steps: Vec<&str> = draft.recommendation.lines().collect();
        assert!(steps.len() >= 2, "{id}: steps to take");
        for step in steps {
            assert!(
                step.starts_with("- ") && step.ends_with('.') || step.ends_with("`."),
                "{id}: {step}"
            );
        }
    }
}

#[test]
fn query_matches_all_its_words_in_any_text() {
    assert!(matches_query("sql INJ", ["SQL injection", "database"]));
    assert!(matches_query("", ["x"]));
    assert!(matches_query("rce", ["Remote code execution (RCE)"]));
    assert!(!matches_query(
        "rce",
        ["Resource exhaustion", "brute force"]
    ));
    assert!(!matches_query("sql mobile", ["SQL injection"]));
}

#[test]
fn template_form_parses_and_is_filled_in_again() {
    let typed = TemplateInput {
        category: "web".into(),
        tags: " XSS, cookies ,xss,".into(),
        finding: FindingInput {
            title: "Ours".into(),
            severity: "high".into(),
            severity_reason: "As we see it.".into(),
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N".into(),
            cves: "cve-2021-44228".into(),
            ..FindingInput::default()
        },
    };
    let template = typed.parse().expect("valid");
    assert_eq!(template.tags, ["xss", "cookies"]);
    assert_eq!(template.content.cves, ["CVE-2021-44228"]);
    assert_eq!(TemplateInput::from(&template).parse(), Ok(template.clone()));
    let wrong = TemplateInput {
        category: "space".into(),
        tags: "a,".repeat(3) + &"x".repeat(41),
        finding: FindingInput {
            title: " ".into(),
            ..typed.finding.clone()
        },
    };
    let fields = wrong.parse().expect_err("invalid");
    assert_eq!(
        fields.fields().keys().copied().collect::<Vec<_>>(),
        ["category", "tags", "title"]
    );
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    assert!(
        TemplateInput {
            tags: many.join(","),
            ..typed
        }
        .parse()
        .is_err()
    );
    let draft = FindingContent {
        assets: vec!["secret.example".into()],
        ..template.content.clone()
    };
    let names = serde_json::to_value(&template).expect("JSON");
    assert!(names.get("draft").is_some(), "the stored name");
    let fields = serde_json::json!({ "category": "web", "title": "Ours", "severity": "low" });
    let form: TemplateInput = serde_json::from_value(fields).expect("the form's names");
    assert_eq!(form.finding.title, "Ours");
    let unknown = serde_json::json!({ "category": "web", "colour": "red" });
    assert!(serde_json::from_value::<TemplateInput>(unknown).is_err());
    let form = TemplateInput::of_finding(&draft);
    assert!(form.category.is_empty() && !format!("{form:?}").contains("secret.example"));
}
