//! Addresses to which no mail goes: it came back for good, or its reader reported it
//! as spam.

mod report;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use report::{DeliveryReport, InvalidDeliveryReport, tags};

/// Why no mail goes to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// There is nobody who gets it.
    Bounce,
    /// Whoever got it doesn't want it.
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

/// That no mail goes to an address, as it is shown beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionNotice {
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    pub since: Timestamp,
}

/// What is known of an address. Reports may come in any order and more than once:
/// what they leave is the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// When mail to it bounced first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounced: Option<Timestamp>,
    /// When mail to it was complained of first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complained: Option<Timestamp>,
    /// When somebody decided last that mail goes there again: what became of mail that
    /// was sent before says nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifted: Option<Timestamp>,
}

impl Suppression {
    /// The same after a report.
    #[must_use]
    pub fn after(self, report: &DeliveryReport) -> Self {
        if self.lifted.is_some_and(|lifted| report.sent <= lifted) {
            return self;
        }
        let first =
            |known: Option<Timestamp>| Some(known.map_or(report.at, |known| known.min(report.at)));
        match report.reason {
            SuppressionReason::Bounce => Self {
                bounced: first(self.bounced),
                ..self
            },
            SuppressionReason::Complaint => Self {
                complained: first(self.complained),
                ..self
            },
        }
    }

    /// The same with mail going there again.
    #[must_use]
    pub fn lifted(self, now: Timestamp) -> Self {
        Self {
            bounced: None,
            complained: None,
            lifted: Some(self.lifted.map_or(now, |lifted| lifted.max(now))),
        }
    }

    /// Whether no mail goes there for this reason.
    pub fn has(self, reason: SuppressionReason) -> bool {
        match reason {
            SuppressionReason::Bounce => self.bounced.is_some(),
            SuppressionReason::Complaint => self.complained.is_some(),
        }
    }

    /// What is shown of it; nothing, where mail goes there. A complaint weighs more.
    pub fn shown(self) -> Option<SuppressionNotice> {
        let mark = |reason| move |since| SuppressionNotice { reason, since };
        let complained = self.complained.map(mark(SuppressionReason::Complaint));
        complained.or_else(|| self.bounced.map(mark(SuppressionReason::Bounce)))
    }
}
