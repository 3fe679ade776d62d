//! What happens to a workspace's own subscription, and what its plan is by that.

use domain::mail::{Mail, MailMessage};
use domain::role::{Role, TeamRole};
use domain::stripe::StripeEvent;
use domain::subscription::{
    AccountStanding, BillingAccount, SubscriptionFact, SubscriptionRefusal,
};
use domain::workspace::Workspace;
use store::{EventRef, StoreError, Subscriber, WriteOutcome};
use web::{PageError, ServiceCall};

use crate::stripe::WebhookOutcome;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Brings what is known of the workspace's subscriptions, and its plan, up to the event.
pub(crate) async fn tell(
    machine: &ServiceCall,
    event: &StripeEvent,
    fact: &SubscriptionFact,
) -> Result<WebhookOutcome, PageError> {
    let Some(subscriber) = machine.directory().subscriber(&fact.customer).await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    if fact.workspace.is_some_and(|named| named != subscriber.id()) {
        return Ok(WebhookOutcome::RefusedPlan(SubscriptionRefusal::Customer));
    }
    if subscriber.has_heard(&event.id).await? {
        return Ok(WebhookOutcome::Repeated);
    }
    for _ in 0..TRIES {
        match once(machine, &subscriber, event, fact).await {
            Err(StoreError::Refused(_)) => {}
            came => return Ok(came?),
        }
    }
    Err(PageError::Unavailable)
}

async fn once(
    machine: &ServiceCall,
    subscriber: &Subscriber,
    event: &StripeEvent,
    fact: &SubscriptionFact,
) -> Result<WebhookOutcome, StoreError> {
    let told = EventRef {
        event: &event.id,
        now: machine.now,
    };
    let Some(before) = subscriber.account().await? else {
        return Ok(WebhookOutcome::RefusedPlan(SubscriptionRefusal::Customer));
    };
    let after = match before.joined(event.livemode, event.created, fact) {
        Ok(after) => after,
        Err(why) => return Ok(WebhookOutcome::RefusedPlan(why)),
    };
    let Some(workspace) = subscriber.store().workspace().await? else {
        return Ok(WebhookOutcome::NotOurs);
    };
    let mails = mails(subscriber, &workspace, (&before, &after)).await?;
    let applied = after.applied(&workspace);
    let plan = applied.as_ref().map(|applied| (&workspace, applied));
    let outcome = subscriber.tell(told, &after, plan, &mails);
    Ok(match outcome.await? {
        WriteOutcome::Done => WebhookOutcome::Done,
        WriteOutcome::Repeated => WebhookOutcome::Repeated,
    })
}

/// To each owner, where the plan is unpaid from now on.
async fn mails(
    subscriber: &Subscriber,
    workspace: &Workspace,
    (before, after): (&BillingAccount, &BillingAccount),
) -> Result<Vec<Mail>, StoreError> {
    let owed = matches!(before.standing(), AccountStanding::Owes { .. });
    let AccountStanding::Owes { offer, lapses } = after.standing() else {
        return Ok(Vec::new());
    };
    if owed {
        return Ok(Vec::new());
    }
    let owner = Role::Team(TeamRole::Owner);
    let people = subscriber.store().people().await?.into_iter();
    let owners = people.filter(|one| one.role == owner && one.disabled.is_none());
    let mail = owners.map(|owner| Mail {
        to: owner.email,
        to_name: owner.name,
        slug: workspace.slug.clone(),
        brand: workspace.name.clone(),
        message: MailMessage::PlanUnpaid {
            plan: offer.plan().label().to_owned(),
            lapses: workspace.today(lapses),
        },
    });
    Ok(mail.collect())
}
