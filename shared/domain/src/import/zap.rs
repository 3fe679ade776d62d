//! ZAP, as XML or JSON: a finding is an alert; each place it was seen is an asset.
//!
//! Fingerprint: `zap` and the alert's reference (`10020-1`), or the plugin's
//! number where a report has none.

use std::fmt;
use std::io::BufRead;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::group::{AssetList, FindingGroup, cwe, section};
use super::json::{self, Each, Fields, Objects, Text};
use super::xml::{XmlDocument, XmlElement, XmlPart};
use super::{Fingerprint, ScanBuilder, ScanError, html, plain};
use crate::finding::FindingContent;
use crate::severity::Severity;

/// Places of one alert whose parameter and evidence are told.
const MAX_DETAILS: usize = 10;
/// Characters of one piece of evidence.
const MAX_EVIDENCE: usize = 1_000;
/// What an alert holds besides its places, by the names of both layouts.
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

/// The places of an alert, of which there may be very many.
#[derive(Debug, Default)]
struct Instances {
    any: bool,
    assets: AssetList,
    details: Vec<String>,
}

/// Reads the XML report.
pub(crate) fn read_xml(
    document: XmlDocument<'_>,
    found: &mut ScanBuilder,
) -> Result<(), ScanError> {
    let (mut site, mut alert, mut open) = (String::new(), Alert::default(), Vec::new());
    let mut alerts = Alerts::new(found);
    let layers = ["site", "alerts", "alertitem", "instances"];
    document.walk(&layers, &ITEMS, |part| match part {
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
pub(crate) fn read_json(input: &mut dyn BufRead, found: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut alerts = Alerts::new(found);
    json::read("ZAP", input, &mut alerts)?;
    alerts.finish();
    Ok(())
}

/// The alerts of a report, as they come.
struct Alerts<'a> {
    found: &'a mut ScanBuilder,
    false_positives: usize,
}

/// Those of one site.
struct Site<'a, 'b> {
    alerts: &'a mut Alerts<'b>,
    name: String,
}

impl<'de> Fields<'de> for Alerts<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name != "site" {
            return map.next_value::<IgnoredAny>().map(drop);
        }
        let mut site = Site {
            alerts: self,
            name: String::new(),
        };
        map.next_value_seed(Objects(&mut site))
    }
}

impl<'de> Fields<'de> for Site<'_, '_> {
    fn begin(&mut self) {
        self.name.clear();
    }

    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "@name" => map.next_value().map(|Text(name)| self.name = name),
            "alerts" => {
                let mut take = |alert| self.alerts.add(&self.name, alert);
                map.next_value_seed(Each::new(&mut take))
            }
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl<'a> Alerts<'a> {
    fn new(found: &'a mut ScanBuilder) -> Self {
        Self {
            found,
            false_positives: 0,
        }
    }

    fn add(&mut self, site: &str, alert: Alert) {
        self.found.rows += 1;
        // ZAP's users mark false positives by this confidence.
        if alert.confidence.as_str() == "0" {
            self.false_positives += 1;
            return;
        }
        let fingerprint = Fingerprint::new("zap", alert.rule());
        let Some(group) = self.found.at(fingerprint, || alert.first()) else {
            return;
        };
        group.rate(alert.severity());
        group.draft.cwe = group.draft.cwe.or_else(|| cwe(alert.cweid.as_str()));
        group.assets.merge(&alert.instances.assets);
        if !alert.instances.any {
            group.assets.add(site);
        }
        for detail in alert.instances.details {
            group.tell(&detail.clone(), || detail);
        }
    }

    fn finish(self) {
        let because = "marked as a false positive in ZAP";
        self.found.left_out(self.false_positives, because);
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

    fn first(&self) -> FindingGroup {
        let titles = [self.name.as_str(), self.alert.as_str(), "Unnamed alert"];
        let title = titles.into_iter().find(|title| !title.is_empty());
        let html = |text: &Text| html::to_markdown(text.as_str());
        let references = html::lines(self.reference.as_str());
        let references = plain::references(references.iter().map(String::as_str));
        let draft = FindingContent {
            title: plain::line(title.unwrap_or_default(), 200),
            severity: self.severity(),
            severity_reason: None,
            vector: None,
            cwe: None,
            cves: Vec::new(),
            assets: Vec::new(),
            description: section([html(&self.desc).as_str(), html(&self.otherinfo).as_str()]),
            impact: String::new(),
            recommendation: section([html(&self.solution).as_str()]),
            references: section([references.as_str()]),
        };
        FindingGroup::new(draft, "")
    }
}

impl Instances {
    fn add(&mut self, instance: &Instance) {
        self.any = true;
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
