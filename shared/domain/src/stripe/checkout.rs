//! Checkout: how a payer is led to Stripe's page, and what a returning payer is shown.

use jiff::{SignedDuration, Timestamp};

use super::ledger::{CheckoutAttempt, LedgerRefusal, PaymentLedger, PaymentState};
use crate::id::{EntryId, UserId};

/// For how long an attempt can be paid.
pub const ATTEMPT_LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// The least validity that a session must have left to be resumed.
const MIN_TIME_LEFT: SignedDuration = SignedDuration::from_mins(10);
/// The longest time that Stripe's answer to an attempt can take. After that the address of its session
/// is lost, so it can't be paid.
const ANSWER_WINDOW: SignedDuration = SignedDuration::from_mins(2);
/// For how long a refusal of Stripe's is believed before it is asked again.
const REFUSAL_WINDOW: SignedDuration = SignedDuration::from_mins(60);
/// The time after which the page says that a payment takes longer.
const DELAYED_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// What a payer wants to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRequest<'a> {
    /// The connected account that is to get it.
    pub account: &'a str,
    /// Whether real money moves.
    pub livemode: bool,
    /// In minor units.
    pub amount: i64,
    pub by: UserId,
}

/// The next step of a payer, decided so that an invoice isn't paid twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStep {
    /// Money is on its way: wait for it.
    AwaitProcessing,
    /// Lead to this attempt's session, if Stripe says that it can still be paid.
    ResumeSession(EntryId, String),
    /// Send the request of this attempt again: whether Stripe got it isn't known.
    RetryRequest(EntryId),
    /// A colleague's request is on its way: try again later.
    RetryLater,
    /// Stripe refused the same a short while ago: it can't be paid online.
    Refused,
    NewAttempt,
}

/// What a payer who returns from Stripe is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PaymentStage {
    /// The webhook is expected any moment.
    Waiting,
    /// The webhook takes longer than usual.
    Delayed,
    Declined,
    /// The bank hasn't paid yet.
    Processing,
    /// Expired or failed.
    Ended,
    Paid,
}

impl PaymentStage {
    /// Every stage.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Delayed,
        Self::Declined,
        Self::Processing,
        Self::Ended,
        Self::Paid,
    ];

    /// The name used in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delayed => "long",
            Self::Declined => "declined",
            Self::Processing => "processing",
            Self::Ended => "ended",
            Self::Paid => "paid",
        }
    }
}

impl PaymentRequest<'_> {
    fn matches(&self, attempt: &CheckoutAttempt) -> bool {
        (attempt.account.as_str(), attempt.livemode, attempt.amount)
            == (self.account, self.livemode, self.amount)
    }
}

impl CheckoutAttempt {
    /// Whether it may still be paid, as far as its state says.
    fn is_unpaid(&self) -> bool {
        self.state == PaymentState::Open || self.state == PaymentState::Declined
    }

    /// Whether it may still be paid at `now`.
    fn is_open(&self, now: Timestamp) -> bool {
        self.is_unpaid() && now.duration_since(self.at) < ATTEMPT_LIFETIME
    }

    /// When it can't be paid any more.
    pub fn expires_at(&self) -> Timestamp {
        self.at.saturating_add(ATTEMPT_LIFETIME).unwrap_or(self.at)
    }
}

impl PaymentLedger {
    /// The next step for a payment request.
    pub fn decide_step(&self, request: &PaymentRequest<'_>, now: Timestamp) -> PaymentStep {
        if self.is_processing() {
            return PaymentStep::AwaitProcessing;
        }
        let is_refused = |attempt: &CheckoutAttempt| {
            attempt.refusal.is_some()
                && request.matches(attempt)
                && now.duration_since(attempt.at) < REFUSAL_WINDOW
        };
        if self.attempts.values().any(is_refused) {
            return PaymentStep::Refused;
        }
        let mut newest_first = self.attempts.iter().rev();
        let fits = |attempt: &CheckoutAttempt| {
            let left = ATTEMPT_LIFETIME - now.duration_since(attempt.at);
            attempt.is_open(now) && request.matches(attempt) && left >= MIN_TIME_LEFT
        };
        let found = newest_first.find(|(_, attempt)| {
            let is_answered = attempt.session.is_some();
            fits(attempt) && (is_answered || now.duration_since(attempt.at) < ANSWER_WINDOW)
        });
        match found {
            Some((id, attempt)) => match &attempt.session {
                Some(session) => PaymentStep::ResumeSession(*id, session.clone()),
                None if attempt.by == Some(request.by) => PaymentStep::RetryRequest(*id),
                None => PaymentStep::RetryLater,
            },
            None => PaymentStep::NewAttempt,
        }
    }

