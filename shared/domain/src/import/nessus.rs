//! Nessus, version 2: a finding is a plugin that reported on a host and port.
//!
//! Fingerprint: `nessus` and the plugin's number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::group::{Assets, cwe, known, section, vector};
use super::xml::Element;
use super::{Fingerprint, Found, Scanned, plain};
use crate::finding::Draft;
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
    let findings = plugins.iter().filter_map(|(plugin, items)| {
        let draft = draft(items)?;
        let rule = if plugin.is_empty() {
            &draft.title
        } else {
            *plugin
        };
        let fingerprint = Fingerprint::new("nessus", rule);
        Some(Scanned { draft, fingerprint })
    });
    Found::new(findings.collect(), rows)
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
    let mut assets = Assets::default();
    for (asset, _) in items {
        assets.add(asset);
    }
    let (assets, more) = assets.finish();
    let name = [
        first.attribute("pluginName"),
        first.text_of("plugin_name"),
        first.text_of("synopsis"),
    ];
    let title = name
        .into_iter()
        .find(|name| !name.trim().is_empty())
        .unwrap_or("Unnamed plugin");
    let solution = match first.text_of("solution") {
        none if none.eq_ignore_ascii_case("n/a") => "",
        solution => solution,
    };
    let (cves, beyond) = known(first.all("cve").map(|found| found.text.as_str()));
    Some(Draft {
        title: plain::line(title, 200),
        severity: items.iter().map(|(_, item)| severity(item)).min()?,
        severity_reason: None,
        vector: vector(first.text_of("cvss3_vector")),
        cwe: first.all("cwe").find_map(|found| cwe(&found.text)),
        cves,
        assets,
        description: section([
            description(items, first).as_str(),
            more.as_deref().unwrap_or_default(),
        ]),
        impact: String::new(),
        recommendation: section([plain::markdown(solution).as_str()]),
        references: section([references(first, &beyond).as_str()]),
    })
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

/// Where to read more; CVE numbers that the finding can't name are here too.
fn references(item: &Element, cves: &[String]) -> String {
    let see = item.all("see_also").flat_map(|see| see.text.lines());
    let named = item.all("xref").map(|found| found.text.as_str());
    let named = named.chain(cves.iter().map(String::as_str));
    plain::references(see.chain(named))
}
