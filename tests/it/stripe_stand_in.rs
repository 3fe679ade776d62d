//! Stripe's stand-in: that it keeps Stripe's rules as the adapter meets them, and that
//! what it tells is believed.

use adapters::{NewSession, Stripe};
use domain::id::EntryId;
use domain::invoice::State;
use domain::money::Money;
use domain::stripe::{Attempt, Connect, References};
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use local::stripe::{Act, How, Mishaps, Onboarding};
use serde_json::Value;
use tests::stripe::{act, connected, deliver};
use tests::{Cast, Client, Tenant, World, bills};

/// Whoever has the platform's key.
pub(crate) struct Caller<'a> {
    pub(crate) world: &'a World,
    pub(crate) account: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

impl<'a> Caller<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self {
            world,
            account: None,
            key: None,
        }
    }

    /// What the API answers, and whether it was answered before.
    async fn call(&self, method: Method, path: &str, form: &str) -> (StatusCode, Value, bool) {
        let config = self.world.stripe().config();
        let url = format!("{}{path}", config.url.expect("an address"));
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::AUTHORIZATION, format!("Bearer {}", config.key))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let extra = [
            ("stripe-account", self.account),
            ("idempotency-key", self.key),
        ];
        let request = extra
            .into_iter()
            .fold(request, |request, (name, value)| match value {
                Some(value) => request.header(name, value),
                None => request,
            });
        let request = request
            .body(Full::new(form.to_owned().into()))
            .expect("a request");
        let client = Http::builder(TokioExecutor::new()).build_http::<Full<axum::body::Bytes>>();
        let (parts, body) = client
            .request(request)
            .await
            .expect("an answer")
            .into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let again = parts.headers.contains_key("idempotent-replayed");
        let said = serde_json::from_slice(&body).unwrap_or_default();
        (parts.status, said, again)
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let (status, said, _) = self.call(Method::GET, path, "").await;
        (status, said)
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> (StatusCode, Value) {
        let (status, said, _) = self.call(Method::POST, path, form).await;
        (status, said)
    }
}

/// What a page answers, and where it leads.
pub(crate) async fn page(url: &str, form: Option<&str>) -> (StatusCode, String, String) {
    let method = form.map_or(Method::GET, |_| Method::POST);
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = Full::new(form.unwrap_or_default().to_owned().into());
    let client = Http::builder(TokioExecutor::new()).build_http::<Full<axum::body::Bytes>>();
    let answer = client.request(request.body(body).expect("a request")).await;
    let (parts, body) = answer.expect("an answer").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let to = parts.headers.get(header::LOCATION);
    let to = to.map(|to| to.to_str().expect("text").to_owned());
    let text = String::from_utf8(body.to_vec()).expect("text");
    (parts.status, to.unwrap_or_default(), text)
}

pub(crate) fn adapter(world: &World) -> &Stripe {
    world.app.services.stripe.as_ref().expect("Stripe")
}

pub(crate) fn session_of(account: &str, now: Timestamp, of: References) -> NewSession {
    NewSession {
        account: account.to_owned(),
        money: Money::new(178_500, "EUR".parse().expect("a currency")),
        fee: 1_785,
        name: "Invoice INV-0001".to_owned(),
        email: "kim@initech.example".to_owned(),
        of,
        success: "https://acme.portal.example/paid?s={CHECKOUT_SESSION_ID}".to_owned(),
        cancel: "https://acme.portal.example/unpaid".to_owned(),
        expires: now + SignedDuration::from_mins(31),
    }
}

pub(crate) async fn ready(world: &World) -> String {
    let made = adapter(world)
        .create_account("connect", "ana@acme.example")
        .await;
    let account = made.expect("an account");
    let how = Onboarding::Complete;
    let filled_in = Act::Onboard {
        account: account.clone(),
        how,
    };
    world.stripe().act(&filled_in).expect("filled in");
    account
}

