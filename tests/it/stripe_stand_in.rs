//! Stripe's stand-in: that it keeps Stripe's rules as the adapter meets them, and that
//! what it tells is believed.

mod checkout_sessions;

use adapters::{NewCheckoutSession, Stripe};
use domain::id::EntryId;
use domain::invoice::InvoiceState;
use domain::money::Money;
use domain::stripe::{CheckoutAttempt, ConnectStatus, PaymentReferences};
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client as Http;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use local::stripe::{DeliveryFaults, Onboarding, PaymentResult, StandInAction};
use serde_json::Value;
use tests::stripe_fixture::{apply_act, connect_account, deliver_events, record_attempt};
use tests::{Client, Fixture, Tenant, World, invoice_fixture};

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

pub(crate) fn session_of(
    account: &str,
    now: Timestamp,
    of: PaymentReferences,
) -> NewCheckoutSession {
    NewCheckoutSession {
        account: account.to_owned(),
        money: Money::new(178_500, "EUR".parse().expect("a currency")),
        fee: 1_785,
        name: "Invoice INV-0001".to_owned(),
        email: "kim@initech.example".to_owned(),
        references: of,
        success_url: "https://acme.portal.example/paid?s={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "https://acme.portal.example/unpaid".to_owned(),
        expires_at: now + SignedDuration::from_mins(31),
    }
}

pub(crate) async fn ready(world: &World) -> String {
    let made = adapter(world)
        .create_account("connect", "ana@acme.example")
        .await;
    let account = made.expect("an account");
    let how = Onboarding::Complete;
    let filled_in = StandInAction::Onboard {
        account: account.clone(),
        how,
    };
    world.stripe().act(&filled_in).expect("filled in");
    account
}

#[tokio::test]
async fn account_link_works_once_and_expires() {
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
        let link = stripe.create_account_link(
            &account,
            "https://a.example/again",
            "https://a.example/back",
        );
        link.await.expect("a link")
    };
    let flags = async || stripe.get_account_flags(&account).await.expect("flags");
    assert!(!flags().await.details_submitted);
    for (how, state) in [
        ("pending", ConnectStatus::Pending),
        ("restricted", ConnectStatus::Restricted),
        ("complete", ConnectStatus::Ready),
    ] {
        let link = link().await;
        let (_, inside, _) = page(&link, None).await;
        let (status, _, text) = page(&inside, None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains(&account), "{text}");
        assert_eq!(page(&link, None).await.1, "https://a.example/again");
        let done = page(&inside, Some(&format!("how={how}"))).await;
        assert_eq!(done.1, "https://a.example/back");
        assert_eq!(ConnectStatus::from(&flags().await), state, "{how}");
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
    let taken = StandInAction::Deauthorize {
        account: account.clone(),
    };
    world.stripe().act(&taken).expect("taken away");
    assert!(stripe.get_account_flags(&account).await.is_err());
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
async fn checkout_session_belongs_to_one_account_and_is_idempotent() {
    let world = World::with_stripe().await;
    let (ours, stripe) = (ready(&world).await, adapter(&world));
    let made = stripe
        .create_account("other", "bob@northwind.example")
        .await;
    let theirs = made.expect("an account");
    let new = session_of(&ours, world.now(), PaymentReferences::default());
    let session = stripe.create_session("a1", &new).await.expect("a session");
    assert_eq!(
        stripe.create_session("a1", &new).await.ok(),
        Some(session.clone())
    );
    let other = NewCheckoutSession {
        name: "Another".to_owned(),
        ..session_of(&ours, world.now(), PaymentReferences::default())
    };
    assert!(stripe.create_session("a1", &other).await.is_err());
    // An account that isn't filled in takes nothing.
    let early = session_of(&theirs, world.now(), PaymentReferences::default());
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

#[expect(clippy::too_many_lines, reason = "one table")]
#[tokio::test]
async fn stand_in_refuses_what_stripe_refuses() {
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
