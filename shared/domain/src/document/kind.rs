//! What a document is, and who sees it.

use serde::{Deserialize, Serialize};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    Report,
    Deliverable,
    /// Proof of a finding or of a fix.
    Evidence,
    Contract,
    Other,
}

impl DocumentKind {
    /// Every kind, in the order of forms.
    pub const ALL: [Self; 5] = [
        Self::Report,
        Self::Deliverable,
        Self::Evidence,
        Self::Contract,
        Self::Other,
    ];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Deliverable => "deliverable",
            Self::Evidence => "evidence",
            Self::Contract => "contract",
            Self::Other => "other",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Deliverable => "Deliverable",
            Self::Evidence => "Evidence",
            Self::Contract => "Contract",
            Self::Other => "Other",
        }
    }
}

/// Who sees a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Team,
    /// Visible to the team and the client.
    Client,
}

impl Visibility {
    /// Every visibility, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Client, Self::Team];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Client => "client",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Team => "Team only",
            Self::Client => "Team and client",
        }
    }
}
