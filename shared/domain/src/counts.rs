//! How many findings stand where: the numbers behind every bar and percentage.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::finding::{Finding, FindingStatus};
use crate::severity::Severity;

/// Findings by severity and status, the active ones by the month in which they
/// were published, and how long fixes took. The same type holds totals and
/// changes of totals, so a change is applied by adding it. None of it depends on
/// the time at which it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    places: BTreeMap<(Severity, FindingStatus), i64>,
    months: BTreeMap<Date, i64>,
    fixes: BTreeMap<Severity, FixTimes>,
}

/// Findings that were found fixed, and how long that took altogether.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FixTimes {
    /// How many.
    pub number: i64,
    /// Seconds from publishing to the retest that found it fixed.
    pub seconds: i64,
}

/// Completion of the published findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Closed: verified, false positives, accepted risks.
    pub done: i64,
    /// Resolved, waiting for verification.
    pub resolved: i64,
    /// All that are published.
    pub total: i64,
}

impl Counts {
    /// What one finding adds to the totals.
    pub fn of(finding: &Finding) -> Self {
        let mut counts = Self::default();
        counts.count(finding, 1);
        counts
    }

    /// The change that a finding makes by becoming another.
    pub fn changed(before: &Finding, after: &Finding) -> Self {
        let mut counts = Self::of(after);
        counts.count(before, -1);
        counts
    }

    fn count(&mut self, finding: &Finding, n: i64) {
        self.add(finding.severity, finding.status, n);
        if let Some(published) = finding.life.published
            && finding.status.is_active()
        {
            self.add_published(month(published), n);
        }
        if let Some(seconds) = finding.life.seconds_to_fix() {
            let fixes = FixTimes {
                number: n,
                seconds: n * seconds,
            };
            self.add_fixes(finding.severity, fixes);
        }
    }

    /// Adds `n` findings; a place that comes to zero is forgotten.
    pub fn add(&mut self, severity: Severity, status: FindingStatus, n: i64) {
        let count = self.places.entry((severity, status)).or_default();
        *count += n;
        if *count == 0 {
            self.places.remove(&(severity, status));
        }
    }

    /// Adds `n` active findings that were published in the month with the first
    /// day `month`; one that comes to zero is forgotten.
    pub fn add_published(&mut self, month: Date, n: i64) {
        let count = self.months.entry(month).or_default();
        *count += n;
        if *count == 0 {
            self.months.remove(&month);
        }
    }

    /// Adds fixes of one severity.
    pub fn add_fixes(&mut self, severity: Severity, fixes: FixTimes) {
        let sum = self.fixes.entry(severity).or_default();
        sum.number += fixes.number;
        sum.seconds += fixes.seconds;
        if *sum == FixTimes::default() {
            self.fixes.remove(&severity);
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (severity, status, n) in other.iter() {
            self.add(severity, status, n);
        }
        for (month, n) in other.months() {
            self.add_published(month, n);
        }
        for severity in Severity::ALL {
            self.add_fixes(severity, other.fixes(severity));
        }
    }

    /// Active findings by the first day of the month in which they were
    /// published (UTC), the oldest first.
    pub fn months(&self) -> impl Iterator<Item = (Date, i64)> + '_ {
        self.months.iter().map(|(month, n)| (*month, *n))
    }

    /// How many were found fixed, and how long that took.
    pub fn fixes(&self, severity: Severity) -> FixTimes {
        self.fixes.get(&severity).copied().unwrap_or_default()
    }

