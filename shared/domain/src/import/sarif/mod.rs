//! SARIF 2.1.0, by whichever tool: a finding is a rule; each result's place is
//! an asset.
//!
//! Fingerprint: the tool's name (without its version) and the rule's id.

mod log;

use std::collections::BTreeMap;
use std::io::BufRead;

use super::group::{Assets, cwe, known, scored, section};
use super::json::{self, Text};
use super::{Fingerprint, Found, Refused, Scanned, plain};
use crate::finding::Draft;
use crate::severity::Severity;
use log::{Log, Logical, Outcome, Rule, Tool};

/// Results whose message is told.
const MAX_DETAILS: usize = 10;

/// One draft a rule of a tool; the places of its results are the assets.
pub(crate) fn read(input: &mut dyn BufRead) -> Result<Found, Refused> {
    let log: Log =
        serde_json::from_reader(input).map_err(|error| json::refused("SARIF", &error))?;
    let version = log.version.as_str();
    if !version.is_empty() && !version.starts_with("2.1") {
        return Err(Refused::Foreign(format!(
            "SARIF {}",
            plain::line(version, 20)
        )));
    }
    let (mut rows, mut suppressed) = (0, 0);
    let (mut findings, mut tools) = (Vec::new(), Vec::new());
    let mut groups: BTreeMap<(String, String), Group<'_>> = BTreeMap::new();
    for run in &log.runs {
        let tool = match run.tool.driver.name.as_str() {
            "" => "unnamed tool",
            name => name,
        };
        for result in &run.results {
            rows += 1;
            if result.is_suppressed() {
                suppressed += 1;
            } else if result.is_found() {
                let rule = run.tool.rule_of(result);
                let id = result.id(rule);
                let group = groups.entry((tool.to_owned(), id)).or_default();
                group.rule = group.rule.or(rule);
                group.results.push(result);
            }
        }
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    for ((tool, id), group) in &groups {
        if let Some(draft) = group.draft(id) {
            findings.push(Scanned {
                draft,
                fingerprint: Fingerprint::new(tool, id),
            });
        }
    }
    let mut found = Found::new(findings, rows);
    found.scanner = Some(format!("{} (SARIF)", plain::line(&tools.join(", "), 60)));
    found.left_out(suppressed, "suppressed in the file");
    Ok(found)
}

/// A rule with its results.
#[derive(Default)]
struct Group<'a> {
    rule: Option<&'a Rule>,
    results: Vec<&'a Outcome>,
}

impl Tool {
    /// The rule that a result refers to, by place or by id, in the tool itself
    /// or in one of its extensions.
    fn rule_of(&self, result: &Outcome) -> Option<&Rule> {
        let component = match result.rule.tool_component.index {
            Some(n) => self.extensions.get(n)?,
            None => &self.driver,
        };
        let index = result.rule_index.or(result.rule.index);
        let by_place = index
            .and_then(|n| usize::try_from(n).ok())
            .and_then(|n| component.rules.get(n));
        let id = [&result.rule_id, &result.rule.id]
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
    /// The rule's id: the result's own word for it first.
    fn id(&self, rule: Option<&Rule>) -> String {
        let ids = [
            Some(&self.rule_id),
            Some(&self.rule.id),
            rule.map(|rule| &rule.id),
        ];
        let ids = ids.into_iter().flatten().map(Text::as_str);
        let id = ids.into_iter().find(|id| !id.is_empty());
        // Without any, what it says is all there is to know it by.
        id.map_or_else(
            || plain::line(self.message.text.as_str(), 200),
            str::to_owned,
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

    fn severity(&self, rule: Option<&Rule>) -> Severity {
        let scores = [Some(&self.properties), rule.map(|rule| &rule.properties)];
        let mut scores = scores.into_iter().flatten();
        if let Some(severity) = scores.find_map(|p| scored(p.security_severity.as_str())) {
            return severity;
        }
        if self.kind.as_str() == "informational" {
            return Severity::Info;
        }
        let levels = [
            Some(&self.level),
            rule.map(|rule| &rule.default_configuration.level),
        ];
        let mut levels = levels.into_iter().flatten().map(Text::as_str);
        match levels.find(|level| !level.is_empty()) {
            Some("error") => Severity::High,
            Some("note") => Severity::Low,
            Some("none") => Severity::Info,
            // The standard's default is a warning.
            _ => Severity::Medium,
        }
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

impl Group<'_> {
    fn draft(&self, id: &str) -> Option<Draft> {
        let mut assets = Assets::default();
        for place in self.results.iter().flat_map(|result| result.places()) {
            assets.add(&place);
        }
        let (assets, more) = assets.finish();
        let severities = self.results.iter().map(|result| result.severity(self.rule));
        let about = self.rule.map(Rule::about).unwrap_or_default();
        let messages = self.messages(&about);
        let about = plain::markdown(&about);
        let parts = [about.as_str(), more.as_deref().unwrap_or_default()];
        let help = self.rule.map(|rule| rule.help.text.as_str());
        let named = self.rule.map(Rule::names).unwrap_or_default();
        let uri = self.rule.map_or("", |rule| rule.help_uri.as_str());
        let (cves, beyond) = known(named.iter().map(String::as_str).chain([id]));
        let references =
            plain::references([uri].into_iter().chain(beyond.iter().map(String::as_str)));
        Some(Draft {
            title: self.title(id),
            severity: severities.min()?,
            severity_reason: None,
            vector: None,
            cwe: named.iter().find_map(|name| {
                name.to_ascii_lowercase()
                    .contains("cwe")
                    .then(|| cwe(name))?
            }),
            cves,
            assets,
            description: section(parts.into_iter().chain(messages.iter().map(String::as_str))),
            impact: String::new(),
            recommendation: section([plain::markdown(help.unwrap_or_default()).as_str()]),
            references: section([references.as_str()]),
        })
    }

    /// The rule's short description up to its first full stop, its name or id.
    fn title(&self, id: &str) -> String {
        let short = self
            .rule
            .map_or("", |rule| rule.short_description.text.as_str());
        let sentence = short
            .split(". ")
            .next()
            .unwrap_or_default()
            .trim_end_matches('.');
        let name = self.rule.map_or("", |rule| rule.name.as_str());
        let titles = [sentence, name, id, "Unnamed rule"];
        let title = titles.into_iter().find(|title| !title.trim().is_empty());
        plain::line(title.unwrap_or_default(), 200)
    }

    /// What results say beyond the rule's own words, with where.
    fn messages(&self, about: &str) -> Vec<String> {
        let mut told: Vec<&str> = vec![about];
        let mut messages = Vec::new();
        for result in &self.results {
            let text = result.message.text.as_str();
            if text.is_empty() || told.contains(&text) {
                continue;
            }
            told.push(text);
            let place = result.places().next().unwrap_or_default();
            let place = plain::markdown(&plain::line(&place, 500));
            let text = plain::markdown(text);
            messages.push(if place.is_empty() {
                text
            } else {
                format!("**{place}**\n\n{text}")
            });
            if messages.len() >= MAX_DETAILS {
                break;
            }
        }
        messages
    }
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
