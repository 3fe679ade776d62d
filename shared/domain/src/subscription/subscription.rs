//! What is known of one subscription, joined from events in any order.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::fact::SubscriptionEvent;
use super::standing::AccountStanding;
use super::state::{SubscriptionState, SubscriptionStatus};

/// For how long an unpaid plan stays.
pub const GRACE_PERIOD: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Failed payments of one subscription that are kept, the newest ones.
const MAX_FAILED: usize = 20;

/// What is known of a workspace's subscription at Stripe.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The latest report, with its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<(Timestamp, SubscriptionState)>,
    /// The time of the last payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Timestamp>,
    /// The times of failed payments after that.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub failed: BTreeSet<Timestamp>,
}

impl Subscription {
    pub(super) fn join(&mut self, at: Timestamp, news: SubscriptionEvent) {
        match news {
            SubscriptionEvent::StateReported(state) => {
                self.seen = latest_report(self.seen, (at, state));
            }
            SubscriptionEvent::Paid => self.paid = self.paid.max(Some(at)),
            SubscriptionEvent::PaymentFailed => {
                self.failed.insert(at);
            }
        }
        let paid = self.paid;
        self.failed.retain(|failed| Some(*failed) > paid);
        while self.failed.len() > MAX_FAILED {
            self.failed.pop_first();
        }
    }

    pub(super) fn standing(&self) -> AccountStanding {
        let Some((at, state)) = self.seen else {
            return AccountStanding::NeverSubscribed;
        };
        match (state.status, state.offer) {
            (SubscriptionStatus::Incomplete | SubscriptionStatus::IncompleteExpired, _) => {
                AccountStanding::NeverSubscribed
            }
            (SubscriptionStatus::Trialing | SubscriptionStatus::Active, Some(offer)) => {
                AccountStanding::Active {
                    offer,
                    period_end: state.period_end,
                    ends_at: state.ends_at,
                }
            }
            // The invoice says that it was paid; the report of that is still to come.
            (SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid, Some(offer))
                if self.paid >= Some(at) =>
            {
                AccountStanding::Active {
                    offer,
                    period_end: state.period_end,
                    ends_at: state.ends_at,
                }
            }
            (SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid, Some(offer)) => {
                let unpaid_since = self.failed.first().copied().unwrap_or(at);
                let downgrades_at = unpaid_since
                    .saturating_add(GRACE_PERIOD)
                    .unwrap_or(Timestamp::MAX);
                AccountStanding::PastDue {
                    offer,
                    downgrades_at,
                }
            }
            (SubscriptionStatus::Paused | SubscriptionStatus::Canceled, _) | (_, None) => {
                AccountStanding::Ended
            }
        }
    }
}

/// Which of two reports counts: an ended subscription stays ended; else the later one; of one second,
/// the greater one.
fn latest_report(
    known: Option<(Timestamp, SubscriptionState)>,
    new: (Timestamp, SubscriptionState),
) -> Option<(Timestamp, SubscriptionState)> {
    let rank = |seen: &(Timestamp, SubscriptionState)| (seen.1.status.is_over(), seen.0, seen.1);
    known
        .into_iter()
        .chain([new])
        .max_by(|a, b| rank(a).cmp(&rank(b)))
}
