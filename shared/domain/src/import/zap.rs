//! ZAP, as XML or JSON: an alert is a finding, each place where it was seen an asset.
//!
//! Fingerprint: `zap` and the alert's reference (`10020-1`), or the plugin's
//! number where a report has none.

use std::fmt;
use std::io::BufRead;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::asset_list::AssetList;
use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::html;
use super::identifiers::parse_cwe;
use super::json::{self, ForEachItem, ObjectHandler, ObjectStream, Text};
use super::text::{self, section};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;

/// Places of one alert whose parameter and evidence are kept.
const MAX_DETAILS: usize = 10;
/// Characters of one piece of evidence that are kept.
const MAX_EVIDENCE: usize = 1_000;
/// The children of an alert in the XML layout.
const ITEMS: [&str; 12] = [
    "instance",
    "pluginid",
    "alertRef",
    "alert",
    "name",
    "riskcode",
    "confidence",
    "desc",
    "solution",
    "otherinfo",
    "reference",
    "cweid",
];

/// An alert of one site, in either layout.
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
    instances: Instances,
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

/// The places of an alert, of which there can be very many.
#[derive(Debug, Default)]
struct Instances {
    has_any: bool,
    assets: AssetList,
    details: Vec<String>,
}

/// Reads the XML report.
pub(crate) fn read_xml(
    document: XmlDocument<'_>,
    builder: &mut ScanBuilder,
) -> Result<(), ScanError> {
    let (mut site, mut alert, mut open) = (String::new(), Alert::default(), Vec::new());
    let mut alerts = Alerts::new(builder);
    let layers = ["site", "alerts", "alertitem", "instances"];
    document.read_parts(&layers, &ITEMS, |part| match part {
        XmlPart::Open(layer) => {
            match layer.name.as_str() {
                "site" => layer.attribute("name").clone_into(&mut site),
                "alertitem" => alert = Alert::default(),
                _ => {}
            }
            open.push(layer.name);
        }
        XmlPart::Item(item) => alert.set(&item),
        XmlPart::Close => {
            if open.pop().as_deref() == Some("alertitem") {
                alerts.add(&site, std::mem::take(&mut alert));
            }
        }
    })?;
    alerts.finish();
    Ok(())
}

/// Reads the JSON report.
pub(crate) fn read_json(
    input: &mut dyn BufRead,
    builder: &mut ScanBuilder,
) -> Result<(), ScanError> {
    let mut alerts = Alerts::new(builder);
    json::read_objects("ZAP", input, &mut alerts)?;
    alerts.finish();
    Ok(())
}

/// The alerts of a report, while they are read.
struct Alerts<'a> {
    builder: &'a mut ScanBuilder,
    false_positives: usize,
}

/// The alerts of one site.
struct Site<'a, 'b> {
    alerts: &'a mut Alerts<'b>,
    name: String,
}

impl<'de> ObjectHandler<'de> for Alerts<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name != "site" {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        let mut site = Site {
            alerts: self,
            name: String::new(),
        };
        map.next_value_seed(ObjectStream(&mut site))
    }
}

impl<'de> ObjectHandler<'de> for Site<'_, '_> {
    fn begin(&mut self) {
        self.name.clear();
    }

    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "@name" => map.next_value().map(|Text(name)| self.name = name),
            "alerts" => {
                let mut on_alert = |alert| self.alerts.add(&self.name, alert);
                map.next_value_seed(ForEachItem::new(&mut on_alert))
            }
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl<'a> Alerts<'a> {
    fn new(builder: &'a mut ScanBuilder) -> Self {
        Self {
            builder,
            false_positives: 0,
        }
    }

    fn add(&mut self, site: &str, alert: Alert) {
        self.builder.count_row();
        // ZAP's users mark false positives by this confidence.
        if alert.confidence.as_str() == "0" {
            self.false_positives += 1;
            return;
        }
        let fingerprint = Fingerprint::new("zap", alert.rule());
        let Some(group) = self.builder.group_for(fingerprint, || alert.new_group()) else {
            return;
        };
        group.raise_severity(alert.severity());
        group.content.cwe = group
            .content
            .cwe
            .or_else(|| parse_cwe(alert.cweid.as_str()));
        group.assets.merge(&alert.instances.assets);
        if !alert.instances.has_any {
            group.assets.add(site);
        }
        for detail in alert.instances.details {
            group.add_detail(&detail.clone(), || detail);
        }
    }

    fn finish(self) {
        let reason = "marked as a false positive in ZAP";
        self.builder.remark_skipped(self.false_positives, reason);
    }
}

impl Alert {
    fn set(&mut self, item: &XmlElement) {
        let field = match item.name.as_str() {
            "instance" => return self.instances.add(&Instance::of(item)),
            "pluginid" => &mut self.pluginid,
            "alertRef" => &mut self.reference_id,
            "alert" => &mut self.alert,
            "name" => &mut self.name,
            "riskcode" => &mut self.riskcode,
            "confidence" => &mut self.confidence,
            "desc" => &mut self.desc,
            "solution" => &mut self.solution,
            "otherinfo" => &mut self.otherinfo,
            "reference" => &mut self.reference,
            _ => &mut self.cweid,
        };
        if field.0.is_empty() {
            item.text.clone_into(&mut field.0);
        }
    }

