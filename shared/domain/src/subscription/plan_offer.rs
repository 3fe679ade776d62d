//! Offers: a plan, by the month or the year.

use serde::{Deserialize, Serialize};

use crate::plan::Plan;

/// How often an offer is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingInterval {
    Monthly,
    Yearly,
}

impl BillingInterval {
    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Yearly => "yearly",
        }
    }
}

/// An offer that a workspace can subscribe to. Its name is the lookup key of its price at Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanOffer {
    ProMonthly,
    ProYearly,
    TeamMonthly,
    TeamYearly,
}

impl PlanOffer {
    /// Every offer, the smaller plan first.
    pub const ALL: [Self; 4] = [
        Self::ProMonthly,
        Self::ProYearly,
        Self::TeamMonthly,
        Self::TeamYearly,
    ];

    /// The lookup key of its price.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProMonthly => "pro_monthly",
            Self::ProYearly => "pro_yearly",
            Self::TeamMonthly => "team_monthly",
            Self::TeamYearly => "team_yearly",
        }
    }

    /// The offer of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|offer| offer.name() == name)
    }

    /// The plan that it gives.
    pub const fn plan(self) -> Plan {
        match self {
            Self::ProMonthly | Self::ProYearly => Plan::Pro,
            Self::TeamMonthly | Self::TeamYearly => Plan::Team,
        }
    }

    /// How often an offer is paid.
    pub const fn interval(self) -> BillingInterval {
        match self {
            Self::ProMonthly | Self::TeamMonthly => BillingInterval::Monthly,
            Self::ProYearly | Self::TeamYearly => BillingInterval::Yearly,
        }
    }
}
