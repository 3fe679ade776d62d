//! How a payer comes to Stripe's page, and what is said to whoever comes back.

use jiff::{SignedDuration, Timestamp};

use super::ledger::{CheckoutAttempt, LedgerRefusal, PaymentLedger, PaymentState};
use crate::id::{EntryId, UserId};

/// For how long an attempt can be paid, from when it began.
pub const OPEN_FOR: SignedDuration = SignedDuration::from_mins(60);
/// How much of that must be left for somebody to be led to it.
const TO_PAY: SignedDuration = SignedDuration::from_mins(10);
/// For how long Stripe's answer to an attempt may be on its way. After that nobody has
/// the address of its session, so nobody can pay by it.
const TO_ANSWER: SignedDuration = SignedDuration::from_mins(2);
/// After how long a payer is told that it takes longer.
const LONG: SignedDuration = SignedDuration::from_secs(60);

/// What somebody wants to pay now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRequest<'a> {
    /// The account that is to get it.
    pub account: &'a str,
    /// Whether it is real money.
    pub livemode: bool,
    /// How much, in minor units.
    pub amount: i64,
    /// Who wants to pay.
    pub by: UserId,
}

/// How a wish is met, so that nobody pays twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStep {
    /// Money is on its way: it is waited for.
    Wait,
    /// By an attempt's session; Stripe says whether it can still be paid.
    Known(EntryId, String),
    /// By the same request as before: whether Stripe heard that one isn't known.
    Again(EntryId),
    /// A colleague asks Stripe this very moment.
    Busy,
    /// By a new attempt.
    New,
}

/// What is said to whoever comes back from Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentStage {
    /// Stripe will tell any moment.
    Waiting,
    /// It takes longer than it does mostly.
    Long,
    /// A card was declined.
    Declined,
    /// The payer has done everything, and a bank takes its time.
    Processing,
    /// Nothing comes of it.
    Ended,
    /// The money is there.
    Paid,
}

impl PaymentStage {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Long,
        Self::Declined,
        Self::Processing,
        Self::Ended,
        Self::Paid,
    ];

    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Long => "long",
            Self::Declined => "declined",
            Self::Processing => "processing",
            Self::Ended => "ended",
            Self::Paid => "paid",
        }
    }
}

impl PaymentRequest<'_> {
    fn is_met_by(&self, one: &CheckoutAttempt) -> bool {
        (one.account.as_str(), one.livemode, one.amount)
            == (self.account, self.livemode, self.amount)
    }
}

impl CheckoutAttempt {
    /// Whether nothing is known to have come of it.
    fn is_unpaid(&self) -> bool {
        self.state == PaymentState::Open || self.state == PaymentState::Declined
    }

    /// Whether somebody may still pay by it, as far as we know.
    fn is_open(&self, now: Timestamp) -> bool {
        self.is_unpaid() && now.duration_since(self.at) < OPEN_FOR
    }

    /// Until when it can be paid.
    pub fn expires(&self) -> Timestamp {
        self.at.saturating_add(OPEN_FOR).unwrap_or(self.at)
    }
}

impl PaymentLedger {
    /// How `wish` is met now.
    pub fn step(&self, wish: &PaymentRequest<'_>, now: Timestamp) -> PaymentStep {
        if self.is_processing() {
            return PaymentStep::Wait;
        }
        let mut newest_first = self.attempts.iter().rev();
        let fits = |one: &CheckoutAttempt| {
            let left = OPEN_FOR - now.duration_since(one.at);
            one.is_open(now) && wish.is_met_by(one) && left >= TO_PAY
        };
        let found = newest_first.find(|(_, one)| {
            let answered = one.session.is_some();
            fits(one) && (answered || now.duration_since(one.at) < TO_ANSWER)
        });
        match found {
            Some((id, one)) => match &one.session {
                Some(session) => PaymentStep::Known(*id, session.clone()),
                None if one.by == Some(wish.by) => PaymentStep::Again(*id),
                None => PaymentStep::Busy,
            },
            None => PaymentStep::New,
        }
    }

    /// The sessions by which somebody could still pay, or may have paid without our
    /// having heard of it, but for the one that `step` leads to: how they stand is asked
    /// first, and they are ended.
    pub fn to_end(
        &self,
        step: &PaymentStep,
        wish: &PaymentRequest<'_>,
        now: Timestamp,
    ) -> Vec<(EntryId, &CheckoutAttempt, &str)> {
        let led = match step {
            PaymentStep::Known(id, _) | PaymentStep::Again(id) => Some(*id),
            PaymentStep::Wait | PaymentStep::Busy | PaymentStep::New => None,
        };
        let asked = |one: &CheckoutAttempt| {
            let same_account =
                (one.account.as_str(), one.livemode) == (wish.account, wish.livemode);
            one.is_open(now) || (one.is_unpaid() && same_account)
        };
        let others = self.attempts.iter();
        let others = others.filter(|(id, one)| Some(**id) != led && asked(one));
        let answered = others.filter_map(|(id, one)| Some((*id, one, one.session.as_deref()?)));
        answered.collect()
    }

    /// The same once Stripe answered with a session.
    pub fn answered(
        &self,
        id: EntryId,
        session: &str,
        url: Option<String>,
    ) -> Result<Self, LedgerRefusal> {
        let mut after = self.clone();
        let attempt = after.attempts.get_mut(&id).ok_or(LedgerRefusal::Attempt)?;
        if attempt
            .session
            .as_deref()
            .is_some_and(|known| known != session)
        {
            return Err(LedgerRefusal::Session);
        }
        attempt.session = Some(session.to_owned());
        attempt.url = url.or(attempt.url.take());
        Ok(after)
    }

    /// The same once nobody can pay by these attempts any more.
    #[must_use]
    pub fn ended(&self, ids: &[EntryId]) -> Self {
        let mut after = self.clone();
        for id in ids {
            if let Some(attempt) = after.attempts.get_mut(id) {
                attempt.state = attempt.state.max(PaymentState::Ended);
            }
        }
        after
    }

    /// What is said to whoever waits since `since` for what became of the newest attempt;
    /// `None` where nobody began to pay.
    pub fn stage(&self, since: Timestamp, now: Timestamp) -> Option<PaymentStage> {
        let (_, newest) = self.attempts.last_key_value()?;
        Some(match newest.state {
            PaymentState::Open if now.duration_since(since) < LONG => PaymentStage::Waiting,
            PaymentState::Open => PaymentStage::Long,
            PaymentState::Declined => PaymentStage::Declined,
            PaymentState::Processing => PaymentStage::Processing,
            PaymentState::Ended => PaymentStage::Ended,
            PaymentState::Paid => PaymentStage::Paid,
        })
    }
}
