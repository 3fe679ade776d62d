//! The text and rating of a finding, as the team writes it, and its form.

use serde::{Deserialize, Serialize};

use crate::cvss::CvssVector;
use crate::input::{FieldErrors, clean_line, clean_text};
use crate::severity::Severity;

/// Affected assets of one finding at most.
pub(crate) const MAX_ASSETS: usize = 500;
/// Bytes of all texts together at most, so that a batch of findings fits into one transaction.
pub(crate) const MAX_BYTES: usize = 100 * 1024;
/// Longest section, in characters.
pub(crate) const MAX_SECTION: usize = 20_000;
/// Longest reason for a severity, in characters.
pub const MAX_REASON: usize = 300;
/// CVE numbers of one finding at most.
pub(crate) const MAX_CVES: usize = 50;

/// The text and rating of any finding, whatever its status. Sections are markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingContent {
    /// One line, at most 200 characters.
    pub title: String,
    /// That of the vector, unless `severity_reason` says why not.
    pub severity: Severity,
    /// Why the severity is not the vector's; at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_reason: Option<String>,
    pub vector: Option<CvssVector>,
    /// The number of the weakness in the Common Weakness Enumeration.
    pub cwe: Option<u32>,
    /// Numbers of known vulnerabilities, like `CVE-2021-44228`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cves: Vec<String>,
    /// Hosts, addresses, URLs: one line each.
    pub assets: Vec<String>,
    pub description: String,
    pub impact: String,
    pub recommendation: String,
    pub references: String,
}

/// The submitted form of a finding.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FindingInput {
    pub title: String,
    pub severity: String,
    pub severity_reason: String,
    pub vector: String,
    pub cwe: String,
    pub cves: String,
    pub assets: String,
    pub description: String,
    pub impact: String,
    pub recommendation: String,
    pub references: String,
}

impl FindingInput {
    /// Checks every field. Without a severity, the vector's is taken; another one needs a reason.
    pub fn parse(&self) -> Result<FindingContent, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let title = invalid.parse_line("title", &self.title, 200);
        let vector = clean_line(&self.vector);
        let has_vector = !vector.is_empty();
        let vector = has_vector.then(|| invalid.check("vector", vector.parse::<CvssVector>()));
        let vector = vector.flatten();
        let by_vector = vector.as_ref().map(CvssVector::severity);
        let severity = match self.severity.as_str() {
            // A vector that can't be read has a message of its own.
            "" if has_vector => by_vector,
            name => invalid.check("severity", name.parse()),
        };
        let severity_reason =
            parse_reason(&mut invalid, &self.severity_reason, by_vector, severity);
        let cwe = parse_cwe(&mut invalid, &self.cwe);
        let cves = parse_cves(&mut invalid, &self.cves);
        let assets = parse_assets(&mut invalid, &self.assets);
        let mut section = |field, raw| invalid.parse_text(field, raw, MAX_SECTION);
        let description = section("description", &self.description);
        let impact = section("impact", &self.impact);
        let recommendation = section("recommendation", &self.recommendation);
        let references = section("references", &self.references);
        let Some(severity) = severity else {
            return Err(invalid);
        };
        let content = FindingContent {
            title,
            severity,
            severity_reason,
            vector,
            cwe,
            cves,
            assets,
            description,
            impact,
            recommendation,
            references,
        };
        if content.bytes() > MAX_BYTES {
            let most = MAX_BYTES / 1024;
            invalid.add(
                "form",
                format!("All texts together are more than {most} KB."),
            );
        }
        invalid.into_result(content)
    }
}

impl FindingContent {
    /// A content with a title and a severity, and nothing else. Importers fill in what they know
    /// with `..FindingContent::titled(…)`, so that a new field concerns those only that read it.
    pub fn titled(title: impl Into<String>, severity: Severity) -> Self {
        Self {
            title: title.into(),
            severity,
            severity_reason: None,
            vector: None,
            cwe: None,
            cves: Vec::new(),
            assets: Vec::new(),
            description: String::new(),
            impact: String::new(),
            recommendation: String::new(),
            references: String::new(),
        }
    }

