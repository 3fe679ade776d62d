//! A workspace as a customer at Stripe, with what is known of its subscriptions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::fact::{SubscriptionEvent, SubscriptionFact};
use super::standing::AccountStanding;
use super::subscription::Subscription;
use crate::plan::Plan;
use crate::workspace::Workspace;

/// A workspace as a customer at Stripe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingAccount {
    /// Stripe's id of the customer.
    pub customer: String,
    /// Whether real money moves.
    pub livemode: bool,
    /// By Stripe's id.
    #[serde(default)]
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Increases with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// Why a fact is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefusal {
    /// The fact is about another customer.
    #[error("it is of another customer")]
    Customer,
    /// Test mode for real money, or the other way round.
    #[error("it is of another mode")]
    Livemode,
    /// The price isn't one of our offers.
    #[error("it is of an unknown price")]
    Price,
}

impl BillingAccount {
    /// A new customer.
    pub fn new(customer: String, livemode: bool) -> Self {
        Self {
            customer,
            livemode,
            subscriptions: BTreeMap::new(),
            version: 1,
        }
    }

    /// The account, joined with a fact of `at`. A fact that is known, or older than what is known, only
    /// raises the version.
    ///
    /// # Errors
    /// Why the fact doesn't fit; it never will.
    pub fn join(
        &self,
        livemode: bool,
        at: Timestamp,
        fact: &SubscriptionFact,
    ) -> Result<Self, SubscriptionRefusal> {
        if fact.customer != self.customer {
            return Err(SubscriptionRefusal::Customer);
        }
        if livemode != self.livemode {
            return Err(SubscriptionRefusal::Livemode);
        }
        if let SubscriptionEvent::StateReported(state) = &fact.event
            && state.offer.is_none()
            && !state.status.is_over()
        {
            return Err(SubscriptionRefusal::Price);
        }
        let mut after = self.clone();
        let known = after.subscriptions.entry(fact.subscription.clone());
        known.or_default().join(at, fact.event);
        after.version += 1;
        Ok(after)
    }

    /// The best standing of its subscriptions.
    pub fn standing(&self) -> AccountStanding {
        let all = self.subscriptions.values().map(Subscription::standing);
        all.min_by_key(|standing| standing.rank())
            .unwrap_or(AccountStanding::NeverSubscribed)
    }

    /// The number of active subscriptions; more than one is a mistake.
    pub fn running_count(&self) -> usize {
        let all = self.subscriptions.values().map(Subscription::standing);
        all.filter(AccountStanding::is_running).count()
    }

    /// The workspace with the plan that follows, as its next version; `None` where nothing changes.
    pub fn apply_to(&self, workspace: &Workspace) -> Option<Workspace> {
        let (plan, downgrades_at) = match self.standing() {
            AccountStanding::NeverSubscribed => (workspace.plan, workspace.downgrades_at),
            AccountStanding::Active { offer, .. } => (offer.plan(), None),
            AccountStanding::PastDue {
                offer,
                downgrades_at,
            } => (offer.plan(), Some(downgrades_at)),
            AccountStanding::Ended => (Plan::Starter, None),
        };
        let is_same = (plan, downgrades_at) == (workspace.plan, workspace.downgrades_at);
        (!is_same).then(|| Workspace {
            plan,
            downgrades_at,
            version: workspace.version + 1,
            ..workspace.clone()
        })
    }
}
