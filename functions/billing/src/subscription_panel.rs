//! How the workspace stands with us, in words.

use domain::plan::Plan;
use domain::subscription::{AccountStanding, BillingAccount};
use domain::workspace::Workspace;
use jiff::Timestamp;
use serde::Serialize;

/// What the page says of the subscription.
#[derive(Debug, Serialize)]
pub(crate) struct SubscriptionPanel {
    /// `free`, `given`, `runs`, `ends`, `owes` or `lapsed`.
    pub(crate) name: &'static str,
    pub(crate) interval: Option<&'static str>,
    /// When it renews, ends, or lapses.
    pub(crate) at: Option<Timestamp>,
    /// Whether more than one runs.
    pub(crate) twice: bool,
    /// Whether there is something to manage at Stripe.
    pub(crate) is_customer: bool,
}

impl SubscriptionPanel {
    pub(crate) fn new(
        workspace: &Workspace,
        account: Option<&BillingAccount>,
        now: Timestamp,
    ) -> Self {
        let standing = account.map_or(AccountStanding::NeverSubscribed, BillingAccount::standing);
        let (name, interval, at) = match standing {
            AccountStanding::NeverSubscribed if workspace.plan == Plan::Starter => {
                ("free", None, None)
            }
            AccountStanding::NeverSubscribed => ("given", None, None),
            AccountStanding::Ended => ("free", None, None),
            AccountStanding::Active {
                offer,
                period_end: until,
                ends_at: ends,
            } => {
                let name = if ends.is_some() { "ends" } else { "runs" };
                (name, Some(offer.interval().label()), ends.or(Some(until)))
            }
            AccountStanding::PastDue {
                offer,
                downgrades_at,
            } => {
                let name = if now < downgrades_at {
                    "owes"
                } else {
                    "lapsed"
                };
                (name, Some(offer.interval().label()), Some(downgrades_at))
            }
        };
        Self {
            name,
            interval,
            at,
            twice: account.is_some_and(|account| account.running_count() > 1),
            is_customer: account.is_some_and(|account| !account.subscriptions.is_empty()),
        }
    }

    /// Whether a subscription can be begun: none runs, and no plan was given.
    pub(crate) fn may_subscribe(&self) -> bool {
        self.name == "free"
    }
}
