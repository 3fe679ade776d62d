//! Which column of a table of findings holds what.

use serde::{Deserialize, Serialize};

/// For each part of a finding, the name of the column that holds it; empty
/// where none does. It doubles as the form in which a person says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)] // the labels of PARTS say it
pub struct ColumnMapping {
    pub title: String,
    pub severity: String,
    pub description: String,
    pub impact: String,
    pub recommendation: String,
    pub asset: String,
    pub cwe: String,
    pub vector: String,
    pub cve: String,
    pub references: String,
    pub rule: String,
}

/// A part of a finding that a column can hold.
#[derive(Debug, Clone, Copy)]
pub struct MappedField {
    /// Its name in forms.
    pub name: &'static str,
    /// The words on the screen.
    pub label: &'static str,
    /// What it is for, where that isn't plain.
    pub hint: &'static str,
    /// The column's name, of a mapping.
    pub of: fn(&ColumnMapping) -> &str,
    put: fn(&mut ColumnMapping, String),
    /// What columns that hold it are called, best first: lower case, letters
    /// and digits only.
    known: &'static [&'static str],
}

macro_rules! part {
    ($field:ident, $label:literal, $hint:literal, $known:expr) => {
        MappedField {
            name: stringify!($field),
            label: $label,
            hint: $hint,
            of: |mapping| &mapping.$field,
            put: |mapping, column| mapping.$field = column,
            known: $known,
        }
    };
}

/// Every part, in the order of the form.
pub const PARTS: [MappedField; 11] = [
    part!(
        title,
        "Title",
        "Needed. Rows with the same title are one finding.",
        &[
            "title",
            "name",
            "findingname",
            "vulnerabilityname",
            "vulnerability",
            "pluginname",
            "issue",
            "issuename",
            "finding",
            "summary",
            "alert",
            "checkname",
            "vulnname",
            "nvtname",
            "rulename",
            "subject",
        ]
    ),
    part!(
        severity,
        "Severity",
        "Words like High, or a score from 0 to 10.",
        &[
            "severity",
            "risk",
            "risklevel",
            "riskrating",
            "criticality",
            "severitylevel",
            "threat",
            "rating",
            "priority",
            "level",
            "cvssscore",
            "cvss3score",
            "cvss",
            "score",
        ]
    ),
    part!(
        description,
        "Description",
        "",
        &[
            "description",
            "details",
            "detail",
            "synopsis",
            "observation",
            "threatdescription",
            "message",
            "overview",
            "stepstoreproduce",
        ]
    ),
    part!(
        impact,
        "Impact",
        "",
        &[
            "impact",
            "consequence",
            "consequences",
            "businessimpact",
            "criticalityjustification"
        ]
    ),
    part!(
        recommendation,
        "Recommendation",
        "",
        &[
            "recommendation",
            "recommendations",
            "solution",
            "remediation",
            "mitigation",
            "fix",
            "suggestedfix",
            "resolution",
            "howtofix",
        ]
    ),
    part!(
        asset,
        "Affected asset",
        "",
        &[
            "asset",
            "affectedasset",
            "assets",
            "affectedassets",
            "host",
            "hostname",
            "url",
            "ip",
            "ipaddress",
            "target",
            "endpoint",
            "affected",
            "location",
            "browserurl",
            "dns",
            "fqdn",
            "path",
            "file",
        ]
    ),
    part!(cwe, "CWE", "", &["cwe", "cweid", "cweids", "weakness"]),
    part!(
        vector,
        "CVSS vector",
        "CVSS 3.0, 3.1 or 4.0.",
        &[
            "cvssvector",
            "vector",
            "cvss3vector",
            "cvssv3vector",
            "cvssv3",
            "cvss31vector",
            "cvss4vector",
            "cvssv4",
            "cvssstring",
        ]
    ),
    part!(cve, "CVE", "", &["cve", "cves", "cveid", "cveids"]),
    part!(
        references,
        "References",
        "",
        &[
            "references",
            "reference",
            "links",
            "seealso",
            "link",
            "moreinformation",
            "moreinfo"
        ]
    ),
    part!(
        rule,
        "Rule",
        "A number of the check that stays the same in every scan; without one, findings are told apart by their title.",
        &[
            "pluginid",
            "ruleid",
            "checkid",
            "templateid",
            "testid",
            "nvtoid",
            "qid",
            "vulnid",
            "vulnerabilityid",
        ]
    ),
];

impl ColumnMapping {
    /// What the columns' names suggest: each part takes the column with the best
    /// known name that no earlier part took.
    pub fn guess(columns: &[String]) -> Self {
        let mut guess = Self::default();
        let mut taken: Vec<&str> = Vec::new();
        for part in PARTS {
            let column = part.known.iter().find_map(|known| {
                columns
                    .iter()
                    .find(|column| plain(column) == *known && !taken.contains(&column.as_str()))
            });
            if let Some(column) = column {
                taken.push(column);
                (part.put)(&mut guess, column.clone());
            }
        }
        guess
    }

    /// The mapping without columns that aren't there.
    #[must_use]
    pub fn within(mut self, columns: &[String]) -> Self {
        for part in PARTS {
            if !columns.iter().any(|column| column == (part.of)(&self)) {
                (part.put)(&mut self, String::new());
            }
        }
        self
    }
}

/// A column's name as it is compared: letters and digits, lower case.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_guessed_by_their_names() {
        let columns: Vec<String> = [
            "Plugin ID",
            "CVE",
            "Risk",
            "Host",
            "Name",
            "Synopsis",
            "Solution",
            "CVSS Score",
        ]
        .map(str::to_owned)
        .into();
        let guess = ColumnMapping::guess(&columns);
        let told: Vec<_> = PARTS.iter().map(|part| (part.of)(&guess)).collect();
        assert_eq!(
            told,
            [
                "Name",
                "Risk",
                "Synopsis",
                "",
                "Solution",
                "Host",
                "",
                "",
                "CVE",
                "",
                "Plugin ID"
            ]
        );
        assert_eq!(guess.clone().within(&columns), guess);
        assert_eq!(
            guess.within(&columns[4..5]),
            ColumnMapping {
                title: "Name".into(),
                ..ColumnMapping::default()
            }
        );
        assert_eq!(ColumnMapping::guess(&[]), ColumnMapping::default());
    }

    #[test]
    fn no_name_is_known_to_two_parts_first() {
        for part in PARTS {
            assert!(
                part.known.iter().all(|known| plain(known) == *known),
                "{}",
                part.name
            );
            let guess = ColumnMapping::guess(&[part.known[0].to_owned()]);
            assert_eq!((part.of)(&guess), part.known[0], "{}", part.name);
        }
    }
}
