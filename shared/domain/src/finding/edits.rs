//! What an edit changed, field by field, before and after.

use serde::{Deserialize, Serialize};

use super::FindingContent;
use crate::score::CvssVector;

/// Characters of a text that an entry of the history holds itself.
const SHORT: usize = 200;

/// A field before and after an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name on the screen.
    pub field: String,
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
    /// Whether more of it is kept elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl FieldChange {
    /// The change, where there is one.
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

    /// The same, as far as an entry holds it.
    pub(super) fn short(&self) -> Self {
        let cut = |text: &str| text.chars().take(SHORT).collect::<String>();
        let (before, after) = (cut(&self.before), cut(&self.after));
        Self {
            cut: before != self.before || after != self.after,
            field: self.field.clone(),
            before,
            after,
        }
    }
}

/// The fields in which two drafts differ, in the order of the form.
pub fn edits(before: &FindingContent, after: &FindingContent) -> Vec<FieldChange> {
    let vector = |draft: &FindingContent| {
        draft
            .vector
            .as_ref()
            .map(|v: &CvssVector| v.as_str().to_owned())
    };
    let cwe = |draft: &FindingContent| draft.cwe.map(|number| format!("CWE-{number}"));
    let lines = |lines: &[String]| Some(lines.join("\n"));
    let text = |text: &String| Some(text.clone());
    let severity = |draft: &FindingContent| Some(draft.severity.name().to_owned());
    let reason = |draft: &FindingContent| draft.severity_reason.clone();
    let pairs = [
        ("title", text(&before.title), text(&after.title)),
        ("severity", severity(before), severity(after)),
        ("reason for the severity", reason(before), reason(after)),
        ("CVSS vector", vector(before), vector(after)),
        ("CWE", cwe(before), cwe(after)),
        ("CVEs", lines(&before.cves), lines(&after.cves)),
        (
            "affected assets",
            lines(&before.assets),
            lines(&after.assets),
        ),
        (
            "description",
            text(&before.description),
            text(&after.description),
        ),
        ("impact", text(&before.impact), text(&after.impact)),
        (
            "recommendation",
            text(&before.recommendation),
            text(&after.recommendation),
        ),
        (
            "references",
            text(&before.references),
            text(&after.references),
        ),
    ];
    pairs
        .into_iter()
        .filter_map(|(field, before, after)| FieldChange::between(field, before, after))
        .collect()
}
