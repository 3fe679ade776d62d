//! Burp Suite: a finding is a type of issue; each place it was seen is an asset.
//!
//! Fingerprint: `burp` and the type's number; for what an extension reports,
//! which all has one number, the name as well.

use super::group::{FindingGroup, cwe, section as paragraphs};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use super::{Fingerprint, ScanBuilder, ScanError, html, plain};
use crate::finding::FindingContent;
use crate::severity::Severity;

/// The type of every issue that an extension reports.
const EXTENSION: &str = "134217728";

/// One draft a type; its hosts and locations are the assets.
pub(crate) fn read(document: XmlDocument<'_>, found: &mut ScanBuilder) -> Result<(), ScanError> {
    document.walk(&[], &["issue"], |part| {
        if let XmlPart::Item(issue) = part {
            add(found, &issue);
        }
    })
}

fn add(found: &mut ScanBuilder, issue: &XmlElement) {
    found.rows += 1;
    let fingerprint = Fingerprint::new("burp", &rule(issue));
    let Some(group) = found.at(fingerprint, || first(issue)) else {
        return;
    };
    let asset = asset(issue);
    group.rate(severity(issue));
    group.assets.add(&asset);
    let detail = issue.text_of("issueDetail");
    if !detail.is_empty() {
        group.tell(&format!("{asset} {detail}"), || {
            let place = plain::markdown(&asset);
            paragraphs([&format!("**{place}**"), html::to_markdown(detail).as_str()])
        });
    }
}

fn rule(issue: &XmlElement) -> String {
    match issue.text_of("type") {
        number @ ("" | EXTENSION) => format!("{number} {}", issue.text_of("name")),
        number => number.to_owned(),
    }
}

fn severity(issue: &XmlElement) -> Severity {
    // Burp knows no "critical".
    match issue.text_of("severity").to_ascii_lowercase().as_str() {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        "low" => Severity::Low,
        _ => Severity::Info,
    }
}

fn first(issue: &XmlElement) -> FindingGroup {
    let name = match issue.text_of("name") {
        "" => "Unnamed issue",
        name => name,
    };
    let section = |name: &str| html::to_markdown(issue.text_of(name));
    let classes = html::lines(issue.text_of("vulnerabilityClassifications"));
    let links = [
        "references",
        "vulnerabilityClassifications",
        "issueBackground",
    ];
    let links = links
        .into_iter()
        .flat_map(|name| html::links(issue.text_of(name)));
    let draft = FindingContent {
        title: plain::line(name, 200),
        severity: severity(issue),
        severity_reason: None,
        vector: None,
        cwe: classes
            .iter()
            .find_map(|class| class.contains("CWE").then(|| cwe(class))?),
        cves: Vec::new(),
        assets: Vec::new(),
        description: paragraphs([section("issueBackground").as_str()]),
        impact: String::new(),
        recommendation: paragraphs([
            section("remediationDetail").as_str(),
            section("remediationBackground").as_str(),
        ]),
        references: paragraphs([plain::references(links).as_str()]),
    };
    FindingGroup::new(draft, "")
}

fn asset(issue: &XmlElement) -> String {
    let host = issue.text_of("host");
    let place = match issue.text_of("location") {
        "" => issue.text_of("path"),
        location => location,
    };
    plain::line(&format!("{host}{place}"), 500)
}
