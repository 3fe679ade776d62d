//! Invoices, payments and subscriptions behind the fence.

use super::*;

/// An account is connected, a client pays, and what nobody told of it is found.
pub(super) async fn is_paid(fenced: &Fenced) {
    let world = World::with_stripe().await;
    let cast = Cast::play(&world).await;
    let (home, client) = (&cast.acme.workspace, &cast.acme.clients[0]);
    let app = fenced.function(&world, "payments").await;
    let admin = world
        .signed_in(home, cast.acme.member(TeamRole::Admin))
        .await;
    let mut admin = admin.by(&app, payments::ROUTES);
    let led = admin.post("/settings/payments/connect", &[]).await;
    fenced.told_nothing("an account");
    assert!(led.location().contains("/setup/"), "{}", led.body);
    let found = cast.acme.store.connection().await.expect("read");
    let (account, how) = (found.expect("connected").account, Onboarding::Complete);
    let act = |act: Act| world.stripe().act(&act).expect("done");
    act(Act::Onboard { account, how });
    world.advance(SignedDuration::from_secs(5));
    admin.get("/settings/payments/return").await;
    fenced.told_nothing("an account's state");
    let contact = world
        .signed_in(home, client.contact(ContactRole::Manager))
        .await;
    let mut contact = contact.by(&app, payments::ROUTES);
    let page = format!("/invoices/{}", client.bills.sent);
    let led = contact.post(&format!("{page}/pay"), &[]).await;
    fenced.told_nothing("an attempt");
    let session = led.location().rsplit('/').next().unwrap_or_default();
    act(Act::Pay {
        session: session.to_owned(),
        how: How::Card,
    });
    world.advance(SignedDuration::from_mins(11));
    let app = fenced.function(&world, "webhooks").await;
    let compared = webhooks::reconcile(&app).await.expect("compared");
    fenced.told_nothing("what nobody told");
    assert!(compared.missed > 0, "{compared:?}");
    let app = fenced.function(&world, "worker").await;
    worker::drain(&app).await.expect("told");
    fenced.told_nothing("a receipt");
}

/// Stripe tells of an account, a payment, and of what goes back of it.
pub(super) async fn payments_come(fenced: &Fenced, world: &World, cast: &Cast) {
    let client = &cast.acme.clients[0];
    let begun = hooks::begin(world, (&cast.acme, client), client.bills.sent, 1).await;
    let app = fenced.function(world, "webhooks").await;
    let browser = world.browser("nobody");
    let mut browser = browser.by(&app, webhooks::ROUTES);
    world.advance(SignedDuration::from_secs(10));
    for event in [
        begun.account_is(world, "a1", true),
        begun.part(world, "re1", 100, "succeeded"),
        begun.paid(world, "p"),
        begun.part(world, "re2", 100, "failed"),
    ] {
        let came = hooks::tell(world, &mut browser, &event).await;
        assert!(
            ["done", "waits"].contains(&came.as_str()),
            "{came}: {event}"
        );
        fenced.told_nothing("an event");
    }
}

/// A workspace becomes a customer of ours, subscribes, and doesn't pay.
pub(super) async fn subscribes(fenced: &Fenced, world: &World, cast: &Cast) {
    let app = fenced.function(world, "billing").await;
    let acme = &cast.acme;
    let (workspace, owner) = (&acme.workspace, acme.member(TeamRole::Owner));
    world
        .session(workspace, owner, "subscribes", world.now())
        .await;
    let directory = app.directory();
    let session = directory.session("subscribes", &workspace.slug, world.now(), false);
    let session = session.await.expect("the table").expect("a session");
    let store = session.team_store().expect("the team's");
    let us = domain::subscription::BillingAccount::new("cus_1".to_owned(), false);
    store.keep_customer(&us).await.expect("kept");
    fenced.told_nothing("a customer");
    let app = fenced.function(world, "webhooks").await;
    let browser = world.browser("nobody");
    let mut browser = browser.by(&app, webhooks::ROUTES);
    let line = serde_json::json!({
        "price": { "lookup_key": "pro_monthly" }, "current_period_end": world.now().as_second(),
    });
    for (n, status) in ["active", "past_due"].into_iter().enumerate() {
        let object = serde_json::json!({
            "id": "sub_1", "customer": "cus_1", "status": status, "items": { "data": [line] },
        });
        let event = serde_json::json!({
            "id": format!("evt_{n}"), "livemode": false, "created": world.now().as_second(),
            "type": "customer.subscription.updated", "data": { "object": object },
        });
        assert_eq!(
            hooks::tell_platform(world, &mut browser, &event).await,
            "done"
        );
        fenced.told_nothing("a subscription");
    }
}

/// An invoice is sent; the worker tells the client, and notes that it is overdue.
pub(super) async fn bills(fenced: &Fenced, world: &World, cast: &Cast) {
    let client = &cast.acme.clients[0];
    let app = fenced.function(world, "invoices").await;
    let admin = cast.acme.member(TeamRole::Admin);
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.by(&app, invoices::ROUTES);
    let page = format!("/clients/{}/invoices/{}", client.id, client.bills.draft);
    let entry = app.new_id::<marker::EntryMarker>().to_string();
    let fields = [("id", entry.as_str()), ("version", "1")];
    let sent = browser.post(&format!("{page}/send"), &fields).await;
    fenced.told_nothing("an invoice");
    assert_eq!(sent.location(), page, "{}", sent.body);
    for path in ["/invoices?show=drafts", "/invoices/overview?month=2026-02"] {
        assert!(browser.get(path).await.is_good());
        fenced.told_nothing(path);
    }
    let app = fenced.function(world, "worker").await;
    // Due on the 4th of February.
    for days in [0, 32] {
        world.advance(SignedDuration::from_hours(24 * days));
        assert!(worker::drain(&app).await.expect("swept") > 0);
        fenced.told_nothing("reminders");
    }
    let invoice = tests::bills::read(&client.store, client.bills.draft).await;
    assert!(invoice.invoice.late);
}
