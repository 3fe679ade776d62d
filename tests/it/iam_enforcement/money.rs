//! Invoices, payments and subscriptions under IAM isolation.

use super::*;

/// An account is connected, a client pays, and what nobody told of it is found.
pub(super) async fn is_paid(enforced: &Enforced) {
    let world = World::with_stripe().await;
    let cast = Fixture::create(&world).await;
    let (home, client) = (&cast.acme.workspace, &cast.acme.clients[0]);
    let app = enforced.function(&world, "payments").await;
    let admin = world
        .signed_in(home, cast.acme.member(TeamRole::Admin))
        .await;
    let mut admin = admin.served_as(&app, payments::ROUTES);
    let led = admin.post("/settings/payments/connect", &[]).await;
    enforced.assert_no_denial("an account");
    assert!(led.location().contains("/setup/"), "{}", led.body);
    let found = cast.acme.store.get_stripe_connection().await.expect("read");
    let (account, how) = (found.expect("connected").account, Onboarding::Complete);
    let act = |act: StandInAction| world.stripe().act(&act).expect("done");
    act(StandInAction::Onboard { account, how });
    world.advance(SignedDuration::from_secs(5));
    admin.get("/settings/payments/return").await;
    enforced.assert_no_denial("an account's state");
    let contact = world
        .signed_in(home, client.contact(ContactRole::Manager))
        .await;
    let mut contact = contact.served_as(&app, payments::ROUTES);
    let page = format!("/invoices/{}", client.invoices.sent);
    let led = contact.post(&format!("{page}/pay"), &[]).await;
    enforced.assert_no_denial("an attempt");
    let session = led.location().rsplit('/').next().unwrap_or_default();
    act(StandInAction::Pay {
        session: session.to_owned(),
        how: PaymentResult::Card,
    });
    world.advance(SignedDuration::from_mins(11));
    let app = enforced.function(&world, "webhooks").await;
    let compared = webhooks::reconcile(&app).await.expect("compared");
    enforced.assert_no_denial("what nobody told");
    assert!(compared.missed > 0, "{compared:?}");
    let app = enforced.function(&world, "worker").await;
    worker::drain(&app).await.expect("told");
    enforced.assert_no_denial("a receipt");
}

/// Stripe tells of an account, a payment, and of what goes back of it.
pub(super) async fn payments_come(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let begun = hooks::begin(world, (&cast.acme, client), client.invoices.sent, 1).await;
    let app = enforced.function(world, "webhooks").await;
    let browser = world.browser("nobody");
    let mut browser = browser.served_as(&app, webhooks::ROUTES);
    world.advance(SignedDuration::from_secs(10));
    for event in [
        begun.account_is(world, "a1", true),
        begun.part(world, "re1", 100, "succeeded"),
        begun.paid(world, "p"),
        begun.part(world, "re2", 100, "failed"),
    ] {
        let came = hooks::send_event(world, &mut browser, &event).await;
        assert!(
            ["done", "waits"].contains(&came.as_str()),
            "{came}: {event}"
        );
        enforced.assert_no_denial("an event");
    }
}

/// A workspace becomes a customer of ours, subscribes, and doesn't pay.
pub(super) async fn subscribes(enforced: &Enforced, world: &World, cast: &Fixture) {
    let app = enforced.function(world, "billing").await;
    let acme = &cast.acme;
    let (workspace, owner) = (&acme.workspace, acme.member(TeamRole::Owner));
    world
        .session(workspace, owner, "subscribes", world.now())
        .await;
    let directory = app.directory();
    let session = directory.find_session("subscribes", &workspace.slug, world.now(), false);
    let session = session.await.expect("the table").expect("a session");
    let store = session.team_store().expect("the team's");
    let us = domain::subscription::BillingAccount::new("cus_1".to_owned(), false);
    store.create_billing_account(&us).await.expect("kept");
    enforced.assert_no_denial("a customer");
    let app = enforced.function(world, "webhooks").await;
    let browser = world.browser("nobody");
    let mut browser = browser.served_as(&app, webhooks::ROUTES);
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
            hooks::send_platform_event(world, &mut browser, &event).await,
            "done"
        );
        enforced.assert_no_denial("a subscription");
    }
}

/// An invoice is sent; the worker tells the client, and notes that it is overdue.
pub(super) async fn bills(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let app = enforced.function(world, "invoices").await;
    let admin = cast.acme.member(TeamRole::Admin);
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.served_as(&app, invoices::ROUTES);
    let page = format!("/clients/{}/invoices/{}", client.id, client.invoices.draft);
    let entry = app.new_id::<marker::EntryMarker>().to_string();
    let fields = [("id", entry.as_str()), ("version", "1")];
    let sent = browser.post(&format!("{page}/send"), &fields).await;
    enforced.assert_no_denial("an invoice");
    assert_eq!(sent.location(), page, "{}", sent.body);
    for path in ["/invoices?show=drafts", "/invoices/overview?month=2026-02"] {
        assert!(browser.get(path).await.is_good());
        enforced.assert_no_denial(path);
    }
    let app = enforced.function(world, "worker").await;
    // Due on the 4th of February.
    for days in [0, 32] {
        world.advance(SignedDuration::from_hours(24 * days));
        assert!(worker::drain(&app).await.expect("swept") > 0);
        enforced.assert_no_denial("reminders");
    }
    let invoice = tests::invoice_fixture::read_invoice(&client.store, client.invoices.draft).await;
    assert!(invoice.invoice.marked_overdue);
}
