//! What is known of an address, from reports in any order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::delivery_report::DeliveryReport;
use super::notice::{SuppressionNotice, SuppressionReason};

/// What is known of an address. The same reports in any order, however often, leave the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The time of the first bounce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounced: Option<Timestamp>,
    /// The time of the first complaint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complained: Option<Timestamp>,
    /// The time at which a person last lifted it: reports of mail that was sent before are ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifted: Option<Timestamp>,
}

impl Suppression {
    /// The suppression, joined with a report.
    #[must_use]
    pub fn join(self, report: &DeliveryReport) -> Self {
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

    /// The suppression, lifted: mail goes to the address again.
    #[must_use]
    pub fn lift(self, now: Timestamp) -> Self {
        Self {
            bounced: None,
            complained: None,
            lifted: Some(self.lifted.map_or(now, |lifted| lifted.max(now))),
        }
    }

    /// Whether mail is suppressed for this reason.
    pub fn has(self, reason: SuppressionReason) -> bool {
        match reason {
            SuppressionReason::Bounce => self.bounced.is_some(),
            SuppressionReason::Complaint => self.complained.is_some(),
        }
    }

    /// What is shown beside the address; `None` where mail goes there. A complaint comes before a bounce.
    pub fn notice(self) -> Option<SuppressionNotice> {
        let notice = |reason| move |since| SuppressionNotice { reason, since };
        let complained = self.complained.map(notice(SuppressionReason::Complaint));
        complained.or_else(|| self.bounced.map(notice(SuppressionReason::Bounce)))
    }
}