    /// Bytes of all its texts.
    pub fn bytes(&self) -> usize {
        let texts = [
            &self.title,
            &self.description,
            &self.impact,
            &self.recommendation,
            &self.references,
        ];
        let texts = texts.into_iter().chain(&self.assets).chain(&self.cves);
        let texts = texts.chain(&self.severity_reason);
        texts.map(String::len).sum()
    }

    /// Whether the severity is the vector's. It stays so when the vector changes, until another
    /// severity is chosen.
    pub fn follows_vector(&self) -> bool {
        let by_vector = self.vector.as_ref().map(CvssVector::severity);
        by_vector == Some(self.severity)
    }

    /// Sets the reason where the severity is not the vector's and no reason is given.
    pub(crate) fn default_severity_reason(&mut self, reason: &str) {
        if self.vector.is_some() && !self.follows_vector() {
            self.severity_reason
                .get_or_insert_with(|| reason.to_owned());
        }
    }
}

impl From<&FindingContent> for FindingInput {
    /// The form filled in. A severity that follows the vector is left to it.
    fn from(content: &FindingContent) -> Self {
        let severity = if content.follows_vector() {
            ""
        } else {
            content.severity.name()
        };
        Self {
            title: content.title.clone(),
            severity: severity.to_owned(),
            severity_reason: content.severity_reason.clone().unwrap_or_default(),
            vector: content
                .vector
                .as_ref()
                .map_or_else(String::new, |vector| vector.as_str().to_owned()),
            cwe: content
                .cwe
                .map_or_else(String::new, |number| number.to_string()),
            cves: content.cves.join(", "),
            assets: content.assets.join("\n"),
            description: content.description.clone(),
            impact: content.impact.clone(),
            recommendation: content.recommendation.clone(),
            references: content.references.clone(),
        }
    }
}

fn parse_cwe(invalid: &mut FieldErrors, raw: &str) -> Option<u32> {
    let raw = clean_line(raw).to_ascii_uppercase();
    let digits = raw.strip_prefix("CWE").unwrap_or(&raw);
    let digits = digits.trim_start_matches(['-', ':', ' ']);
    if digits.is_empty() {
        return None;
    }
    let number = digits.parse().ok().filter(|n| (1..=9_999).contains(n));
    if number.is_none() {
        invalid.add("cwe", "This is not the number of a weakness.");
    }
    number
}

/// The reason for a severity that isn't the vector's; dropped where the two agree.
fn parse_reason(
    invalid: &mut FieldErrors,
    raw: &str,
    by_vector: Option<Severity>,
    severity: Option<Severity>,
) -> Option<String> {
    let overrides = matches!((by_vector, severity), (Some(a), Some(b)) if a != b);
    if !overrides {
        return None;
    }
    if raw.trim().is_empty() {
        let by_vector = by_vector.map_or("", Severity::name);
        let message = format!("The vector says {by_vector}. Say why it is rated otherwise.");
        invalid.add("severity_reason", message);
    }
    Some(invalid.parse_optional_line("severity_reason", raw, MAX_REASON))
}

fn parse_cves(invalid: &mut FieldErrors, raw: &str) -> Vec<String> {
    let mut cves: Vec<String> = Vec::new();
    let raw = clean_text(raw);
    let words = raw.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
    for word in words.filter(|word| !word.is_empty()) {
        let cve = word.to_ascii_uppercase();
        if !is_cve(&cve) {
            invalid.add("cves", "Write them like CVE-2021-44228.");
        } else if !cves.contains(&cve) {
            cves.push(cve);
        }
    }
    if cves.len() > MAX_CVES {
        invalid.add("cves", format!("Name at most {MAX_CVES} of them."));
    }
    cves
}

fn is_cve(text: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let parts = text
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| {
        year.len() == 4 && is_number(year) && (4..=12).contains(&number.len()) && is_number(number)
    })
}

