//! SARIF 2.1.0, by whichever tool: a finding is a rule; each result's place is
//! an asset.
//!
//! Fingerprint: the tool's name (without its version) and the rule's id.

mod log;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use serde::de::{IgnoredAny, MapAccess};

use super::group::{AssetList, FindingGroup, cwe, known, scored, section};
use super::json::{self, Each, Fields, Objects, Text};
use super::{Fingerprint, MAX_DRAFTS, ScanBuilder, ScanError, plain};
use crate::finding::FindingContent;
use crate::finding::draft::MAX_SECTION;
use crate::severity::Severity;
use log::{Logical, Outcome, Rule, RuleReference, Tool};

/// Messages of one rule that are kept: one more than are told.
const MAX_MESSAGES: usize = 11;

/// One draft a rule of a tool; the places of its results are the assets.
pub(crate) fn read(input: &mut dyn BufRead, found: &mut ScanBuilder) -> Result<(), ScanError> {
    let mut log = Log {
        found,
        version: String::new(),
        run: Run::default(),
        suppressed: 0,
        tools: Vec::new(),
    };
    json::read("SARIF", input, &mut log)?;
    let version = log.version.trim();
    if !version.is_empty() && !version.starts_with("2.1") {
        let version = plain::line(version, 20);
        return Err(ScanError::Foreign(format!("SARIF {version}")));
    }
    let tools = plain::line(&log.tools.join(", "), 60);
    log.found.scanner = Some(format!("{tools} (SARIF)"));
    log.found.left_out(log.suppressed, "suppressed in the file");
    Ok(())
}

/// A log, as it goes by.
struct Log<'a> {
    found: &'a mut ScanBuilder,
    version: String,
    run: Run,
    suppressed: usize,
    tools: Vec<String>,
}

/// A run: what its results refer to may come after them.
#[derive(Default)]
struct Run {
    tool: Tool,
    groups: BTreeMap<Reference, Seen>,
}

/// How a result names its rule.
type Reference = (Text, Text, Option<i64>, Option<usize>);

/// Results that name one rule in one way.
#[derive(Default)]
struct Seen {
    nth: usize,
    /// The first message, to know it by where nothing else is.
    message: String,
    ratings: BTreeSet<Rating>,
    assets: AssetList,
    /// Messages, each with where.
    messages: Vec<(String, String)>,
}

/// What a result says of its severity: a score, whether it is for information,
/// a level.
type Rating = (Option<Severity>, bool, Option<Severity>);

/// The runs of a log.
struct Runs<'a, 'b>(&'a mut Log<'b>);

impl<'de> Fields<'de> for Log<'_> {
    fn field<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "version" => map.next_value().map(|Text(text)| self.version = text),
            "runs" => map.next_value_seed(Objects(&mut Runs(self))),
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }
}

impl<'de> Fields<'de> for Runs<'_, '_> {
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
                let mut take = |result: Outcome| self.0.add(&result);
                map.next_value_seed(Each::new(&mut take))
            }
            _ => map.next_value::<IgnoredAny>().map(drop),
        }
    }

    fn end(&mut self) {
        self.0.finish_run();
    }
}

impl Log<'_> {
    fn add(&mut self, result: &Outcome) {
        self.found.rows += 1;
        if result.is_suppressed() {
            self.suppressed += 1;
            return;
        }
        if !result.is_found() {
            return;
        }
        let groups = &mut self.run.groups;
        let nth = groups.len();
        let reference = result.reference();
        if nth >= MAX_DRAFTS && !groups.contains_key(&reference) {
            self.found.full = true;
            return;
        }
        let seen = groups.entry(reference).or_insert_with(|| Seen {
            nth,
            message: plain::line(result.message.text.as_str(), 200),
            ..Seen::default()
        });
        seen.add(result);
    }

    /// The rules are known now.
    fn finish_run(&mut self) {
        let Run { tool, groups } = std::mem::take(&mut self.run);
        let name = match tool.driver.name.as_str() {
            "" => "unnamed tool",
            name => name,
        };
        if self.tools.len() < MAX_MESSAGES && !self.tools.iter().any(|known| known == name) {
            self.tools.push(name.to_owned());
        }
        let groups = groups.into_iter().map(|(reference, seen)| {
            let rule = tool.rule_of(&reference);
            (rule.is_none(), seen.nth, reference, rule, seen)
        });
        // In the file's order; what a rule is known of goes first, for its words.
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by_key(|(unknown, nth, ..)| (*unknown, *nth));
        for (_, _, reference, rule, seen) in groups {
            let id = id(&reference, rule, &seen.message);
            let fingerprint = Fingerprint::new(name, &id);
            if let Some(group) = self.found.at(fingerprint, || first(&id, rule)) {
                seen.add_to(group, rule);
            }
        }
    }
}