    /// The attempts besides that of `step` whose sessions could still be paid, or may have been paid
    /// without a webhook so far. Stripe is asked for their state first, and they are expired.
    pub fn attempts_to_expire(
        &self,
        step: &PaymentStep,
        request: &PaymentRequest<'_>,
        now: Timestamp,
    ) -> Vec<(EntryId, &CheckoutAttempt, &str)> {
        let resumed = match step {
            PaymentStep::ResumeSession(id, _) | PaymentStep::RetryRequest(id) => Some(*id),
            PaymentStep::AwaitProcessing
            | PaymentStep::RetryLater
            | PaymentStep::Refused
            | PaymentStep::NewAttempt => None,
        };
        let may_be_paid = |attempt: &CheckoutAttempt| {
            let same_account =
                (attempt.account.as_str(), attempt.livemode) == (request.account, request.livemode);
            attempt.is_open(now) || (attempt.is_unpaid() && same_account)
        };
        let others = self.attempts.iter();
        let others = others.filter(|(id, attempt)| Some(**id) != resumed && may_be_paid(attempt));
        let answered =
            others.filter_map(|(id, attempt)| Some((*id, attempt, attempt.session.as_deref()?)));
        answered.collect()
    }

    /// The ledger with Stripe's answer to an attempt.
    pub fn with_session(
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

    /// The sessions that could still be paid at `now` though their amount isn't asked for any more. Of the
    /// invoice, `payable` can be paid online, in minor units.
    pub fn sessions_to_expire(
        &self,
        payable: i64,
        now: Timestamp,
    ) -> impl Iterator<Item = (&CheckoutAttempt, &str)> {
        let attempts = self.attempts.values();
        attempts
            .filter(move |attempt| attempt.is_open(now) && attempt.amount != payable)
            .filter_map(|attempt| Some((attempt, attempt.session.as_deref()?)))
    }

    /// The ledger with an attempt that Stripe refuses, for the reason `code`.
    pub fn with_refusal(&self, id: EntryId, code: &str) -> Result<Self, LedgerRefusal> {
        let mut after = self.clone();
        let attempt = after.attempts.get_mut(&id).ok_or(LedgerRefusal::Attempt)?;
        attempt.state = attempt.state.max(PaymentState::Ended);
        attempt.refusal = Some(code.to_owned());
        Ok(after)
    }

    /// The ledger with these attempts ended.
    #[must_use]
    pub fn with_ended(&self, ids: &[EntryId]) -> Self {
        let mut after = self.clone();
        for id in ids {
            if let Some(attempt) = after.attempts.get_mut(id) {
                attempt.state = attempt.state.max(PaymentState::Ended);
            }
        }
        after
    }

    /// What a payer who has waited since `since` is shown of the newest attempt; `None` where there is
    /// none.
    pub fn payment_stage(&self, since: Timestamp, now: Timestamp) -> Option<PaymentStage> {
        let (_, newest) = self.attempts.last_key_value()?;
        Some(match newest.state {
            PaymentState::Open if now.duration_since(since) < DELAYED_AFTER => {
                PaymentStage::Waiting
            }
            PaymentState::Open => PaymentStage::Delayed,
            PaymentState::Declined => PaymentStage::Declined,
            PaymentState::Processing => PaymentStage::Processing,
            PaymentState::Ended | PaymentState::Failed => PaymentStage::Ended,
            PaymentState::Paid => PaymentStage::Paid,
        })
    }
}
