//! Reconciling with Stripe: events whose delivery never came, because a webhook was off or
//! given up.
//!
//! Each connected account has its turn four times a day, and so has the platform's own
//! account. The events that Stripe lists of the last 48 hours go the same way as deliveries:
//! those that were applied are passed over, by their ids. Stripe gives the list to the holder
//! of our secret key alone, so it is believed as a signed delivery is.

use std::sync::Arc;

use domain::stripe::{CONNECT_EVENT_TYPES, PLATFORM_EVENT_TYPES, StripeEvent};
use jiff::{SignedDuration, Timestamp};
use store::{ConnectedAccount, ReconcileTurn};
use web::{App, PageError, ServiceCall, Stripe};

use crate::delivery::{apply_event, apply_platform_event};
use crate::outcome::WebhookOutcome;

/// How far back events are listed.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(48);
/// Younger events may still be delivered.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(10);
/// How long until an account's next turn.
const TURN_INTERVAL: SignedDuration = SignedDuration::from_hours(6);
/// How long it is from one call to the next.
const CALL_INTERVAL: SignedDuration = SignedDuration::from_mins(15);
/// Accounts of one shard that are taken at once.
const AT_ONCE: i32 = 5;
/// After how long no more accounts are taken; the rest have their turn at the next call.
const MAX_DURATION: SignedDuration = SignedDuration::from_secs(45);
/// Pages of one account that are read, of a hundred events each.
const MAX_PAGES: usize = 20;

/// What a reconciliation met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconcileReport {
    /// Accounts that had their turn.
    pub accounts: usize,
    pub listed: usize,
    /// Events that had not been delivered.
    pub missed: usize,
    /// Accounts and events that failed: they have their turn again.
    pub failed: usize,
}

/// Reconciles the accounts whose turn it is. Without a key of Stripe's it does nothing.
pub async fn reconcile(app: &Arc<App>) -> Result<ReconcileReport, store::StoreError> {
    let (mut sum, started) = (ReconcileReport::default(), app.clock.now());
    let Some(stripe) = &app.services.stripe else {
        return Ok(sum);
    };
    if is_platforms_turn(started)
        && let Err(error) = reconcile_account(app, stripe, None, &mut sum).await
    {
        sum.failed += 1;
        let cause = error.cause_chain();
        tracing::error!(cause, "the platform's own account couldn't be compared");
    }
    let directory = app.directory();
    loop {
        let now = app.clock.now();
        let turns = directory.lease_reconcile_turns(now, AT_ONCE).await?;
        for turn in &turns {
            sum.accounts += 1;
            let failed = sum.failed;
            match reconcile_turn(app, stripe, turn, &mut sum).await {
                Ok(NextTurn::Last) => directory.delete_reconcile_turn(turn).await?,
                Ok(NextTurn::Next) if sum.failed == failed => {
                    let next = now.saturating_add(TURN_INTERVAL).unwrap_or(now);
                    directory.complete_reconcile_turn(turn, next).await?;
                }
                Ok(NextTurn::Next) => {}
                Err(error) => {
                    sum.failed += 1;
                    let (account, cause) = (turn.account.account(), error.cause_chain());
                    tracing::error!(account, cause, "an account couldn't be compared");
                }
            }
        }
        if turns.is_empty() || app.clock.now().duration_since(started) > MAX_DURATION {
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
enum NextTurn {
    Next,
    Last,
}

async fn reconcile_turn(
    app: &Arc<App>,
    stripe: &Stripe,
    turn: &ReconcileTurn,
    sum: &mut ReconcileReport,
) -> Result<NextTurn, PageError> {
    // Of an account that was taken away from us, or replaced, only webhooks tell: Stripe
    // doesn't list its events.
    let connection = turn.account.get_connection().await?;
    if connection.is_none_or(|connection| connection.ended_at.is_some()) {
        return Ok(NextTurn::Last);
    }
    reconcile_account(app, stripe, Some(&turn.account), sum).await?;
    Ok(NextTurn::Next)
}

/// Applies the events that Stripe lists of an account, or of the platform's own.
async fn reconcile_account(
    app: &Arc<App>,
    stripe: &Stripe,
    account: Option<&ConnectedAccount>,
    sum: &mut ReconcileReport,
) -> Result<(), PageError> {
    let call = ServiceCall::scheduled(app);
    let (from, to) = listed_span(call.now);
    let account_id = account.map(ConnectedAccount::account);
    let types = account.map_or(&PLATFORM_EVENT_TYPES[..], |_| &CONNECT_EVENT_TYPES);
    let mut after = None::<String>;
    for _ in 0..MAX_PAGES {
        let page = stripe.list_events(account_id, from, to, types, after.as_deref());
        let page = page.await?;
        for body in &page.bodies {
            sum.listed += 1;
            match apply_listed_event(&call, account, body).await {
                Ok(WebhookOutcome::Done | WebhookOutcome::Deferred) => sum.missed += 1,
                Ok(_) => {}
                Err(error) => {
                    sum.failed += 1;
                    let cause = error.cause_chain();
                    tracing::error!(
                        account = account_id,
                        cause,
                        "a listed event couldn't be done"
                    );
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
    tracing::error!(
        account = account_id,
        errors = 1,
        "more happened than is compared"
    );
    Ok(())
}

/// Whether it is the turn of the platform's own events: four times a day, at the one of
/// the calls, a quarter of an hour apart, that comes next.
fn is_platforms_turn(now: Timestamp) -> bool {
    now.as_second().rem_euclid(TURN_INTERVAL.as_secs()) < CALL_INTERVAL.as_secs()
}

fn listed_span(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = |by| now.saturating_sub(by).unwrap_or(now);
    (before(LOOK_BACK), before(ON_ITS_WAY))
}

/// Applies a listed event, unless it was applied before.
async fn apply_listed_event(
    call: &ServiceCall,
    account: Option<&ConnectedAccount>,
    body: &[u8],
) -> Result<WebhookOutcome, PageError> {
    let mut event = StripeEvent::parse(body).map_err(PageError::internal)?;
    let outcome = match account {
        Some(account) => {
            // It was asked of this account.
            event.account = Some(account.account().to_owned());
            apply_event(call, account, &event).await?
        }
        None => apply_platform_event(call, &event).await?,
    };
    match outcome {
        WebhookOutcome::Done | WebhookOutcome::Deferred => {
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
    Ok(outcome)
}