/// The rule's id: the result's own word for it first.
fn id((own, of_rule, ..): &Reference, rule: Option<&Rule>, message: &str) -> String {
    let ids = [Some(own), Some(of_rule), rule.map(|rule| &rule.id)];
    let mut ids = ids.into_iter().flatten().map(Text::as_str);
    let id = ids.find(|id| !id.is_empty());
    // Without any, what it says is all there is to know it by.
    id.unwrap_or(message).to_owned()
}

impl Seen {
    fn add(&mut self, result: &Outcome) {
        self.ratings.insert(result.rating());
        for place in result.places() {
            self.assets.add(&place);
        }
        let text = result.message.text.as_str();
        let known = self.messages.iter().any(|(known, _)| known == text);
        if !text.is_empty() && !known && self.messages.len() < MAX_MESSAGES {
            let place = result.places().next().unwrap_or_default();
            let text = plain::cut(text, MAX_SECTION);
            self.messages.push((text, plain::line(&place, 500)));
        }
    }

    /// What results say beyond the rule's own words, with where.
    fn add_to(self, group: &mut FindingGroup, rule: Option<&Rule>) {
        for rating in self.ratings {
            group.rate(severity(rating, rule));
        }
        group.assets.merge(&self.assets);
        for (text, place) in self.messages {
            group.tell(&text, || {
                let (place, text) = (plain::markdown(&place), plain::markdown(&text));
                if place.is_empty() {
                    text
                } else {
                    format!("**{place}**\n\n{text}")
                }
            });
        }
    }
}

fn severity((score, informational, level): Rating, rule: Option<&Rule>) -> Severity {
    let of_rule = || rule.and_then(|rule| scored(rule.properties.security_severity.as_str()));
    if let Some(severity) = score.or_else(of_rule) {
        return severity;
    }
    if informational {
        return Severity::Info;
    }
    let of_rule = || rule.and_then(|rule| leveled(rule.default_configuration.level.as_str()));
    // The standard's default is a warning.
    level.or_else(of_rule).unwrap_or(Severity::Medium)
}

/// `None` where no level is given.
fn leveled(level: &str) -> Option<Severity> {
    match level {
        "" => None,
        "error" => Some(Severity::High),
        "note" => Some(Severity::Low),
        "none" => Some(Severity::Info),
        _ => Some(Severity::Medium),
    }
}

impl Tool {
    /// The rule that a result refers to, by place or by id, in the tool itself
    /// or in one of its extensions.
    fn rule_of(&self, (own, of_rule, index, extension): &Reference) -> Option<&Rule> {
        let component = match extension {
            Some(n) => self.extensions.get(*n)?,
            None => &self.driver,
        };
        let by_place = index
            .and_then(|n| usize::try_from(n).ok())
            .and_then(|n| component.rules.get(n));
        let id = [own, of_rule]
            .into_iter()
            .map(Text::as_str)
            .find(|id| !id.is_empty());
        let all = [component].into_iter().chain(&self.extensions);
        let by_id = |id: &str| {
            let mut rules = all.flat_map(|component| &component.rules);
            rules.find(|rule| rule.id.as_str() == id)
        };
        by_place.or_else(|| id.and_then(by_id))
    }
}

impl Outcome {
    fn reference(&self) -> Reference {
        let RuleReference {
            id,
            index,
            tool_component,
        } = &self.rule;
        let index = self.rule_index.or(*index);
        (
            self.rule_id.clone(),
            id.clone(),
            index,
            tool_component.index,
        )
    }

