//! How an event ended, whether it was delivered or listed.

use domain::stripe::LedgerRefusal;
use domain::subscription::SubscriptionRefusal;
use store::WriteOutcome;

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebhookOutcome {
    Done,
    Repeated,
    /// It is kept until it is known which invoice it is about.
    Deferred,
    /// It is of no account or object of ours.
    NotOurs,
    /// It is of a type that means nothing here.
    Unknown,
    /// It doesn't fit what we asked Stripe for.
    Refused(LedgerRefusal),
    /// The same, of a workspace's own subscription.
    RefusedPlan(SubscriptionRefusal),
}

impl WebhookOutcome {
    /// The outcome of an event's own write.
    pub(crate) const fn of_write(outcome: WriteOutcome) -> Self {
        match outcome {
            WriteOutcome::Done => Self::Done,
            WriteOutcome::Repeated => Self::Repeated,
        }
    }

    /// As it stands in logs and in the answer.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Repeated => "repeated",
            Self::Deferred => "waits",
            Self::NotOurs => "not_ours",
            Self::Unknown => "unknown",
            Self::Refused(_) | Self::RefusedPlan(_) => "refused",
        }
    }
}