#[tokio::test]
async fn an_account_is_filled_in_by_a_link_that_works_once_and_not_for_long() {
    let world = World::with_stripe().await;
    let stripe = adapter(&world);
    let made = stripe.create_account("k", "ana@acme.example").await;
    let account = made.expect("an account");
    assert_eq!(
        stripe.create_account("k", "ana@acme.example").await.ok(),
        Some(account.clone())
    );
    assert!(
        stripe
            .create_account("k", "bob@acme.example")
            .await
            .is_err()
    );
    let link = async || {
        let link = stripe.account_link(
            &account,
            "https://a.example/again",
            "https://a.example/back",
        );
        link.await.expect("a link")
    };
    let flags = async || stripe.account(&account).await.expect("flags");
    assert!(!flags().await.details_submitted);
    for (how, state) in [
        ("pending", Connect::Pending),
        ("restricted", Connect::Restricted),
        ("complete", Connect::Ready),
    ] {
        let link = link().await;
        let (_, inside, _) = page(&link, None).await;
        let (status, _, text) = page(&inside, None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains(&account), "{text}");
        assert_eq!(page(&link, None).await.1, "https://a.example/again");
        let done = page(&inside, Some(&format!("how={how}"))).await;
        assert_eq!(done.1, "https://a.example/back");
        assert_eq!(Connect::from(&flags().await), state, "{how}");
        assert_eq!(
            page(&inside, Some("how=complete")).await.0,
            StatusCode::NOT_FOUND
        );
    }
    let late = link().await;
    world.advance(SignedDuration::from_mins(6));
    assert_eq!(page(&late, None).await.1, "https://a.example/again");
    let listed = async || {
        let (_, list) = Caller::new(&world).get("/v1/accounts").await;
        list["data"].as_array().map(Vec::len)
    };
    assert_eq!(listed().await, Some(1));
    let taken = Act::Deauthorize {
        account: account.clone(),
    };
    world.stripe().act(&taken).expect("taken away");
    assert!(stripe.account(&account).await.is_err());
    assert_eq!(listed().await, Some(0));
    let (status, said) = Caller::new(&world)
        .get(&format!("/v1/accounts/{account}"))
        .await;
    assert_eq!(
        (status.as_u16(), &said["error"]["code"]),
        (403, &"account_invalid".into())
    );
}

