//! Workspaces as customers of the platform's own account: offers, subscriptions, and the
//! pages on which they are paid and managed.

use std::collections::HashMap;

use domain::id::WorkspaceId;
use domain::money::{Currency, Money};
use domain::subscription::PlanOffer;
use stripe_billing::billing_portal_session::CreateBillingPortalSession;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionSubscriptionData,
};
use stripe_core::customer::CreateCustomer;
use stripe_product::price::ListPrice;
use stripe_shared::CheckoutSessionMode;

use super::client::{CheckoutSession, Stripe};
use crate::error::ServiceError;

/// The price of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePrice {
    pub id: String,
    pub offer: PlanOffer,
    /// The amount of each interval; `None` where Stripe works it out, as with tiers.
    pub money: Option<Money>,
}

/// A workspace that becomes a customer.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    pub workspace: WorkspaceId,
    pub name: String,
    pub email: String,
}

/// A subscription to pay for.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    pub customer: String,
    /// The price's id.
    pub price: String,
    pub workspace: WorkspaceId,
    /// Where Stripe leads after the payment.
    pub success_url: String,
    /// Where Stripe leads without a payment.
    pub cancel_url: String,
}

impl Stripe {
    /// The prices of the offers, by their lookup keys.
    pub async fn list_prices(&self) -> Result<Vec<StripePrice>, ServiceError> {
        let keys: Vec<String> = PlanOffer::ALL
            .iter()
            .map(|offer| offer.name().to_owned())
            .collect();
        let request = ListPrice::new().lookup_keys(keys).active(true);
        let found = self.send("ListPrices", &request, None, None).await?;
        let prices = found.data.into_iter().filter_map(|price| {
            let offer = PlanOffer::from_name(price.lookup_key.as_deref()?)?;
            let code = price.currency.to_string().to_uppercase();
            let currency = code.parse::<Currency>().ok();
            let money = currency.zip(price.unit_amount);
            Some(StripePrice {
                id: price.id.to_string(),
                offer,
                money: money.map(|(currency, units)| money_from_units(units, currency)),
            })
        });
        Ok(prices.collect())
    }

    /// Creates a customer for a workspace, and gives its id.
    pub async fn create_customer(
        &self,
        key: &str,
        new: &NewCustomer,
    ) -> Result<String, ServiceError> {
        let request = CreateCustomer::new()
            .name(new.name.as_str())
            .email(new.email.as_str())
            .metadata(metadata(new.workspace));
        let made = self.send("CreateCustomer", &request, Some(key), None);
        Ok(made.await?.id.to_string())
    }

    /// Creates a Checkout Session for a subscription.
    pub async fn create_subscription_session(
        &self,
        key: &str,
        new: &NewSubscription,
    ) -> Result<CheckoutSession, ServiceError> {
        let mut line = CreateCheckoutSessionLineItems::new();
        line.price = Some(new.price.clone());
        line.quantity = Some(1);
        let mut data = CreateCheckoutSessionSubscriptionData::new();
        data.metadata = Some(metadata(new.workspace));
        let request = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Subscription)
            .customer(new.customer.as_str())
            .client_reference_id(new.workspace.to_string())
            .line_items(vec![line])
            .subscription_data(data)
            .metadata(metadata(new.workspace))
            .success_url(new.success_url.as_str())
            .cancel_url(new.cancel_url.as_str());
        let made = self.send("CreateCheckoutSession", &request, Some(key), None);
        Ok(CheckoutSession::from(made.await?))
    }

    /// Creates a session of the customer portal, where plan, card and address are changed and
    /// the subscription is cancelled; it leads back to `back`.
    pub async fn create_portal_session(
        &self,
        customer: &str,
        back: &str,
    ) -> Result<String, ServiceError> {
        let request = CreateBillingPortalSession::new()
            .customer(customer)
            .return_url(back);
        let made = self.send("CreateBillingPortalSession", &request, None, None);
        Ok(made.await?.url)
    }
}

/// An amount in Stripe's units.
fn money_from_units(units: i64, currency: Currency) -> Money {
    Money::new(units / currency.stripe_units(), currency)
}

fn metadata(workspace: WorkspaceId) -> HashMap<String, String> {
    HashMap::from([("workspace".to_owned(), workspace.to_string())])
}
