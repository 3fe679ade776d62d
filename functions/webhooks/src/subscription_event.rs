//! Events of a workspace's own subscription, and the plan that follows from them.

use domain::mail::{Mail, MailMessage};
use domain::role::{Role, TeamRole};
use domain::stripe::StripeEvent;
use domain::subscription::{
    AccountStanding, BillingAccount, SubscriptionFact, SubscriptionRefusal,
};
use domain::workspace::Workspace;
use store::{EventRef, MAX_TRIES, StoreError, Subscriber, retry_on_conflict};
use web::{PageError, ServiceCall};

use crate::outcome::WebhookOutcome;

/// Updates the workspace's stored subscriptions, and its plan, by the event.
pub(crate) async fn apply_subscription_event(
    call: &ServiceCall,
    event: &StripeEvent,
    fact: &SubscriptionFact,
) -> Result<WebhookOutcome, PageError> {
    let found = call.directory().find_subscriber(&fact.customer).await?;
    let Some(subscriber) = found else {
        return Ok(WebhookOutcome::NotOurs);
    };
    if fact.workspace.is_some_and(|named| named != subscriber.id()) {
        return Ok(WebhookOutcome::RefusedPlan(SubscriptionRefusal::Customer));
    }
    if subscriber.has_processed(&event.id).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    let subscriber = &subscriber;
    let apply = move || apply_once(call, subscriber, event, fact);
    Ok(retry_on_conflict(MAX_TRIES, apply).await?)
}

async fn apply_once(
    call: &ServiceCall,
    subscriber: &Subscriber,
    event: &StripeEvent,
    fact: &SubscriptionFact,
) -> Result<WebhookOutcome, StoreError> {
    let event_ref = EventRef {
        event: &event.id,
        now: call.now,
    };
    let Some(before) = subscriber.get_billing_account().await? else {
        return Ok(WebhookOutcome::RefusedPlan(SubscriptionRefusal::Customer));
    };
    let after = match before.join(event.livemode, event.created, fact) {
        Ok(after) => after,
        Err(refusal) => return Ok(WebhookOutcome::RefusedPlan(refusal)),
    };
    let Some(workspace) = subscriber.store().get_workspace().await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    let mails = unpaid_mails(subscriber, &workspace, &before, &after).await?;
    let changed = after.apply_to(&workspace);
    let plan = changed.as_ref().map(|changed| (&workspace, changed));
    let written = subscriber.apply_subscription_event(event_ref, &after, plan, &mails);
    Ok(WebhookOutcome::of_write(written.await?))
}

/// A mail to each owner, where the plan is unpaid from now on.
async fn unpaid_mails(
    subscriber: &Subscriber,
    workspace: &Workspace,
    before: &BillingAccount,
    after: &BillingAccount,
) -> Result<Vec<Mail>, StoreError> {
    let was_due = matches!(before.standing(), AccountStanding::PastDue { .. });
    let AccountStanding::PastDue {
        offer,
        downgrades_at,
    } = after.standing()
    else {
        return Ok(Vec::new());
    };
    if was_due {
        return Ok(Vec::new());
    }
    let owner = Role::Team(TeamRole::Owner);
    let people = subscriber.store().list_people().await?.into_iter();
    let owners = people.filter(|person| person.role == owner && person.disabled_at.is_none());
    let mails = owners.map(|owner| Mail {
        to: owner.email,
        to_name: owner.name,
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::PlanUnpaid {
            plan: offer.plan().label().to_owned(),
            downgrades_on: workspace.today(downgrades_at),
        },
    });
    Ok(mails.collect())
}
