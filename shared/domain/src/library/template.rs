//! A workspace's own template of a finding.

use serde::{Deserialize, Serialize};

use super::category::Category;
use crate::finding::{FindingContent, FindingInput};
use crate::input::FieldErrors;
use crate::tags::Tags;

/// Templates that a workspace may have.
pub const MAX_TEMPLATES: i64 = 500;

/// Finding content that a workspace keeps for reuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingTemplate {
    pub category: Category,
    /// In lower case.
    pub tags: Vec<String>,
    /// Without assets.
    #[serde(rename = "draft")]
    pub content: FindingContent,
}

/// The submitted form: that of a finding, with a category and tags. Assets are ignored.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TemplateInput {
    pub category: String,
    /// Separated by commas.
    pub tags: String,
    #[serde(flatten)]
    pub finding: FindingInput,
}

impl TemplateInput {
    /// A form filled in with a finding's content, without its assets and without a category.
    pub fn of_finding(content: &FindingContent) -> Self {
        Self {
            finding: without_assets(FindingInput::from(content)),
            ..Self::default()
        }
    }

    /// Checks every field.
    pub fn parse(&self) -> Result<FindingTemplate, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let category = invalid.check("category", self.category.parse::<Category>());
        let tags = Tags::Template.parse(&mut invalid, &self.tags);
        match (without_assets(self.finding.clone()).parse(), category) {
            (Ok(content), Some(category)) => invalid.into_result(FindingTemplate {
                category,
                tags,
                content,
            }),
            (Err(errors), _) => {
                for (field, message) in errors.fields() {
                    invalid.add(field, message.clone());
                }
                Err(invalid)
            }
            (Ok(_), None) => Err(invalid),
        }
    }
}

impl From<&FindingTemplate> for TemplateInput {
    /// The form filled in.
    fn from(template: &FindingTemplate) -> Self {
        Self {
            category: template.category.name().to_owned(),
            tags: template.tags.join(", "),
            finding: without_assets(FindingInput::from(&template.content)),
        }
    }
}

fn without_assets(input: FindingInput) -> FindingInput {
    FindingInput {
        assets: String::new(),
        ..input
    }
}
