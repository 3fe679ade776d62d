//! The categories of finding templates.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of system that a template applies to, in the order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Web,
    Api,
    Cloud,
    Network,
    Mobile,
    ActiveDirectory,
    Other,
}

impl Category {
    pub const ALL: [Self; 7] = [
        Self::Web,
        Self::Api,
        Self::Cloud,
        Self::Network,
        Self::Mobile,
        Self::ActiveDirectory,
        Self::Other,
    ];

    /// The name in forms, URLs and the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Api => "api",
            Self::Cloud => "cloud",
            Self::Network => "network",
            Self::Mobile => "mobile",
            Self::ActiveDirectory => "active_directory",
            Self::Other => "other",
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Web => "Web",
            Self::Api => "API",
            Self::Cloud => "Cloud",
            Self::Network => "Network",
            Self::Mobile => "Mobile",
            Self::ActiveDirectory => "Active Directory",
            Self::Other => "Other",
        }
    }
}

impl FromStr for Category {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|category| category.name() == text)
            .ok_or("Choose a category.")
    }
}
