//! Decisions that close a finding without a fix: that it is none, or that the
//! risk is carried for a while.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::FindingStatus;
use crate::id::UserId;
use crate::input::FieldErrors;

/// Days before an accepted risk lapses at which people are warned.
pub const WARN_DAYS: i64 = 14;
/// Years for which a risk can be accepted at most.
const MOST_YEARS: i64 = 3;

/// What can be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The client carries the risk until a day.
    AcceptRisk,
    /// It is no weakness.
    FalsePositive,
}

/// A decision that the client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which.
    pub decision: Decision,
    /// The last day of an accepted risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Who asks, by account.
    pub by: UserId,
    /// Who asks, by the name at that time.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

/// An accepted risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedRisk {
    /// The last day; on the next one the finding is open again.
    pub until: Date,
    /// Who of the team decided, by account.
    pub by: UserId,
    /// Who of the client asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<UserId>,
}

impl Decision {
    /// Where a finding goes by it.
    pub const fn leads_to(self) -> FindingStatus {
        match self {
            Self::AcceptRisk => FindingStatus::AcceptedRisk,
            Self::FalsePositive => FindingStatus::FalsePositive,
        }
    }

    /// Whether it holds until a day.
    pub const fn ends(self) -> bool {
        matches!(self, Self::AcceptRisk)
    }

    /// Reads the day until which it holds, where it needs one: after `today`,
    /// and not further than three years.
    pub(super) fn until(self, raw: &str, today: Date, invalid: &mut FieldErrors) -> Option<Date> {
        if !self.ends() {
            return None;
        }
        let last = today.checked_add(MOST_YEARS.years()).unwrap_or(today);
        match raw.trim().parse::<Date>() {
            Ok(day) if day > today && day <= last => return Some(day),
            Ok(day) if day <= today => invalid.add("until", "Choose a day after today."),
            Ok(_) => invalid.add(
                "until",
                format!("A risk can be accepted for {MOST_YEARS} years at most."),
            ),
            Err(_) => invalid.add("until", "Say until when, with a date like 2026-11-24."),
        }
        None
    }
}

impl AcceptedRisk {
    /// The day on which people are warned that it ends.
    pub fn warns_on(&self) -> Date {
        self.until
            .checked_sub(WARN_DAYS.days())
            .unwrap_or(self.until)
    }

    /// Days that are left on `today`, where it is time for the warning.
    pub fn warning(&self, today: Date) -> Option<i64> {
        let left = self.until.since(today).ok()?.get_days();
        (today >= self.warns_on()).then_some(i64::from(left.max(0)))
    }
}
