//! Due dates of findings: a number of days after publication, by severity.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::input::FieldErrors;
use crate::severity::Severity;

/// The most days of a policy.
const MAX_DAYS: u16 = 3_650;

/// Days to fix a finding by severity; `None` sets no due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuePolicy {
    pub critical: Option<u16>,
    pub high: Option<u16>,
    pub medium: Option<u16>,
    pub low: Option<u16>,
    pub info: Option<u16>,
}

impl Default for DuePolicy {
    /// The policy of a new workspace.
    fn default() -> Self {
        Self {
            critical: Some(7),
            high: Some(30),
            medium: Some(90),
            low: Some(180),
            info: None,
        }
    }
}

/// The submitted form of the policy: whole days or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DueInput {
    pub due_critical: String,
    pub due_high: String,
    pub due_medium: String,
    pub due_low: String,
    pub due_info: String,
}

impl DuePolicy {
    pub const fn days(&self, severity: Severity) -> Option<u16> {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }

    /// The due date of a finding that is published on `today`.
    pub fn due_date(&self, severity: Severity, today: Date) -> Option<Date> {
        let days = self.days(severity)?;
        today.checked_add(i64::from(days).days()).ok()
    }
}

impl DueInput {
    /// Parses every field.
    pub fn parse(&self, invalid: &mut FieldErrors) -> DuePolicy {
        let mut days = |field, raw: &str| {
            let raw = raw.trim();
            if raw.is_empty() {
                return None;
            }
            let days = raw.parse().ok().filter(|n| (1..=MAX_DAYS).contains(n));
            if days.is_none() {
                invalid.add(field, format!("Use whole days from 1 to {MAX_DAYS}."));
            }
            days
        };
        DuePolicy {
            critical: days("due_critical", &self.due_critical),
            high: days("due_high", &self.due_high),
            medium: days("due_medium", &self.due_medium),
            low: days("due_low", &self.due_low),
            info: days("due_info", &self.due_info),
        }
    }
}

impl From<&DuePolicy> for DueInput {
    fn from(policy: &DuePolicy) -> Self {
        let text = |severity| {
            let days = policy.days(severity);
            days.map_or_else(String::new, |days| days.to_string())
        };
        Self {
            due_critical: text(Severity::Critical),
            due_high: text(Severity::High),
            due_medium: text(Severity::Medium),
            due_low: text(Severity::Low),
            due_info: text(Severity::Info),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn due_date_follows_policy_by_severity() {
        let policy = DuePolicy::default();
        let on = |severity| policy.due_date(severity, date(2026, 1, 5));
        assert_eq!(on(Severity::Critical), Some(date(2026, 1, 12)));
        assert_eq!(on(Severity::High), Some(date(2026, 2, 4)));
        assert_eq!(on(Severity::Info), None);
    }

    #[test]
    fn due_input_round_trips_and_refuses_days_out_of_range() {
        let mut invalid = FieldErrors::default();
        let policy = DuePolicy::default();
        assert_eq!(DueInput::from(&policy).parse(&mut invalid), policy);
        assert!(invalid.fields().is_empty());
        for odd in ["0", "-1", "1.5", "4000", "soon"] {
            let mut invalid = FieldErrors::default();
            let input = DueInput {
                due_low: odd.into(),
                ..DueInput::default()
            };
            input.parse(&mut invalid);
            assert!(invalid.fields().contains_key("due_low"), "{odd}");
        }
    }
}
