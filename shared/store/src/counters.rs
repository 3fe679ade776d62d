//! Totals of findings as attributes that a transaction can add to.

use domain::counts::Counts;
use domain::finding::Status;
use domain::severity::Severity;

use crate::codec::{Item, integer};

/// `n_<severity>_<status>`: top-level, because `ADD` reaches no deeper.
fn name(severity: Severity, status: Status) -> String {
    format!("n_{}_{}", severity.name(), status.name())
}

/// The totals that an item holds.
pub(crate) fn read(item: &Item) -> Counts {
    let mut counts = Counts::default();
    for severity in Severity::ALL {
        for status in Status::ALL {
            counts.add(severity, status, integer(item, &name(severity, status)));
        }
    }
    counts
}

/// What to add to which attribute.
pub(crate) fn additions(counts: &Counts) -> Vec<(String, i64)> {
    counts
        .iter()
        .map(|(severity, status, n)| (name(severity, status), n))
        .collect()
}
