//! Nessus, version 2: a plugin is a finding, each host and port that it reports an asset.
//!
//! Fingerprint: `nessus` and the plugin's number.

use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::identifiers::{distinct_cves, parse_cwe};
use super::text::{self, section};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;

/// Characters of one plugin output that are kept.
const MAX_OUTPUT: usize = 2_000;

/// One finding a plugin; its hosts and ports are the assets.
pub(crate) fn read(document: XmlDocument<'_>, builder: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut host = String::new();
    document.read_parts(
        &["Report", "ReportHost"],
        &["ReportItem"],
        |part| match part {
            XmlPart::Open(layer) => layer.attribute("name").clone_into(&mut host),
            XmlPart::Item(item) => add(builder, &host, &item),
            XmlPart::Close => {}
        },
    )
}

fn add(builder: &mut ScanBuilder, host: &str, item: &XmlElement) {
    builder.count_row();
    let title = title(item);
    let rule = match item.attribute("pluginID") {
        "" => title.as_str(),
        plugin => plugin,
    };
    let fingerprint = Fingerprint::new("nessus", rule);
    let Some(group) = builder.group_for(fingerprint, || new_group(item, &title)) else {
        return;
    };
    let asset = asset(host, item.attribute("port"), item.attribute("protocol"));
    group.raise_severity(severity(item));
    group.assets.add(&asset);
    let output = item.text_of("plugin_output");
    if !output.is_empty() {
        let source = format!("{asset} {output}");
        group.add_detail(&source, || {
            let output = text::code_block(output, MAX_OUTPUT);
            format!("**{}**\n\n{output}", text::escape_markdown(&asset))
        });
    }
}

fn asset(host: &str, port: &str, protocol: &str) -> String {
    let asset = match port {
        "" | "0" => host.to_owned(),
        port => format!("{host}:{port}/{protocol}"),
    };
    text::single_line(&asset, 500)
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
    text::title(names.into_iter().chain(["Unnamed plugin"]))
}

fn new_group(item: &XmlElement, title: &str) -> FindingGroup {
    let solution = match item.text_of("solution") {
        none if none.eq_ignore_ascii_case("n/a") => "",
        solution => solution,
    };
    let (cves, beyond) = distinct_cves(item.children_named("cve").map(|child| child.text.as_str()));
    let texts = [item.text_of("synopsis"), item.text_of("description")].map(text::escape_markdown);
    let content = FindingContent {
        cwe: item
            .children_named("cwe")
            .find_map(|child| parse_cwe(&child.text)),
        cves,
        description: section(texts.iter().map(String::as_str)),
        recommendation: section([text::escape_markdown(solution).as_str()]),
        references: section([references(item, &beyond).as_str()]),
        ..FindingContent::titled(title, severity(item))
    };
    let mut group = FindingGroup::new(content, "");
    let vectors = ["cvss3_vector", "cvss4_vector", "cvss_vector"];
    group.add_vector(vectors.map(|name| item.text_of(name)));
    group
}

/// The references, with the CVE numbers beyond those that a finding may name.
fn references(item: &XmlElement, cves: &[String]) -> String {
    let links = item
        .children_named("see_also")
        .flat_map(|child| child.text.lines());
    let names = item.children_named("xref").map(|child| child.text.as_str());
    let names = names.chain(cves.iter().map(String::as_str));
    text::reference_list(links.chain(names))
}
