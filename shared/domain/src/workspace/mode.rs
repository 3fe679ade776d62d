//! The mode of a workspace: consulting (with invoices) or internal (without).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whether the workspace has invoices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceMode {
    /// It works for other companies, which get invoices.
    #[default]
    Consulting,
    /// It works for its own company: no invoices, those there are kept.
    Internal,
}

impl WorkspaceMode {
    /// Both, with its name in forms and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 2] = [
        (
            Self::Consulting,
            "consulting",
            "Consulting: clients get invoices",
        ),
        (
            Self::Internal,
            "internal",
            "Internal: no invoices anywhere; what there is is kept",
        ),
    ];

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Consulting => "consulting",
            Self::Internal => "internal",
        }
    }
}

impl FromStr for WorkspaceMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|(_, name, _)| *name == text);
        known.map(|(mode, ..)| mode).ok_or("Choose a mode.")
    }
}
