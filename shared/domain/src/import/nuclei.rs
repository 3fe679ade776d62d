//! Nuclei, as JSON or JSON Lines: a finding is a template; each match is an asset.
//!
//! Fingerprint: `nuclei` and the template's id. Matchers of a template, as the
//! products that one detects, are one finding.

use std::io::BufRead;

use serde::Deserialize;

use super::group::{FindingGroup, cwe, known, scored, section, vector};
use super::json::{self, Text, Texts};
use super::{Fingerprint, ScanBuilder, ScanError, plain};
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Characters of what was extracted at one place.
const MAX_EXTRACTED: usize = 1_000;

/// A match. Older versions spell some names otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Match {
    #[serde(alias = "templateID", rename = "template-id")]
    template: Text,
    #[serde(deserialize_with = "json::or_default")]
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
    #[serde(deserialize_with = "json::or_default")]
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

/// One draft a template; what it matched are the assets.
pub(crate) fn read(input: &mut dyn BufRead, found: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut failed = 0;
    let read = json::records(input, |one: Match| {
        found.rows += 1;
        if one.status == Some(false) {
            failed += 1;
        } else {
            add(found, &one);
        }
    });
    read.map_err(|error| json::refused("Nuclei", error))?;
    found.left_out(failed, "a template that didn't match");
    Ok(())
}

fn add(found: &mut ScanBuilder, one: &Match) {
    let rule = match one.template.as_str() {
        "" => one.info.name.as_str(),
        id => id,
    };
    let fingerprint = Fingerprint::new("nuclei", rule);
    let Some(group) = found.at(fingerprint, || first(rule, &one.info)) else {
        return;
    };
    group.rate(one.info.severity());
    group.assets.add(one.place());
    if let Some(detail) = one.detail() {
        group.tell(&detail.clone(), || detail);
    }
}

fn first(rule: &str, info: &Info) -> FindingGroup {
    let class = &info.classification;
    let (cves, beyond) = known(class.cve_id.iter().chain([rule]));
    // Some templates write their list as text with dashes.
    let links = info
        .reference
        .iter()
        .map(|link| link.trim_start_matches("- "));
    let references = plain::references(links.chain(beyond.iter().map(String::as_str)));
    let titles = [info.name.as_str(), rule, "Unnamed template"];
    let title = titles.into_iter().find(|title| !title.is_empty());
    let draft = FindingContent {
        title: plain::line(title.unwrap_or_default(), 200),
        severity: info.severity(),
        severity_reason: None,
        vector: vector(class.cvss_metrics.as_str()),
        cwe: class.cwe_id.iter().find_map(cwe),
        cves,
        assets: Vec::new(),
        description: section([plain::markdown(info.description.as_str()).as_str()]),
        impact: section([plain::markdown(info.impact.as_str()).as_str()]),
        recommendation: section([plain::markdown(info.remediation.as_str()).as_str()]),
        references: section([references.as_str()]),
    };
    FindingGroup::new(draft, "")
}

impl Info {
    fn severity(&self) -> Severity {
        match self.severity.as_str().to_ascii_lowercase().parse() {
            Ok(severity) => severity,
            // "unknown": its score says more, where there is one.
            Err(_) => scored(self.classification.cvss_score.as_str()).unwrap_or(Severity::Info),
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

    /// What it found there, where it says more than that it matched.
    fn detail(&self) -> Option<String> {
        let extracted = self.extracted.iter().collect::<Vec<_>>().join("\n");
        let matcher = self.matcher.as_str();
        if matcher.is_empty() && extracted.trim().is_empty() {
            return None;
        }
        let mut detail = format!("**{}**", plain::markdown(&plain::line(self.place(), 500)));
        if !matcher.is_empty() {
            detail = format!("{detail}: {}", plain::markdown(&plain::line(matcher, 200)));
        }
        if !extracted.trim().is_empty() {
            detail = format!("{detail}\n\n{}", plain::code(&extracted, MAX_EXTRACTED));
        }
        Some(detail)
    }
}
