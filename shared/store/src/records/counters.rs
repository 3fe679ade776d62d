//! Counts of findings as attributes that a transaction can add to. They are top-level
//! attributes, because `ADD` reaches no deeper, and have short names, because lists read
//! many rows of them.

use domain::finding::{Counts, FindingStatus, FixTimes};
use domain::severity::Severity;
use jiff::civil::Date;

use crate::table::codec::{Item, get_integer};

/// `n_<severity><status>`: findings.
fn name(severity: Severity, status: FindingStatus) -> String {
    let status = match status {
        FindingStatus::Draft => 'd',
        FindingStatus::Open => 'o',
        FindingStatus::InProgress => 'p',
        FindingStatus::Resolved => 'r',
        FindingStatus::Verified => 'v',
        FindingStatus::Reopened => 'e',
        FindingStatus::FalsePositive => 'f',
        FindingStatus::AcceptedRisk => 'a',
    };
    format!("n_{}{status}", letter(severity))
}

/// `m_<yyyy-mm>`: active findings by the month in which they were published.
fn published(month: Date) -> String {
    format!("m_{}", month.strftime("%Y-%m"))
}

/// `f_<severity>` and `s_<severity>`: fixes, and the seconds that they took.
fn fixes(severity: Severity) -> (String, String) {
    let letter = letter(severity);
    (format!("f_{letter}"), format!("s_{letter}"))
}

const fn letter(severity: Severity) -> char {
    match severity {
        Severity::Critical => 'c',
        Severity::High => 'h',
        Severity::Medium => 'm',
        Severity::Low => 'l',
        Severity::Info => 'i',
    }
}

/// The counts of an item.
pub(crate) fn counts_from_item(item: &Item) -> Counts {
    let mut counts = Counts::default();
    for severity in Severity::ALL {
        for status in FindingStatus::ALL {
            counts.add(severity, status, get_integer(item, &name(severity, status)));
        }
        let (count, total_seconds) = fixes(severity);
        let count = get_integer(item, &count);
        let total_seconds = get_integer(item, &total_seconds);
        counts.add_fixes(
            severity,
            FixTimes {
                count,
                total_seconds,
            },
        );
    }
    for attribute in item.keys() {
        let month = attribute.strip_prefix("m_");
        let month = month.and_then(|month| format!("{month}-01").parse().ok());
        if let Some(month) = month {
            counts.add_published(month, get_integer(item, attribute));
        }
    }
    counts
}

/// The quantity to add to each attribute.
pub(crate) fn additions(counts: &Counts) -> Vec<(String, i64)> {
    let places = counts
        .iter()
        .map(|(severity, status, n)| (name(severity, status), n));
    let months = counts
        .published_by_month()
        .map(|(month, n)| (published(month), n));
    let fixes = Severity::ALL.into_iter().flat_map(|severity| {
        let (count, total_seconds) = fixes(severity);
        let sum = counts.fix_times(severity);
        [(count, sum.count), (total_seconds, sum.total_seconds)]
    });
    let fixes = fixes.filter(|(_, n)| *n != 0);
    places.chain(months).chain(fixes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::codec::number;

    #[test]
    fn added_counts_are_read_back() {
        let mut counts = Counts::default();
        for (n, severity) in (1..).zip(Severity::ALL) {
            for (m, status) in (10..).zip(FindingStatus::ALL) {
                counts.add(severity, status, n * m);
            }
            let fixes = FixTimes {
                count: n,
                total_seconds: n * 3_600,
            };
            counts.add_fixes(severity, fixes);
        }
        counts.add_published(Date::constant(2026, 1, 1), 3);
        counts.add_published(Date::constant(2025, 12, 1), 4);
        let mut item = Item::new();
        for (name, n) in additions(&counts) {
            assert!(item.insert(name, number(n)).is_none(), "one name each");
        }
        assert_eq!(counts_from_item(&item), counts);
    }
}
