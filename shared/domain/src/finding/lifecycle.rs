//! When a finding was published, and when a retest found it fixed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::status::FindingStatus;

/// The two times between which a finding was fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleTimes {
    #[serde(rename = "published", default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// `None` again after the finding is reopened.
    #[serde(rename = "fixed", default, skip_serializing_if = "Option::is_none")]
    pub fixed_at: Option<Timestamp>,
}

impl LifecycleTimes {
    /// Whether the finding was never published.
    pub const fn is_empty(&self) -> bool {
        self.published_at.is_none() && self.fixed_at.is_none()
    }

    /// The times after a change from one status to another.
    pub(super) fn after(self, from: FindingStatus, to: FindingStatus, now: Timestamp) -> Self {
        if to == FindingStatus::Draft {
            return Self::default();
        }
        let published = if from == FindingStatus::Draft {
            Some(now)
        } else {
            self.published_at
        };
        let fixed = (to == FindingStatus::Verified).then(|| self.fixed_at.unwrap_or(now));
        Self {
            published_at: published,
            fixed_at: fixed,
        }
    }

    /// Seconds from publishing to the retest that found it fixed; of a finding that was reopened in
    /// between, to the last such retest.
    pub fn seconds_to_fix(self) -> Option<i64> {
        let (published, fixed) = (self.published_at?, self.fixed_at?);
        Some(fixed.duration_since(published).as_secs().max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_to_fix_run_from_publishing_to_last_retest() {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let steps = [
            (FindingStatus::Draft, FindingStatus::Open, 100, None),
            (FindingStatus::Open, FindingStatus::Resolved, 200, None),
            (
                FindingStatus::Resolved,
                FindingStatus::Verified,
                300,
                Some(200),
            ),
            (
                FindingStatus::Verified,
                FindingStatus::Verified,
                400,
                Some(200),
            ),
            (FindingStatus::Verified, FindingStatus::Reopened, 500, None),
            (
                FindingStatus::Reopened,
                FindingStatus::Verified,
                700,
                Some(600),
            ),
        ];
        let mut lifecycle = LifecycleTimes::default();
        for (from, to, now, expected) in steps {
            lifecycle = lifecycle.after(from, to, at(now));
            assert_eq!(lifecycle.seconds_to_fix(), expected, "{from:?} {to:?}");
        }
        let withdrawn = lifecycle.after(FindingStatus::Open, FindingStatus::Draft, at(800));
        assert!(withdrawn.is_empty());
    }
}
