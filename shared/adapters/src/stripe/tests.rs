//! What goes to Stripe and what is read of its answers, by whole objects of its own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use domain::id::{EntryId, WorkspaceId};

use super::super::StripeEventPage;
use super::*;

const ACCOUNT: &str = include_str!("examples/account.json");
const LINK: &str = include_str!("examples/account_link.json");
const SESSION: &str = include_str!("examples/checkout_session.json");

/// A server that gives these answers, one for each request; an empty one is none at all.
fn server(answers: Vec<(u16, &'static str)>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sent, got) = channel();
    thread::spawn(move || {
        let mut silent = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            sent.send(request(&mut stream)).unwrap();
            if body.is_empty() {
                silent.push(stream);
                continue;
            }
            let length = body.len();
            let head = format!("HTTP/1.1 {status} OK\r\ncontent-length: {length}\r\n");
            let kind = "content-type: application/json\r\nconnection: close\r\n\r\n";
            stream
                .write_all(format!("{head}{kind}{body}").as_bytes())
                .unwrap();
        }
    });
    (url, got)
}

fn request(stream: &mut TcpStream) -> String {
    let (mut all, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut some).unwrap();
        all.extend_from_slice(&some[..n]);
        let text = String::from_utf8_lossy(&all).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |n| n.parse().unwrap()) {
            return String::from_utf8(all).unwrap();
        }
    }
}

