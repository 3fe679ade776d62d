//! The client of Stripe's API, and what it creates: accounts and Checkout Sessions.

use std::collections::HashMap;
use std::time::Duration;

use ::stripe::{
    Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest,
};
use domain::money::Money;
use domain::stripe::{AccountFlags, PaymentReferences};
use jiff::Timestamp;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAdaptivePricing, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionPaymentIntentData,
    ExpireCheckoutSession, ProductData, RetrieveCheckoutSession,
};
use stripe_connect::account::{
    CreateAccount, CreateAccountController, CreateAccountControllerFees,
    CreateAccountControllerFeesPayer, CreateAccountControllerLosses,
    CreateAccountControllerLossesPayments, CreateAccountControllerStripeDashboard,
    CreateAccountControllerStripeDashboardType, RetrieveAccount,
};
use stripe_connect::account_link::{CreateAccountLink, CreateAccountLinkType};
use stripe_shared::{
    Account, AccountId, ApiErrorsType, CheckoutSessionMode, CheckoutSessionStatus,
};
use stripe_types::Currency;

use crate::error::ServiceError;

/// How long Stripe may take to answer. Two answers must fit into a page's time.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How often a request without an answer is sent.
const MAX_TRIES: u32 = 2;

/// A client of Stripe, by the platform's secret key.
#[derive(Debug, Clone)]
pub struct Stripe {
    client: Client,
    livemode: bool,
}

/// A Checkout Session to create: one line with the whole amount.
#[derive(Debug, Clone)]
pub struct NewCheckoutSession {
    /// The connected account that takes the payment.
    pub account: String,
    pub money: Money,
    /// The platform's fee, in minor units.
    pub fee: i64,
    /// The line's text, as the payer reads it.
    pub name: String,
    /// The payer's mail address, filled in.
    pub email: String,
    /// The metadata by which webhooks find the invoice.
    pub references: PaymentReferences,
    /// Where Stripe leads after the payment.
    pub success_url: String,
    /// Where Stripe leads without a payment.
    pub cancel_url: String,
    /// When it expires: half an hour to a day from now.
    pub expires_at: Timestamp,
}

/// A Checkout Session, as Stripe gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutSession {
    pub id: String,
    /// Where it is paid; `None` once it can't be.
    pub url: Option<String>,
    /// Whether it is about real money.
    pub livemode: bool,
    pub status: CheckoutStatus,
}

/// The status of a Checkout Session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutStatus {
    Open,
    /// The payer has paid.
    Complete,
    /// It has expired.
    Over,
}

impl Stripe {
    /// A client by the platform's secret key, at `url` or else at Stripe's own address. The
    /// version of the API is the one that the library was made from, and goes with each
    /// request.
    pub fn new(key: &str, url: Option<&str>) -> Result<Self, ServiceError> {
        Self::with_timeout(TIMEOUT, key, url)
    }

    fn with_timeout(timeout: Duration, key: &str, url: Option<&str>) -> Result<Self, ServiceError> {
        let builder = ClientBuilder::new(key).timeout(timeout);
        let builder = match url {
            Some(url) => builder.url(format!("{}/", url.trim_end_matches('/'))),
            None => builder,
        };
        let client = builder
            .build()
            .map_err(|e| ServiceError::new("Stripe", e))?;
        let livemode = key.starts_with("sk_live_") || key.starts_with("rk_live_");
        Ok(Self { client, livemode })
    }

    /// Whether it is about real money, by its key.
    pub fn is_live(&self) -> bool {
        self.livemode
    }

    /// Creates an account for a workspace, which its owner fills in at Stripe: it pays Stripe's
    /// fees and bears its own losses, and has Stripe's whole dashboard.
    pub async fn create_account(&self, key: &str, email: &str) -> Result<String, ServiceError> {
        let controller = CreateAccountController {
            fees: Some(CreateAccountControllerFees {
                payer: Some(CreateAccountControllerFeesPayer::Account),
            }),
            losses: Some(CreateAccountControllerLosses {
                payments: Some(CreateAccountControllerLossesPayments::Stripe),
            }),
            stripe_dashboard: Some(CreateAccountControllerStripeDashboard {
                type_: Some(CreateAccountControllerStripeDashboardType::Full),
            }),
            requirement_collection: None,
        };
        let request = CreateAccount::new().controller(controller).email(email);
        let made = self
            .send("CreateAccount", &request, Some(key), None)
            .await?;
        Ok(made.id.to_string())
    }

    /// The flags of an account.
    pub async fn get_account_flags(&self, account: &str) -> Result<AccountFlags, ServiceError> {
        let request = RetrieveAccount::new(AccountId::from(account));
        let found = self.send("RetrieveAccount", &request, None, None).await?;
        Ok(flags(&found))
    }

    /// Creates a link by which an account's owner fills it in. It works once, for some minutes:
    /// after it expired Stripe leads to `refresh`, after the form to `back`.
    pub async fn create_account_link(
        &self,
        account: &str,
        refresh: &str,
        back: &str,
    ) -> Result<String, ServiceError> {
        let request = CreateAccountLink::new(account, CreateAccountLinkType::AccountOnboarding)
            .refresh_url(refresh)
            .return_url(back);
        let made = self.send("CreateAccountLink", &request, None, None).await?;
        Ok(made.url)
    }

