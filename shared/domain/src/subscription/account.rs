//! A workspace as a customer of ours, with what is known of its subscriptions.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    GRACE, PlanOffer, SubscriptionEvent, SubscriptionFact, SubscriptionRefusal, SubscriptionState,
    SubscriptionStatus,
};
use crate::plan::Plan;
use crate::workspace::Workspace;

/// Failed payments that are remembered of one subscription, the newest.
const MOST_FAILED: usize = 20;

/// A workspace as a customer at Stripe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingAccount {
    /// The customer, by Stripe's id.
    pub customer: String,
    /// Whether it is about real money.
    pub livemode: bool,
    /// Its subscriptions, by Stripe's ids.
    #[serde(default)]
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Goes up with every change.
    #[serde(rename = "v")]
    pub version: i64,
}

/// What is known of a subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// How it stood when it was seen last, and when that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<(Timestamp, SubscriptionState)>,
    /// When the last invoice was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Timestamp>,
    /// When payments failed after that.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub failed: BTreeSet<Timestamp>,
}

/// How a workspace stands with us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStanding {
    /// It never had a subscription that ran: its plan is what it was given.
    Never,
    /// One runs.
    Runs {
        /// What is subscribed to.
        offer: PlanOffer,
        /// When the time is over that is paid for.
        until: Timestamp,
        /// When it ends, where somebody cancelled it.
        ends: Option<Timestamp>,
    },
    /// One runs that isn't paid.
    Owes {
        /// What is subscribed to.
        offer: PlanOffer,
        /// From when on only the smallest plan applies.
        lapses: Timestamp,
    },
    /// The last one is over, or rests.
    Over,
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

    /// The same with what an event says, that happened at `at`. Again, or after what came
    /// later, it is the same account with another version.
    ///
    /// # Errors
    /// Why the event doesn't fit; it never will.
    pub fn joined(
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
        if let SubscriptionEvent::Stands(stand) = &fact.news
            && stand.offer.is_none()
            && !stand.status.is_over()
        {
            return Err(SubscriptionRefusal::Price);
        }
        let mut after = self.clone();
        let known = after.subscriptions.entry(fact.subscription.clone());
        known.or_default().join(at, fact.news);
        after.version += 1;
        Ok(after)
    }

    /// How the workspace stands, by the best of its subscriptions.
    pub fn standing(&self) -> AccountStanding {
        let all = self.subscriptions.values().map(Subscription::standing);
        all.min_by_key(|standing| standing.rank())
            .unwrap_or(AccountStanding::Never)
    }

    /// How many subscriptions run at once: more than one is one too many.
    pub fn running(&self) -> usize {
        let all = self.subscriptions.values().map(Subscription::standing);
        all.filter(AccountStanding::is_running).count()
    }

    /// The workspace as it is by this, as its next version; `None` where that changes
    /// nothing.
    pub fn applied(&self, workspace: &Workspace) -> Option<Workspace> {
        let (plan, lapses) = match self.standing() {
            AccountStanding::Never => (workspace.plan, workspace.lapses),
            AccountStanding::Runs { offer, .. } => (offer.plan(), None),
            AccountStanding::Owes { offer, lapses } => (offer.plan(), Some(lapses)),
            AccountStanding::Over => (Plan::Starter, None),
        };
        let same = (plan, lapses) == (workspace.plan, workspace.lapses);
        (!same).then(|| Workspace {
            plan,
            lapses,
            version: workspace.version + 1,
            ..workspace.clone()
        })
    }
}

impl AccountStanding {
    /// Whether a subscription runs, paid or not.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Runs { .. } | Self::Owes { .. })
    }

    /// The best comes first.
    fn rank(self) -> (u8, Reverse<Option<(Plan, Timestamp)>>) {
        match self {
            Self::Runs { offer, until, .. } => (0, Reverse(Some((offer.plan(), until)))),
            Self::Owes { offer, lapses } => (1, Reverse(Some((offer.plan(), lapses)))),
            Self::Over => (2, Reverse(None)),
            Self::Never => (3, Reverse(None)),
        }
    }
}

impl Subscription {
    fn join(&mut self, at: Timestamp, news: SubscriptionEvent) {
        match news {
            SubscriptionEvent::Stands(stand) => self.seen = later(self.seen, (at, stand)),
            SubscriptionEvent::Paid => self.paid = self.paid.max(Some(at)),
            SubscriptionEvent::Failed => {
                self.failed.insert(at);
            }
        }
        let paid = self.paid;
        self.failed.retain(|failed| Some(*failed) > paid);
        while self.failed.len() > MOST_FAILED {
            self.failed.pop_first();
        }
    }

    fn standing(&self) -> AccountStanding {
        let Some((at, stand)) = self.seen else {
            return AccountStanding::Never;
        };
        match (stand.status, stand.offer) {
            (SubscriptionStatus::Incomplete | SubscriptionStatus::IncompleteExpired, _) => {
                AccountStanding::Never
            }
            (SubscriptionStatus::Trialing | SubscriptionStatus::Active, Some(offer)) => {
                AccountStanding::Runs {
                    offer,
                    until: stand.until,
                    ends: stand.ends,
                }
            }
            // Paid by now, as the invoice says; that it runs again is still to be told.
            (SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid, Some(offer))
                if self.paid >= Some(at) =>
            {
                AccountStanding::Runs {
                    offer,
                    until: stand.until,
                    ends: stand.ends,
                }
            }
            (SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid, Some(offer)) => {
                let since = self.failed.first().copied().unwrap_or(at);
                let lapses = since.saturating_add(GRACE).unwrap_or(Timestamp::MAX);
                AccountStanding::Owes { offer, lapses }
            }
            (SubscriptionStatus::Paused | SubscriptionStatus::Canceled, _) | (_, None) => {
                AccountStanding::Over
            }
        }
    }
}

/// Which of two sights of a subscription counts: what is over stays over; else what came
/// later; of one second, what is further.
fn later(
    known: Option<(Timestamp, SubscriptionState)>,
    new: (Timestamp, SubscriptionState),
) -> Option<(Timestamp, SubscriptionState)> {
    let rank = |seen: &(Timestamp, SubscriptionState)| (seen.1.status.is_over(), seen.0, seen.1);
    known
        .into_iter()
        .chain([new])
        .max_by(|a, b| rank(a).cmp(&rank(b)))
}
