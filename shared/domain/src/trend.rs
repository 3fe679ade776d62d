//! How many findings were open, resolved and closed, day by day.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::counts::Counts;
use crate::finding::FindingStatus;

/// Where the published findings stood when a day ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaySnapshot {
    /// Something is to be fixed.
    pub open: i64,
    /// Said to be fixed, waiting for verification.
    pub resolved: i64,
    /// Verified, false positives, accepted risks.
    pub closed: i64,
}

/// How far a trend reaches back.
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
    /// As totals tell it.
    pub fn of(counts: &Counts) -> Self {
        let resolved = counts.in_status(FindingStatus::Resolved);
        Self {
            open: counts.active_total() - resolved,
            resolved,
            closed: counts.closed_total(),
        }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            resolved: self.resolved + other.resolved,
            closed: self.closed + other.closed,
        }
    }
}

impl TrendWindow {
    /// Every window.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// Its length.
    pub const fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }

    /// The window that an address names by its days; the usual one where it
    /// names none.
    pub fn named(days: Option<&str>) -> Self {
        let named = |window: &Self| Some(window.days().to_string().as_str()) == days;
        Self::ALL.into_iter().find(named).unwrap_or_default()
    }

    /// Its first day, where `today` is the last.
    pub fn first(self, today: Date) -> Date {
        today.checked_sub((self.days() - 1).days()).unwrap_or(today)
    }
}

/// Each day of a window that ends with `today`, of which `now` is known. A day
/// of which nothing was noted is like the one before it; before the first that
/// was noted there is nothing.
pub fn series(
    known: &BTreeMap<Date, DaySnapshot>,
    window: TrendWindow,
    today: Date,
    now: DaySnapshot,
) -> Vec<(Date, DaySnapshot)> {
    let first = window.first(today);
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
    fn a_gap_is_like_the_day_before_and_there_is_nothing_before_the_first() {
        let today = date(2026, 3, 1);
        let known = BTreeMap::from([(date(2026, 2, 20), open(4)), (date(2026, 2, 25), open(6))]);
        let days = series(&known, TrendWindow::Month, today, open(7));
        assert_eq!(days.first(), Some(&(date(2026, 2, 20), open(4))));
        assert_eq!(days.len(), 10);
        let on = |date| days.iter().find(|(day, _)| *day == date).map(|(_, d)| *d);
        assert_eq!(on(date(2026, 2, 24)), Some(open(4)));
        assert_eq!(on(date(2026, 2, 28)), Some(open(6)));
        assert_eq!(days.last(), Some(&(today, open(7))));
    }

    #[test]
    fn what_was_noted_before_the_window_reaches_into_it() {
        let known = BTreeMap::from([(date(2025, 12, 31), open(2))]);
        let days = series(&known, TrendWindow::Month, date(2026, 3, 1), open(3));
        assert_eq!(days.len(), 30);
        assert_eq!(days.first(), Some(&(date(2026, 1, 31), open(2))));
    }

    #[test]
    fn an_address_names_a_window_by_its_days() {
        assert_eq!(TrendWindow::named(Some("365")), TrendWindow::Year);
        assert_eq!(TrendWindow::named(Some("31")), TrendWindow::Quarter);
        assert_eq!(TrendWindow::named(None), TrendWindow::Quarter);
    }
}