    /// Creates a Checkout Session on the connected account.
    pub async fn create_session(
        &self,
        key: &str,
        new: &NewCheckoutSession,
    ) -> Result<CheckoutSession, ServiceError> {
        const NAME: &str = "CreateCheckoutSession";
        let units = new
            .money
            .to_stripe_units()
            .map_err(|e| ServiceError::new(NAME, e))?;
        let fee = Money::new(new.fee, new.money.currency).to_stripe_units();
        let fee = fee.map_err(|e| ServiceError::new(NAME, e))?;
        let code = new.money.currency.code().to_lowercase();
        let currency = code.parse::<Currency>();
        let currency = currency.map_err(|e| ServiceError::new(NAME, e))?;
        let metadata: HashMap<String, String> = new.references.pairs().into_iter().collect();
        let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency);
        price.unit_amount = Some(units);
        price.product_data = Some(ProductData::new(new.name.as_str()));
        let mut line = CreateCheckoutSessionLineItems::new();
        line.quantity = Some(1);
        line.price_data = Some(price);
        let mut intent = CreateCheckoutSessionPaymentIntentData::new();
        intent.metadata = Some(metadata.clone());
        intent.description = Some(new.name.clone());
        intent.application_fee_amount = (fee > 0).then_some(fee);
        // In the invoice's currency only: another amount would be refused.
        let mut pricing = CreateCheckoutSessionAdaptivePricing::new();
        pricing.enabled = Some(false);
        let request = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .line_items(vec![line])
            .payment_intent_data(intent)
            .adaptive_pricing(pricing)
            .metadata(metadata)
            .customer_email(new.email.as_str())
            .expires_at(new.expires_at.as_second())
            .success_url(new.success_url.as_str())
            .cancel_url(new.cancel_url.as_str());
        let made = self.send(NAME, &request, Some(key), Some(&new.account));
        Ok(CheckoutSession::from(made.await?))
    }

    /// A session, as it is now.
    pub async fn get_session(
        &self,
        account: &str,
        session: &str,
    ) -> Result<CheckoutSession, ServiceError> {
        let request = RetrieveCheckoutSession::new(session);
        let found = self.send("RetrieveCheckoutSession", &request, None, Some(account));
        Ok(CheckoutSession::from(found.await?))
    }

    /// Expires a session, so that it can't be paid.
    pub async fn expire_session(&self, account: &str, session: &str) -> Result<(), ServiceError> {
        let request = ExpireCheckoutSession::new(session);
        let ended = self.send("ExpireCheckoutSession", &request, None, Some(account));
        ended.await.map(drop)
    }

    pub(super) async fn send<R: StripeRequest>(
        &self,
        name: &'static str,
        request: &R,
        key: Option<&str>,
        account: Option<&str>,
    ) -> Result<R::Output, ServiceError>
    where
        R::Output: miniserde::Deserialize,
    {
        let strategy = match key {
            Some(key) => {
                let key = IdempotencyKey::new(key).map_err(|e| ServiceError::new(name, e))?;
                RequestStrategy::Idempotent(key)
            }
            None => RequestStrategy::Once,
        };
        let mut tries = 0;
        loop {
            let mut request = request.customize().request_strategy(strategy.clone());
            if let Some(account) = account {
                request = request.account_id(AccountId::from(account));
            }
            tries += 1;
            match request.send(&self.client).await {
                Err(error) if tries < MAX_TRIES && may_repeat(&error) => {}
                answer => return answer.map_err(|e| ServiceError::new(name, e)),
            }
        }
    }
}

/// Whether the request may be repeated: there was no answer, or Stripe had trouble.
fn may_repeat(error: &StripeError) -> bool {
    match error {
        StripeError::ClientError(_) | StripeError::Timeout => true,
        StripeError::Stripe(_, status) => *status >= 500,
        StripeError::JSONDeserialize(_) | StripeError::ConfigError(_) => false,
    }
}

/// Why Stripe refuses what is asked for, whenever it is asked again: a parameter, an amount or an account
/// that can't be charged. By its own code, or the parameter's name. `None` for any other error.
pub fn stripe_refusal(error: &ServiceError) -> Option<String> {
    let StripeError::Stripe(refusal, 400 | 402) = error.source.downcast_ref::<StripeError>()?
    else {
        return None;
    };
    match refusal.type_ {
        ApiErrorsType::CardError | ApiErrorsType::InvalidRequestError => {}
        _ => return None,
    }
    let code = refusal.code.as_ref().map(ToString::to_string);
    Some(code.or_else(|| refusal.param.clone()).unwrap_or_default())
}

fn flags(account: &Account) -> AccountFlags {
    let requirements = account.requirements.as_ref();
    let reason = requirements.and_then(|all| all.disabled_reason.as_ref());
    AccountFlags {
        charges_enabled: account.charges_enabled.unwrap_or_default(),
        payouts_enabled: account.payouts_enabled.unwrap_or_default(),
        details_submitted: account.details_submitted.unwrap_or_default(),
        disabled_reason: reason.map(|reason| reason.as_str().to_owned()),
    }
}

impl From<stripe_shared::CheckoutSession> for CheckoutSession {
    fn from(made: stripe_shared::CheckoutSession) -> Self {
        Self {
            id: made.id.to_string(),
            url: made.url,
            livemode: made.livemode,
            status: match made.status {
                Some(CheckoutSessionStatus::Open) => CheckoutStatus::Open,
                Some(CheckoutSessionStatus::Complete) => CheckoutStatus::Complete,
                _ => CheckoutStatus::Over,
            },
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
