//! Events at once, in any order, and more than once.

use super::*;

/// What finds the table busy comes again, as Stripe lets it.
async fn until_taken(world: &World, event: &Value) {
    let body = serde_json::to_vec(event).expect("JSON");
    let header = sign(NEW, world.now().as_second(), &body);
    for _ in 0..20 {
        let mut browser = world.browser("nobody");
        let answer = deliver(&mut browser, CONNECT, &header, &body).await;
        if answer.status == StatusCode::OK {
            return;
        }
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    panic!("never taken: {event}");
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_events_at_once_in_any_order_end_the_same() {
    let mut expected = None;
    for turn in 0..6_usize {
        let (world, cast) = stage().await;
        let client = &cast.acme.clients[0];
        let id = client.invoices.sent;
        let begun = begin(&world, (&cast.acme, client), id, 1).await;
        let events = [
            begun.paid(&world, "p"),
            begun.part(&world, "re1", 1_000, "pending"),
            begun.part(&world, "re2", 1_000, "succeeded"),
            begun.part(&world, "dp1", 5_000, "needs_response"),
            begun.part(&world, "dp2", 5_000, "won"),
        ];
        let mut order: Vec<_> = events.iter().chain(&events).cloned().collect();
        let length = order.len();
        order.rotate_left(turn * 3 % length);
        if turn % 2 == 1 {
            order.reverse();
        }
        for some in order.chunks(3) {
            join_all(some.iter().map(|event| until_taken(&world, event))).await;
        }
        let book = invoice_fixture::read_invoice(&client.store, id)
            .await
            .invoice
            .balance;
        let payments = client
            .store
            .get_payments(id)
            .await
            .expect("read")
            .ledger
            .payments;
        let figures = client.store.get_balance().await.expect("read");
        let found = (book, payments, figures);
        assert_eq!(
            (found.0.paid, found.0.refunded, found.0.disputed),
            (begun.amount, 1_000, 0)
        );
        assert_eq!(*expected.get_or_insert_with(|| found.clone()), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn account_events_apply_the_latest_until_disconnected() {
    let (world, cast) = stage().await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let begun = begin(&world, (acme, client), client.invoices.sent, 1).await;
    let mut browser = world.browser("nobody");
    let state = async || {
        let found = acme.store.get_stripe_connection().await.expect("read");
        found.expect("an account").status()
    };
    assert_eq!(state().await, ConnectStatus::Pending);
    world.advance(SignedDuration::from_secs(10));
    let restricted = begun.account_is(&world, "a1", false);
    world.advance(SignedDuration::from_secs(10));
    let ready = begun.account_is(&world, "a2", true);
    assert_eq!(send_event(&world, &mut browser, &ready).await, "done");
    assert_eq!(
        send_event(&world, &mut browser, &restricted).await,
        "repeated"
    );
    assert_eq!(state().await, ConnectStatus::Ready);
    let gone = begun.event(
        &world,
        "a3",
        "account.application.deauthorized",
        &json!({ "id": "ca_1" }),
    );
    assert_eq!(send_event(&world, &mut browser, &gone).await, "done");
    assert_eq!(send_event(&world, &mut browser, &gone).await, "repeated");
    assert_eq!(state().await, ConnectStatus::NotConnected);
}
