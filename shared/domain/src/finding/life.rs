//! Since when the client knows of a finding, and when it was found fixed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::FindingStatus;

/// The two moments between which a finding was to be fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleTimes {
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Timestamp>,
    /// When a retest found it fixed; what is opened again isn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Timestamp>,
}

impl LifecycleTimes {
    /// Whether nothing is known.
    pub const fn is_empty(&self) -> bool {
        self.published.is_none() && self.fixed.is_none()
    }

    /// After a change from one status to another.
    pub(super) fn after(self, from: FindingStatus, to: FindingStatus, now: Timestamp) -> Self {
        if to == FindingStatus::Draft {
            return Self::default();
        }
        let published = if from == FindingStatus::Draft {
            Some(now)
        } else {
            self.published
        };
        let fixed = (to == FindingStatus::Verified).then(|| self.fixed.unwrap_or(now));
        Self { published, fixed }
    }

    /// Seconds from publishing to the retest that found it fixed. One that was
    /// opened again meanwhile has taken until the last retest.
    pub fn seconds_to_fix(self) -> Option<i64> {
        let (published, fixed) = (self.published?, self.fixed?);
        Some(fixed.duration_since(published).as_secs().max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_takes_from_publishing_to_the_last_retest() {
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
        let mut life = LifecycleTimes::default();
        for (from, to, now, takes) in steps {
            life = life.after(from, to, at(now));
            assert_eq!(life.seconds_to_fix(), takes, "{from:?} {to:?}");
        }
        let withdrawn = life.after(FindingStatus::Open, FindingStatus::Draft, at(800));
        assert!(withdrawn.is_empty());
    }
}
