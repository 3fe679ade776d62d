//! Totals of findings by severity and status: the numbers behind every bar and percentage.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::finding::Finding;
use super::status::FindingStatus;
use crate::severity::Severity;

/// Findings by severity and status, the active ones by the month of their publishing, and how long
/// fixes took. The same type holds totals and changes of totals: a change is applied by adding it.
/// No number depends on the time at which it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_place: BTreeMap<(Severity, FindingStatus), i64>,
    published_by_month: BTreeMap<Date, i64>,
    fixes: BTreeMap<Severity, FixTimes>,
}

/// The number of fixed findings, and how long the fixes took together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FixTimes {
    pub count: i64,
    /// Seconds from publishing to the retest that found it fixed.
    pub total_seconds: i64,
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
    /// The totals of one finding.
    pub fn of(finding: &Finding) -> Self {
        let mut counts = Self::default();
        counts.add_finding(finding, 1);
        counts
    }

    /// The change of the totals when a finding changes.
    pub fn difference(before: &Finding, after: &Finding) -> Self {
        let mut counts = Self::of(after);
        counts.add_finding(before, -1);
        counts
    }

    fn add_finding(&mut self, finding: &Finding, n: i64) {
        self.add(finding.severity, finding.status, n);
        if let Some(published) = finding.lifecycle.published_at
            && finding.status.is_active()
        {
            self.add_published(month_of(published), n);
        }
        if let Some(seconds) = finding.lifecycle.seconds_to_fix() {
            let fixes = FixTimes {
                count: n,
                total_seconds: n * seconds,
            };
            self.add_fixes(finding.severity, fixes);
        }
    }

    /// Adds `n` findings; an entry that becomes zero is removed.
    pub fn add(&mut self, severity: Severity, status: FindingStatus, n: i64) {
        let count = self.by_place.entry((severity, status)).or_default();
        *count += n;
        if *count == 0 {
            self.by_place.remove(&(severity, status));
        }
    }

    /// Adds `n` active findings that were published in the month that begins with `month`; an entry
    /// that becomes zero is removed.
    pub fn add_published(&mut self, month: Date, n: i64) {
        let count = self.published_by_month.entry(month).or_default();
        *count += n;
        if *count == 0 {
            self.published_by_month.remove(&month);
        }
    }

    /// Adds fixes of one severity.
    pub fn add_fixes(&mut self, severity: Severity, fixes: FixTimes) {
        let sum = self.fixes.entry(severity).or_default();
        sum.count += fixes.count;
        sum.total_seconds += fixes.total_seconds;
        if *sum == FixTimes::default() {
            self.fixes.remove(&severity);
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (severity, status, n) in other.iter() {
            self.add(severity, status, n);
        }
        for (month, n) in other.published_by_month() {
            self.add_published(month, n);
        }
        for severity in Severity::ALL {
            self.add_fixes(severity, other.fix_times(severity));
        }
    }

    /// Active findings by the first day of the month in which they were
    /// published (UTC), the oldest first.
    pub fn published_by_month(&self) -> impl Iterator<Item = (Date, i64)> + '_ {
        self.published_by_month
            .iter()
            .map(|(month, n)| (*month, *n))
    }

    /// The fix times of one severity.
    pub fn fix_times(&self, severity: Severity) -> FixTimes {
        self.fixes.get(&severity).copied().unwrap_or_default()
    }

    /// Every number that isn't zero.
    pub fn iter(&self) -> impl Iterator<Item = (Severity, FindingStatus, i64)> + '_ {
        self.by_place
            .iter()
            .map(|(&(severity, status), &n)| (severity, status, n))
    }

    /// The sum of the numbers that `is_wanted` picks.
    pub fn sum(&self, is_wanted: impl Fn(Severity, FindingStatus) -> bool) -> i64 {
        self.iter()
            .filter(|&(severity, status, _)| is_wanted(severity, status))
            .map(|(_, _, n)| n)
            .sum()
    }

    /// Active findings of one severity.
    pub fn active(&self, severity: Severity) -> i64 {
        self.sum(|s, status| s == severity && status.is_active())
    }

    /// Published findings that are not closed.
    pub fn active_total(&self) -> i64 {
        self.sum(|_, status| status.is_active())
    }

    /// Findings on which nothing is to be done.
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
    /// The average seconds from publishing to the retest that found it fixed.
    pub const fn mean_seconds(self) -> Option<i64> {
        if self.count > 0 {
            Some(self.total_seconds / self.count)
        } else {
            None
        }
    }
}

/// The first day of the month of `at` (UTC).
pub fn month_of(at: Timestamp) -> Date {
    at.to_zoned_datetime(TimeZone::UTC).date().first_of_month()
}

impl Progress {
    /// Whole percent of `done` in `total`, rounded down so that 100 means all; 0 where `total` is 0.
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
    use crate::finding::lifecycle::LifecycleTimes;
    use crate::id::FindingId;

    fn finding(status: FindingStatus, published: i64, fixed: Option<i64>) -> Finding {
        let at = |second| Timestamp::from_second(second).ok();
        Finding {
            lifecycle: LifecycleTimes {
                published_at: at(published),
                fixed_at: fixed.and_then(at),
            },
            ..Finding::blank(FindingId::new(1, 1), Severity::High, Timestamp::UNIX_EPOCH)
        }
        .in_status(status)
    }

    #[test]
    fn status_change_moves_finding_between_totals() {
        let open = finding(FindingStatus::Open, 1_767_603_600, None);
        let fixed = finding(FindingStatus::Verified, 1_767_603_600, Some(1_767_603_700));
        let mut counts = Counts::of(&open);
        let january = Date::constant(2026, 1, 1);
        assert_eq!(
            counts.published_by_month().collect::<Vec<_>>(),
            [(january, 1)]
        );
        counts.merge(&Counts::difference(&open, &fixed));
        assert_eq!(counts, Counts::of(&fixed));
        assert_eq!(
            counts.iter().collect::<Vec<_>>(),
            [(Severity::High, FindingStatus::Verified, 1)]
        );
        assert_eq!(counts.published_by_month().count(), 0);
        let other = finding(FindingStatus::Verified, 1_767_603_600, Some(1_767_603_801));
        counts.merge(&Counts::of(&other));
        assert_eq!(counts.fix_times(Severity::High).mean_seconds(), Some(150));
        assert_eq!(counts.fix_times(Severity::Low).mean_seconds(), None);
        counts.merge(&Counts::difference(&fixed, &open));
        counts.merge(&Counts::difference(&other, &open));
        assert_eq!(counts.fix_times(Severity::High), FixTimes::default());
        assert_eq!(Counts::difference(&open, &open), Counts::default());
    }

    #[test]
    fn progress_leaves_drafts_out_and_rounds_down() {
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
