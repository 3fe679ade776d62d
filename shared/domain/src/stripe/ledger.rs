//! What is known of the payments of one invoice by Stripe, by Stripe's ids.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::event::{CheckoutOutcome, PaymentFact};
use crate::id::{EntryId, UserId};
use crate::money::Currency;

/// Attempts that one invoice may have. Each is a Checkout Session.
const MOST_ATTEMPTS: usize = 40;

/// What is known of an invoice's payments. Facts only ever add to it: joining the same
/// ones in any order gives the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLedger {
    /// The attempts at paying it, which we made.
    pub attempts: BTreeMap<EntryId, CheckoutAttempt>,
    /// By payment intent.
    pub payments: BTreeMap<String, Payment>,
    /// What the invoice's book has of it, by the id of the payment, refund or dispute.
    #[serde(default)]
    pub booked: BTreeMap<String, LedgerEntry>,
}

/// Where an event comes from, and when it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventOrigin {
    /// The connected account.
    pub account: String,
    /// Whether it is about real money.
    pub livemode: bool,
    /// When.
    pub at: Timestamp,
}

/// An attempt at paying: a Checkout Session that we asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutAttempt {
    /// The account that gets the money.
    pub account: String,
    /// Whether it is real money.
    pub livemode: bool,
    /// How much, in minor units.
    pub amount: i64,
    /// What the platform takes of it.
    pub fee: i64,
    /// When it began.
    pub at: Timestamp,
    /// Who began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The session; `None` where it isn't known whether Stripe made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Where to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How it goes.
    #[serde(default)]
    pub state: PaymentState,
}

/// How an attempt goes. What comes later in this list stands against what comes before.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Nobody has paid yet.
    #[default]
    Open,
    /// A card was declined; another may be tried.
    Declined,
    /// The payer has done everything, and the money is on its way.
    Processing,
    /// Nothing comes of it.
    Ended,
    /// The money is there.
    Paid,
}

/// A payment, by its intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The attempt that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<EntryId>,
    /// When the money came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Timestamp>,
    /// What went back of it.
    #[serde(default)]
    pub refunds: BTreeMap<String, Reversal>,
    /// What payers' banks said of it.
    #[serde(default)]
    pub disputes: BTreeMap<String, Reversal>,
}

/// How far a refund or a dispute is. What comes later in this list stands against what
/// comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalProgress {
    /// An inquiry: no money moves.
    Noted,
    /// The money is held back, or on its way back.
    Held,
    /// The money went back.
    Done,
    /// The money stays: a dispute was won, a refund failed.
    Undone,
}

/// A refund or a dispute as it was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reversal {
    /// How far it is.
    pub progress: ReversalProgress,
    /// How much, in Stripe's units.
    pub amount: i64,
    /// When it began.
    pub at: Timestamp,
}

/// What the book of the invoice has of a payment, refund or dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// As what.
    pub kind: LedgerEntryKind,
    /// How much, in minor units.
    pub amount: i64,
    /// What the platform took of it.
    pub fee: i64,
    /// The day of it.
    pub on: Date,
}

/// As what something stands in the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerEntryKind {
    /// It came in.
    Paid,
    /// It went back.
    Refunded,
    /// A bank holds it back.
    Held,
    /// A bank kept it.
    Lost,
}

/// Why an event isn't believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LedgerRefusal {
    /// We made no such attempt.
    #[error("there is no such attempt")]
    Attempt,
    /// The attempt has another session.
    #[error("the attempt has another session")]
    Session,
    /// The payment belongs to another attempt.
    #[error("the payment belongs to another attempt")]
    Payment,
    /// It is of another account.
    #[error("it is of another account")]
    Account,
    /// It isn't of the mode: a test's of real money, or the other way round.
    #[error("it is of another mode")]
    Livemode,
    /// It isn't in the invoice's currency.
    #[error("it is in another currency")]
    Currency,
    /// It isn't about the amount that was asked for.
    #[error("it is about another amount")]
    Amount,
    /// There are too many.
    #[error("there are too many")]
    TooMany,
}

impl PaymentLedger {
    /// The same with one more attempt.
    pub fn attempted(&self, id: EntryId, attempt: CheckoutAttempt) -> Result<Self, LedgerRefusal> {
        let mut after = self.clone();
        after.attempts.insert(id, attempt);
        if after.attempts.len() > MOST_ATTEMPTS {
            return Err(LedgerRefusal::TooMany);
        }
        Ok(after)
    }

    /// Whether money is on its way, or came without being booked yet.
    pub fn is_processing(&self) -> bool {
        self.attempts
            .values()
            .any(|one| one.state == PaymentState::Processing)
    }

