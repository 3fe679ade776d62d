//! That no mail goes to an address, and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why no mail goes to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// The address doesn't exist.
    Bounce,
    /// The recipient reported mail as spam.
    Complaint,
}

impl SuppressionReason {
    /// The words for a mark beside the address.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Bounce => "Mail bounces",
            Self::Complaint => "Reported as spam",
        }
    }

    /// The name in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
        }
    }
}

/// A suppression, as it is shown beside the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionNotice {
    pub reason: SuppressionReason,
    pub since: Timestamp,
}
