//! SARIF 2.1.0 of any tool: a rule is a finding, the place of each result an asset.
//!
//! Fingerprint: the tool's name (without its version) and the rule's id.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::de::{IgnoredAny, MapAccess};

use super::asset_list::AssetList;
use super::builder::ScanBuilder;
use super::error::ScanError;
use super::finding_group::FindingGroup;
use super::identifiers::{distinct_cves, parse_cwe, parse_score};
use super::json::{self, ForEachItem, ObjectHandler, ObjectStream, Text};
use super::scan::MAX_SCAN_FINDINGS;
use super::text::{self, section};
use crate::finding::content::MAX_SECTION;
use crate::finding::{FindingContent, Fingerprint};
use crate::severity::Severity;
use log::{Logical, Outcome, Rule, RuleReference, Tool};

/// Messages of one rule that are kept: one more than a finding has details.
const MAX_MESSAGES: usize = 11;

/// One finding a rule of a tool; the places of its results are the assets.
pub(crate) fn read(input: &mut dyn BufRead, builder: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut log = LogReader {
        builder,
        version: String::new(),
        run: Run::default(),
        suppressed: 0,
        tools: Vec::new(),
    };
    json::read_objects("SARIF", input, &mut log)?;
    let version = log.version.trim();
    if !version.is_empty() && !version.starts_with("2.1") {
        let version = text::single_line(version, 20);
        return Err(ScanError::Unsupported(format!("SARIF {version}")));
    }
    let tools = text::single_line(&log.tools.join(", "), 60);
    log.builder.set_scanner(format!("{tools} (SARIF)"));
    log.builder
        .remark_skipped(log.suppressed, "suppressed in the file");
    Ok(())
}

/// A log while it is read.
struct LogReader<'a> {
    builder: &'a mut ScanBuilder,
    version: String,
    run: Run,
    /// The number of suppressed results.
    suppressed: usize,
    tools: Vec<String>,
}

/// A run. The tool's rules may come after the results that refer to them.
#[derive(Default)]
struct Run {
    tool: Tool,
    groups: BTreeMap<RuleKey, ResultGroup>,
}

/// How a result names its rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RuleKey {
    /// `ruleId` of the result.
    result_rule_id: Text,
    /// `rule.id` of the result.
    rule_id: Text,
    index: Option<i64>,
    /// Which extension of the tool has the rule; `None` for the driver.
    extension: Option<usize>,
}

/// Results that name one rule in one way.
#[derive(Default)]
struct ResultGroup {
    /// The position among the groups of the run.
    position: usize,
    /// The first message, which stands for the rule's id where there is none.
    message: String,
    ratings: BTreeSet<Rating>,
    assets: AssetList,
    messages: Vec<PlacedMessage>,
}

/// A message of a result, and the first place that it is about.
struct PlacedMessage {
    text: String,
    place: String,
}

/// What a result says of its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rating {
    score: Option<Severity>,
    is_informational: bool,
    level: Option<Severity>,
}

/// The runs of a log.
struct Runs<'a, 'b>(&'a mut LogReader<'b>);

impl<'de> ObjectHandler<'de> for LogReader<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "version" => map.next_value().map(|Text(text)| self.version = text),
            "runs" => map.next_value_seed(ObjectStream(&mut Runs(self))),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl<'de> ObjectHandler<'de> for Runs<'_, '_> {
    fn begin(&mut self) {
        self.0.run = Run::default();
    }

    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "tool" => {
                let tool: Option<Tool> = map.next_value()?;
                self.0.run.tool = tool.unwrap_or_default();
                Ok(())
            }
            "results" => {
                let mut on_result = |result: Outcome| self.0.add(&result);
                map.next_value_seed(ForEachItem::new(&mut on_result))
            }
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn end(&mut self) {
        self.0.finish_run();
    }
}