#[tokio::test]
async fn a_session_is_one_accounts_and_made_once() {
    let world = World::with_stripe().await;
    let (ours, stripe) = (ready(&world).await, adapter(&world));
    let made = stripe
        .create_account("other", "bob@northwind.example")
        .await;
    let theirs = made.expect("an account");
    let new = session_of(&ours, world.now(), References::default());
    let session = stripe.create_session("a1", &new).await.expect("a session");
    assert_eq!(
        stripe.create_session("a1", &new).await.ok(),
        Some(session.clone())
    );
    let other = NewSession {
        name: "Another".to_owned(),
        ..session_of(&ours, world.now(), References::default())
    };
    assert!(stripe.create_session("a1", &other).await.is_err());
    // An account that isn't filled in takes nothing.
    let early = session_of(&theirs, world.now(), References::default());
    assert!(stripe.create_session("b1", &early).await.is_err());

    let path = format!("/v1/checkout/sessions/{}", session.id);
    let at = |account| Caller {
        account,
        ..Caller::new(&world)
    };
    assert_eq!(at(Some(&ours)).get(&path).await.0, StatusCode::OK);
    for account in [Some(theirs.as_str()), None] {
        let (status, said) = at(account).get(&path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(said["error"]["code"], "resource_missing");
        let (status, _) = at(account).post(&format!("{path}/expire"), "").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (_, list) = at(account).get("/v1/checkout/sessions").await;
        assert_eq!(list["data"], serde_json::json!([]));
    }
    assert_eq!(
        at(Some("acct_none")).get(&path).await.0,
        StatusCode::FORBIDDEN
    );
    assert!(stripe.expire_session(&theirs, &session.id).await.is_err());
    stripe
        .expire_session(&ours, &session.id)
        .await
        .expect("ended");
    assert!(stripe.expire_session(&ours, &session.id).await.is_err());
    assert_eq!(at(Some(&ours)).get(&path).await.1["status"], "expired");
}

#[allow(clippy::too_many_lines)] // one table
#[tokio::test]
async fn what_stripe_would_refuse_is_refused() {
    let world = World::with_stripe().await;
    let account = ready(&world).await;
    let now = world.now().as_second();
    let good = "mode=payment&success_url=https://a.example/&line_items[0][quantity]=1\
        &line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=100\
        &line_items[0][price_data][product_data][name]=x";
    let at = |account, key| Caller {
        world: &world,
        account,
        key,
    };
    for (more, param, code) in [
        ("&nonsense=1".to_owned(), "nonsense", "parameter_unknown"),
        (format!("&expires_at={}", now + 1_799), "expires_at", ""),
        (format!("&expires_at={}", now + 86_401), "expires_at", ""),
        (
            "&expires_at=soon".to_owned(),
            "expires_at",
            "parameter_invalid_integer",
        ),
        (
            "&line_items[0][price_data][unit_amount]=49".to_owned(),
            "line_items",
            "amount_too_small",
        ),
        (
            "&line_items[0][price_data][currency]=xxx".to_owned(),
            "line_items[0][price_data][currency]",
            "",
        ),
        ("&cancel_url=here".to_owned(), "cancel_url", "url_invalid"),
        ("&customer=cus_1".to_owned(), "customer", "resource_missing"),
        ("&mode=subscription".to_owned(), "mode", ""),
        (
            "&success_url=".to_owned(),
            "success_url",
            "parameter_missing",
        ),
        (
            "&payment_intent_data[application_fee_amount]=101".to_owned(),
            "payment_intent_data[application_fee_amount]",
            "",
        ),
    ] {
        let (status, said) = at(Some(&account), None)
            .post("/v1/checkout/sessions", &format!("{good}{more}"))
            .await;
        assert!(status.is_client_error(), "{more}");
        let error = &said["error"];
        assert_eq!(error["type"], "invalid_request_error", "{more}");
        assert_eq!(error["param"], param, "{more}: {said}");
        assert_eq!(
            error["code"].as_str().unwrap_or_default(),
            code,
            "{more}: {said}"
        );
    }
    // What was refused may be put right under its key; what was done may not be changed.
    let caller = at(Some(&account), Some("key"));
    let path = "/v1/checkout/sessions";
    let bad = format!("{good}&nonsense=1");
    assert!(caller.post(path, &bad).await.0.is_client_error());
    let (status, first, again) = caller.call(Method::POST, path, good).await;
    assert_eq!((status, again), (StatusCode::OK, false));
    let (_, second, again) = caller.call(Method::POST, path, good).await;
    assert!(again && first == second);
    let (status, said) = caller.post(path, &bad).await;
    assert_eq!(
        (status.as_u16(), &said["error"]["type"]),
        (400, &"idempotency_error".into())
    );
    // A page at a time, the newest first.
    for _ in 0..2 {
        world.advance(SignedDuration::from_secs(1));
        at(Some(&account), None).post(path, good).await;
    }
    let (_, list) = at(Some(&account), None)
        .get("/v1/checkout/sessions?limit=2")
        .await;
    let last = list["data"][1]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        (
            list["has_more"].clone(),
            list["data"].as_array().map(Vec::len)
        ),
        (true.into(), Some(2))
    );
    let rest = format!("/v1/checkout/sessions?limit=2&starting_after={last}");
    let (_, list) = at(Some(&account), None).get(&rest).await;
    assert_eq!(
        (&list["has_more"], &list["data"][0]["id"]),
        (&false.into(), &first["id"])
    );
    let since = format!(
        "/v1/checkout/sessions?created[gte]={}",
        world.now().as_second()
    );
    let (_, list) = at(Some(&account), None).get(&since).await;
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        at(None, None).get("/v1/nothing").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_session_is_paid_on_its_page_or_runs_out() {
    let world = World::with_stripe().await;
    let (account, stripe) = (ready(&world).await, adapter(&world));
    let new = session_of(&account, world.now(), References::default());
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
    let statuses: Vec<_> = charges.iter().map(|one| one["status"].clone()).collect();
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
    let invoice = client.bills.sent;
    let amount = bills::read(&client.store, invoice)
        .await
        .invoice
        .outstanding();
    let id: EntryId = world.app.new_id();
    let of = References {
        workspace: Some(tenant.workspace.id),
        client: Some(client.id),
        invoice: Some(invoice),
        attempt: Some(id),
    };
    let new = session_of(account, world.now(), of);
    assert_eq!(new.money.minor, amount);
    let made = adapter(world).create_session(&id.to_string(), &new).await;
    let session = made.expect("a session");
    let attempt = Attempt {
        account: account.to_owned(),
        livemode: false,
        amount,
        fee: new.fee,
        at: world.now(),
        by: None,
        session: Some(session.id.clone()),
        url: session.url,
        state: domain::stripe::State::Open,
    };
    let before = client.store.payments(invoice).await.expect("read");
    let ledger = before.ledger.attempted(id, attempt).expect("one more");
    let kept = client.store.keep_attempt(invoice, &before, &ledger).await;
    kept.expect("kept");
    session.id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_tells_is_believed_and_booked() {
    let world = World::with_stripe().await;
    let cast = Cast::play(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let account = connected(&world, acme).await;
    let connection = acme.store.connection().await.expect("read").expect("one");
    assert_eq!(connection.state(), Connect::Ready);
    let session = attempt(&world, (acme, client), &account).await;
    let pay = |how| Act::Pay {
        session: session.clone(),
        how,
    };
    act(&world, pay(How::Declined)).await;
    let state = async || {
        bills::read(&client.store, client.bills.sent)
            .await
            .invoice
            .state()
    };
    let before = state().await;
    act(&world, pay(How::Debit)).await;
    assert_eq!(state().await, before);
    let arrived = Act::Arrive {
        session: session.clone(),
    };
    act(&world, arrived).await;
    assert_eq!(state().await, State::Paid);
    let caller = Caller {
        account: Some(&account),
        ..Caller::new(&world)
    };
    let path = format!("/v1/checkout/sessions/{session}");
    let payment = caller.get(&path).await.1["payment_intent"].clone();
    let payment = payment.as_str().expect("an id").to_owned();
    let refund = |amount: &str| Act::Refund {
        payment: payment.clone(),
        amount: amount.to_owned(),
    };
    act(&world, refund("100.00")).await;
    let book = bills::read(&client.store, client.bills.sent)
        .await
        .invoice
        .book;
    assert_eq!(
        (book.paid, book.refunded, book.fees),
        (178_500, 10_000, 1_785)
    );
    assert!(world.stripe().act(&refund("5000.00")).is_err());
    let dispute = Act::Dispute {
        payment: payment.clone(),
    };
    act(&world, dispute).await;
    assert_eq!(state().await, State::Disputed);
    let (_, disputes) = caller.get("/v1/disputes").await;
    let dispute = disputes["data"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    act(&world, Act::WinDispute { dispute }).await;
    assert_eq!(state().await, State::PartlyRefunded);
    act(&world, Act::Deauthorize { account }).await;
    let connection = acme.store.connection().await.expect("read").expect("one");
    assert_eq!(connection.state(), Connect::NotConnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_befalls_events_the_books_end_the_same() {
    let mut expected = None;
    for turn in 0..3_u8 {
        let world = World::with_stripe().await;
        let cast = Cast::play(&world).await;
        let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
        let account = connected(&world, acme).await;
        world.stripe().befall(Mishaps {
            lose: turn * 40,
            repeat: turn > 0,
            shuffle: turn > 0,
        });
        let session = attempt(&world, (acme, client), &account).await;
        let pay = |how| Act::Pay {
            session: session.clone(),
            how,
        };
        let did = |act: Act| world.stripe().act(&act).expect("done");
        did(pay(How::Declined));
        did(pay(How::Card));
        let (_, intents) = Caller {
            account: Some(&account),
            ..Caller::new(&world)
        }
        .get("/v1/payment_intents")
        .await;
        let payment = intents["data"][0]["id"].as_str().expect("an id").to_owned();
        let amount = "85.00".to_owned();
        did(Act::Refund { payment, amount });
        deliver(&world).await;
        world.stripe().find_lost();
        deliver(&world).await;
        assert_eq!(world.stripe().undelivered(), 0);
        let found = bills::read(&client.store, client.bills.sent).await;
        assert_eq!(found.invoice.state(), State::PartlyRefunded);
        let found = (found.invoice.book, client.store.owed().await.expect("read"));
        assert_eq!(*expected.get_or_insert_with(|| found.clone()), found);
        // Once more, all of it, long after.
        world.stripe().send_all_again();
        deliver(&world).await;
        let book = bills::read(&client.store, client.bills.sent)
            .await
            .invoice
            .book;
        assert_eq!(book, found.0);
    }
}
