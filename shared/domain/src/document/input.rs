//! The form of a document.

use serde::{Deserialize, Serialize};

use super::changes::may_upload;
use super::kind::{DocumentKind, Visibility};
use super::new_document::NewDocument;
use crate::file::FileName;
use crate::id::EngagementId;
use crate::input::FieldErrors;
use crate::role::Role;

/// The submitted form.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentInput {
    pub kind: String,
    /// Empty for the file's name.
    pub title: String,
    /// Empty where the form has no choice.
    pub visibility: String,
}

impl DocumentInput {
    /// Checks the form of a person of `role` for `file`.
    pub fn parse(
        &self,
        role: Role,
        engagement: Option<EngagementId>,
        file: &FileName,
    ) -> Result<NewDocument, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let title = invalid.parse_optional_line("title", &self.title, 160);
        let title = if title.is_empty() {
            file.stem().to_owned()
        } else {
            title
        };
        let kind = DocumentKind::ALL
            .into_iter()
            .find(|kind| kind.name() == self.kind);
        let visibility = match self.visibility.as_str() {
            "" => Some(Visibility::Client),
            name => Visibility::ALL
                .into_iter()
                .find(|visibility| visibility.name() == name),
        };
        let (Some(kind), Some(visibility)) = (kind, visibility) else {
            invalid.add("kind", "Choose what it is.");
            return Err(invalid);
        };
        if !may_upload(role, kind, visibility) {
            invalid.add("kind", "You can send proof of a fix here: choose evidence.");
        }
        invalid.into_result(NewDocument {
            engagement,
            kind,
            title,
            visibility,
            replaces: None,
        })
    }
}
