//! What happens to a workspace's own subscription, and what its plan is by that.

use domain::mail::{Mail, Message};
use domain::role::{Role, TeamRole};
use domain::stripe::Event;
use domain::subscription::{Account, Fact, Refused, Standing};
use domain::workspace::Workspace;
use store::{Error as StoreError, Outcome, Subscriber, Told};
use web::{Error, Machine};

use crate::stripe::Came;

/// How often it is decided anew when somebody else was first.
const TRIES: u32 = 4;

/// Brings what is known of the workspace's subscriptions, and its plan, up to the event.
pub(crate) async fn tell(machine: &Machine, event: &Event, fact: &Fact) -> Result<Came, Error> {
    let Some(subscriber) = machine.directory().subscriber(&fact.customer).await? else {
        return Ok(Came::NotOurs);
    };
    if fact.workspace.is_some_and(|named| named != subscriber.id()) {
        return Ok(Came::RefusedPlan(Refused::Customer));
    }
    if subscriber.has_heard(&event.id).await? {
        return Ok(Came::Repeated);
    }
    for _ in 0..TRIES {
        match once(machine, &subscriber, event, fact).await {
            Err(StoreError::Refused(_)) => {}
            came => return Ok(came?),
        }
    }
    Err(Error::Unavailable)
}

async fn once(
    machine: &Machine,
    subscriber: &Subscriber,
    event: &Event,
    fact: &Fact,
) -> Result<Came, StoreError> {
    let told = Told {
        event: &event.id,
        now: machine.now,
    };
    let Some(before) = subscriber.account().await? else {
        return Ok(Came::RefusedPlan(Refused::Customer));
    };
    let after = match before.joined(event.livemode, event.created, fact) {
        Ok(after) => after,
        Err(why) => return Ok(Came::RefusedPlan(why)),
    };
    let Some(workspace) = subscriber.store().workspace().await? else {
        return Ok(Came::NotOurs);
    };
    let mails = mails(subscriber, &workspace, (&before, &after)).await?;
    let applied = after.applied(&workspace);
    let plan = applied.as_ref().map(|applied| (&workspace, applied));
    let outcome = subscriber.tell(told, &after, plan, &mails);
    Ok(match outcome.await? {
        Outcome::Done => Came::Done,
        Outcome::Repeated => Came::Repeated,
    })
}

/// To each owner, where the plan is unpaid from now on.
async fn mails(
    subscriber: &Subscriber,
    workspace: &Workspace,
    (before, after): (&Account, &Account),
) -> Result<Vec<Mail>, StoreError> {
    let owed = matches!(before.standing(), Standing::Owes { .. });
    let Standing::Owes { offer, lapses } = after.standing() else {
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
        message: Message::PlanUnpaid {
            plan: offer.plan().label().to_owned(),
            lapses: workspace.today(lapses),
        },
    });
    Ok(mail.collect())
}
