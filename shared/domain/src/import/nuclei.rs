//! Nuclei, as JSON or JSON Lines: a template is a finding, the place of each match an asset.
//!
//! Fingerprint: `nuclei` and the template's id. Matchers of a template, as the
//! products that one detects, are one finding.

use std::io::BufRead;

use serde::Deserialize;

use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::identifiers::{distinct_cves, parse_cwe, parse_score};
use super::json::{self, Text, Texts};
use super::text::{self, section};
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;

/// Characters of an extracted text that are kept.
const MAX_EXTRACTED: usize = 1_000;

/// A match. Older versions spell some names differently.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Match {
    #[serde(alias = "templateID", rename = "template-id")]
    template: Text,
    #[serde(deserialize_with = "json::null_as_default")]
    info: Info,
    #[serde(alias = "matcher_name", rename = "matcher-name")]
    matcher: Text,
    #[serde(rename = "matcher-status")]
    status: Option<bool>,
    host: Text,
    #[serde(alias = "matched", rename = "matched-at")]
    place: Text,
    #[serde(alias = "extracted_results", rename = "extracted-results")]
    extracted: Texts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Info {
    name: Text,
    severity: Text,
    description: Text,
    impact: Text,
    remediation: Text,
    reference: Texts,
    #[serde(deserialize_with = "json::null_as_default")]
    classification: Classification,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Classification {
    cve_id: Texts,
    cwe_id: Texts,
    cvss_metrics: Text,
    cvss_score: Text,
}

/// One finding a template; what it matched are the assets.
pub(crate) fn read(input: &mut dyn BufRead, builder: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut unmatched = 0;
    let read = json::read_records(input, |found: Match| {
        builder.count_row();
        if found.status == Some(false) {
            unmatched += 1;
        } else {
            add(builder, &found);
        }
    });
    read.map_err(|error| json::to_scan_error("Nuclei", error))?;
    builder.remark_skipped(unmatched, "a template that didn't match");
    Ok(())
}

fn add(builder: &mut ScanBuilder, found: &Match) {
    let rule = match found.template.as_str() {
        "" => found.info.name.as_str(),
        id => id,
    };
    let fingerprint = Fingerprint::new("nuclei", rule);
    let Some(group) = builder.group_for(fingerprint, || new_group(rule, &found.info)) else {
        return;
    };
    group.raise_severity(found.info.severity());
    group.assets.add(found.place());
    if let Some(detail) = found.detail() {
        group.add_detail(&detail.clone(), || detail);
    }
}

fn new_group(rule: &str, info: &Info) -> FindingGroup {
    let class = &info.classification;
    let (cves, beyond) = distinct_cves(class.cve_id.iter().chain([rule]));
    // Some templates write their list as text with dashes.
    let links = info
        .reference
        .iter()
        .map(|link| link.trim_start_matches("- "));
    let references = text::reference_list(links.chain(beyond.iter().map(String::as_str)));
    let title = text::title([info.name.as_str(), rule, "Unnamed template"]);
    let content = FindingContent {
        cwe: class.cwe_id.iter().find_map(parse_cwe),
        cves,
        description: section([text::escape_markdown(info.description.as_str()).as_str()]),
        impact: section([text::escape_markdown(info.impact.as_str()).as_str()]),
        recommendation: section([text::escape_markdown(info.remediation.as_str()).as_str()]),
        references: section([references.as_str()]),
        ..FindingContent::titled(title, info.severity())
    };
    let mut group = FindingGroup::new(content, "");
    group.add_vector([class.cvss_metrics.as_str()]);
    group
}

impl Info {
    fn severity(&self) -> Severity {
        match self.severity.as_str().to_ascii_lowercase().parse() {
            Ok(severity) => severity,
            // As for "unknown": the score says more, where there is one.
            Err(_) => {
                parse_score(self.classification.cvss_score.as_str()).unwrap_or(Severity::Info)
            }
        }
    }
}

impl Match {
    fn place(&self) -> &str {
        match self.place.as_str() {
            "" => self.host.as_str(),
            place => place,
        }
    }

    /// What the match found at its place, where it says more than that it matched.
    fn detail(&self) -> Option<String> {
        let extracted = self.extracted.iter().collect::<Vec<_>>().join("\n");
        let matcher = self.matcher.as_str();
        if matcher.is_empty() && extracted.trim().is_empty() {
            return None;
        }
        let mut detail = format!(
            "**{}**",
            text::escape_markdown(&text::single_line(self.place(), 500))
        );
        if !matcher.is_empty() {
            detail = format!(
                "{detail}: {}",
                text::escape_markdown(&text::single_line(matcher, 200))
            );
        }
        if !extracted.trim().is_empty() {
            detail = format!(
                "{detail}\n\n{}",
                text::code_block(&extracted, MAX_EXTRACTED)
            );
        }
        Some(detail)
    }
}
