use std::collections::BTreeSet;

use super::weaknesses::WEAKNESSES;
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
fn there_are_enough_and_each_stands_once() {
    let all = starters::read_all();
    assert_eq!(all.len(), starters().len(), "every file is read");
    assert!(all.len() >= 40, "{}", all.len());
    for category in Category::ALL.into_iter().filter(|c| *c != Category::Other) {
        let n = all.iter().filter(|one| one.category == category).count();
        assert!(n >= 5, "{category:?}: {n}");
    }
    let texts: Vec<(&str, String)> = all
        .iter()
        .flat_map(|one| {
            let own = sections(&one.draft).map(|(_, text, ..)| text.to_owned());
            own.into_iter()
                .chain([one.id.clone(), one.draft.title.to_lowercase()])
                .map(|text| (one.id.as_str(), text))
        })
        .collect();
    let mut seen = BTreeSet::new();
    for (id, text) in &texts {
        assert!(seen.insert(text), "{id} repeats: {text}");
    }
    for one in &all {
        assert_eq!(starter(&one.id).map(|found| &found.draft), Some(&one.draft));
        assert!(
            one.id
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
    assert_eq!(starter("nothing"), None);
}

#[test]
fn each_is_a_finding_that_the_form_accepts_and_rated_by_its_vector() {
    for one in starters() {
        let (id, draft) = (&one.id, &one.draft);
        assert_eq!(
            FindingInput::from(draft).parse().as_ref(),
            Ok(draft),
            "{id}"
        );
        let vector = draft
            .vector
            .as_ref()
            .unwrap_or_else(|| panic!("{id}: no vector"));
        assert_eq!(vector.score().severity(), draft.severity, "{id}");
        assert_ne!(draft.severity, Severity::Info, "{id}");
        assert!(
            draft.cwe.is_some_and(|n| weakness(n).is_some()),
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
        assert!((2..=6).contains(&one.tags.len()), "{id}: tags");
        assert!(
            one.tags.iter().all(|tag| *tag == tag.to_lowercase()),
            "{id}: tags"
        );
    }
    let used: BTreeSet<u32> = starters().iter().filter_map(|one| one.draft.cwe).collect();
    let known: Vec<u32> = WEAKNESSES.iter().map(|(number, _)| *number).collect();
    assert!(known.is_sorted() && known.iter().all(|number| used.contains(number)));
}

#[test]
fn each_is_written_for_somebody_who_has_to_fix_it() {
    for one in starters() {
        let (id, draft) = (&one.id, &one.draft);
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
fn searching_finds_by_any_word() {
    assert!(matches("sql INJ", ["SQL injection", "database"]));
    assert!(matches("", ["x"]));
    assert!(!matches("sql mobile", ["SQL injection"]));
}

#[test]
fn a_template_is_typed_and_filled_in_again() {
    let typed = TemplateInput {
        title: "Ours".into(),
        category: "web".into(),
        tags: " XSS, cookies ,xss,".into(),
        severity: "high".into(),
        severity_reason: "As we see it.".into(),
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N".into(),
        cves: "cve-2021-44228".into(),
        ..TemplateInput::default()
    };
    let template = typed.parse().expect("valid");
    assert_eq!(template.tags, ["xss", "cookies"]);
    assert_eq!(template.draft.cves, ["CVE-2021-44228"]);
    assert_eq!(TemplateInput::from(&template).parse(), Ok(template.clone()));
    let wrong = TemplateInput {
        title: " ".into(),
        category: "space".into(),
        tags: "a,".repeat(3) + &"x".repeat(41),
        ..typed.clone()
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
        ..template.draft
    };
    let form = TemplateInput::of_finding(&draft);
    assert!(form.category.is_empty() && !format!("{form:?}").contains("secret.example"));
}
