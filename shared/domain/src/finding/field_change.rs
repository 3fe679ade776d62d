//! Fields before and after an edit.

use serde::{Deserialize, Serialize};

use super::content::FindingContent;

/// Characters of a value that a history entry holds.
const MAX_VALUE: usize = 200;

/// A field before and after an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's displayed name.
    pub field: String,
    pub before: String,
    pub after: String,
    /// Whether a value is cut here; the whole of it is stored beside the history entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// The displayed name of the due date.
pub(super) const DUE_DATE: &str = "due date";

/// The fields of the rating, which the client is told of.
const RATING: [&str; 3] = ["severity", "reason for the severity", "CVSS vector"];

impl FieldChange {
    /// Whether the field is part of the rating.
    pub(super) fn is_rating(&self) -> bool {
        RATING.contains(&self.field.as_str())
    }

    /// The change from `before` to `after`; `None` where they are equal.
    pub(super) fn between(
        field: &str,
        before: Option<String>,
        after: Option<String>,
    ) -> Option<Self> {
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        (before != after).then(|| Self {
            field: field.to_owned(),
            before,
            after,
            cut: false,
        })
    }

    /// The change with both values cut at [`MAX_VALUE`] characters.
    pub(super) fn to_cut(&self) -> Self {
        let cut = |text: &str| text.chars().take(MAX_VALUE).collect::<String>();
        let (before, after) = (cut(&self.before), cut(&self.after));
        Self {
            cut: before != self.before || after != self.after,
            field: self.field.clone(),
            before,
            after,
        }
    }
}

/// A field's value as the history shows it.
type FieldValue = fn(&FindingContent) -> Option<String>;

/// Every field of a finding's content, in the order of the form.
const FIELDS: [(&str, FieldValue); 11] = [
    ("title", |content| Some(content.title.clone())),
    ("severity", |content| {
        Some(content.severity.name().to_owned())
    }),
    ("reason for the severity", |content| {
        content.severity_reason.clone()
    }),
    ("CVSS vector", |content| {
        let vector = content.vector.as_ref()?;
        Some(vector.as_str().to_owned())
    }),
    ("CWE", |content| {
        content.cwe.map(|number| format!("CWE-{number}"))
    }),
    ("CVEs", |content| Some(content.cves.join("\n"))),
    ("affected assets", |content| Some(content.assets.join("\n"))),
    ("description", |content| Some(content.description.clone())),
    ("impact", |content| Some(content.impact.clone())),
    ("recommendation", |content| {
        Some(content.recommendation.clone())
    }),
    ("references", |content| Some(content.references.clone())),
];

/// The fields in which two contents differ, in the order of the form.
pub fn field_changes(before: &FindingContent, after: &FindingContent) -> Vec<FieldChange> {
    let changes = FIELDS
        .into_iter()
        .filter_map(|(field, value)| FieldChange::between(field, value(before), value(after)));
    changes.collect()
}