    /// Each place that isn't zero.
    pub fn iter(&self) -> impl Iterator<Item = (Severity, FindingStatus, i64)> + '_ {
        self.places
            .iter()
            .map(|(&(severity, status), &n)| (severity, status, n))
    }

    /// The sum over the places that `wanted` picks.
    pub fn sum(&self, wanted: impl Fn(Severity, FindingStatus) -> bool) -> i64 {
        self.iter()
            .filter(|&(severity, status, _)| wanted(severity, status))
            .map(|(_, _, n)| n)
            .sum()
    }

    /// Published findings that still need something done, of one severity.
    pub fn active(&self, severity: Severity) -> i64 {
        self.sum(|s, status| s == severity && status.is_active())
    }

    /// Published findings that still need something done.
    pub fn active_total(&self) -> i64 {
        self.sum(|_, status| status.is_active())
    }

    /// Findings of which nothing is to be done.
    pub fn closed_total(&self) -> i64 {
        self.sum(|_, status| status.is_closed())
    }

    /// Findings in one status.
    pub fn in_status(&self, status: FindingStatus) -> i64 {
        self.sum(|_, s| s == status)
    }

    /// Completion of the published findings.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.closed_total(),
            resolved: self.in_status(FindingStatus::Resolved),
            total: self.sum(|_, status| status.is_published()),
        }
    }
}

impl FixTimes {
    /// Seconds from publishing to the retest that found it fixed, on average.
    pub const fn mean(self) -> Option<i64> {
        if self.number > 0 {
            Some(self.seconds / self.number)
        } else {
            None
        }
    }
}

/// The first day of the month that it is at `at` (UTC).
pub fn month(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date().first_of_month()
}

impl Progress {
    /// Whole percent of `done` in `total`, rounded down so that 100 means all;
    /// nothing to do is 0.
    pub fn percent(self) -> i64 {
        if self.total == 0 {
            0
        } else {
            self.done * 100 / self.total
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::LifecycleTimes;
    use crate::id::FindingId;

    fn finding(status: FindingStatus, published: i64, fixed: Option<i64>) -> Finding {
        let at = |second| Timestamp::from_second(second).ok();
        Finding {
            life: LifecycleTimes {
                published: at(published),
                fixed: fixed.and_then(at),
            },
            ..crate::finding::blank(FindingId::new(1, 1), Severity::High, Timestamp::UNIX_EPOCH)
        }
        .in_status(status)
    }

    #[test]
    fn a_change_takes_from_one_place_and_adds_to_another() {
        let open = finding(FindingStatus::Open, 1_767_603_600, None);
        let fixed = finding(FindingStatus::Verified, 1_767_603_600, Some(1_767_603_700));
        let mut counts = Counts::of(&open);
        let january = Date::constant(2026, 1, 1);
        assert_eq!(counts.months().collect::<Vec<_>>(), [(january, 1)]);
        counts.merge(&Counts::changed(&open, &fixed));
        assert_eq!(counts, Counts::of(&fixed));
        assert_eq!(
            counts.iter().collect::<Vec<_>>(),
            [(Severity::High, FindingStatus::Verified, 1)]
        );
        assert_eq!(counts.months().count(), 0);
        let other = finding(FindingStatus::Verified, 1_767_603_600, Some(1_767_603_801));
        counts.merge(&Counts::of(&other));
        assert_eq!(counts.fixes(Severity::High).mean(), Some(150));
        assert_eq!(counts.fixes(Severity::Low).mean(), None);
        counts.merge(&Counts::changed(&fixed, &open));
        counts.merge(&Counts::changed(&other, &open));
        assert_eq!(counts.fixes(Severity::High), FixTimes::default());
        assert_eq!(Counts::changed(&open, &open), Counts::default());
    }

    #[test]
    fn drafts_are_in_no_percentage_and_all_means_all() {
        let mut counts = Counts::default();
        counts.add(Severity::Low, FindingStatus::Draft, 5);
        assert_eq!(counts.progress().percent(), 0);
        counts.add(Severity::Low, FindingStatus::Verified, 199);
        counts.add(Severity::High, FindingStatus::Open, 1);
        assert_eq!(
            counts.progress(),
            Progress {
                done: 199,
                resolved: 0,
                total: 200
            }
        );
        assert_eq!(counts.progress().percent(), 99);
        assert_eq!(counts.active_total(), 1);
    }
}
