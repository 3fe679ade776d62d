//! What is said of a document before it is sent.

use serde::{Deserialize, Serialize};

use super::{DocumentKind, Visibility, may_upload};
use crate::file::FileName;
use crate::id::{DocumentId, EngagementId};
use crate::input::FieldErrors;
use crate::role::Role;

/// The form, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentInput {
    /// What it is.
    pub kind: String,
    /// One line; the file's name where it is empty.
    pub title: String,
    /// Who is to see it; empty where there is no choice.
    pub visibility: String,
}

/// A document that was said to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDocument {
    /// The engagement that it belongs to; `None` for the client itself.
    pub engagement: Option<EngagementId>,
    /// What it is.
    pub kind: DocumentKind,
    /// One line.
    pub title: String,
    /// Who is to see it.
    pub visibility: Visibility,
    /// The document that it is a new version of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DocumentId>,
}

impl DocumentInput {
    /// What can be accepted from somebody of this role, for a file of this name.
    pub fn parse(
        &self,
        role: Role,
        engagement: Option<EngagementId>,
        file: &FileName,
    ) -> Result<NewDocument, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let title = invalid.optional_line("title", &self.title, 160);
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
            name => Visibility::ALL.into_iter().find(|one| one.name() == name),
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
