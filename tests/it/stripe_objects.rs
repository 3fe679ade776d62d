//! What Stripe's stand-in keeps: whole objects, subscriptions from beginning to end, and
//! all of it over a restart.

use adapters::Stripe;
use domain::stripe::PaymentReferences;
use http::StatusCode;
use local::stripe::{Onboarding, PaymentResult, StandInAction, StandInOptions, StripeStandIn};
use rand::SeedableRng as _;
use serde_json::Value;
use tests::World;

use crate::stripe_stand_in::{Caller, adapter, page, ready, session_of};

/// Whether the adapter's library can read an object.
fn reads<T: miniserde::Deserialize>(object: &Value) {
    let text = object.to_string();
    assert!(miniserde::json::from_str::<T>(&text).is_ok(), "{text}");
}

#[tokio::test]
async fn stripe_objects_are_read_by_async_stripe() {
    let world = World::with_stripe().await;
    let (account, stripe) = (ready(&world).await, adapter(&world));
    let new = session_of(&account, world.now(), PaymentReferences::default());
    let session = stripe
        .create_session("a", &new)
        .await
        .expect("a session")
        .id;
    let did = |act: StandInAction| world.stripe().act(&act).expect("done");
    for how in [PaymentResult::Declined, PaymentResult::Card] {
        let session = session.clone();
        did(StandInAction::Pay { session, how });
    }
    let caller = Caller {
        account: Some(&account),
        ..Caller::new(&world)
    };
    let newest = async |path: &str| caller.get(path).await.1["data"][0].clone();
    let payment = newest("/v1/payment_intents").await;
    let id = payment["id"].as_str().expect("an id");
    let form = format!("payment_intent={id}&amount=100&reason=requested_by_customer");
    let (status, refund) = caller.post("/v1/refunds", &form).await;
    assert_eq!((status, &refund["amount"]), (StatusCode::OK, &100.into()));
    let (_, said) = caller
        .post("/v1/refunds", &format!("payment_intent={id}&amount=178500"))
        .await;
    assert_eq!(said["error"]["param"], "amount");
    did(StandInAction::Dispute {
        payment: id.to_owned(),
    });
    let (_, said) = caller
        .post("/v1/refunds", &format!("payment_intent={id}"))
        .await;
    assert_eq!(said["error"]["code"], "charge_disputed");
    reads::<stripe_shared::Refund>(&refund);
    reads::<stripe_shared::PaymentIntent>(&payment);
    reads::<stripe_shared::Charge>(&newest("/v1/charges").await);
    reads::<stripe_shared::Dispute>(&newest("/v1/disputes").await);
    reads::<stripe_shared::CheckoutSession>(&newest("/v1/checkout/sessions").await);
    let (_, found) = caller.get(&format!("/v1/accounts/{account}")).await;
    reads::<stripe_shared::Account>(&found);
    let (_, fees) = Caller::new(&world).get("/v1/application_fees").await;
    reads::<stripe_shared::ApplicationFee>(&fees["data"][0]);
    let (_, said) = caller.get("/v1/refunds/re_none").await;
    reads::<stripe_shared::Error>(&said);
    assert_eq!(
        caller.get("/v1/refunds?payment_intent=pi_none").await.1["data"],
        serde_json::json!([])
    );
}

