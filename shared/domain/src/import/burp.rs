//! Burp Suite: a finding is a type of issue; each place it was seen is an asset.

use std::collections::BTreeMap;

use super::xml::Element;
use super::{Found, html, plain};
use crate::finding::Draft;
use crate::finding::draft::{MAX_ASSETS, MAX_SECTION};
use crate::severity::Severity;

/// Details of single places that are kept.
const MAX_DETAILS: usize = 10;

/// One draft a type and name; its hosts and locations are the assets.
pub(crate) fn read(root: &Element) -> Found {
    let mut types: BTreeMap<(&str, &str), Vec<&Element>> = BTreeMap::new();
    let mut rows = 0;
    for issue in root.all("issue") {
        types
            .entry((issue.text_of("type"), issue.text_of("name")))
            .or_default()
            .push(issue);
        rows += 1;
    }
    Found {
        drafts: types.values().filter_map(|issues| draft(issues)).collect(),
        rows,
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
    let mut assets: Vec<String> = Vec::new();
    for asset in issues
        .iter()
        .map(|issue| asset(issue))
        .filter(|asset| !asset.is_empty())
    {
        if !assets.contains(&asset) && assets.len() < MAX_ASSETS {
            assets.push(asset);
        }
    }
    let name = first.text_of("name");
    let section = |name: &str| html::to_markdown(first.text_of(name));
    let classifications = first.text_of("vulnerabilityClassifications");
    let cwe = classifications
        .split("CWE-")
        .nth(1)
        .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    let links = [
        "references",
        "vulnerabilityClassifications",
        "issueBackground",
    ];
    let cut = |text: &str| plain::cut(text, MAX_SECTION);
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
        cwe: cwe
            .and_then(|n| n.parse().ok())
            .filter(|n| (1..=9_999).contains(n)),
        cves: Vec::new(),
        assets,
        description: cut(&description(issues, &section("issueBackground"))),
        impact: String::new(),
        recommendation: cut([
            section("remediationDetail"),
            section("remediationBackground"),
        ]
        .join("\n\n")
        .trim()),
        references: cut(&plain::references(
            links
                .into_iter()
                .flat_map(|name| html::links(first.text_of(name))),
        )),
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
