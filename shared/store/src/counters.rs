//! Totals of findings as attributes that a transaction can add to. They stand at
//! the top, because `ADD` reaches no deeper, and have short names, because lists
//! read many rows of them.

use domain::counts::{Counts, FixTimes};
use domain::finding::FindingStatus;
use domain::severity::Severity;
use jiff::civil::Date;

use crate::codec::{Item, integer};

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

/// The totals that an item holds.
pub(crate) fn read(item: &Item) -> Counts {
    let mut counts = Counts::default();
    for severity in Severity::ALL {
        for status in FindingStatus::ALL {
            counts.add(severity, status, integer(item, &name(severity, status)));
        }
        let (number, seconds) = fixes(severity);
        let (number, seconds) = (integer(item, &number), integer(item, &seconds));
        counts.add_fixes(severity, FixTimes { number, seconds });
    }
    for attribute in item.keys() {
        let month = attribute.strip_prefix("m_");
        let month = month.and_then(|month| format!("{month}-01").parse().ok());
        if let Some(month) = month {
            counts.add_published(month, integer(item, attribute));
        }
    }
    counts
}

/// What to add to which attribute.
pub(crate) fn additions(counts: &Counts) -> Vec<(String, i64)> {
    let places = counts
        .iter()
        .map(|(severity, status, n)| (name(severity, status), n));
    let months = counts.months().map(|(month, n)| (published(month), n));
    let fixes = Severity::ALL.into_iter().flat_map(|severity| {
        let (number, seconds) = fixes(severity);
        let sum = counts.fixes(severity);
        [(number, sum.number), (seconds, sum.seconds)]
    });
    let fixes = fixes.filter(|(_, n)| *n != 0);
    places.chain(months).chain(fixes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::number;

    #[test]
    fn what_is_added_is_read_again() {
        let mut counts = Counts::default();
        for (n, severity) in (1..).zip(Severity::ALL) {
            for (m, status) in (10..).zip(FindingStatus::ALL) {
                counts.add(severity, status, n * m);
            }
            let fixes = FixTimes {
                number: n,
                seconds: n * 3_600,
            };
            counts.add_fixes(severity, fixes);
        }
        counts.add_published(Date::constant(2026, 1, 1), 3);
        counts.add_published(Date::constant(2025, 12, 1), 4);
        let mut item = Item::new();
        for (name, n) in additions(&counts) {
            assert!(item.insert(name, number(n)).is_none(), "one name each");
        }
        assert_eq!(read(&item), counts);
    }
}
