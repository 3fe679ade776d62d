//! Nessus, version 2: a finding is a plugin that reported on a host and port.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::xml::Element;
use super::{Found, plain};
use crate::finding::Draft;
use crate::finding::draft::{MAX_ASSETS, MAX_SECTION};
use crate::score::Vector;
use crate::severity::Severity;

/// Characters of one plugin output that are kept, and of how many.
const MAX_OUTPUT: usize = 2_000;
const MAX_OUTPUTS: usize = 5;

/// One draft a plugin; its hosts and ports are the assets.
pub(crate) fn read(root: &Element) -> Found {
    let mut plugins: BTreeMap<&str, Vec<(String, &Element)>> = BTreeMap::new();
    let mut rows = 0;
    for host in root
        .all("Report")
        .flat_map(|report| report.all("ReportHost"))
    {
        for item in host.all("ReportItem") {
            let asset = asset(
                host.attribute("name"),
                item.attribute("port"),
                item.attribute("protocol"),
            );
            plugins
                .entry(item.attribute("pluginID"))
                .or_default()
                .push((asset, item));
            rows += 1;
        }
    }
    Found {
        drafts: plugins.values().filter_map(|items| draft(items)).collect(),
        rows,
    }
}

fn asset(host: &str, port: &str, protocol: &str) -> String {
    let whole = match port {
        "" | "0" => host.to_owned(),
        port => format!("{host}:{port}/{protocol}"),
    };
    plain::line(&whole, 500)
}

fn draft(items: &[(String, &Element)]) -> Option<Draft> {
    let (_, first) = items.first()?;
    let severity = |item: &Element| match item.attribute("severity") {
        "4" => Severity::Critical,
        "3" => Severity::High,
        "2" => Severity::Medium,
        "1" => Severity::Low,
        _ => Severity::Info,
    };
    let mut assets: Vec<String> = Vec::new();
    for (asset, _) in items.iter().filter(|(asset, _)| !asset.is_empty()) {
        if !assets.contains(asset) && assets.len() < MAX_ASSETS {
            assets.push(asset.clone());
        }
    }
    let name = [
        first.attribute("pluginName"),
        first.text_of("plugin_name"),
        first.text_of("synopsis"),
    ];
    let title = name
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .unwrap_or("Unnamed plugin");
    let cwe = first
        .text_of("cwe")
        .split(|c: char| !c.is_ascii_digit())
        .find(|n| !n.is_empty());
    let solution = match first.text_of("solution") {
        none if none.eq_ignore_ascii_case("n/a") => "",
        solution => solution,
    };
    Some(Draft {
        title: plain::line(title, 200),
        severity: items.iter().map(|(_, item)| severity(item)).min()?,
        severity_reason: None,
        vector: vector(first.text_of("cvss3_vector")),
        cwe: cwe
            .and_then(|n| n.parse().ok())
            .filter(|n| (1..=9_999).contains(n)),
        cves: Vec::new(),
        assets,
        description: plain::cut(&description(items, first), MAX_SECTION),
        impact: String::new(),
        recommendation: plain::cut(&plain::markdown(solution), MAX_SECTION),
        references: plain::cut(&references(first), MAX_SECTION),
    })
}

/// Nessus writes CVSS 3.0, whose base metrics mean the same in 3.1.
fn vector(text: &str) -> Option<Vector> {
    let text = text.trim().replacen("CVSS:3.0/", "CVSS:3.1/", 1);
    text.parse().ok()
}

fn description(items: &[(String, &Element)], first: &Element) -> String {
    let synopsis = first.text_of("synopsis");
    let mut text = [synopsis, first.text_of("description")]
        .map(plain::markdown)
        .join("\n\n");
    let outputs = items
        .iter()
        .filter(|(_, item)| !item.text_of("plugin_output").is_empty());
    for (asset, item) in outputs.take(MAX_OUTPUTS) {
        let output = plain::code(item.text_of("plugin_output"), MAX_OUTPUT);
        let _ = write!(text, "\n\n**{}**\n\n{output}", plain::markdown(asset));
    }
    text.trim().to_owned()
}

fn references(item: &Element) -> String {
    let see = item.all("see_also").flat_map(|see| see.text.lines());
    let named = ["cve", "xref"]
        .into_iter()
        .flat_map(|name| item.all(name))
        .map(|found| found.text.as_str());
    plain::references(see.chain(named))
}
