//! What people do at Stripe, and what happens there by itself.

use serde::Deserialize;

use super::accounts::{self, Onboarding};
use super::amounts;
use super::delivery::{self, DeliveryFaults};
use super::desk::Desk;
use super::objects::text;
use super::payments::{self, PaymentResult};
use super::refusal::Refusal;
use super::subscriptions::{self, RenewalOutcome};
use super::{checkout, refunds};

/// Something that somebody does; each names its object by Stripe's id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum StandInAction {
    /// An account's owner fills it in.
    Onboard {
        account: String,
        /// How that goes.
        how: Onboarding,
    },
    /// An account's owner takes it away from the platform.
    Deauthorize { account: String },
    /// A payer pays a session, or tries to.
    Pay {
        session: String,
        /// The outcome of the payment.
        how: PaymentResult,
    },
    /// The money of a session that was on its way comes.
    Arrive { session: String },
    /// A debit that was under way is returned by the bank.
    Bounce { session: String },
    /// A session is over before its time.
    Expire { session: String },
    /// An account's owner gives money back.
    Refund {
        /// The charge or its payment.
        payment: String,
        /// How much, as people write it; all that is left, if nothing is said.
        #[serde(default)]
        amount: String,
    },
    /// A refund doesn't reach the payer.
    FailRefund { refund: String },
    /// A payer's bank disputes a charge.
    Dispute {
        /// The charge or its payment.
        payment: String,
    },
    /// A dispute ends well for the account.
    WinDispute { dispute: String },
    /// A dispute ends badly for the account.
    LoseDispute { dispute: String },
    /// A subscription's time comes.
    RunPeriodEnd {
        subscription: String,
        /// What happens then.
        how: RenewalOutcome,
    },
    /// On the portal: another price.
    ChangePrice { subscription: String, price: String },
    /// On the portal: it ends with its period.
    EndLater { subscription: String },
    /// On the portal: it doesn't.
    Resume { subscription: String },
    /// What befalls events from now on.
    SetFaults(FaultForm),
    /// What was lost or given up is sent anew, and what waits at once.
    DeliverAll,
    /// An event is sent anew, however it went.
    Redeliver { event: String },
}

/// Faults of event delivery, as a form gives them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FaultForm {
    #[serde(default)]
    lose: String,
    #[serde(default)]
    repeat: String,
    #[serde(default)]
    shuffle: String,
}

impl From<&FaultForm> for DeliveryFaults {
    fn from(form: &FaultForm) -> Self {
        Self {
            lose: form.lose.parse().unwrap_or_default(),
            repeat: !form.repeat.is_empty(),
            shuffle: !form.shuffle.is_empty(),
        }
    }
}

impl StandInAction {
    /// The object that it is about.
    fn object_id(&self) -> Option<&str> {
        match self {
            Self::Pay { session: id, .. }
            | Self::Arrive { session: id }
            | Self::Bounce { session: id }
            | Self::Expire { session: id }
            | Self::Refund { payment: id, .. }
            | Self::FailRefund { refund: id }
            | Self::Dispute { payment: id }
            | Self::WinDispute { dispute: id }
            | Self::LoseDispute { dispute: id }
            | Self::RunPeriodEnd {
                subscription: id, ..
            }
            | Self::ChangePrice {
                subscription: id, ..
            }
            | Self::EndLater { subscription: id }
            | Self::Resume { subscription: id } => Some(id),
            Self::Onboard { .. }
            | Self::Deauthorize { .. }
            | Self::SetFaults(_)
            | Self::DeliverAll
            | Self::Redeliver { .. } => None,
        }
    }
}

/// Does it, in the place of the account that its object is of.
pub(super) fn act(desk: &mut Desk<'_>, act: &StandInAction) -> Result<(), Refusal> {
    if let Some(id) = act.object_id() {
        let found = desk.state.find(id);
        let (owner, _) = found.ok_or_else(|| Refusal::missing("object", id, "id"))?;
        desk.account = owner.map(str::to_owned);
    }
    let now = desk.now.as_millisecond();
    match act {
        StandInAction::Onboard { account, how } => accounts::fill_in(desk, account, *how),
        StandInAction::Deauthorize { account } => accounts::deauthorize(desk, account),
        StandInAction::Pay { session, how } => payments::pay(desk, session, *how),
        StandInAction::Arrive { session } => payments::settle(desk, session, true),
        StandInAction::Bounce { session } => payments::settle(desk, session, false),
        StandInAction::Expire { session } => checkout::expire(desk, session).map(drop),
        StandInAction::Refund { payment, amount } => {
            let charge = charge(desk, payment)?;
            let amount = typed(desk, &charge, amount)?;
            let nothing = serde_json::json!({});
            refunds::refund(desk, &charge, amount, (None, &nothing)).map(drop)
        }
        StandInAction::FailRefund { refund } => refunds::fail(desk, refund),
        StandInAction::Dispute { payment } => {
            let charge = charge(desk, payment)?;
            refunds::dispute(desk, &charge).map(drop)
        }
        StandInAction::WinDispute { dispute } => refunds::close(desk, dispute, true),
        StandInAction::LoseDispute { dispute } => refunds::close(desk, dispute, false),
        StandInAction::RunPeriodEnd { subscription, how } => {
            subscriptions::turn(desk, subscription, *how)
        }
        StandInAction::ChangePrice {
            subscription,
            price,
        } => subscriptions::change_price(desk, subscription, price),
        StandInAction::EndLater { subscription } => {
            subscriptions::change_end(desk, subscription, true)
        }
        StandInAction::Resume { subscription } => {
            subscriptions::change_end(desk, subscription, false)
        }
        StandInAction::SetFaults(form) => {
            desk.state.mishaps = form.into();
            Ok(())
        }
        StandInAction::DeliverAll => {
            delivery::again(desk.state, None, now);
            delivery::hurry(desk.state, now);
            Ok(())
        }
        StandInAction::Redeliver { event } => {
            delivery::again(desk.state, Some(event), now);
            Ok(())
        }
    }
}

/// The charge that a payment is by.
fn charge(desk: &Desk<'_>, payment: &str) -> Result<String, Refusal> {
    match desk.get("payment_intent", payment, "payment") {
        Ok(intent) => Ok(text(intent, "latest_charge").to_owned()),
        Err(_) => desk
            .get("charge", payment, "payment")
            .map(|_| payment.to_owned()),
    }
}

/// What somebody typed of a charge's currency.
fn typed(desk: &Desk<'_>, charge: &str, amount: &str) -> Result<Option<i64>, Refusal> {
    if amount.trim().is_empty() {
        return Ok(None);
    }
    let code = text(desk.get("charge", charge, "charge")?, "currency");
    let units = amounts::typed(amount, code);
    let words = format!("{amount} can't be read as an amount.");
    units.map(Some).ok_or_else(|| Refusal::of("amount", words))
}
