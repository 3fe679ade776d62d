//! A workspace's own template of a finding.

use serde::{Deserialize, Serialize};

use super::Category;
use crate::finding::{FindingContent, FindingInput};
use crate::input::FieldErrors;

/// Templates that a workspace may have.
pub const MAX_TEMPLATES: i64 = 500;
/// Tags of one template, and characters of one.
const MAX_TAGS: usize = 10;
const MAX_TAG: usize = 40;

/// A template that a workspace keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingTemplate {
    /// What kind of system it is about.
    pub category: Category,
    /// Words to find it by, in lower case.
    pub tags: Vec<String>,
    /// Its text and rating; it has no assets.
    pub draft: FindingContent,
}

/// The form of a template, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)] // the fields of Template
pub struct TemplateInput {
    pub title: String,
    pub category: String,
    /// Separated by commas.
    pub tags: String,
    pub severity: String,
    pub severity_reason: String,
    pub vector: String,
    pub cwe: String,
    pub cves: String,
    pub description: String,
    pub impact: String,
    pub recommendation: String,
    pub references: String,
}

impl TemplateInput {
    /// A form that begins with what a finding says. Its assets stay behind.
    pub fn of_finding(draft: &FindingContent) -> Self {
        let template = FindingTemplate {
            category: Category::Web,
            tags: Vec::new(),
            draft: draft.clone(),
        };
        Self {
            category: String::new(),
            ..Self::from(&template)
        }
    }

    /// Checks every field, as those of a finding are.
    pub fn parse(&self) -> Result<FindingTemplate, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let category = invalid.check("category", self.category.parse::<Category>());
        let tags = tags(&mut invalid, &self.tags);
        let finding = FindingInput {
            title: self.title.clone(),
            severity: self.severity.clone(),
            severity_reason: self.severity_reason.clone(),
            vector: self.vector.clone(),
            cwe: self.cwe.clone(),
            cves: self.cves.clone(),
            assets: String::new(),
            description: self.description.clone(),
            impact: self.impact.clone(),
            recommendation: self.recommendation.clone(),
            references: self.references.clone(),
        };
        match (finding.parse(), category) {
            (Ok(draft), Some(category)) => invalid.into_result(FindingTemplate {
                category,
                tags,
                draft,
            }),
            (Err(more), _) => {
                for (field, message) in more.fields() {
                    invalid.add(field, message.clone());
                }
                Err(invalid)
            }
            (Ok(_), None) => Err(invalid),
        }
    }
}

impl From<&FindingTemplate> for TemplateInput {
    /// The form filled in with what is there.
    fn from(template: &FindingTemplate) -> Self {
        let finding = FindingInput::from(&template.draft);
        Self {
            title: finding.title,
            category: template.category.name().to_owned(),
            tags: template.tags.join(", "),
            severity: finding.severity,
            severity_reason: finding.severity_reason,
            vector: finding.vector,
            cwe: finding.cwe,
            cves: finding.cves,
            description: finding.description,
            impact: finding.impact,
            recommendation: finding.recommendation,
            references: finding.references,
        }
    }
}

fn tags(invalid: &mut FieldErrors, raw: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in raw.split(',') {
        let tag = invalid.optional_line("tags", tag, MAX_TAG).to_lowercase();
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_TAGS {
        let these = tags.len();
        invalid.add(
            "tags",
            format!("Use at most {MAX_TAGS} tags; these are {these}."),
        );
    }
    tags
}
