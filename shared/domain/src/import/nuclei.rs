//! Nuclei, as JSON or JSON Lines: a finding is a template; each match is an asset.
//!
//! Fingerprint: `nuclei` and the template's id. Matchers of a template, as the
//! products that one detects, are one finding.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;

use super::group::{Assets, cwe, known, scored, section, vector};
use super::json::{self, Text, Texts};
use super::{Fingerprint, Found, Refused, Scanned, plain};
use crate::finding::Draft;
use crate::severity::Severity;

/// Matches whose details are told.
const MAX_DETAILS: usize = 10;
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
pub(crate) fn read(input: &mut dyn BufRead) -> Result<Found, Refused> {
    let mut templates: BTreeMap<String, Vec<Match>> = BTreeMap::new();
    let (mut rows, mut failed) = (0, 0);
    let read = json::records(input, |found: Match| {
        rows += 1;
        if found.status == Some(false) {
            failed += 1;
            return;
        }
        let rule = match found.template.as_str() {
            "" => found.info.name.as_str(),
            id => id,
        };
        templates.entry(rule.to_owned()).or_default().push(found);
    });
    read.map_err(|error| json::refused("Nuclei", &error))?;
    let findings = templates.iter().filter_map(|(rule, matches)| {
        let draft = draft(rule, matches)?;
        Some(Scanned {
            draft,
            fingerprint: Fingerprint::new("nuclei", rule),
        })
    });
    let mut found = Found::new(findings.collect(), rows);
    found.left_out(failed, "a template that didn't match");
    Ok(found)
}

fn draft(rule: &str, matches: &[Match]) -> Option<Draft> {
    let first = matches.first()?;
    let info = &first.info;
    let mut assets = Assets::default();
    for one in matches {
        assets.add(one.place());
    }
    let (assets, more) = assets.finish();
    let details: Vec<String> = matches
        .iter()
        .filter_map(Match::detail)
        .take(MAX_DETAILS)
        .collect();
    let about = plain::markdown(info.description.as_str());
    let parts = [about.as_str(), more.as_deref().unwrap_or_default()];
    let class = &info.classification;
    let (cves, beyond) = known(class.cve_id.iter().chain([rule]));
    // Some templates write their list as text with dashes.
    let links = info
        .reference
        .iter()
        .map(|link| link.trim_start_matches("- "));
    let references = plain::references(links.chain(beyond.iter().map(String::as_str)));
    Some(Draft {
        title: plain::line(
            [info.name.as_str(), rule]
                .into_iter()
                .find(|name| !name.is_empty())
                .unwrap_or("Unnamed template"),
            200,
        ),
        severity: matches.iter().map(|one| one.info.severity()).min()?,
        severity_reason: None,
        vector: vector(class.cvss_metrics.as_str()),
        cwe: class.cwe_id.iter().find_map(cwe),
        cves,
        assets,
        description: section(parts.into_iter().chain(details.iter().map(String::as_str))),
        impact: section([plain::markdown(info.impact.as_str()).as_str()]),
        recommendation: section([plain::markdown(info.remediation.as_str()).as_str()]),
        references: section([references.as_str()]),
    })
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
