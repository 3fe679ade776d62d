//! A document that was announced and isn't uploaded yet.

use serde::{Deserialize, Serialize};

use super::kind::{DocumentKind, Visibility};
use crate::id::{DocumentId, EngagementId};

/// A document that was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDocument {
    /// `None` for the client itself.
    pub engagement: Option<EngagementId>,
    pub kind: DocumentKind,
    pub title: String,
    pub visibility: Visibility,
    /// The document whose new version it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<DocumentId>,
}
