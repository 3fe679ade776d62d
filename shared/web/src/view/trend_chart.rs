//! Figures of dashboards: findings over time, by age, and how long fixes take.

use domain::finding::Counts;
use domain::severity::Severity;
use domain::trend::{DaySnapshot, TrendWindow};
use jiff::civil::Date;
use serde::Serialize;

/// Points that a line has at most, and rows of the table beside it.
const POINTS: usize = 60;
const ROWS: usize = 10;
/// The chart's own measure: it is stretched to the page.
const WIDTH: usize = 1_000;
const HEIGHT: i64 = 1_000;

/// Findings over time, as lines and as a table.
#[derive(Debug, Clone, Serialize)]
pub struct TrendChart {
    windows: Vec<WindowTab>,
    lines: Vec<Line>,
    top: i64,
    from: Option<Date>,
    to: Option<Date>,
    rows: Vec<TrendRow>,
}

#[derive(Debug, Clone, Serialize)]
struct WindowTab {
    days: i64,
    href: String,
    active: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Line {
    name: &'static str,
    label: &'static str,
    points: String,
    first: i64,
    last: i64,
}

#[derive(Debug, Clone, Serialize)]
struct TrendRow {
    day: Date,
    open: i64,
    resolved: i64,
    closed: i64,
}

/// A line's class, its words, and what of a day it shows.
type LineOf = (&'static str, &'static str, fn(&DaySnapshot) -> i64);

const LINES: [LineOf; 3] = [
    ("open", "open", |day| day.open),
    ("resolved", "resolved, to verify", |day| day.resolved),
    ("closed", "verified and closed", |day| day.closed),
];

impl TrendChart {
    /// Of the days of a window, on the page at `path`.
    pub fn new(days: &[(Date, DaySnapshot)], window: TrendWindow, path: &str) -> Self {
        let points = thin_out(days, POINTS);
        let largest = points
            .iter()
            .flat_map(|(_, day)| LINES.map(|(.., of)| of(day)));
        let top = round_up(largest.max().unwrap_or_default());
        let line = |(name, label, of): LineOf| Line {
            name,
            label,
            points: axis_labels(&points, of, top),
            first: points.first().map_or(0, |(_, day)| of(day)),
            last: points.last().map_or(0, |(_, day)| of(day)),
        };
        Self {
            windows: TrendWindow::ALL
                .map(|choice| WindowTab {
                    days: choice.days(),
                    href: format!("{path}?days={}", choice.days()),
                    active: choice == window,
                })
                .to_vec(),
            lines: if points.len() > 1 {
                LINES.map(line).to_vec()
            } else {
                Vec::new()
            },
            top,
            from: points.first().map(|(date, _)| *date),
            to: points.last().map(|(date, _)| *date),
            rows: thin_out(days, ROWS)
                .iter()
                .map(|(date, day)| TrendRow {
                    day: *date,
                    open: day.open,
                    resolved: day.resolved,
                    closed: day.closed,
                })
                .collect(),
        }
    }
}

/// So many of them at most, evenly, the last among them.
fn thin_out(days: &[(Date, DaySnapshot)], most: usize) -> Vec<(Date, DaySnapshot)> {
    let step = days.len().div_ceil(most).max(1);
    let mut some: Vec<_> = days.iter().rev().step_by(step).copied().collect();
    some.reverse();
    some
}

/// The points of a line: from the left to the right, from the top down.
fn axis_labels(days: &[(Date, DaySnapshot)], of: fn(&DaySnapshot) -> i64, top: i64) -> String {
    let last = days.len().saturating_sub(1).max(1);
    let points = days.iter().enumerate().map(|(n, (_, day))| {
        let y = HEIGHT - of(day) * HEIGHT / top;
        format!("{},{y}", n * WIDTH / last)
    });
    points.collect::<Vec<_>>().join(" ")
}

/// The next of 5, 10, 20, 50, 100 … that holds `n`.
fn round_up(n: i64) -> i64 {
    let mut top = 5;
    for factor in [2, 2, 5].into_iter().cycle() {
        if top >= n {
            break;
        }
        top = if factor == 5 {
            top / 2 * 5
        } else {
            top * factor
        };
    }
    top
}

/// Active findings by how long ago they were published.
#[derive(Debug, Clone, Serialize)]
pub struct FindingAges {
    rows: Vec<Age>,
    most: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Age {
    label: &'static str,
    count: i64,
}

/// Words, and up to how many months ago.
const AGES: [(&str, i32); 6] = [
    ("This month", 0),
    ("Last month", 1),
    ("2–3 months ago", 3),
    ("4–6 months ago", 6),
    ("7–12 months ago", 12),
    ("Over a year ago", i32::MAX),
];

impl FindingAges {
    /// Of totals, seen from `today`.
    pub fn new(counts: &Counts, today: Date) -> Self {
        let months = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
        let mut rows = AGES.map(|(label, _)| Age { label, count: 0 });
        for (month, n) in counts.published_by_month() {
            let ago = months(today) - months(month);
            let fits = AGES.iter().position(|(_, most)| ago <= *most);
            if let Some(row) = fits.and_then(|at| rows.get_mut(at)) {
                row.count += n;
            }
        }
        Self {
            most: rows
                .iter()
                .map(|row| row.count)
                .max()
                .unwrap_or_default()
                .max(1),
            rows: rows.to_vec(),
        }
    }
}

/// How long fixes of one severity took.
#[derive(Debug, Clone, Serialize)]
pub struct FixTimeRow {
    severity: &'static str,
    mean: Option<String>,
    fixed: i64,
}

impl FixTimeRow {
    /// Of each severity, the worst first.
    pub fn of(counts: &Counts) -> Vec<Self> {
        let row = |severity: Severity| {
            let fixes = counts.fix_times(severity);
            Self {
                severity: severity.name(),
                mean: fixes.mean_seconds().map(duration),
                fixed: fixes.count,
            }
        };
        Severity::ALL.map(row).to_vec()
    }
}

/// A length of time in whole hours or days.
fn duration(seconds: i64) -> String {
    let hours = (seconds + 1_800) / 3_600;
    match hours {
        ..1 => "under an hour".to_owned(),
        1 => "1 hour".to_owned(),
        2..48 => format!("{hours} hours"),
        _ => format!("{} days", (hours + 12) / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trend_lines_fill_the_chart_to_the_last_day() {
        let day = |open| DaySnapshot {
            open,
            ..DaySnapshot::default()
        };
        let start = Date::constant(2026, 1, 1);
        let days: Vec<_> = start
            .series(jiff::ToSpan::day(1))
            .zip((0..365).map(day))
            .collect();
        let trend = TrendChart::new(&days, TrendWindow::Year, "/");
        assert_eq!(trend.top, 500);
        let open = trend.lines.first().expect("a line");
        assert!(open.points.starts_with("0,"), "{}", open.points);
        assert!(open.points.ends_with("1000,272"), "{}", open.points);
        assert!(open.points.split(' ').count() <= POINTS);
        assert_eq!(trend.rows.last().map(|row| row.open), Some(364));
        assert!(trend.rows.len() <= ROWS);
        assert!(
            TrendChart::new(&days[..1], TrendWindow::Year, "/")
                .lines
                .is_empty()
        );
    }

    #[test]
    fn trend_scale_is_a_round_number_above_every_value() {
        for (n, top) in [
            (0, 5),
            (5, 5),
            (6, 10),
            (11, 20),
            (21, 50),
            (51, 100),
            (120, 200),
            (999, 1_000),
        ] {
            assert_eq!(round_up(n), top, "{n}");
        }
    }

    #[test]
    fn finding_age_falls_into_its_bucket() {
        let mut counts = Counts::default();
        for (n, ago) in (1..).zip([
            "2026-03-01",
            "2026-02-01",
            "2025-12-01",
            "2025-09-01",
            "2025-03-01",
            "2024-01-01",
        ]) {
            counts.add_published(ago.parse().expect("a day"), n);
        }
        let ages = FindingAges::new(&counts, Date::constant(2026, 3, 31));
        let found: Vec<_> = ages.rows.iter().map(|row| row.count).collect();
        assert_eq!(found, [1, 2, 3, 4, 5, 6]);
        assert_eq!(ages.most, 6);
    }

    #[test]
    fn duration_is_shown_in_hours_and_days() {
        let told = [0, 3_600, 7_300, 86_400 * 2, 86_400 * 9 + 50_000].map(duration);
        assert_eq!(
            told,
            ["under an hour", "1 hour", "2 hours", "2 days", "10 days"]
        );
    }
}