    /// The same once `fact` is known, which is of `origin`. `currency` is the invoice's.
    pub fn joined(
        &self,
        currency: Currency,
        origin: &EventOrigin,
        fact: &PaymentFact,
    ) -> Result<Self, LedgerRefusal> {
        self.check(currency, origin, fact)?;
        let mut after = self.clone();
        match fact {
            PaymentFact::Session {
                session,
                payment,
                outcome,
                of,
                ..
            } => {
                let id = of.attempt.ok_or(LedgerRefusal::Attempt)?;
                after.see_session(id, session, payment.as_deref(), *outcome, origin.at)?;
            }
            PaymentFact::Declined { payment, of, .. } => {
                let id = of.attempt.ok_or(LedgerRefusal::Attempt)?;
                after.attach(payment, id)?;
                let attempt = after.attempts.get_mut(&id).ok_or(LedgerRefusal::Attempt)?;
                attempt.state = attempt.state.max(PaymentState::Declined);
            }
            PaymentFact::Refund {
                refund,
                payment,
                seen,
                ..
            } => join(&mut after.payment(payment).refunds, refund, *seen),
            PaymentFact::Dispute {
                dispute,
                payment,
                seen,
                ..
            } => join(&mut after.payment(payment).disputes, dispute, *seen),
        }
        Ok(after)
    }

    /// Checks what is said against the attempts that we made. The answer depends on these
    /// alone, not on what is known by now: else the order of events would matter.
    fn check(
        &self,
        currency: Currency,
        origin: &EventOrigin,
        fact: &PaymentFact,
    ) -> Result<(), LedgerRefusal> {
        let (amount, said) = match fact {
            PaymentFact::Session {
                amount, currency, ..
            }
            | PaymentFact::Declined {
                amount, currency, ..
            } => (*amount, currency),
            PaymentFact::Refund { seen, currency, .. }
            | PaymentFact::Dispute { seen, currency, .. } => (seen.amount, currency),
        };
        let exact = |one: &CheckoutAttempt| one.amount.checked_mul(currency.at_stripe());
        let same_account = |one: &&CheckoutAttempt| one.account == origin.account;
        match fact {
            PaymentFact::Session { of, .. } | PaymentFact::Declined { of, .. } => {
                let found = of.attempt.and_then(|id| self.attempts.get(&id));
                let attempt = found.ok_or(LedgerRefusal::Attempt)?;
                if !same_account(&attempt) {
                    return Err(LedgerRefusal::Account);
                }
                if attempt.livemode != origin.livemode {
                    return Err(LedgerRefusal::Livemode);
                }
                is_in(currency, said)?;
                if exact(attempt) != Some(amount) {
                    return Err(LedgerRefusal::Amount);
                }
            }
            PaymentFact::Refund { .. } | PaymentFact::Dispute { .. } => {
                let mut ours = self.attempts.values().filter(same_account).peekable();
                ours.peek().ok_or(LedgerRefusal::Account)?;
                let mut ours = ours
                    .filter(|one| one.livemode == origin.livemode)
                    .peekable();
                ours.peek().ok_or(LedgerRefusal::Livemode)?;
                is_in(currency, said)?;
                let most = ours.filter_map(exact).max().unwrap_or_default();
                if !(0..=most).contains(&amount) || amount % currency.at_stripe() != 0 {
                    return Err(LedgerRefusal::Amount);
                }
            }
        }
        Ok(())
    }

    fn see_session(
        &mut self,
        id: EntryId,
        session: &str,
        payment: Option<&str>,
        outcome: CheckoutOutcome,
        at: Timestamp,
    ) -> Result<(), LedgerRefusal> {
        if let Some(payment) = payment {
            self.attach(payment, id)?;
        }
        let attempt = self.attempts.get_mut(&id).ok_or(LedgerRefusal::Attempt)?;
        match &attempt.session {
            Some(known) if known != session => return Err(LedgerRefusal::Session),
            Some(_) => {}
            None => attempt.session = Some(session.to_owned()),
        }
        attempt.state = attempt.state.max(match outcome {
            CheckoutOutcome::Paid => PaymentState::Paid,
            CheckoutOutcome::Processing => PaymentState::Processing,
            CheckoutOutcome::Failed | CheckoutOutcome::Expired => PaymentState::Ended,
        });
        if outcome == CheckoutOutcome::Paid {
            let payment = self.payment(payment.ok_or(LedgerRefusal::Payment)?);
            payment.paid = Some(payment.paid.map_or(at, |before| before.min(at)));
        }
        Ok(())
    }

    fn attach(&mut self, payment: &str, id: EntryId) -> Result<(), LedgerRefusal> {
        let payment = self.payment(payment);
        match payment.attempt {
            Some(other) if other != id => Err(LedgerRefusal::Payment),
            _ => {
                payment.attempt = Some(id);
                Ok(())
            }
        }
    }

    fn payment(&mut self, id: &str) -> &mut Payment {
        self.payments.entry(id.to_owned()).or_default()
    }
}

fn is_in(currency: Currency, said: &str) -> Result<(), LedgerRefusal> {
    if currency.code().eq_ignore_ascii_case(said) {
        Ok(())
    } else {
        Err(LedgerRefusal::Currency)
    }
}

/// The furthest of what was seen.
fn join(all: &mut BTreeMap<String, Reversal>, id: &str, seen: Reversal) {
    all.entry(id.to_owned())
        .and_modify(|before| *before = (*before).max(seen))
        .or_insert(seen);
}
