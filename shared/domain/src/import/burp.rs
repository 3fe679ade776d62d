//! Burp Suite: a type of issue is a finding, each place where it was seen an asset.
//!
//! Fingerprint: `burp` and the type's number; for what an extension reports,
//! which all has one number, the name as well.

use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::html;
use super::identifiers::parse_cwe;
use super::text::{self, section};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;

/// The type of every issue that an extension reports.
const EXTENSION: &str = "134217728";

/// One finding a type of issue; its hosts and locations are the assets.
pub(crate) fn read(document: XmlDocument<'_>, builder: &mut ScanBuilder) -> Result<(), ScanError> {
    document.read_parts(&[], &["issue"], |part| {
        if let XmlPart::Item(issue) = part {
            add(builder, &issue);
        }
    })
}

fn add(builder: &mut ScanBuilder, issue: &XmlElement) {
    builder.count_row();
    let fingerprint = Fingerprint::new("burp", &rule(issue));
    let Some(group) = builder.group_for(fingerprint, || new_group(issue)) else {
        return;
    };
    let asset = asset(issue);
    group.raise_severity(severity(issue));
    group.assets.add(&asset);
    let detail = issue.text_of("issueDetail");
    if !detail.is_empty() {
        group.add_detail(&format!("{asset} {detail}"), || {
            let place = text::escape_markdown(&asset);
            section([&format!("**{place}**"), html::to_markdown(detail).as_str()])
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
    // Burp has no "critical".
    match issue.text_of("severity").to_ascii_lowercase().as_str() {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        "low" => Severity::Low,
        _ => Severity::Info,
    }
}

fn new_group(issue: &XmlElement) -> FindingGroup {
    let name = match issue.text_of("name") {
        "" => "Unnamed issue",
        name => name,
    };
    let markdown = |name: &str| html::to_markdown(issue.text_of(name));
    let classes = html::text_lines(issue.text_of("vulnerabilityClassifications"));
    let linking = [
        "references",
        "vulnerabilityClassifications",
        "issueBackground",
    ];
    let links = linking
        .into_iter()
        .flat_map(|name| html::link_addresses(issue.text_of(name)));
    let content = FindingContent {
        cwe: classes
            .iter()
            .find_map(|class| class.contains("CWE").then(|| parse_cwe(class))?),
        description: section([markdown("issueBackground").as_str()]),
        recommendation: section([
            markdown("remediationDetail").as_str(),
            markdown("remediationBackground").as_str(),
        ]),
        references: section([text::reference_list(links).as_str()]),
        ..FindingContent::titled(text::single_line(name, 200), severity(issue))
    };
    FindingGroup::new(content, "")
}

fn asset(issue: &XmlElement) -> String {
    let host = issue.text_of("host");
    let place = match issue.text_of("location") {
        "" => issue.text_of("path"),
        location => location,
    };
    text::single_line(&format!("{host}{place}"), 500)
}
