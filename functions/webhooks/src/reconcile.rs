//! What happened at Stripe and nobody told us: a webhook that was off, or given up.
//!
//! Each account has its turn four times a day, and so has the platform's own. What Stripe
//! lists of its last 48 hours goes the very way of deliveries: what was heard of is passed
//! over, by the event's id. Stripe gives the list to whoever has our secret key, so what is
//! in it is Stripe's word, as what is signed.

use std::sync::Arc;

use domain::stripe::{PLAN_TYPES, StripeEvent, TYPES};
use jiff::{SignedDuration, Timestamp};
use store::{ConnectedAccount, ReconcileTurn};
use web::{App, PageError, ServiceCall, Stripe};

use crate::stripe::{WebhookOutcome, done, done_here};

/// How far back is looked.
const BACK: SignedDuration = SignedDuration::from_hours(48);
/// What is younger may be on its way.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(10);
/// How long until an account's next turn.
const AGAIN: SignedDuration = SignedDuration::from_hours(6);
/// How long it is from one call to the next.
const BETWEEN: SignedDuration = SignedDuration::from_mins(15);
/// Accounts of one shard that are taken at once.
const AT_ONCE: i32 = 5;
/// After how long no more accounts are taken; the rest have their turn at the next call.
const LONG: SignedDuration = SignedDuration::from_secs(45);
/// Pages of one account that are read, of a hundred events each.
const PAGES: usize = 20;

/// What a comparison met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconcileReport {
    /// Accounts that had their turn.
    pub accounts: usize,
    /// Events that Stripe listed.
    pub listed: usize,
    /// Those that nobody had told us of.
    pub missed: usize,
    /// Accounts and events with which it failed: they have their turn again.
    pub failed: usize,
}

/// Compares the accounts whose turn it is with what Stripe says of them. Without a way to
/// Stripe it does nothing.
pub async fn reconcile(app: &Arc<App>) -> Result<ReconcileReport, store::StoreError> {
    let (mut sum, started) = (ReconcileReport::default(), app.clock.now());
    let Some(stripe) = &app.services.stripe else {
        return Ok(sum);
    };
    if is_platforms_turn(started)
        && let Err(error) = compare(app, stripe, None, &mut sum).await
    {
        sum.failed += 1;
        let cause = error.causes();
        tracing::error!(cause, "the platform's own account couldn't be compared");
    }
    let directory = app.directory();
    loop {
        let now = app.clock.now();
        let rounds = directory.lease_rounds(now, AT_ONCE).await?;
        for round in &rounds {
            sum.accounts += 1;
            let failed = sum.failed;
            match turn(app, stripe, round, &mut sum).await {
                Ok(Turn::Last) => directory.round_over(round).await?,
                Ok(Turn::Next) if sum.failed == failed => {
                    let next = now.saturating_add(AGAIN).unwrap_or(now);
                    directory.round_done(round, next).await?;
                }
                Ok(Turn::Next) => {}
                Err(error) => {
                    sum.failed += 1;
                    let (account, cause) = (round.payee.account(), error.causes());
                    tracing::error!(account, cause, "an account couldn't be compared");
                }
            }
        }
        if rounds.is_empty() || app.clock.now().duration_since(started) > LONG {
            break;
        }
    }
    if sum.accounts > 0 || sum.listed > 0 {
        let ReconcileReport {
            accounts, listed, ..
        } = sum;
        let (missed, failed) = (sum.missed, sum.failed);
        tracing::info!(
            accounts,
            listed,
            events_missed = missed,
            errors = failed,
            "compared with Stripe"
        );
    }
    Ok(sum)
}

/// Whether an account has another turn.
enum Turn {
    Next,
    Last,
}

async fn turn(
    app: &Arc<App>,
    stripe: &Stripe,
    round: &ReconcileTurn,
    sum: &mut ReconcileReport,
) -> Result<Turn, PageError> {
    // Who took it away from us, or has another one, is told of by webhooks alone: Stripe
    // doesn't list what happens there.
    let connection = round.payee.connection().await?;
    if connection.is_none_or(|one| one.ended.is_some()) {
        return Ok(Turn::Last);
    }
    compare(app, stripe, Some(&round.payee), sum).await?;
    Ok(Turn::Next)
}

/// Does what Stripe lists of an account, or of the platform's own, as far as nobody did.
async fn compare(
    app: &Arc<App>,
    stripe: &Stripe,
    payee: Option<&ConnectedAccount>,
    sum: &mut ReconcileReport,
) -> Result<(), PageError> {
    let machine = ServiceCall::by_itself(app);
    let span = span(machine.now);
    let account = payee.map(ConnectedAccount::account);
    let types = payee.map_or(&PLAN_TYPES[..], |_| &TYPES);
    let mut after = None::<String>;
    for _ in 0..PAGES {
        let page = stripe.events(account, span, types, after.as_deref());
        let page = page.await?;
        for body in &page.bodies {
            sum.listed += 1;
            match hear(&machine, payee, body).await {
                Ok(WebhookOutcome::Done | WebhookOutcome::Waits) => sum.missed += 1,
                Ok(_) => {}
                Err(error) => {
                    sum.failed += 1;
                    let cause = error.causes();
                    tracing::error!(account, cause, "a listed event couldn't be done");
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
    tracing::error!(account, errors = 1, "more happened than is compared");
    Ok(())
}

/// Whether it is the turn of the platform's own events: four times a day, at the one of
/// the calls, a quarter of an hour apart, that comes next.
fn is_platforms_turn(now: Timestamp) -> bool {
    now.as_second().rem_euclid(AGAIN.as_secs()) < BETWEEN.as_secs()
}

fn span(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |by| now.saturating_sub(by).unwrap_or(now);
    (before(BACK), before(ON_ITS_WAY))
}

/// Does what a listed event says, if nobody did.
async fn hear(
    machine: &ServiceCall,
    payee: Option<&ConnectedAccount>,
    body: &[u8],
) -> Result<WebhookOutcome, PageError> {
    let mut event = StripeEvent::read(body).map_err(PageError::internal)?;
    let came = match payee {
        Some(payee) => {
            // It was asked of this account.
            event.account = Some(payee.account().to_owned());
            done(machine, payee, &event).await?
        }
        None => done_here(machine, &event).await?,
    };
    match came {
        WebhookOutcome::Done | WebhookOutcome::Waits => {
            tracing::warn!(event = event.id, "nobody had told us of an event");
        }
        WebhookOutcome::Refused(why) => {
            tracing::warn!(event = event.id, %why, "a listed event is refused");
        }
        WebhookOutcome::RefusedPlan(why) => {
            tracing::warn!(event = event.id, %why, "a listed event is refused");
        }
        WebhookOutcome::Repeated | WebhookOutcome::NotOurs | WebhookOutcome::Unknown => {}
    }
    Ok(came)
}
