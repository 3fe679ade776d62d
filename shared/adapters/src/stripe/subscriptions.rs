//! Workspaces as customers of the platform's own account: what is on offer, who
//! subscribes, and the pages on which that is paid and managed.

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

use super::{CheckoutSession, Stripe};
use crate::ServiceError;

/// What an offer costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripePrice {
    /// Its id at Stripe.
    pub id: String,
    /// Of what.
    pub offer: PlanOffer,
    /// How much, each time; `None` where Stripe works it out, as with tiers.
    pub money: Option<Money>,
}

/// A workspace that becomes a customer.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The company's name.
    pub name: String,
    /// Who gets receipts.
    pub email: String,
}

/// A subscription that somebody wants to pay for.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Whose.
    pub customer: String,
    /// The price, by its id.
    pub price: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Where the payer comes back to who paid.
    pub success: String,
    /// Where the payer comes back to who didn't.
    pub cancel: String,
}

impl Stripe {
    /// The prices of what is on offer, by their lookup keys.
    pub async fn prices(&self) -> Result<Vec<StripePrice>, ServiceError> {
        let keys: Vec<String> = PlanOffer::ALL
            .iter()
            .map(|offer| offer.name().to_owned())
            .collect();
        let request = ListPrice::new().lookup_keys(keys).active(true);
        let found = self.send("ListPrices", &request, None, None).await?;
        let prices = found.data.into_iter().filter_map(|price| {
            let offer = PlanOffer::named(price.lookup_key.as_deref()?)?;
            let code = price.currency.to_string().to_uppercase();
            let currency = code.parse::<Currency>().ok();
            let money = currency.zip(price.unit_amount);
            Some(StripePrice {
                id: price.id.to_string(),
                offer,
                money: money.map(|(currency, units)| at_stripe(units, currency)),
            })
        });
        Ok(prices.collect())
    }

    /// Makes a workspace a customer.
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

    /// Makes a page on which a subscription is paid for.
    pub async fn subscribe(
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
            .success_url(new.success.as_str())
            .cancel_url(new.cancel.as_str());
        let made = self.send("CreateCheckoutSession", &request, Some(key), None);
        Ok(CheckoutSession::from(made.await?))
    }

    /// A page on which a customer changes the plan, the card and the address, sees what
    /// was paid, and cancels; it leads back to `back`.
    pub async fn manage(&self, customer: &str, back: &str) -> Result<String, ServiceError> {
        let request = CreateBillingPortalSession::new()
            .customer(customer)
            .return_url(back);
        let made = self.send("CreateBillingPortalSession", &request, None, None);
        Ok(made.await?.url)
    }
}

/// So many of Stripe's units.
fn at_stripe(units: i64, currency: Currency) -> Money {
    Money::new(units / currency.at_stripe(), currency)
}

fn metadata(workspace: WorkspaceId) -> HashMap<String, String> {
    HashMap::from([("workspace".to_owned(), workspace.to_string())])
}