/// The pairs of a form, as they are read.
fn form(request: &str) -> HashMap<String, String> {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let plain = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let hex = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn new_session() -> NewCheckoutSession {
    NewCheckoutSession {
        account: "acct_1".into(),
        money: Money::new(12_000, "ISK".parse().unwrap()),
        fee: 120,
        name: "Invoice INV-0001".into(),
        email: "kim@initech.example".into(),
        references: PaymentReferences {
            workspace: Some(WorkspaceId::new(1, 1)),
            attempt: Some(EntryId::new(1, 2)),
            ..PaymentReferences::default()
        },
        success_url: "https://acme.portal.example/invoices/1?paid=1".into(),
        cancel_url: "https://acme.portal.example/invoices/1".into(),
        expires_at: Timestamp::constant(1_769_898_000, 0),
    }
}

#[tokio::test]
async fn session_is_created_once_on_connected_account() {
    let error = r#"{"error":{"type":"api_error","message":"try again"}}"#;
    let (url, got) = server(vec![(500, error), (200, SESSION)]);
    let stripe = Stripe::new("sk_test_1", Some(&url)).unwrap();
    let made = stripe
        .create_session("attempt-1", &new_session())
        .await
        .unwrap();
    assert!(made.id.starts_with("cs_test_") && made.url.is_some() && !made.livemode);
    assert_eq!(made.status, CheckoutStatus::Open);
    let (first, second) = (got.recv().unwrap(), got.recv().unwrap());
    for request in [&first, &second] {
        let (head, _) = request.split_once("\r\n\r\n").unwrap();
        for line in [
            "POST /v1/checkout/sessions HTTP/1.1",
            "authorization: Bearer sk_test_1",
            "stripe-account: acct_1",
            "idempotency-key: attempt-1",
            "stripe-version: 2026-09-30.endive",
        ] {
            assert!(
                head.lines().any(|header| header == line),
                "{line} in {head}"
            );
        }
    }
    let form = form(&second);
    let attempt = EntryId::new(1, 2).to_string();
    for (name, value) in [
        ("mode", "payment"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "isk"),
        // Without decimals, yet counted in hundredths.
        ("line_items[0][price_data][unit_amount]", "1200000"),
        (
            "line_items[0][price_data][product_data][name]",
            "Invoice INV-0001",
        ),
        ("payment_intent_data[application_fee_amount]", "12000"),
        ("payment_intent_data[metadata][attempt]", attempt.as_str()),
        ("metadata[attempt]", attempt.as_str()),
        ("adaptive_pricing[enabled]", "false"),
        ("expires_at", "1769898000"),
    ] {
        assert_eq!(
            form.get(name).map(String::as_str),
            Some(value),
            "{name} in {form:?}"
        );
    }
}

#[tokio::test]
async fn account_is_created_linked_and_read() {
    let (url, got) = server(vec![(200, ACCOUNT), (200, LINK), (200, ACCOUNT)]);
    let stripe = Stripe::new("sk_test_1", Some(&url)).unwrap();
    let account = stripe
        .create_account("connect-1", "ana@acme.example")
        .await
        .unwrap();
    assert!(account.starts_with("acct_"));
    let sent = got.recv().unwrap();
    assert!(sent.contains("idempotency-key: connect-1") && !sent.contains("stripe-account:"));
    assert_eq!(form(&sent)["controller[fees][payer]"], "account");
    let link = stripe
        .create_account_link(&account, "https://a/again", "https://a/back")
        .await
        .unwrap();
    assert!(link.starts_with("https://") && link.contains("/setup/s/acct_"));
    let sent = form(&got.recv().unwrap());
    assert_eq!(
        (sent["type"].as_str(), sent["account"].as_str()),
        ("account_onboarding", account.as_str())
    );
    let flags = stripe.get_account_flags(&account).await.unwrap();
    let reason = Some("requirements.past_due".to_owned());
    assert_eq!(
        flags,
        AccountFlags {
            disabled_reason: reason,
            ..AccountFlags::default()
        }
    );
}

#[tokio::test]
async fn events_are_listed_page_by_page() {
    let first = r#"{"object":"list","has_more":true,"url":"/v1/events","data":[
        {"id":"evt_2","type":"account.updated","created":2,"data":{"object":{"x":null}}},
        {"id":"evt_1","type":"charge.x","created":1,"data":{"object":{"n":1200000}}}]}"#;
    let last = r#"{"object":"list","has_more":false,"url":"/v1/events","data":[]}"#;
    let (url, got) = server(vec![(200, first), (200, last)]);
    let stripe = Stripe::new("sk_test_1", Some(&url)).unwrap();
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::constant(10, 0));
    let types = ["account.updated", "refund.created"];
    let page = stripe
        .list_events(Some("acct_1"), from, to, &types, None)
        .await
        .unwrap();
    assert_eq!(page.next.as_deref(), Some("evt_1"));
    let bodies = page.bodies.iter().map(|body| serde_json::from_slice(body));
    let bodies: Vec<serde_json::Value> = bodies.collect::<Result<_, _>>().unwrap();
    assert_eq!(bodies[1]["data"]["object"]["n"], 1_200_000);
    let next = page.next.as_deref();
    let page = stripe
        .list_events(Some("acct_1"), from, to, &types, next)
        .await
        .unwrap();
    assert_eq!(page, StripeEventPage::default());
    let (first, second) = (got.recv().unwrap(), got.recv().unwrap());
    assert!(first.contains("stripe-account: acct_1"), "{first}");
    for (request, part) in [
        (&first, "created[gte]=0&created[lte]=10"),
        (&first, "types[1]=refund.created&limit=100"),
        (&second, "&starting_after=evt_1"),
    ] {
        let line = request.lines().next().unwrap();
        let line = line.replace("%5B", "[").replace("%5D", "]");
        assert!(
            line.starts_with("GET /v1/events?") && line.contains(part),
            "{line}"
        );
    }
}

#[tokio::test]
async fn request_without_answer_times_out_and_refusal_is_not_repeated() {
    let (url, got) = server(vec![(200, ""), (200, "")]);
    let stripe = Stripe::with_timeout(Duration::from_millis(200), "sk_test_1", Some(&url)).unwrap();
    let failed = stripe.create_session("attempt-1", &new_session()).await;
    assert_eq!(
        failed.unwrap_err().to_string(),
        "CreateCheckoutSession failed"
    );
    assert_eq!(got.iter().take(2).count(), 2);
    let refused = r#"{"error":{"type":"invalid_request_error","message":"no"}}"#;
    let (url, got) = server(vec![(400, refused)]);
    let stripe = Stripe::new("sk_live_1", Some(&url)).unwrap();
    assert!(stripe.is_live());
    assert!(stripe.expire_session("acct_1", "cs_1").await.is_err());
    assert_eq!(got.iter().count(), 1);
}
