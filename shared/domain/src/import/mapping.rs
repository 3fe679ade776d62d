//! Which column of a table holds which field of a finding.

use serde::{Deserialize, Serialize};

/// For each field of a finding, the name of the column that holds it; empty where none does. It is
/// also the form in which a person maps columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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

/// A field of a finding that a column can hold.
#[derive(Debug, Clone, Copy)]
pub struct MappedField {
    /// The name in forms.
    pub name: &'static str,
    /// The displayed name.
    pub label: &'static str,
    /// Words beside the form's field; can be empty.
    pub hint: &'static str,
    /// The column of a mapping.
    pub column: fn(&ColumnMapping) -> &str,
    set_column: fn(&mut ColumnMapping, String),
    /// Usual names of such columns, best first: lower case, letters and digits only.
    known_names: &'static [&'static str],
}

macro_rules! mapped_field {
    ($field:ident, $label:literal, $hint:literal, $known:expr) => {
        MappedField {
            name: stringify!($field),
            label: $label,
            hint: $hint,
            column: |mapping| &mapping.$field,
            set_column: |mapping, column| mapping.$field = column,
            known_names: $known,
        }
    };
}

/// Every field, in the order of the form.
pub const MAPPED_FIELDS: [MappedField; 11] = [
    mapped_field!(
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
    mapped_field!(
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
    mapped_field!(
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
    mapped_field!(
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
    mapped_field!(
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
    mapped_field!(
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
    mapped_field!(cwe, "CWE", "", &["cwe", "cweid", "cweids", "weakness"]),
    mapped_field!(
        vector,
        "CVSS vector",
        "CVSS 2.0, 3.0, 3.1 or 4.0.",
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
    mapped_field!(cve, "CVE", "", &["cve", "cves", "cveid", "cveids"]),
    mapped_field!(
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
    mapped_field!(
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
    /// What the columns' names suggest: each field takes the column with its best known name that no
    /// earlier field took.
    pub fn guess(columns: &[String]) -> Self {
        let mut guess = Self::default();
        let mut taken: Vec<&str> = Vec::new();
        for field in MAPPED_FIELDS {
            let column = field.known_names.iter().find_map(|known| {
                columns.iter().find(|column| {
                    normalized(column) == *known && !taken.contains(&column.as_str())
                })
            });
            if let Some(column) = column {
                taken.push(column);
                (field.set_column)(&mut guess, column.clone());
            }
        }
        guess
    }

    /// The mapping without columns that the table lacks.
    #[must_use]
    pub fn restricted_to(mut self, columns: &[String]) -> Self {
        for field in MAPPED_FIELDS {
            if !columns.iter().any(|column| column == (field.column)(&self)) {
                (field.set_column)(&mut self, String::new());
            }
        }
        self
    }
}

/// A column's name as it is compared: letters and digits in lower case.
fn normalized(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guess_maps_columns_with_known_names() {
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
        let columns_by_field: Vec<_> = MAPPED_FIELDS
            .iter()
            .map(|field| (field.column)(&guess))
            .collect();
        assert_eq!(
            columns_by_field,
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
        assert_eq!(guess.clone().restricted_to(&columns), guess);
        assert_eq!(
            guess.restricted_to(&columns[4..5]),
            ColumnMapping {
                title: "Name".into(),
                ..ColumnMapping::default()
            }
        );
        assert_eq!(ColumnMapping::guess(&[]), ColumnMapping::default());
    }

    #[test]
    fn best_known_name_of_each_field_is_its_own() {
        for field in MAPPED_FIELDS {
            assert!(
                field
                    .known_names
                    .iter()
                    .all(|known| normalized(known) == *known),
                "{}",
                field.name
            );
            let guess = ColumnMapping::guess(&[field.known_names[0].to_owned()]);
            assert_eq!(
                (field.column)(&guess),
                field.known_names[0],
                "{}",
                field.name
            );
        }
    }
}
