//! The facts known of one invoice's payments, by Stripe's ids.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::fact::{CheckoutOutcome, PaymentFact, Reversal};
use crate::id::{EntryId, UserId};
use crate::money::Currency;

/// Attempts of one invoice at most.
const MAX_ATTEMPTS: usize = 40;

/// The facts known of an invoice's payments. Joining the same facts in any order gives the same ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLedger {
    /// The attempts that we made.
    pub attempts: BTreeMap<EntryId, CheckoutAttempt>,
    /// By payment intent.
    pub payments: BTreeMap<String, Payment>,
    /// What the invoice's balance holds, by the id of the payment, refund or dispute.
    #[serde(default)]
    pub booked: BTreeMap<String, LedgerEntry>,
}

/// The origin and time of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventOrigin {
    /// The connected account.
    pub account: String,
    /// Whether real money moves.
    pub livemode: bool,
    pub at: Timestamp,
}

/// One attempt at a payment: a Checkout Session that we asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutAttempt {
    /// The connected account that gets the money.
    pub account: String,
    /// Whether real money moves.
    pub livemode: bool,
    /// In minor units.
    pub amount: i64,
    /// The platform's part of the amount.
    pub fee: i64,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// `None` where it isn't known whether Stripe made the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The address of the session's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default)]
    pub state: PaymentState,
    /// Why Stripe refuses to make the session, by its own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// The state of an attempt. A later variant overrides an earlier one.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    #[default]
    Open,
    /// A card was declined; the payer may try another.
    Declined,
    /// The payer has finished, and the bank hasn't.
    Processing,
    /// Expired, or given up.
    Ended,
    /// The bank didn't pay after all.
    Failed,
    Paid,
}

/// What is known of a payment intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<EntryId>,
    #[serde(rename = "paid", default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    /// By refund.
    #[serde(default)]
    pub refunds: BTreeMap<String, Reversal>,
    /// By dispute.
    #[serde(default)]
    pub disputes: BTreeMap<String, Reversal>,
}

/// What the invoice's balance holds of a payment, refund or dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub kind: LedgerEntryKind,
    /// In minor units.
    pub amount: i64,
    /// The platform's part of the amount.
    pub fee: i64,
    pub on: Date,
}

/// The kind of a ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerEntryKind {
    Paid,
    Refunded,
    /// A bank holds it back, while a dispute is open.
    Held,
    /// A dispute was lost.
    Lost,
}

/// Why a fact is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LedgerRefusal {
    #[error("there is no such attempt")]
    Attempt,
    #[error("the attempt has another session")]
    Session,
    #[error("the payment belongs to another attempt")]
    Payment,
    #[error("it is of another account")]
    Account,
    /// Test mode for real money, or the other way round.
    #[error("it is of another mode")]
    Livemode,
    #[error("it is in another currency")]
    Currency,
    #[error("it is about another amount")]
    Amount,
    /// More than [`MAX_ATTEMPTS`].
    #[error("there are too many")]
    TooMany,
}

impl PaymentLedger {
    /// The ledger with another attempt.
    pub fn with_attempt(
        &self,
        id: EntryId,
        attempt: CheckoutAttempt,
    ) -> Result<Self, LedgerRefusal> {
        let mut after = self.clone();
        after.attempts.insert(id, attempt);
        if after.attempts.len() > MAX_ATTEMPTS {
            return Err(LedgerRefusal::TooMany);
        }
        Ok(after)
    }

    /// Whether money is on its way.
    pub fn is_processing(&self) -> bool {
        self.attempts
            .values()
            .any(|attempt| attempt.state == PaymentState::Processing)
    }

    /// How much is on its way, in minor units.
    pub fn processing(&self) -> i64 {
        let attempts = self.attempts.values();
        let processing = attempts.filter(|attempt| attempt.state == PaymentState::Processing);
        processing.map(|attempt| attempt.amount).sum()
    }

    /// Whether the balance holds something of an attempt's payment.
    pub fn is_booked(&self, attempt: EntryId) -> bool {
        let mut payments = self.payments.iter();
        payments
            .any(|(id, payment)| payment.attempt == Some(attempt) && self.booked.contains_key(id))
    }

    /// The latest payment of which the balance holds less than was paid: its attempt, and its id at
    /// Stripe. `None` where the balance holds all.
    pub fn surplus_payment(&self) -> Option<(&CheckoutAttempt, &str)> {
        let unbooked = self.payments.iter().filter_map(|(id, payment)| {
            let attempt = self.attempts.get(&payment.attempt?)?;
            let booked = self.booked.get(id).map_or(0, |line| line.amount);
            (booked < attempt.amount).then_some((payment.paid_at?, attempt, id.as_str()))
        });
        let latest = unbooked.max_by_key(|(paid, ..)| *paid);
        latest.map(|(_, attempt, id)| (attempt, id))
    }

