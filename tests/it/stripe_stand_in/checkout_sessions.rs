//! What is paid on its pages, and what it tells of it.

use super::*;

#[tokio::test]
async fn checkout_session_is_paid_or_expires() {
    let world = World::with_stripe().await;
    let (account, stripe) = (ready(&world).await, adapter(&world));
    let new = session_of(&account, world.now(), PaymentReferences::default());
    let session = stripe.create_session("a", &new).await.expect("a session");
    let url = session.url.clone().expect("an address");
    let (status, _, text) = page(&url, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        text.contains("1,785.00") && text.contains("Invoice INV-0001"),
        "{text}"
    );
    let (status, _, text) = page(&url, Some("how=declined")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("declined") && text.contains("how"), "{text}");
    let (status, to, _) = page(&url, Some("how=card")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(
        to,
        format!("https://acme.portal.example/paid?s={}", session.id)
    );
    let (_, _, text) = page(&url, Some("how=card")).await;
    assert!(text.contains("paid already"), "{text}");
    // It was taken once, after one that was declined.
    let caller = Caller {
        account: Some(&account),
        ..Caller::new(&world)
    };
    let (_, charges) = caller.get("/v1/charges").await;
    let charges = charges["data"].as_array().expect("a list").clone();
    let statuses: Vec<_> = charges
        .iter()
        .map(|charge| charge["status"].clone())
        .collect();
    assert_eq!(statuses, ["succeeded", "failed"]);
    assert_eq!(charges[0]["application_fee_amount"], 1_785);
    assert_eq!(charges[0]["payment_intent"], charges[1]["payment_intent"]);
    let (_, fees) = Caller::new(&world).get("/v1/application_fees").await;
    assert_eq!(fees["data"][0]["amount"], 1_785);
    let (_, events) = caller
        .get("/v1/events?type=checkout.session.completed")
        .await;
    assert_eq!(events["data"][0]["data"]["object"]["id"], session.id);

    let late = stripe.create_session("b", &new).await.expect("another");
    world.advance(SignedDuration::from_mins(32));
    let (_, _, text) = page(&late.url.expect("an address"), Some("how=card")).await;
    assert!(text.contains("its time is over"), "{text}");
    let (_, events) = caller.get("/v1/events?type=checkout.session.expired").await;
    assert_eq!(events["data"][0]["data"]["object"]["id"], late.id);
}

/// An attempt at paying an invoice, made at Stripe and noted, and its session.
async fn attempt(world: &World, (tenant, client): (&Tenant, &Client), account: &str) -> String {
    let invoice = client.invoices.sent;
    let amount = invoice_fixture::read_invoice(&client.store, invoice)
        .await
        .invoice
        .outstanding();
    let id: EntryId = world.app.new_id();
    let of = PaymentReferences {
        workspace: Some(tenant.workspace.id),
        client: Some(client.id),
        invoice: Some(invoice),
        attempt: Some(id),
    };
    let new = session_of(account, world.now(), of);
    assert_eq!(new.money.minor, amount);
    let made = adapter(world).create_session(&id.to_string(), &new).await;
    let session = made.expect("a session");
    let attempt = CheckoutAttempt {
        account: account.to_owned(),
        livemode: false,
        amount,
        fee: new.fee,
        at: world.now(),
        by: None,
        session: Some(session.id.clone()),
        url: session.url,
        state: domain::stripe::PaymentState::Open,
        refusal: None,
    };
    record_attempt(client, invoice, id, attempt).await;
    session.id
}

#[tokio::test(flavor = "multi_thread")]
async fn stand_in_event_is_verified_and_booked() {
    let world = World::with_stripe().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let account = connect_account(&world, acme).await;
    let connection = acme
        .store
        .get_stripe_connection()
        .await
        .expect("read")
        .expect("one");
    assert_eq!(connection.status(), ConnectStatus::Ready);
    let session = attempt(&world, (acme, client), &account).await;
    let pay = |how| StandInAction::Pay {
        session: session.clone(),
        how,
    };
    apply_act(&world, pay(PaymentResult::Declined)).await;
    let state = async || {
        invoice_fixture::read_invoice(&client.store, client.invoices.sent)
            .await
            .invoice
            .state()
    };
    let before = state().await;
    apply_act(&world, pay(PaymentResult::Debit)).await;
    assert_eq!(state().await, before);
    let arrived = StandInAction::Arrive {
        session: session.clone(),
    };
    apply_act(&world, arrived).await;
    assert_eq!(state().await, InvoiceState::Paid);
    let caller = Caller {
        account: Some(&account),
        ..Caller::new(&world)
    };
    let path = format!("/v1/checkout/sessions/{session}");
    let payment = caller.get(&path).await.1["payment_intent"].clone();
    let payment = payment.as_str().expect("an id").to_owned();
    let refund = |amount: &str| StandInAction::Refund {
        payment: payment.clone(),
        amount: amount.to_owned(),
    };
    apply_act(&world, refund("100.00")).await;
    let book = invoice_fixture::read_invoice(&client.store, client.invoices.sent)
        .await
        .invoice
        .balance;
    assert_eq!(
        (book.paid, book.refunded, book.fees),
        (178_500, 10_000, 1_785)
    );
    assert!(world.stripe().act(&refund("5000.00")).is_err());
    let dispute = StandInAction::Dispute {
        payment: payment.clone(),
    };
    apply_act(&world, dispute).await;
    assert_eq!(state().await, InvoiceState::Disputed);
    let (_, disputes) = caller.get("/v1/disputes").await;
    let dispute = disputes["data"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    apply_act(&world, StandInAction::WinDispute { dispute }).await;
    assert_eq!(state().await, InvoiceState::PartlyRefunded);
    apply_act(&world, StandInAction::Deauthorize { account }).await;
    let connection = acme
        .store
        .get_stripe_connection()
        .await
        .expect("read")
        .expect("one");
    assert_eq!(connection.status(), ConnectStatus::NotConnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_lost_repeated_or_shuffled_end_in_the_same_balance() {
    let mut expected = None;
    for turn in 0..3_u8 {
        let world = World::with_stripe().await;
        let cast = Fixture::create(&world).await;
        let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
        let account = connect_account(&world, acme).await;
        world.stripe().befall(DeliveryFaults {
            lose: turn * 40,
            repeat: turn > 0,
            shuffle: turn > 0,
        });
        let session = attempt(&world, (acme, client), &account).await;
        let pay = |how| StandInAction::Pay {
            session: session.clone(),
            how,
        };
        let did = |act: StandInAction| world.stripe().act(&act).expect("done");
        did(pay(PaymentResult::Declined));
        did(pay(PaymentResult::Card));
        let (_, intents) = Caller {
            account: Some(&account),
            ..Caller::new(&world)
        }
        .get("/v1/payment_intents")
        .await;
        let payment = intents["data"][0]["id"].as_str().expect("an id").to_owned();
        let amount = "85.00".to_owned();
        did(StandInAction::Refund { payment, amount });
        deliver_events(&world).await;
        world.stripe().find_lost();
        deliver_events(&world).await;
        assert_eq!(world.stripe().undelivered(), 0);
        let found = invoice_fixture::read_invoice(&client.store, client.invoices.sent).await;
        assert_eq!(found.invoice.state(), InvoiceState::PartlyRefunded);
        let found = (
            found.invoice.balance,
            client.store.get_balance().await.expect("read"),
        );
        assert_eq!(*expected.get_or_insert_with(|| found.clone()), found);
        // Once more, all of it, long after.
        world.stripe().send_all_again();
        deliver_events(&world).await;
        let book = invoice_fixture::read_invoice(&client.store, client.invoices.sent)
            .await
            .invoice
            .balance;
        assert_eq!(book, found.0);
    }
}
