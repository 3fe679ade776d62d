//! Whether a workspace pays for a plan.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::plan_offer::PlanOffer;
use crate::plan::Plan;

/// Whether a workspace pays for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStanding {
    /// No subscription was ever active: the plan is what the workspace was given.
    NeverSubscribed,
    /// A subscription is active and paid.
    Active {
        offer: PlanOffer,
        /// The end of the period that is paid for.
        period_end: Timestamp,
        /// The end of a cancelled subscription.
        ends_at: Option<Timestamp>,
    },
    /// A subscription is active and not paid.
    PastDue {
        offer: PlanOffer,
        /// The time from which Starter applies.
        downgrades_at: Timestamp,
    },
    /// The last subscription ended or is paused.
    Ended,
}

impl AccountStanding {
    /// Whether a subscription is active, paid or not.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Active { .. } | Self::PastDue { .. })
    }

    /// The order of standings, the best first.
    pub(super) fn rank(self) -> (u8, Reverse<Option<(Plan, Timestamp)>>) {
        match self {
            Self::Active {
                offer,
                period_end: until,
                ..
            } => (0, Reverse(Some((offer.plan(), until)))),
            Self::PastDue {
                offer,
                downgrades_at,
            } => (1, Reverse(Some((offer.plan(), downgrades_at)))),
            Self::Ended => (2, Reverse(None)),
            Self::NeverSubscribed => (3, Reverse(None)),
        }
    }
}
