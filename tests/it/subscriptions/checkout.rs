//! An owner's way through Stripe's pages, and what no webhook told.

use super::*;

/// A world with Stripe's stand-in, in which Acme is on the smallest plan, and its owner.
async fn shop() -> (World, Fixture, Browser) {
    let world = World::with_stripe().await;
    let cast = Fixture::create(&world).await;
    to_starter(&world, &cast.acme).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let owner = world.signed_in(&cast.acme.workspace, owner).await;
    (world, cast, owner)
}

/// The Checkout Session that an answer leads to.
fn session_of(led: &Answer) -> String {
    let last = led.location().rsplit('/').next().unwrap_or_default();
    let session = last.split(['?', '#']).next().unwrap_or_default();
    assert!(
        session.starts_with("cs_"),
        "{}: {}",
        led.location(),
        led.body
    );
    session.to_owned()
}

/// From the plan page to Stripe's and back, as far as Stripe's stand-in goes along.
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
#[tokio::test(flavor = "multi_thread")]
async fn owner_subscribes_changes_and_cancels_at_stripe() {
    let (world, cast, mut owner) = shop().await;
    let acme = &cast.acme.store;
    let plan = async || {
        let found = acme
            .get_workspace()
            .await
            .expect("read")
            .expect("a workspace");
        (found.plan, found.downgrades_at)
    };
    let page = owner.get("/settings/plan").await.body;
    for says in ["49.00 EUR", "490.00 EUR", "149.00 EUR", "1,490.00 EUR"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let id = world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [("offer", "pro_monthly"), ("id", id.as_str())];
    // Sent twice, and after walking away, it leads to the same page.
    let led = owner.post("/settings/plan/subscribe", &fields).await;
    let again = owner.post("/settings/plan/subscribe", &fields).await;
    assert_eq!(led.location(), again.location());
    let session = session_of(&led);
    let pay = |session, how| StandInAction::Pay { session, how };
    apply_act(&world, pay(session.clone(), PaymentResult::Declined)).await;
    assert_eq!(plan().await, (Plan::Starter, None));
    let waits = owner.get("/settings/plan/done").await;
    assert!(
        waits.is_good() && waits.body.contains("on its way"),
        "{}",
        waits.body
    );

    // Paid, but not told of: the page waits.
    let paid = pay(session, PaymentResult::Card);
    world.stripe().act(&paid).expect("paid");
    assert!(owner.get("/settings/plan/done").await.is_good());
    assert_eq!(plan().await, (Plan::Starter, None));
    deliver_events(&world).await;
    let done = owner.get("/settings/plan/done").await;
    assert_eq!(done.location(), "/settings/plan", "{}", done.body);
    assert_eq!(plan().await, (Plan::Pro, None));

    // Another one isn't begun beside it.
    let other = world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [("offer", "team_yearly"), ("id", other.as_str())];
    let refused = owner.post("/settings/plan/subscribe", &fields).await;
    assert_eq!(refused.location(), "/settings/plan");
    let led = owner.post("/settings/plan/manage", &[]).await;
    assert!(led.location().contains("/p/session/"), "{}", led.location());

    let account = acme
        .get_billing_account()
        .await
        .expect("read")
        .expect("a customer");
    let subscription = account.subscriptions.keys().next().expect("one").clone();
    let turn = |how| StandInAction::RunPeriodEnd {
        subscription: subscription.clone(),
        how,
    };
    let price = "price_team_yearly".to_owned();
    let change = StandInAction::ChangePrice {
        subscription: subscription.clone(),
        price,
    };
    apply_act(&world, change).await;
    assert_eq!(plan().await, (Plan::Team, None));
    apply_act(&world, turn(RenewalOutcome::Renews)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    world.advance(SignedDuration::from_hours(1));
    apply_act(&world, turn(RenewalOutcome::Fails)).await;
    let (owes, lapses) = plan().await;
    assert_eq!(
        (owes, lapses),
        (Plan::Team, Some(world.now() + GRACE_PERIOD))
    );
    world.advance(SignedDuration::from_hours(1));
    apply_act(&world, turn(RenewalOutcome::Recovers)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    let page = owner.get("/settings/plan").await.body;
    assert!(
        page.contains("Team, paid yearly") && page.contains("It renews on"),
        "{page}"
    );
    apply_act(
        &world,
        StandInAction::EndLater {
            subscription: subscription.clone(),
        },
    )
    .await;
    let page = owner.get("/settings/plan").await.body;
    assert!(page.contains("It was cancelled and ends on"), "{page}");
    world.advance(SignedDuration::from_hours(1));
    // Its time comes, and instead of being renewed it ends.
    apply_act(&world, turn(RenewalOutcome::Renews)).await;
    assert_eq!(plan().await, (Plan::Starter, None));

    // The next one is the same customer's.
    let third = world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [("offer", "team_monthly"), ("id", third.as_str())];
    let session = session_of(&owner.post("/settings/plan/subscribe", &fields).await);
    apply_act(&world, pay(session, PaymentResult::Card)).await;
    assert_eq!(plan().await, (Plan::Team, None));
    let now = acme
        .get_billing_account()
        .await
        .expect("read")
        .expect("a customer");
    assert_eq!(
        (now.customer, now.subscriptions.len()),
        (account.customer, 2)
    );
}

/// Two owners who begin at once make one customer.
#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_at_once_create_one_customer() {
    let (world, cast, owner) = shop().await;
    let (mut one, mut two) = (owner.clone(), owner);
    let ids = [(); 2].map(|()| {
        world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string()
    });
    let fields = |n: usize| [("offer", "pro_yearly"), ("id", ids[n].as_str())];
    let (first, second) = (fields(0), fields(1));
    let path = "/settings/plan/subscribe";
    let (first, second) = tokio::join!(one.post(path, &first), two.post(path, &second));
    for led in [first, second] {
        let how = PaymentResult::Card;
        apply_act(
            &world,
            StandInAction::Pay {
                session: session_of(&led),
                how,
            },
        )
        .await;
    }
    let acme = &cast.acme.store;
    let account = acme
        .get_billing_account()
        .await
        .expect("read")
        .expect("a customer");
    assert_eq!(account.running_count(), 2, "{account:?}");
    let page = one.get("/settings/plan").await.body;
    assert!(page.contains("More than one subscription runs"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_subscription_event_is_reconciled_once() {
    let (world, cast, mut owner) = shop().await;
    let plan = async || {
        let found = cast.acme.store.get_workspace().await.expect("read");
        found.expect("a workspace").plan
    };
    let id = world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [("offer", "pro_monthly"), ("id", id.as_str())];
    let led = owner.post("/settings/plan/subscribe", &fields).await;
    let paid = StandInAction::Pay {
        session: session_of(&led),
        how: PaymentResult::Card,
    };
    world.stripe().act(&paid).expect("paid");
    let look = async || webhooks::reconcile(&world.app).await.expect("compared");
    // The platform's own account has its turn every six hours.
    let turn = 6 * 60 * 60;
    let gone = world.now().as_second().rem_euclid(turn);
    world.advance(SignedDuration::from_secs(turn - gone + 15 * 60));
    assert_eq!((look().await.listed, plan().await), (0, Plan::Starter));
    world.advance(SignedDuration::from_secs(turn - 15 * 60));
    let compared = look().await;
    assert!(compared.missed > 0 && compared.failed == 0, "{compared:?}");
    assert_eq!(plan().await, Plan::Pro);
    let again = look().await;
    assert_eq!((again.listed, again.missed), (compared.listed, 0));
    deliver_events(&world).await;
    assert_eq!(plan().await, Plan::Pro);
}
