//! The numbers of open, resolved and closed findings by day.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::finding::{Counts, FindingStatus};

/// The published findings by status at the end of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySnapshot {
    /// Not fixed.
    pub open: i64,
    /// Fixed and not verified.
    pub resolved: i64,
    /// Verified findings, false positives and accepted risks.
    pub closed: i64,
}

/// The number of days of a trend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TrendWindow {
    /// 30 days.
    Month,
    /// 90 days.
    #[default]
    Quarter,
    /// 365 days.
    Year,
}

impl DaySnapshot {
    pub fn of(counts: &Counts) -> Self {
        let resolved = counts.in_status(FindingStatus::Resolved);
        Self {
            open: counts.active_total() - resolved,
            resolved,
            closed: counts.closed_total(),
        }
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            resolved: self.resolved + other.resolved,
            closed: self.closed + other.closed,
        }
    }
}

impl TrendWindow {
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    pub const fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }

    /// The window with this number of days; the default for other numbers.
    pub fn named(days: Option<&str>) -> Self {
        let from_days = |window: &Self| Some(window.days().to_string().as_str()) == days;
        Self::ALL.into_iter().find(from_days).unwrap_or_default()
    }

    /// The first day of the window that ends with `today`.
    pub fn first_day(self, today: Date) -> Date {
        today.checked_sub((self.days() - 1).days()).unwrap_or(today)
    }
}

/// The snapshots of a window that ends with `today`, whose snapshot is `now`.
///
/// A day without a snapshot repeats the day before; the series starts with the first snapshot.
pub fn daily_series(
    known: &BTreeMap<Date, DaySnapshot>,
    window: TrendWindow,
    today: Date,
    now: DaySnapshot,
) -> Vec<(Date, DaySnapshot)> {
    let first = window.first_day(today);
    let mut last = known.range(..first).next_back().map(|(_, day)| *day);
    let mut days = Vec::new();
    for date in first.series(1.day()).take_while(|date| *date < today) {
        last = known.get(&date).copied().or(last);
        days.extend(last.map(|day| (date, day)));
    }
    days.push((today, now));
    days
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn open(open: i64) -> DaySnapshot {
        DaySnapshot {
            open,
            ..DaySnapshot::default()
        }
    }

    #[test]
    fn daily_series_with_gap_repeats_day_before() {
        let today = date(2026, 3, 1);
        let known = BTreeMap::from([(date(2026, 2, 20), open(4)), (date(2026, 2, 25), open(6))]);
        let days = daily_series(&known, TrendWindow::Month, today, open(7));
        assert_eq!(days.first(), Some(&(date(2026, 2, 20), open(4))));
        assert_eq!(days.len(), 10);
        let on = |date| days.iter().find(|(day, _)| *day == date).map(|(_, d)| *d);
        assert_eq!(on(date(2026, 2, 24)), Some(open(4)));
        assert_eq!(on(date(2026, 2, 28)), Some(open(6)));
        assert_eq!(days.last(), Some(&(today, open(7))));
    }

    #[test]
    fn daily_series_starts_with_last_snapshot_before_window() {
        let known = BTreeMap::from([(date(2025, 12, 31), open(2))]);
        let days = daily_series(&known, TrendWindow::Month, date(2026, 3, 1), open(3));
        assert_eq!(days.len(), 30);
        assert_eq!(days.first(), Some(&(date(2026, 1, 31), open(2))));
    }

    #[test]
    fn trend_window_with_other_days_is_default() {
        assert_eq!(TrendWindow::named(Some("365")), TrendWindow::Year);
        assert_eq!(TrendWindow::named(Some("31")), TrendWindow::Quarter);
        assert_eq!(TrendWindow::named(None), TrendWindow::Quarter);
    }
}
