//! ZAP, as XML or JSON: a finding is an alert; each place it was seen is an asset.
//!
//! Fingerprint: `zap` and the alert's reference (`10020-1`), or the plugin's
//! number where a report has none.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde::Deserialize;

use super::group::{Assets, cwe, section};
use super::json::{self, Many, Text};
use super::xml::Element;
use super::{Fingerprint, Found, Refused, Scanned, html, plain};
use crate::finding::Draft;
use crate::severity::Severity;

/// Places whose parameter and evidence are told.
const MAX_DETAILS: usize = 10;
/// Characters of one piece of evidence.
const MAX_EVIDENCE: usize = 1_000;

/// An alert of one site, as both layouts have it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Alert {
    pluginid: Text,
    #[serde(rename = "alertRef")]
    reference_id: Text,
    alert: Text,
    name: Text,
    riskcode: Text,
    confidence: Text,
    desc: Text,
    solution: Text,
    otherinfo: Text,
    reference: Text,
    cweid: Text,
    #[serde(deserialize_with = "json::or_default")]
    instances: Vec<Instance>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Instance {
    uri: Text,
    method: Text,
    param: Text,
    attack: Text,
    evidence: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    #[serde(deserialize_with = "json::or_default")]
    site: Many<Site>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Site {
    #[serde(rename = "@name")]
    name: Text,
    #[serde(deserialize_with = "json::or_default")]
    alerts: Vec<Alert>,
}

/// Reads the XML report.
pub(crate) fn read_xml(root: &Element) -> Found {
    let sites = root.all("site").map(|site| Site {
        name: Text(site.attribute("name").to_owned()),
        alerts: site
            .all("alerts")
            .flat_map(|alerts| alerts.all("alertitem"))
            .map(Alert::of)
            .collect(),
    });
    found(sites.collect())
}

/// Reads the JSON report.
pub(crate) fn read_json(input: &mut dyn BufRead) -> Result<Found, Refused> {
    let report: Report =
        serde_json::from_reader(input).map_err(|error| json::refused("ZAP", &error))?;
    Ok(found(report.site.into_vec()))
}

impl Alert {
    fn of(item: &Element) -> Self {
        let text = |name: &str| Text(item.text_of(name).to_owned());
        let instance = |instance: &Element| {
            let text = |name: &str| Text(instance.text_of(name).to_owned());
            Instance {
                uri: text("uri"),
                method: text("method"),
                param: text("param"),
                attack: text("attack"),
                evidence: text("evidence"),
            }
        };
        Self {
            pluginid: text("pluginid"),
            reference_id: text("alertRef"),
            alert: text("alert"),
            name: text("name"),
            riskcode: text("riskcode"),
            confidence: text("confidence"),
            desc: text("desc"),
            solution: text("solution"),
            otherinfo: text("otherinfo"),
            reference: text("reference"),
            cweid: text("cweid"),
            instances: item
                .all("instances")
                .flat_map(|all| all.all("instance"))
                .map(instance)
                .collect(),
        }
    }

    /// The alert by which it is known from run to run.
    fn rule(&self) -> &str {
        let names = [&self.reference_id, &self.pluginid, &self.alert, &self.name];
        let named = names
            .into_iter()
            .map(Text::as_str)
            .find(|name| !name.is_empty());
        named.unwrap_or("unnamed")
    }

    fn severity(&self) -> Severity {
        match self.riskcode.as_str() {
            "3" => Severity::High,
            "2" => Severity::Medium,
            "1" => Severity::Low,
            _ => Severity::Info,
        }
    }
}

fn found(sites: Vec<Site>) -> Found {
    let mut rules: BTreeMap<String, Vec<(Text, Alert)>> = BTreeMap::new();
    let (mut rows, mut false_positives) = (0, 0);
    for Site { name, alerts } in sites {
        for alert in alerts {
            rows += 1;
            // ZAP's users mark false positives by this confidence.
            if alert.confidence.as_str() == "0" {
                false_positives += 1;
                continue;
            }
            let rule = alert.rule().to_owned();
            rules.entry(rule).or_default().push((name.clone(), alert));
        }
    }
    let findings = rules.iter().filter_map(|(rule, alerts)| {
        let draft = draft(alerts)?;
        Some(Scanned {
            draft,
            fingerprint: Fingerprint::new("zap", rule),
        })
    });
    let mut found = Found::new(findings.collect(), rows);
    found.left_out(false_positives, "marked as a false positive in ZAP");
    found
}

fn draft(alerts: &[(Text, Alert)]) -> Option<Draft> {
    let (_, first) = alerts.first()?;
    let title = match first.name.as_str() {
        "" => first.alert.as_str(),
        name => name,
    };
    let mut assets = Assets::default();
    for (site, alert) in alerts {
        for instance in &alert.instances {
            assets.add(instance.uri.as_str());
        }
        if alert.instances.is_empty() {
            assets.add(site.as_str());
        }
    }
    let (assets, more) = assets.finish();
    let seen = alerts.iter().flat_map(|(_, alert)| &alert.instances);
    let details: Vec<String> = seen
        .filter(|instance| !instance.is_plain())
        .take(MAX_DETAILS)
        .map(Instance::detail)
        .collect();
    let (about, other) = (
        html::to_markdown(first.desc.as_str()),
        html::to_markdown(first.otherinfo.as_str()),
    );
    let parts = [about.as_str(), &other, more.as_deref().unwrap_or_default()];
    let references = html::lines(first.reference.as_str());
    Some(Draft {
        title: plain::line(
            if title.is_empty() {
                "Unnamed alert"
            } else {
                title
            },
            200,
        ),
        severity: alerts.iter().map(|(_, alert)| alert.severity()).min()?,
        severity_reason: None,
        vector: None,
        cwe: alerts
            .iter()
            .find_map(|(_, alert)| cwe(alert.cweid.as_str())),
        cves: Vec::new(),
        assets,
        description: section(parts.into_iter().chain(details.iter().map(String::as_str))),
        impact: String::new(),
        recommendation: section([html::to_markdown(first.solution.as_str()).as_str()]),
        references: section([plain::references(references.iter().map(String::as_str)).as_str()]),
    })
}

impl Instance {
    /// Whether it says no more than where.
    fn is_plain(&self) -> bool {
        [&self.param, &self.attack, &self.evidence]
            .into_iter()
            .all(|text| text.as_str().is_empty())
    }

    fn detail(&self) -> String {
        let place = format!("{} {}", self.method.as_str(), self.uri.as_str());
        let mut detail = format!("**{}**", plain::markdown(&plain::line(&place, 500)));
        for (label, text) in [
            ("Parameter", &self.param),
            ("Attack", &self.attack),
            ("Evidence", &self.evidence),
        ] {
            if !text.as_str().is_empty() {
                let code = plain::code(text.as_str(), MAX_EVIDENCE);
                detail = format!("{detail}\n\n{label}:\n\n{code}");
            }
        }
        detail
    }
}
