//! Nessus, version 2: a finding is a plugin that reported on a host and port.
//!
//! Fingerprint: `nessus` and the plugin's number.

use super::group::{FindingGroup, cwe, known, section, vector};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use super::{Fingerprint, ScanBuilder, ScanError, plain};
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Characters of one plugin output that are kept.
const MAX_OUTPUT: usize = 2_000;

/// One draft a plugin; its hosts and ports are the assets.
pub(crate) fn read(document: XmlDocument<'_>, found: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut host = String::new();
    document.walk(
        &["Report", "ReportHost"],
        &["ReportItem"],
        |part| match part {
            XmlPart::Open(layer) => layer.attribute("name").clone_into(&mut host),
            XmlPart::Item(item) => add(found, &host, &item),
            XmlPart::Close => {}
        },
    )
}

fn add(found: &mut ScanBuilder, host: &str, item: &XmlElement) {
    found.rows += 1;
    let title = title(item);
    let rule = match item.attribute("pluginID") {
        "" => title.as_str(),
        plugin => plugin,
    };
    let fingerprint = Fingerprint::new("nessus", rule);
    let Some(group) = found.at(fingerprint, || first(item, &title)) else {
        return;
    };
    let asset = asset(host, item.attribute("port"), item.attribute("protocol"));
    group.rate(severity(item));
    group.assets.add(&asset);
    let output = item.text_of("plugin_output");
    if !output.is_empty() {
        let said = format!("{asset} {output}");
        group.tell(&said, || {
            let output = plain::code(output, MAX_OUTPUT);
            format!("**{}**\n\n{output}", plain::markdown(&asset))
        });
    }
}

fn asset(host: &str, port: &str, protocol: &str) -> String {
    let whole = match port {
        "" | "0" => host.to_owned(),
        port => format!("{host}:{port}/{protocol}"),
    };
    plain::line(&whole, 500)
}

fn severity(item: &XmlElement) -> Severity {
    match item.attribute("severity") {
        "4" => Severity::Critical,
        "3" => Severity::High,
        "2" => Severity::Medium,
        "1" => Severity::Low,
        _ => Severity::Info,
    }
}

fn title(item: &XmlElement) -> String {
    let names = [
        item.attribute("pluginName"),
        item.text_of("plugin_name"),
        item.text_of("synopsis"),
    ];
    let title = names.into_iter().find(|name| !name.trim().is_empty());
    plain::line(title.unwrap_or("Unnamed plugin"), 200)
}

fn first(item: &XmlElement, title: &str) -> FindingGroup {
    let solution = match item.text_of("solution") {
        none if none.eq_ignore_ascii_case("n/a") => "",
        solution => solution,
    };
    let (cves, beyond) = known(item.all("cve").map(|found| found.text.as_str()));
    let told = [item.text_of("synopsis"), item.text_of("description")].map(plain::markdown);
    let draft = FindingContent {
        title: title.to_owned(),
        severity: severity(item),
        severity_reason: None,
        vector: vector(item.text_of("cvss3_vector")),
        cwe: item.all("cwe").find_map(|found| cwe(&found.text)),
        cves,
        assets: Vec::new(),
        description: section(told.iter().map(String::as_str)),
        impact: String::new(),
        recommendation: section([plain::markdown(solution).as_str()]),
        references: section([references(item, &beyond).as_str()]),
    };
    FindingGroup::new(draft, "")
}

/// Where to read more; CVE numbers that the finding can't name are here too.
fn references(item: &XmlElement, cves: &[String]) -> String {
    let see = item.all("see_also").flat_map(|see| see.text.lines());
    let named = item.all("xref").map(|found| found.text.as_str());
    let named = named.chain(cves.iter().map(String::as_str));
    plain::references(see.chain(named))
}
