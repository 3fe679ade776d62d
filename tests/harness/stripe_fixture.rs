//! Stripe by its stand-in, and what people do there.

use domain::id::{EntryId, InvoiceId};
use domain::stripe::{CheckoutAttempt, StripeConnection};
use local::stripe::{Onboarding, StandInAction, StandInOptions, StripeStandIn};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use web::Clock;

use crate::fixture::{Client, Tenant};
use crate::world::World;

/// How often what isn't taken is sent again before a test gives up.
const TURNS: usize = 8;

/// A stand-in by this clock, whose ids and mishaps follow from a seed.
pub(crate) async fn start(clock: Clock, seed: u64) -> StripeStandIn {
    let beginning = StandInOptions {
        clock,
        rng: StdRng::seed_from_u64(seed),
        origin: None,
        fee: "1".parse().expect("a rate"),
        file: None,
    };
    let started = StripeStandIn::start(beginning).await;
    started.unwrap_or_else(|problem| panic!("{problem}"))
}

/// Does what somebody does at Stripe, and delivers what it tells.
pub async fn apply_act(world: &World, act: StandInAction) {
    world.stripe().act(&act).expect("can be done");
    deliver_events(world).await;
}

/// Delivers all that waits, again where it isn't taken.
pub async fn deliver_events(world: &World) {
    for _ in 0..TURNS {
        if world.stripe().deliver().await.refused == 0 {
            return;
        }
    }
    panic!("an event is never taken");
}

/// The connection of a workspace with an account of Stripe's.
pub async fn create_connection(world: &World, tenant: &Tenant, account: &str) {
    let new = StripeConnection::new(account.to_owned(), false, world.now());
    let created = tenant.store.create_connection(None, &new).await;
    created.expect("connected");
}

/// Stores an attempt at paying an invoice.
pub async fn record_attempt(
    client: &Client,
    invoice: InvoiceId,
    id: EntryId,
    attempt: CheckoutAttempt,
) {
    let store = &client.store;
    let before = store.get_payments(invoice).await.expect("read");
    let after = before.ledger.with_attempt(id, attempt).expect("one more");
    let kept = store
        .record_checkout_attempt(invoice, &before, &after)
        .await;
    kept.expect("kept");
}

/// An account of a workspace that takes payments, as its owner connects it, and its id.
pub async fn connect_account(world: &World, tenant: &Tenant) -> String {
    let stripe = world.app.services.stripe.as_ref().expect("Stripe");
    let key = format!("connect-{}", tenant.workspace.id);
    let made = stripe.create_account(&key, "owner@example.com").await;
    let account = made.expect("an account");
    create_connection(world, tenant, &account).await;
    let how = Onboarding::Complete;
    let filled_in = StandInAction::Onboard {
        account: account.clone(),
        how,
    };
    apply_act(world, filled_in).await;
    account
}
