//! Burp Suite: a finding is a type of issue; each place it was seen is an asset.
//!
//! Fingerprint: `burp` and the type's number; for what an extension reports,
//! which all has one number, the name as well.

use std::collections::BTreeMap;

use super::group::{Assets, cwe, section as paragraphs};
use super::xml::Element;
use super::{Fingerprint, Found, Scanned, html, plain};
use crate::finding::Draft;
use crate::severity::Severity;

/// Details of single places that are kept.
const MAX_DETAILS: usize = 10;
/// The type of every issue that an extension reports.
const EXTENSION: &str = "134217728";

/// One draft a type; its hosts and locations are the assets.
pub(crate) fn read(root: &Element) -> Found {
    let mut types: BTreeMap<String, Vec<&Element>> = BTreeMap::new();
    let mut rows = 0;
    for issue in root.all("issue") {
        types.entry(rule(issue)).or_default().push(issue);
        rows += 1;
    }
    let findings = types.iter().filter_map(|(rule, issues)| {
        let draft = draft(issues)?;
        Some(Scanned {
            draft,
            fingerprint: Fingerprint::new("burp", rule),
        })
    });
    Found::new(findings.collect(), rows)
}

fn rule(issue: &Element) -> String {
    match issue.text_of("type") {
        number @ ("" | EXTENSION) => format!("{number} {}", issue.text_of("name")),
        number => number.to_owned(),
    }
}

fn severity(issue: &Element) -> Severity {
    // Burp knows no "critical".
    match issue.text_of("severity").to_ascii_lowercase().as_str() {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        "low" => Severity::Low,
        _ => Severity::Info,
    }
}

fn draft(issues: &[&Element]) -> Option<Draft> {
    let first = issues.first()?;
    let mut assets = Assets::default();
    for issue in issues {
        assets.add(&asset(issue));
    }
    let (assets, more) = assets.finish();
    let name = first.text_of("name");
    let section = |name: &str| html::to_markdown(first.text_of(name));
    let classes = html::lines(first.text_of("vulnerabilityClassifications"));
    let links = [
        "references",
        "vulnerabilityClassifications",
        "issueBackground",
    ];
    let description = description(issues, &section("issueBackground"));
    Some(Draft {
        title: plain::line(
            if name.is_empty() {
                "Unnamed issue"
            } else {
                name
            },
            200,
        ),
        severity: issues.iter().map(|issue| severity(issue)).min()?,
        severity_reason: None,
        vector: None,
        cwe: classes
            .iter()
            .find_map(|class| class.contains("CWE").then(|| cwe(class))?),
        cves: Vec::new(),
        assets,
        description: paragraphs([description.as_str(), more.as_deref().unwrap_or_default()]),
        impact: String::new(),
        recommendation: paragraphs([
            section("remediationDetail").as_str(),
            section("remediationBackground").as_str(),
        ]),
        references: paragraphs([plain::references(
            links
                .into_iter()
                .flat_map(|name| html::links(first.text_of(name))),
        )
        .as_str()]),
    })
}

fn asset(issue: &Element) -> String {
    let host = issue.text_of("host");
    let place = match issue.text_of("location") {
        "" => issue.text_of("path"),
        location => location,
    };
    plain::line(&format!("{host}{place}"), 500)
}

/// What the type of issue is, then what is particular to each place.
fn description(issues: &[&Element], background: &str) -> String {
    let details = issues
        .iter()
        .filter(|issue| !issue.text_of("issueDetail").is_empty())
        .take(MAX_DETAILS);
    let details = details.map(|issue| {
        let place = plain::markdown(&asset(issue));
        format!(
            "**{place}**\n\n{}",
            html::to_markdown(issue.text_of("issueDetail"))
        )
    });
    let parts = std::iter::once(background.to_owned())
        .chain(details)
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}