    /// Whether somebody decided to leave it, and nobody said no to that.
    fn is_suppressed(&self) -> bool {
        !self.suppressions.is_empty()
            && self
                .suppressions
                .iter()
                .all(|one| !matches!(one.status.as_str(), "underReview" | "rejected"))
    }

    /// Whether it says that something was found, in this run.
    fn is_found(&self) -> bool {
        !matches!(self.kind.as_str(), "pass" | "notApplicable")
            && self.baseline_state.as_str() != "absent"
    }

    fn rating(&self) -> Rating {
        let score = scored(self.properties.security_severity.as_str());
        let informational = self.kind.as_str() == "informational";
        (score, informational, leveled(self.level.as_str()))
    }

    fn places(&self) -> impl Iterator<Item = String> {
        self.locations.iter().flat_map(|location| {
            let physical = &location.physical_location;
            let (uri, line) = (
                physical.artifact_location.uri.as_str(),
                physical.region.start_line.as_str(),
            );
            let place = match (uri, line) {
                ("", _) => None,
                (uri, "") => Some(uri.to_owned()),
                (uri, line) => Some(format!("{uri}:{line}")),
            };
            let logical = location.logical_locations.iter().map(Logical::name);
            let logical: Vec<String> = match place {
                Some(place) => vec![place],
                None => logical.collect(),
            };
            logical
        })
    }
}

impl Logical {
    fn name(&self) -> String {
        match self.fully_qualified_name.as_str() {
            "" => self.name.as_str().to_owned(),
            name => name.to_owned(),
        }
    }
}

fn first(id: &str, rule: Option<&Rule>) -> FindingGroup {
    let about = rule.map(Rule::about).unwrap_or_default();
    let help = rule.map_or("", |rule| rule.help.text.as_str());
    let named = rule.map(Rule::names).unwrap_or_default();
    let uri = rule.map_or("", |rule| rule.help_uri.as_str());
    let (cves, beyond) = known(named.iter().map(String::as_str).chain([id]));
    let references = plain::references([uri].into_iter().chain(beyond.iter().map(String::as_str)));
    let cwe = |name: &String| {
        name.to_ascii_lowercase()
            .contains("cwe")
            .then(|| cwe(name))?
    };
    let draft = FindingContent {
        title: title(id, rule),
        severity: Severity::Info,
        severity_reason: None,
        vector: None,
        cwe: named.iter().find_map(cwe),
        cves,
        assets: Vec::new(),
        description: section([plain::markdown(&about).as_str()]),
        impact: String::new(),
        recommendation: section([plain::markdown(help).as_str()]),
        references: section([references.as_str()]),
    };
    FindingGroup::new(draft, &plain::cut(&about, MAX_SECTION))
}

/// The rule's short description up to its first full stop, its name or id.
fn title(id: &str, rule: Option<&Rule>) -> String {
    let short = rule.map_or("", |rule| rule.short_description.text.as_str());
    let sentence = short
        .split(". ")
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    let name = rule.map_or("", |rule| rule.name.as_str());
    let titles = [sentence, name, id, "Unnamed rule"];
    let title = titles.into_iter().find(|title| !title.trim().is_empty());
    plain::line(title.unwrap_or_default(), 200)
}

impl Rule {
    /// Its full description, or the short one.
    fn about(&self) -> String {
        match self.full_description.text.as_str() {
            "" => self.short_description.text.as_str().to_owned(),
            full => full.to_owned(),
        }
    }

    /// Every name that may hold the number of a weakness or a CVE.
    fn names(&self) -> Vec<String> {
        let related = self.relationships.iter().map(|related| &related.target);
        let related = related.map(|target| {
            format!(
                "{} {}",
                target.tool_component.name.as_str(),
                target.id.as_str()
            )
        });
        let tags = self
            .properties
            .cwe
            .iter()
            .map(|number| format!("CWE {number}"));
        let tags = tags.chain(self.properties.tags.iter().map(str::to_owned));
        let own = [self.id.as_str(), self.name.as_str()].map(str::to_owned);
        tags.chain(related).chain(own).collect()
    }
}
