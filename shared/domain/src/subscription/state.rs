//! The state of a subscription, as Stripe reports it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan_offer::PlanOffer;

/// The state of a subscription, as an event reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubscriptionState {
    pub status: SubscriptionStatus,
    /// The end of the period that is paid for or owed.
    #[serde(rename = "until")]
    pub period_end: Timestamp,
    /// `None` for a price that isn't one of our offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<PlanOffer>,
    /// The end of a cancelled subscription.
    #[serde(rename = "ends", default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

/// The statuses of a subscription, in the order in which events of one second override one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// The first payment hasn't come yet.
    Incomplete,
    /// Active, and nothing is due yet.
    Trialing,
    Active,
    /// The last invoice isn't paid, and Stripe tries again.
    PastDue,
    /// The last invoice isn't paid, and Stripe has given up.
    Unpaid,
    Paused,
    /// The first payment never came.
    IncompleteExpired,
    Canceled,
}

impl SubscriptionStatus {
    /// Every status, with Stripe's name.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Incomplete, "incomplete"),
        (Self::Trialing, "trialing"),
        (Self::Active, "active"),
        (Self::PastDue, "past_due"),
        (Self::Unpaid, "unpaid"),
        (Self::Paused, "paused"),
        (Self::IncompleteExpired, "incomplete_expired"),
        (Self::Canceled, "canceled"),
    ];

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == name);
        known.map(|(status, _)| status)
    }

    /// Whether the subscription has ended for good.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }

    /// Whether the last invoice isn't paid.
    pub const fn is_unpaid(self) -> bool {
        matches!(self, Self::PastDue | Self::Unpaid)
    }
}