impl LogReader<'_> {
    fn add(&mut self, result: &Outcome) {
        self.builder.count_row();
        if result.is_suppressed() {
            self.suppressed += 1;
            return;
        }
        if !result.is_found() {
            return;
        }
        let groups = &mut self.run.groups;
        let position = groups.len();
        let key = result.rule_key();
        if position >= MAX_SCAN_FINDINGS && !groups.contains_key(&key) {
            self.builder.set_full();
            return;
        }
        let group = groups.entry(key).or_insert_with(|| ResultGroup {
            position,
            message: text::single_line(result.message.text.as_str(), 200),
            ..ResultGroup::default()
        });
        group.add(result);
    }

    /// Makes findings of the run's results, once its rules are known.
    fn finish_run(&mut self) {
        let Run { tool, groups } = std::mem::take(&mut self.run);
        let name = match tool.driver.name.as_str() {
            "" => "unnamed tool",
            name => name,
        };
        if self.tools.len() < MAX_MESSAGES && !self.tools.iter().any(|known| known == name) {
            self.tools.push(name.to_owned());
        }
        let mut groups: Vec<(RuleKey, Option<&Rule>, ResultGroup)> = groups
            .into_iter()
            .map(|(key, group)| {
                let rule = tool.rule_of(&key);
                (key, rule, group)
            })
            .collect();
        // In the order of the file; groups with a rule first, since the first group of a finding
        // gives it its words.
        groups.sort_by_key(|(_, rule, group)| (rule.is_none(), group.position));
        for (key, rule, group) in groups {
            let id = rule_id(&key, rule, &group.message);
            let fingerprint = Fingerprint::new(name, &id);
            let new = || new_group(&id, rule);
            if let Some(finding) = self.builder.group_for(fingerprint, new) {
                group.add_to(finding, rule);
            }
        }
    }
}

/// The rule's id, as the result names it, else as the rule does. Without any, the message stands for it.
fn rule_id(key: &RuleKey, rule: Option<&Rule>, message: &str) -> String {
    let ids = [
        Some(&key.result_rule_id),
        Some(&key.rule_id),
        rule.map(|rule| &rule.id),
    ];
    let mut ids = ids.into_iter().flatten().map(Text::as_str);
    let id = ids.find(|id| !id.is_empty());
    id.unwrap_or(message).to_owned()
}

impl ResultGroup {
    fn add(&mut self, result: &Outcome) {
        self.ratings.insert(result.rating());
        for place in result.places() {
            self.assets.add(&place);
        }
        let text = result.message.text.as_str();
        let is_known = self.messages.iter().any(|message| message.text == text);
        if !text.is_empty() && !is_known && self.messages.len() < MAX_MESSAGES {
            let place = result.places().next().unwrap_or_default();
            self.messages.push(PlacedMessage {
                text: text::truncate(text, MAX_SECTION),
                place: text::single_line(&place, 500),
            });
        }
    }

    /// Adds to a finding what the results say beyond the rule.
    fn add_to(self, finding: &mut FindingGroup, rule: Option<&Rule>) {
        for rating in self.ratings {
            finding.raise_severity(severity(rating, rule));
        }
        finding.assets.merge(&self.assets);
        for message in self.messages {
            finding.add_detail(&message.text, || {
                let place = text::escape_markdown(&message.place);
                let text = text::escape_markdown(&message.text);
                if place.is_empty() {
                    text
                } else {
                    format!("**{place}**\n\n{text}")
                }
            });
        }
    }
}

fn severity(rating: Rating, rule: Option<&Rule>) -> Severity {
    let rule_score =
        || rule.and_then(|rule| parse_score(rule.properties.security_severity.as_str()));
    if let Some(severity) = rating.score.or_else(rule_score) {
        return severity;
    }
    if rating.is_informational {
        return Severity::Info;
    }
    let rule_level =
        || rule.and_then(|rule| parse_level(rule.default_configuration.level.as_str()));
    // The standard's default is a warning.
    let level = rating.level.or_else(rule_level);
    level.unwrap_or(Severity::Medium)
}

/// `None` where no level is given.
fn parse_level(level: &str) -> Option<Severity> {
    match level {
        "" => None,
        "error" => Some(Severity::High),
        "note" => Some(Severity::Low),
        "none" => Some(Severity::Info),
        _ => Some(Severity::Medium),
    }
}

impl Tool {
    /// The rule that a result refers to, by index or by id, in the driver or in an extension.
    fn rule_of(&self, key: &RuleKey) -> Option<&Rule> {
        let component = match key.extension {
            Some(n) => self.extensions.get(n)?,
            None => &self.driver,
        };
        let by_index = key
            .index
            .and_then(|n| usize::try_from(n).ok())
            .and_then(|n| component.rules.get(n));
        let id = [&key.result_rule_id, &key.rule_id]
            .into_iter()
            .map(Text::as_str)
            .find(|id| !id.is_empty());
        let components = [component].into_iter().chain(&self.extensions);
        let by_id = |id: &str| {
            let mut rules = components.flat_map(|component| &component.rules);
            rules.find(|rule| rule.id.as_str() == id)
        };
        by_index.or_else(|| id.and_then(by_id))
    }
}

