//! Decisions that close a finding without a fix: accepting the risk, or calling it a false positive.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::status::FindingStatus;
use crate::id::UserId;
use crate::input::FieldErrors;

/// Days before the end of an accepted risk at which people are warned.
pub const RISK_WARNING_DAYS: i64 = 14;
/// Years for which a risk can be accepted at most.
const MAX_YEARS: i64 = 3;

/// A decision that the team makes or the client proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The client carries the risk until a day.
    AcceptRisk,
    /// It is not a weakness.
    FalsePositive,
}

/// A decision that the client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub decision: Decision,
    /// The last day of an accepted risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    pub by: UserId,
    /// The contact's name at that time.
    pub by_name: String,
    pub at: Timestamp,
}

/// A risk that is accepted until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRisk {
    /// The last day; on the next one the finding is reopened.
    pub until: Date,
    /// The team member who decided.
    pub by: UserId,
    /// The contact who proposed it.
    #[serde(rename = "asked_by", default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<UserId>,
}

impl Decision {
    /// The status of a finding after the decision.
    pub const fn target_status(self) -> FindingStatus {
        match self {
            Self::AcceptRisk => FindingStatus::AcceptedRisk,
            Self::FalsePositive => FindingStatus::FalsePositive,
        }
    }

    /// Whether the decision holds until a day only.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::AcceptRisk)
    }

    /// The last day of a temporary decision: after `today`, and within three years.
    pub(super) fn parse_until(
        self,
        raw: &str,
        today: Date,
        invalid: &mut FieldErrors,
    ) -> Option<Date> {
        if !self.is_temporary() {
            return None;
        }
        let last = today.checked_add(MAX_YEARS.years()).unwrap_or(today);
        match raw.trim().parse::<Date>() {
            Ok(day) if day > today && day <= last => return Some(day),
            Ok(day) if day <= today => invalid.add("until", "Choose a day after today."),
            Ok(_) => invalid.add(
                "until",
                format!("A risk can be accepted for {MAX_YEARS} years at most."),
            ),
            Err(_) => invalid.add("until", "Say until when, with a date like 2026-11-24."),
        }
        None
    }
}

impl AcceptedRisk {
    /// The first day on which people are warned that it ends.
    pub fn warning_date(&self) -> Date {
        self.until
            .checked_sub(RISK_WARNING_DAYS.days())
            .unwrap_or(self.until)
    }

    /// Days that are left on `today`; `None` before the warning date.
    pub fn days_left_to_warn(&self, today: Date) -> Option<i64> {
        let left = self.until.since(today).ok()?.get_days();
        (today >= self.warning_date()).then_some(i64::from(left.max(0)))
    }
}