fn parse_assets(invalid: &mut FieldErrors, raw: &str) -> Vec<String> {
    let mut assets: Vec<String> = Vec::new();
    let raw = clean_text(raw);
    for line in raw.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let asset = invalid.parse_optional_line("assets", line, 500);
        if !assets.contains(&asset) {
            assets.push(asset);
        }
    }
    if assets.len() > MAX_ASSETS {
        invalid.add(
            "assets",
            format!(
                "Name at most {MAX_ASSETS} assets; these are {}.",
                assets.len()
            ),
        );
    }
    assets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> FindingInput {
        FindingInput {
            title: "SQL injection".into(),
            severity: "high".into(),
            ..Default::default()
        }
    }

    #[test]
    fn severity_follows_vector_unless_chosen_with_reason() {
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned();
        let follows = FindingInput {
            severity: String::new(),
            vector: vector.clone(),
            ..input()
        };
        assert_eq!(
            follows.parse().map(|content| content.severity),
            Ok(Severity::Critical)
        );
        let silent = FindingInput {
            vector: vector.clone(),
            ..input()
        };
        let wrong = silent.parse().expect_err("no reason");
        assert!(wrong.fields().contains_key("severity_reason"));
        let chosen = FindingInput {
            severity_reason: "Behind the VPN only.".into(),
            ..silent
        };
        let chosen = chosen.parse().expect("valid");
        assert_eq!(chosen.severity, Severity::High);
        assert_eq!(
            chosen.severity_reason.as_deref(),
            Some("Behind the VPN only.")
        );
        let needless = FindingInput {
            severity_reason: "As the vector says.".into(),
            severity: "critical".into(),
            vector,
            ..input()
        };
        assert_eq!(
            needless.parse().map(|content| content.severity_reason),
            Ok(None)
        );
    }

    #[test]
    fn severity_that_follows_vector_changes_with_it() {
        let with = |impact: &str| format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{impact}");
        let typed = FindingInput {
            severity: String::new(),
            vector: with("L/I:N/A:N"),
            ..input()
        };
        let content = typed.parse().expect("valid");
        assert_eq!(content.severity, Severity::Medium);
        let edited = FindingInput {
            vector: with("H/I:H/A:H"),
            ..FindingInput::from(&content)
        };
        let content = edited.parse().expect("no reason is needed");
        assert_eq!(content.severity, Severity::Critical);
        let chosen = FindingInput {
            severity: "high".into(),
            severity_reason: "Behind the VPN only.".into(),
            ..FindingInput::from(&content)
        };
        let chosen = chosen.parse().expect("valid");
        assert_eq!(FindingInput::from(&chosen).severity, "high");
    }

    #[test]
    fn vector_that_cannot_be_read_is_the_only_error() {
        let wrong = FindingInput {
            severity: String::new(),
            vector: "CVSS:3.1/AV:N".into(),
            ..input()
        };
        let wrong = wrong.parse().expect_err("incomplete");
        assert_eq!(wrong.fields().keys().collect::<Vec<_>>(), [&"vector"]);
    }

    #[test]
    fn form_filled_from_content_parses_to_same_content() {
        let typed = FindingInput {
            cwe: "CWE-89".into(),
            cves: "cve-2021-44228, CVE-2021-44228\nCVE-2014-0160".into(),
            assets: "a\r\n\r\n b \na".into(),
            description: "x\r\ny".into(),
            ..input()
        };
        let content = typed.parse().expect("valid");
        assert_eq!(
            (content.cwe, content.assets.as_slice()),
            (Some(89), ["a".to_owned(), "b".to_owned()].as_slice())
        );
        assert_eq!(FindingInput::from(&content).parse(), Ok(content.clone()));
        assert_eq!(content.cves, ["CVE-2021-44228", "CVE-2014-0160"]);
        assert!(crate::finding::field_changes(&content, &content).is_empty());
    }

    #[test]
    fn wrong_fields_are_named_at_once() {
        let wrong = FindingInput {
            title: " ".into(),
            severity: "awful".into(),
            vector: "9.8".into(),
            cwe: "SQLi".into(),
            cves: "CVE-1".into(),
            ..input()
        };
        let fields = wrong.parse().expect_err("invalid");
        assert_eq!(
            fields.fields().keys().copied().collect::<Vec<_>>(),
            ["cves", "cwe", "severity", "title", "vector"]
        );
    }
}
