//! How many findings stand where: the numbers behind every bar and percentage.

use std::collections::BTreeMap;

use crate::finding::Status;
use crate::severity::Severity;

/// Findings by severity and status. The same type holds totals and changes of
/// totals, so a change is applied by adding it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<(Severity, Status), i64>);

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
    /// The change that one finding makes by going from one place to another.
    pub fn moved(from: Option<(Severity, Status)>, to: Option<(Severity, Status)>) -> Self {
        let mut counts = Self::default();
        if let Some((severity, status)) = from {
            counts.add(severity, status, -1);
        }
        if let Some((severity, status)) = to {
            counts.add(severity, status, 1);
        }
        counts
    }

    /// Adds `n` findings; a place that comes to zero is forgotten.
    pub fn add(&mut self, severity: Severity, status: Status, n: i64) {
        let count = self.0.entry((severity, status)).or_default();
        *count += n;
        if *count == 0 {
            self.0.remove(&(severity, status));
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (severity, status, n) in other.iter() {
            self.add(severity, status, n);
        }
    }

    /// Each place that isn't zero.
    pub fn iter(&self) -> impl Iterator<Item = (Severity, Status, i64)> + '_ {
        self.0
            .iter()
            .map(|(&(severity, status), &n)| (severity, status, n))
    }

    /// The sum over the places that `wanted` picks.
    pub fn sum(&self, wanted: impl Fn(Severity, Status) -> bool) -> i64 {
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
    pub fn in_status(&self, status: Status) -> i64 {
        self.sum(|_, s| s == status)
    }

    /// Completion of the published findings.
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.closed_total(),
            resolved: self.in_status(Status::Resolved),
            total: self.sum(|_, status| status.is_published()),
        }
    }
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

    #[test]
    fn a_move_takes_from_one_place_and_adds_to_another() {
        let high = |status| Some((Severity::High, status));
        let mut counts = Counts::moved(None, high(Status::Open));
        counts.merge(&Counts::moved(high(Status::Open), high(Status::Verified)));
        assert_eq!(
            counts.iter().collect::<Vec<_>>(),
            [(Severity::High, Status::Verified, 1)]
        );
        assert_eq!(
            Counts::moved(high(Status::Open), high(Status::Open)),
            Counts::default()
        );
    }

    #[test]
    fn drafts_are_in_no_percentage_and_all_means_all() {
        let mut counts = Counts::default();
        counts.add(Severity::Low, Status::Draft, 5);
        assert_eq!(counts.progress().percent(), 0);
        counts.add(Severity::Low, Status::Verified, 199);
        counts.add(Severity::High, Status::Open, 1);
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
