//! What Stripe tells: who is believed, what becomes of an invoice, and that nothing
//! reaches another workspace.

mod concurrency;
mod pending_payment;

use domain::id::{EntryId, InvoiceId};
use domain::invoice::InvoiceState;
use domain::stripe::{CheckoutAttempt, ConnectStatus};
use futures::future::join_all;
use hmac::{Hmac, Mac as _};
use http::{Request, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::Sha256;
use tests::stripe_fixture::{create_connection, record_attempt};
use tests::{Answer, Browser, Client, Fixture, Tenant, World, invoice_fixture};
use web::StripeConfig;

pub(crate) use pending_payment::*;

pub(crate) const CONNECT: &str = "/webhooks/stripe/connect";
const PLATFORM: &str = "/webhooks/stripe";
const NEW: &str = "whsec_connect_new";
const OLD: &str = "whsec_connect_old";
const OURS: &str = "whsec_platform";

/// A way to Stripe that nobody goes: events come without it.
pub(crate) fn stripe() -> StripeConfig {
    StripeConfig {
        key: "sk_test_1".to_owned(),
        url: Some("http://127.0.0.1:9".to_owned()),
        webhook_secrets: vec![OURS.to_owned()],
        connect_secrets: vec![NEW.to_owned(), OLD.to_owned()],
        fee: "1".parse().expect("a rate"),
    }
}

async fn stage() -> (World, Fixture) {
    let world = World::with_config(|config| config.stripe = Some(stripe())).await;
    let cast = Fixture::create(&world).await;
    (world, cast)
}

fn sign(secret: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    let signature = bytes
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("t={seconds},v1={signature}")
}

async fn deliver(browser: &mut Browser, path: &str, header: &str, body: &[u8]) -> Answer {
    let request = Request::builder().method("POST").uri(path);
    let request = request.header("stripe-signature", header);
    let body = axum::body::Body::from(body.to_vec());
    browser.send(request.body(body).expect("a request")).await
}

/// Delivers an event as Stripe does.
pub(crate) async fn post_event(world: &World, browser: &mut Browser, event: &Value) -> Answer {
    let body = serde_json::to_vec(event).expect("JSON");
    let header = sign(NEW, world.now().as_second(), &body);
    let answer = deliver(browser, CONNECT, &header, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer
}

/// The same, and gives what came of it.
pub(crate) async fn send_event(world: &World, browser: &mut Browser, event: &Value) -> String {
    let answer = post_event(world, browser, event).await;
    let said: Value = serde_json::from_str(&answer.body).expect("JSON");
    said["came"].as_str().expect("text").to_owned()
}

/// Delivers an event of the platform's own account, and gives what came of it.
pub(crate) async fn send_platform_event(
    world: &World,
    browser: &mut Browser,
    event: &Value,
) -> String {
    let body = serde_json::to_vec(event).expect("JSON");
    let header = sign(OURS, world.now().as_second(), &body);
    let answer = deliver(browser, PLATFORM, &header, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let said: Value = serde_json::from_str(&answer.body).expect("JSON");
    said["came"].as_str().expect("text").to_owned()
}

/// Delivers such an event until it is taken, as Stripe does.
pub(crate) async fn until_told(world: &World, browser: &mut Browser, event: &Value) {
    let body = serde_json::to_vec(event).expect("JSON");
    loop {
        let header = sign(OURS, world.now().as_second(), &body);
        let answer = deliver(browser, PLATFORM, &header, &body).await;
        if answer.status == StatusCode::OK {
            return;
        }
        assert_eq!(
            answer.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{}",
            answer.body
        );
    }
}

#[expect(clippy::too_many_lines, reason = "one table")]
#[tokio::test(flavor = "multi_thread")]
async fn webhook_with_a_wrong_or_stale_signature_is_refused() {
    let (world, cast) = stage().await;
    let acme = &cast.acme;
    let client = &acme.clients[0];
    let begun = begin(&world, (acme, client), client.invoices.sent, 1).await;
    let before = world.dump().await;
    let now = world.now().as_second();
    let bytes = |event: &Value| serde_json::to_vec(event).expect("JSON");
    let unknown = begun.event(&world, "x", "plan.created", &json!({}));
    let mut platforms = unknown.clone();
    platforms["account"] = Value::Null;
    let mut nobodys = begun.paid(&world, "y");
    nobodys["account"] = "acct_nobody".into();
    let (paid, unknown, platforms) = (
        bytes(&begun.paid(&world, "p")),
        bytes(&unknown),
        bytes(&platforms),
    );
    let nobodys = bytes(&nobodys);
    let mut large = begun.paid(&world, "l");
    large["padding"] = "x".repeat(256 * 1024).into();
    let large = bytes(&large);
    let cut = &paid[..paid.len() - 1];
    let good = sign(NEW, now, &paid);
    let table: [(&str, &str, String, &[u8], u16); 17] = [
        ("unknown", CONNECT, sign(NEW, now, &unknown), &unknown, 200),
        (
            "another secret",
            CONNECT,
            sign(OLD, now, &unknown),
            &unknown,
            200,
        ),
        (
            "the platform's",
            PLATFORM,
            sign(OURS, now, &platforms),
            &platforms,
            200,
        ),
        ("nobody's", CONNECT, sign(NEW, now, &nobodys), &nobodys, 200),
        (
            "forged",
            CONNECT,
            sign("whsec_guess", now, &paid),
            &paid,
            400,
        ),
        (
            "the other way's",
            CONNECT,
            sign(OURS, now, &paid),
            &paid,
            400,
        ),
        (
            "the other way's",
            PLATFORM,
            sign(NEW, now, &platforms),
            &platforms,
            400,
        ),
        ("stale", CONNECT, sign(NEW, now - 301, &paid), &paid, 400),
        (
            "yet to come",
            CONNECT,
            sign(NEW, now + 301, &paid),
            &paid,
            400,
        ),
        ("truncated", CONNECT, good.clone(), cut, 400),
        (
            "signed and truncated",
            CONNECT,
            sign(NEW, now, cut),
            cut,
            400,
        ),
        ("something else", CONNECT, sign(NEW, now, b"[]"), b"[]", 400),
        ("oversized", CONNECT, sign(NEW, now, &large), &large, 413),
        (
            "no account",
            CONNECT,
            sign(NEW, now, &platforms),
            &platforms,
            400,
        ),
        (
            "an account",
            PLATFORM,
            sign(OURS, now, &unknown),
            &unknown,
            400,
        ),
        ("no signature", CONNECT, String::new(), &paid, 400),
        (
            "half a signature",
            CONNECT,
            good[..good.len() - 2].to_owned(),
            &paid,
            400,
        ),
    ];
    // At any address: no workspace is needed, and none is told of.
    for slug in ["acme", "nobody"] {
        let mut browser = world.browser(slug);
        for (what, path, header, body, status) in &table {
            let answer = deliver(&mut browser, path, header, body).await;
            assert_eq!(answer.status.as_u16(), *status, "{what}: {}", answer.body);
            assert!(!answer.body.contains("CANARY"), "{what}");
        }
        let twice = Request::builder().method("POST").uri(CONNECT);
        let twice = twice.header("stripe-signature", &good);
        let twice = twice.header("stripe-signature", &good);
        let twice = twice.body(axum::body::Body::from(paid.clone()));
        let answer = browser.send(twice.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let answer = browser.get(CONNECT).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert!(before == world.dump().await, "something was changed");
    // Without Stripe there is no such way.
    let without = World::new().await;
    let mut browser = without.browser("acme");
    let answer = deliver(&mut browser, CONNECT, &good, &paid).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_and_refund_events_are_booked_once() {
    let (world, cast) = stage().await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let id = client.invoices.sent;
    let begun = begin(&world, (acme, client), id, 1).await;
    let mut browser = world.browser("nobody");
    let shared = client
        .store
        .get_client()
        .await
        .expect("read")
        .expect("a client");
    // What goes back is heard of first, and waits.
    let refund = begun.part(&world, "re1", 1_000, "succeeded");
    assert_eq!(send_event(&world, &mut browser, &refund).await, "waits");
    assert_eq!(send_event(&world, &mut browser, &refund).await, "repeated");
    let paid = begun.paid(&world, "p");
    assert_eq!(send_event(&world, &mut browser, &paid).await, "done");
    let after = invoice_fixture::read_invoice(&client.store, id).await;
    let book = after.invoice.balance;
    assert_eq!(after.invoice.state(), InvoiceState::PartlyRefunded);
    assert_eq!(
        (book.paid, book.refunded, book.fees),
        (begun.amount, 1_000, begun.amount / 100)
    );
    let by: Vec<_> = after
        .entries
        .iter()
        .filter(|row| row.entry.by_name == "Stripe")
        .collect();
    assert_eq!(by.len(), 2);
    // Open pages learn of it.
    let now = client
        .store
        .get_client()
        .await
        .expect("read")
        .expect("a client");
    assert_ne!(shared, now);
    let before = world.dump().await;
    assert_eq!(send_event(&world, &mut browser, &paid).await, "repeated");
    assert!(before == world.dump().await, "it was done twice");
    // The same under another id, as Stripe may tell it too.
    assert_eq!(
        send_event(&world, &mut browser, &begun.paid(&world, "q")).await,
        "done"
    );
    assert_eq!(
        invoice_fixture::read_invoice(&client.store, id)
            .await
            .invoice
            .balance,
        book
    );
    for (event, status, state) in [
        ("dp1", "needs_response", InvoiceState::Disputed),
        ("dp2", "lost", InvoiceState::PartlyRefunded),
        // Heard of late.
        ("dp3", "under_review", InvoiceState::PartlyRefunded),
    ] {
        let event = begun.part(&world, event, 2_000, status);
        assert_eq!(send_event(&world, &mut browser, &event).await, "done");
        assert_eq!(
            invoice_fixture::read_invoice(&client.store, id)
                .await
                .invoice
                .state(),
            state
        );
    }
    let book = invoice_fixture::read_invoice(&client.store, id)
        .await
        .invoice
        .balance;
    assert_eq!((book.refunded, book.disputed), (3_000, 0));
}

#[expect(clippy::too_many_lines, reason = "one table")]
#[tokio::test(flavor = "multi_thread")]
async fn event_of_an_account_reaches_its_own_workspace_only() {
    let (world, cast) = stage().await;
    let (acme, northwind) = (&cast.acme, &cast.northwind);
    let (ours, theirs) = (&acme.clients[0], &northwind.clients[0]);
    let begun = begin(&world, (acme, ours), ours.invoices.sent, 1).await;
    let other = begin(&world, (northwind, theirs), theirs.invoices.sent, 2).await;
    let sibling = begin(
        &world,
        (acme, &acme.clients[1]),
        acme.clients[1].invoices.sent,
        3,
    )
    .await;
    let mut browser = world.browser("nobody");
    let with = |path: &[&str], value: Value| {
        let mut event = begun.paid(&world, "p");
        let mut at = &mut event;
        for name in path {
            at = &mut at[*name];
        }
        *at = value;
        event
    };
    let object = |name| ["data", "object", name];
    let metadata = |name| ["data", "object", "metadata", name];
    let mut moved = begun.paid(&world, "m");
    moved["account"] = other.account.clone().into();
    // Another's account with ids of ours, but its own workspace.
    let mut posing = moved.clone();
    posing["data"]["object"]["metadata"]["workspace"] = json!(northwind.workspace.id);
    let before = world.dump().await;
    for (what, event, came) in [
        ("another's account", moved, "refused"),
        ("another's account, posing", posing, "refused"),
        (
            "another workspace",
            with(&metadata("workspace"), json!(northwind.workspace.id)),
            "refused",
        ),
        (
            "another's invoice",
            with(&metadata("invoice"), json!(theirs.invoices.sent)),
            "refused",
        ),
        (
            "another's client",
            with(&metadata("client"), json!(acme.clients[1].id)),
            "refused",
        ),
        (
            "another's attempt",
            with(&metadata("attempt"), sibling.metadata["attempt"].clone()),
            "refused",
        ),
        (
            "no attempt",
            with(&metadata("attempt"), Value::Null),
            "not_ours",
        ),
        (
            "nothing of ours",
            with(&object("metadata"), json!({})),
            "not_ours",
        ),
        (
            "another session",
            with(&object("id"), "cs_9".into()),
            "refused",
        ),
        (
            "less",
            with(&object("amount_total"), (begun.amount - 1).into()),
            "refused",
        ),
        (
            "another currency",
            with(&object("currency"), "jpy".into()),
            "refused",
        ),
        ("real money", with(&["livemode"], true.into()), "refused"),
    ] {
        assert_eq!(
            send_event(&world, &mut browser, &event).await,
            came,
            "{what}"
        );
    }
    assert!(before == world.dump().await, "something was changed");
    assert_eq!(
        send_event(&world, &mut browser, &begun.paid(&world, "p")).await,
        "done"
    );
    let known = world.dump().await;
    // Another's refund of our payment's name is of another payment.
    let mut refund = begun.part(&world, "re9", 1, "succeeded");
    refund["account"] = other.account.clone().into();
    assert_eq!(send_event(&world, &mut browser, &refund).await, "waits");
    let changed: Vec<_> = world
        .dump()
        .await
        .into_iter()
        .filter(|(key, item)| known.get(key) != Some(item))
        .collect();
    assert!(
        changed
            .iter()
            .all(|((pk, _), _)| *pk == format!("STRIPE#{}", other.account)),
        "{changed:?}"
    );
}
