//! To Stripe: to its page where a subscription is paid for, and to the one where it is
//! changed and cancelled.

use domain::id::EntryId;
use domain::subscription::{BillingAccount, PlanOffer};
use jiff::SignedDuration;
use serde::Deserialize;
use store::RateLimit;
use web::{
    EmptyForm, NewCustomer, NewSubscription, PageError, ProtectedForm, Reply, Stripe, TeamAccess,
    see_other,
};

use crate::subscription_panel::SubscriptionPanel;

const HOME: &str = "/settings/plan";
/// Pages of Stripe's that one person asks for at most.
const LIMIT: RateLimit = RateLimit {
    rule: "subscribe",
    most: 60,
    window: SignedDuration::from_hours(1),
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscribeForm {
    offer: String,
}

/// What came of asking Stripe for a page.
enum StripePage {
    There(String),
    /// It isn't offered any more.
    Gone,
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<SubscribeForm>,
) -> Result<Reply, PageError> {
    check_rate(&team).await?;
    let Some(stripe) = team.ctx.app.services.stripe.as_ref() else {
        return Ok(see_other(HOME).flash("plan-gone"));
    };
    let offer =
        PlanOffer::from_name(&form.input.offer).ok_or(PageError::BadRequest("no such offer"))?;
    let workspace = team
        .store
        .get_workspace()
        .await?
        .ok_or(PageError::NotFound)?;
    let account = team.store.get_billing_account().await?;
    if !SubscriptionPanel::new(&workspace, account.as_ref(), team.ctx.now).may_subscribe() {
        return Ok(see_other(HOME).flash("plan-runs"));
    }
    let form: EntryId = form.id()?;
    reply_to(subscription_page(&team, stripe, account, offer, form).await)
}

pub(crate) async fn manage(
    team: TeamAccess,
    _form: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    check_rate(&team).await?;
    let account = team.store.get_billing_account().await?;
    let stripe = team.ctx.app.services.stripe.as_ref();
    let Some((stripe, account)) = stripe.zip(account) else {
        return Ok(see_other(HOME).flash("plan-gone"));
    };
    let back = address_of(&team, HOME);
    let asked = stripe.create_portal_session(&account.customer, &back).await;
    reply_to(asked.map(StripePage::There).map_err(PageError::from))
}

async fn check_rate(team: &TeamAccess) -> Result<(), PageError> {
    team.ctx
        .limit_subject(LIMIT, &team.actor.user.to_string())
        .await
}

fn address_of(team: &TeamAccess, path: &str) -> String {
    let home = team.ctx.app.config.workspace_url(&team.ctx.workspace.slug);
    format!("{home}{path}")
}

/// The page where an offer is paid for. Asked again by the same form, it is the same one.
async fn subscription_page(
    team: &TeamAccess,
    stripe: &Stripe,
    account: Option<BillingAccount>,
    offer: PlanOffer,
    form: EntryId,
) -> Result<StripePage, PageError> {
    let prices = stripe.list_prices().await?;
    let Some(price) = prices.into_iter().find(|price| price.offer == offer) else {
        return Ok(StripePage::Gone);
    };
    let customer = match account {
        Some(account) => account.customer,
        None => create_customer(team, stripe, form).await?,
    };
    let ws = team.actor.workspace;
    let new = NewSubscription {
        customer,
        price: price.id,
        workspace: ws,
        success_url: address_of(team, "/settings/plan/done"),
        cancel_url: address_of(team, HOME),
    };
    let key = format!("subscribe-{ws}-{form}-{}", offer.name());
    let made = stripe.create_subscription_session(&key, &new).await?;
    Ok(made.url.map_or(StripePage::Gone, StripePage::There))
}

/// Makes the workspace a customer; of two who do so at once, the first one's counts.
async fn create_customer(
    team: &TeamAccess,
    stripe: &Stripe,
    form: EntryId,
) -> Result<String, PageError> {
    let ws = team.actor.workspace;
    let new = NewCustomer {
        workspace: ws,
        name: team.ctx.workspace.name.clone(),
        email: team.actor.email.as_str().to_owned(),
    };
    let key = format!("customer-{ws}-{form}");
    let customer = stripe.create_customer(&key, &new).await?;
    let account = BillingAccount::new(customer, stripe.is_live());
    match team.store.create_billing_account(&account).await {
        Ok(()) => Ok(account.customer),
        Err(store::StoreError::Refused(_)) => {
            let first = team.store.get_billing_account().await?;
            Ok(first.ok_or(PageError::Changed)?.customer)
        }
        Err(error) => Err(error.into()),
    }
}

fn reply_to(asked: Result<StripePage, PageError>) -> Result<Reply, PageError> {
    match asked {
        Ok(StripePage::There(url)) => Ok(see_other(&url)),
        Ok(StripePage::Gone) => Ok(see_other(HOME).flash("plan-gone")),
        Err(error @ PageError::Internal(_)) => {
            tracing::error!(error = error.cause_chain(), "Stripe gives no page");
            Ok(see_other(HOME).flash("plan-silent"))
        }
        Err(error) => Err(error),
    }
}