    /// The rule of the fingerprint.
    fn rule(&self) -> &str {
        let names = [&self.reference_id, &self.pluginid, &self.alert, &self.name];
        let name = names
            .into_iter()
            .map(Text::as_str)
            .find(|name| !name.is_empty());
        name.unwrap_or("unnamed")
    }

    fn severity(&self) -> Severity {
        match self.riskcode.as_str() {
            "3" => Severity::High,
            "2" => Severity::Medium,
            "1" => Severity::Low,
            _ => Severity::Info,
        }
    }

    fn new_group(&self) -> FindingGroup {
        let title = text::title([self.name.as_str(), self.alert.as_str(), "Unnamed alert"]);
        let html = |text: &Text| html::to_markdown(text.as_str());
        let references = html::text_lines(self.reference.as_str());
        let references = text::reference_list(references.iter().map(String::as_str));
        let content = FindingContent {
            description: section([html(&self.desc).as_str(), html(&self.otherinfo).as_str()]),
            recommendation: section([html(&self.solution).as_str()]),
            references: section([references.as_str()]),
            ..FindingContent::titled(title, self.severity())
        };
        FindingGroup::new(content, "")
    }
}

impl Instances {
    fn add(&mut self, instance: &Instance) {
        self.has_any = true;
        self.assets.add(instance.uri.as_str());
        if !instance.is_plain() && self.details.len() < MAX_DETAILS {
            self.details.push(instance.detail());
        }
    }
}

impl<'de> Deserialize<'de> for Instances {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InstancesVisitor)
    }
}

struct InstancesVisitor;

impl<'de> Visitor<'de> for InstancesVisitor {
    type Value = Instances;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of instances")
    }

    fn visit_unit<E>(self) -> Result<Instances, E> {
        Ok(Instances::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Instances, A::Error> {
        let mut instances = Instances::default();
        while let Some(instance) = list.next_element()? {
            instances.add(&instance);
        }
        Ok(instances)
    }
}

impl Instance {
    fn of(item: &XmlElement) -> Self {
        let text = |name: &str| Text(item.text_of(name).to_owned());
        Self {
            uri: text("uri"),
            method: text("method"),
            param: text("param"),
            attack: text("attack"),
            evidence: text("evidence"),
        }
    }

    /// Whether it says nothing but the place.
    fn is_plain(&self) -> bool {
        [&self.param, &self.attack, &self.evidence]
            .into_iter()
            .all(|text| text.as_str().is_empty())
    }

    fn detail(&self) -> String {
        let place = format!("{} {}", self.method.as_str(), self.uri.as_str());
        let mut detail = format!(
            "**{}**",
            text::escape_markdown(&text::single_line(&place, 500))
        );
        for (label, text) in [
            ("Parameter", &self.param),
            ("Attack", &self.attack),
            ("Evidence", &self.evidence),
        ] {
            if !text.as_str().is_empty() {
                let code = text::code_block(text.as_str(), MAX_EVIDENCE);
                detail = format!("{detail}\n\n{label}:\n\n{code}");
            }
        }
        detail
    }
}