#[expect(clippy::too_many_lines, reason = "one life")]
#[tokio::test]
async fn subscription_created_changed_past_due_and_cancelled_is_read() {
    let world = World::with_stripe().await;
    let caller = Caller::new(&world);
    let (_, prices) = caller
        .get("/v1/prices?lookup_keys[]=pro_monthly&lookup_keys[]=team_yearly")
        .await;
    assert_eq!(prices["data"].as_array().map(Vec::len), Some(2));
    reads::<stripe_shared::Price>(&prices["data"][0]);
    reads::<stripe_shared::Product>(&caller.get("/v1/products").await.1["data"][0]);
    let form = "email=ana@acme.example&name=Acme&metadata[workspace]=w1";
    let (_, customer) = caller.post("/v1/customers", form).await;
    reads::<stripe_shared::Customer>(&customer);
    let id = customer["id"].as_str().expect("an id");
    let form = format!(
        "mode=subscription&success_url=https://a.example/&customer={id}&line_items[0][quantity]=1\
         &line_items[0][price]=price_pro_monthly&subscription_data[metadata][workspace]=w1"
    );
    let (_, session) = caller.post("/v1/checkout/sessions", &form).await;
    let url = session["url"].as_str().expect("an address");
    let (_, _, text) = page(url, Some("how=declined")).await;
    assert!(text.contains("declined"), "{text}");
    assert_eq!(page(url, Some("how=card")).await.1, "https://a.example/");
    let of = async || {
        let (_, list) = caller
            .get(&format!("/v1/subscriptions?status=all&customer={id}"))
            .await;
        list["data"][0].clone()
    };
    let begun = of().await;
    reads::<stripe_shared::Subscription>(&begun);
    let item = &begun["items"]["data"][0];
    reads::<stripe_shared::SubscriptionItem>(item);
    let invoice = caller.get("/v1/invoices").await.1["data"][0].clone();
    reads::<stripe_shared::Invoice>(&invoice);
    assert_eq!(
        (&begun["status"], &begun["metadata"]["workspace"]),
        (&"active".into(), &"w1".into())
    );
    assert_eq!(
        invoice["parent"]["subscription_details"]["subscription"],
        begun["id"]
    );
    let sub = begun["id"].as_str().expect("an id");

    // Another plan, by the platform and by whoever pays.
    let own = item["id"].as_str().expect("an id");
    let path = format!("/v1/subscriptions/{sub}");
    let form = format!("items[0][id]={own}&items[0][price]=price_team_monthly");
    let (_, moved) = caller.post(&path, &form).await;
    assert_eq!(
        moved["items"]["data"][0]["price"]["lookup_key"],
        "team_monthly"
    );
    let form = format!("customer={id}&return_url=https://a.example/plan");
    let (_, portal) = caller.post("/v1/billing_portal/sessions", &form).await;
    let portal = portal["url"].as_str().expect("an address");
    let (_, _, text) = page(portal, None).await;
    assert!(
        text.contains("SecPortal Team, 149.00 EUR a month"),
        "{text}"
    );
    for (form, path, value) in [
        ("act=end_later", "/cancel_at_period_end", Value::from(true)),
        ("act=resume", "/cancel_at_period_end", false.into()),
        (
            "act=change_price&price=price_pro_yearly",
            "/items/data/0/price/lookup_key",
            "pro_yearly".into(),
        ),
    ] {
        let form = format!("{form}&subscription={sub}");
        let (status, ..) = page(portal, Some(&form)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{form}");
        assert_eq!(of().await.pointer(path), Some(&value), "{form}");
    }
    // A portal reaches its own customer alone, and takes nothing else from anybody.
    let (_, other) = caller
        .post("/v1/customers", "email=bob@northwind.example")
        .await;
    let form = format!("customer={}", other["id"].as_str().expect("an id"));
    let (_, foreign) = caller.post("/v1/billing_portal/sessions", &form).await;
    let foreign = foreign["url"].as_str().expect("an address");
    for (url, form) in [
        (foreign, "act=end_later"),
        (portal, "act=run_period_end&how=ends"),
    ] {
        let form = format!("{form}&subscription={sub}");
        assert_eq!(
            page(url, Some(&form)).await.0,
            StatusCode::NOT_FOUND,
            "{form}"
        );
    }

    // Its time comes, by the tester's hand.
    let control = format!("{}/", world.stripe().origin());
    for (how, status) in [
        ("renews", "active"),
        ("fails", "past_due"),
        ("recovers", "active"),
        ("fails", "past_due"),
        ("unpaid", "unpaid"),
        ("ends", "canceled"),
    ] {
        let form = format!("act=run_period_end&subscription={sub}&how={how}");
        assert_eq!(page(&control, Some(&form)).await.1, "/", "{how}");
        assert_eq!(of().await["status"], status, "{how}");
    }
    let form = format!("act=run_period_end&subscription={sub}&how=renews");
    assert!(page(&control, Some(&form)).await.1.starts_with("/?error="));
    let (_, events) = caller
        .get("/v1/events?type=customer.subscription.*&limit=100")
        .await;
    let kinds = events["data"].as_array().expect("a list").iter();
    let kinds: Vec<_> = kinds
        .map(|event| event["type"].as_str().expect("text"))
        .collect();
    assert_eq!(kinds.first(), Some(&"customer.subscription.deleted"));
    assert_eq!(kinds.last(), Some(&"customer.subscription.created"));
    assert_eq!(kinds.len(), 11);
    let (_, _, text) = page(&control, None).await;
    assert!(
        text.contains("invoice.payment_failed") && text.contains("canceled"),
        "{text}"
    );
    assert!(world.stripe().deliver().await.taken > 0);
}

#[tokio::test]
async fn stand_in_state_survives_a_restart() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = file.join(format!("stripe-{}.json", std::process::id()));
    let start = async || {
        let beginning = StandInOptions {
            clock: web::Clock::new(|| tests::START),
            rng: rand::rngs::StdRng::seed_from_u64(1),
            origin: None,
            fee: "1".parse().expect("a rate"),
            file: Some(file.clone()),
        };
        StripeStandIn::start(beginning).await.expect("started")
    };
    let by = |stand_in: &StripeStandIn| {
        let config = stand_in.config();
        Stripe::new(&config.key, config.url.as_deref()).expect("a way")
    };
    let before = start().await;
    let made = by(&before).create_account("k", "ana@acme.example").await;
    let account = made.expect("an account");
    let how = Onboarding::Complete;
    let filled_in = StandInAction::Onboard {
        account: account.clone(),
        how,
    };
    before.act(&filled_in).expect("filled in");
    let waiting = before.undelivered();
    drop(before);
    let after = start().await;
    assert_eq!(after.undelivered(), waiting);
    let found = by(&after)
        .get_account_flags(&account)
        .await
        .expect("it is there");
    assert!(found.charges_enabled);
    // The key is known too.
    let again = by(&after).create_account("k", "ana@acme.example").await;
    assert_eq!(again.ok(), Some(account));
    std::fs::remove_file(file).expect("removed");
}