impl Outcome {
    fn rule_key(&self) -> RuleKey {
        let RuleReference {
            id,
            index,
            tool_component,
        } = &self.rule;
        RuleKey {
            result_rule_id: self.rule_id.clone(),
            rule_id: id.clone(),
            index: self.rule_index.or(*index),
            extension: tool_component.index,
        }
    }

    /// Whether every suppression of the result is accepted.
    fn is_suppressed(&self) -> bool {
        let mut suppressions = self.suppressions.iter();
        !self.suppressions.is_empty()
            && suppressions.all(|suppression| {
                !matches!(suppression.status.as_str(), "underReview" | "rejected")
            })
    }

    /// Whether the result reports a weakness in this run.
    fn is_found(&self) -> bool {
        !matches!(self.kind.as_str(), "pass" | "notApplicable")
            && self.baseline_state.as_str() != "absent"
    }

    fn rating(&self) -> Rating {
        Rating {
            score: parse_score(self.properties.security_severity.as_str()),
            is_informational: self.kind.as_str() == "informational",
            level: parse_level(self.level.as_str()),
        }
    }

    /// The physical place of each location, or the logical ones where there is none.
    fn places(&self) -> impl Iterator<Item = String> {
        self.locations.iter().flat_map(|location| {
            let physical = &location.physical_location;
            let uri = physical.artifact_location.uri.as_str();
            let line = physical.region.start_line.as_str();
            match (uri, line) {
                ("", _) => location
                    .logical_locations
                    .iter()
                    .map(Logical::full_name)
                    .collect(),
                (uri, "") => vec![uri.to_owned()],
                (uri, line) => vec![format!("{uri}:{line}")],
            }
        })
    }
}

impl Logical {
    fn full_name(&self) -> String {
        match self.fully_qualified_name.as_str() {
            "" => self.name.as_str().to_owned(),
            name => name.to_owned(),
        }
    }
}

fn new_group(id: &str, rule: Option<&Rule>) -> FindingGroup {
    let description = rule.map(Rule::description).unwrap_or_default();
    let help = rule.map_or("", |rule| rule.help.text.as_str());
    let names = rule.map(Rule::names).unwrap_or_default();
    let uri = rule.map_or("", |rule| rule.help_uri.as_str());
    let (cves, beyond) = distinct_cves(names.iter().map(String::as_str).chain([id]));
    let references = [uri].into_iter().chain(beyond.iter().map(String::as_str));
    let references = text::reference_list(references);
    let cwe = |name: &String| {
        let names_cwe = name.to_ascii_lowercase().contains("cwe");
        names_cwe.then(|| parse_cwe(name))?
    };
    let content = FindingContent {
        cwe: names.iter().find_map(cwe),
        cves,
        description: section([text::escape_markdown(&description).as_str()]),
        recommendation: section([text::escape_markdown(help).as_str()]),
        references: section([references.as_str()]),
        ..FindingContent::titled(title(id, rule), Severity::Info)
    };
    FindingGroup::new(content, &text::truncate(&description, MAX_SECTION))
}

/// The rule's short description up to its first full stop, else its name or id.
fn title(id: &str, rule: Option<&Rule>) -> String {
    let short = rule.map_or("", |rule| rule.short_description.text.as_str());
    let sentence = short
        .split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    let name = rule.map_or("", |rule| rule.name.as_str());
    text::title([sentence, name, id, "Unnamed rule"])
}

impl Rule {
    /// The full description, or the short one.
    fn description(&self) -> String {
        match self.full_description.text.as_str() {
            "" => self.short_description.text.as_str().to_owned(),
            full => full.to_owned(),
        }
    }

    /// Every name that may hold a CWE or CVE number.
    fn names(&self) -> Vec<String> {
        let targets = self.relationships.iter().map(|related| &related.target);
        let related = targets.map(|target| {
            format!(
                "{} {}",
                target.tool_component.name.as_str(),
                target.id.as_str()
            )
        });
        let cwes = self.properties.cwe.iter();
        let cwes = cwes.map(|number| format!("CWE {number}"));
        let tags = self.properties.tags.iter().map(str::to_owned);
        let own = [self.id.as_str(), self.name.as_str()].map(str::to_owned);
        cwes.chain(tags).chain(related).chain(own).collect()
    }
}