    /// The ledger, joined with a fact. `currency` is the invoice's.
    pub fn join(
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
                references,
                ..
            } => {
                let id = references.attempt.ok_or(LedgerRefusal::Attempt)?;
                after.join_session(id, session, payment.as_deref(), *outcome, origin.at)?;
            }
            PaymentFact::Declined {
                payment,
                references,
                ..
            } => {
                let id = references.attempt.ok_or(LedgerRefusal::Attempt)?;
                after.attach(payment, id)?;
                let attempt = after.attempts.get_mut(&id).ok_or(LedgerRefusal::Attempt)?;
                attempt.state = attempt.state.max(PaymentState::Declined);
            }
            PaymentFact::Refund {
                refund,
                payment,
                reversal: seen,
                ..
            } => join_reversal(&mut after.payment(payment).refunds, refund, *seen),
            PaymentFact::Dispute {
                dispute,
                payment,
                seen,
                ..
            } => join_reversal(&mut after.payment(payment).disputes, dispute, *seen),
        }
        Ok(after)
    }

    /// Checks a fact against the attempts that we made. The answer depends on these alone and not on
    /// other facts, so the order of events doesn't matter.
    fn check(
        &self,
        currency: Currency,
        origin: &EventOrigin,
        fact: &PaymentFact,
    ) -> Result<(), LedgerRefusal> {
        let (amount, fact_currency) = match fact {
            PaymentFact::Session {
                amount, currency, ..
            }
            | PaymentFact::Declined {
                amount, currency, ..
            } => (*amount, currency),
            PaymentFact::Refund {
                reversal: seen,
                currency,
                ..
            }
            | PaymentFact::Dispute { seen, currency, .. } => (seen.amount, currency),
        };
        let stripe_amount =
            |attempt: &CheckoutAttempt| attempt.amount.checked_mul(currency.stripe_units());
        let same_account = |attempt: &&CheckoutAttempt| attempt.account == origin.account;
        match fact {
            PaymentFact::Session { references, .. } | PaymentFact::Declined { references, .. } => {
                let found = references.attempt.and_then(|id| self.attempts.get(&id));
                let attempt = found.ok_or(LedgerRefusal::Attempt)?;
                if !same_account(&attempt) {
                    return Err(LedgerRefusal::Account);
                }
                if attempt.livemode != origin.livemode {
                    return Err(LedgerRefusal::Livemode);
                }
                check_currency(currency, fact_currency)?;
                if stripe_amount(attempt) != Some(amount) {
                    return Err(LedgerRefusal::Amount);
                }
            }
            PaymentFact::Refund { .. } | PaymentFact::Dispute { .. } => {
                let mut ours = self.attempts.values().filter(same_account).peekable();
                ours.peek().ok_or(LedgerRefusal::Account)?;
                let mut ours = ours
                    .filter(|attempt| attempt.livemode == origin.livemode)
                    .peekable();
                ours.peek().ok_or(LedgerRefusal::Livemode)?;
                check_currency(currency, fact_currency)?;
                let max = ours.filter_map(stripe_amount).max().unwrap_or_default();
                if !(0..=max).contains(&amount) || amount % currency.stripe_units() != 0 {
                    return Err(LedgerRefusal::Amount);
                }
            }
        }
        Ok(())
    }

    fn join_session(
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
            CheckoutOutcome::Failed => PaymentState::Failed,
            CheckoutOutcome::Expired => PaymentState::Ended,
        });
        if outcome == CheckoutOutcome::Paid {
            let payment = self.payment(payment.ok_or(LedgerRefusal::Payment)?);
            payment.paid_at = Some(payment.paid_at.map_or(at, |before| before.min(at)));
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

fn check_currency(currency: Currency, code: &str) -> Result<(), LedgerRefusal> {
    if currency.code().eq_ignore_ascii_case(code) {
        Ok(())
    } else {
        Err(LedgerRefusal::Currency)
    }
}

/// Joins a reversal: the furthest progress counts.
fn join_reversal(all: &mut BTreeMap<String, Reversal>, id: &str, seen: Reversal) {
    all.entry(id.to_owned())
        .and_modify(|before| *before = (*before).max(seen))
        .or_insert(seen);
}
