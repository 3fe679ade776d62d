//! Findings by severity and completion, as bars.

use domain::finding::Counts;
use domain::severity::Severity;
use serde::Serialize;

/// Active findings by severity.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Breakdown {
    critical: i64,
    high: i64,
    medium: i64,
    low: i64,
    info: i64,
    total: i64,
}

impl Breakdown {
    /// Of whatever `count` counts.
    pub fn from_counts(count: impl Fn(Severity) -> i64) -> Self {
        let [critical, high, medium, low, info] = Severity::ALL.map(count);
        Self {
            critical,
            high,
            medium,
            low,
            info,
            total: critical + high + medium + low + info,
        }
    }
}

impl From<&Counts> for Breakdown {
    fn from(counts: &Counts) -> Self {
        Self::from_counts(|severity| counts.active(severity))
    }
}

/// How far the published findings are.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ProgressBar {
    percent: i64,
    done: i64,
    resolved: i64,
    total: i64,
}

impl From<&Counts> for ProgressBar {
    fn from(counts: &Counts) -> Self {
        let progress = counts.progress();
        Self {
            percent: progress.percent(),
            done: progress.done,
            resolved: progress.resolved,
            total: progress.total,
        }
    }
}
