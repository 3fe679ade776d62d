//! Each function's real binary, spoken to as the Lambda service speaks to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::finding::Status;
use domain::role::TeamRole;
use serde_json::Value;
use store::directory::hash;
use tests::{Cast, World};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

/// The secret of the session that the events carry. It opens nothing but a
/// table that lives as long as this test.
const SESSION: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

struct Exchange {
    event: Value,
    taken: Mutex<bool>,
    answer: Mutex<Option<oneshot::Sender<Value>>>,
}

/// Gives the event once, then lets the function wait.
async fn next(State(exchange): State<Arc<Exchange>>) -> Response {
    let first = !std::mem::replace(&mut *exchange.taken.lock().expect("taken"), true);
    if !first {
        std::future::pending::<()>().await;
    }
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        ),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:1:function:f",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        ),
    ];
    (headers, Json(exchange.event.clone())).into_response()
}

async fn respond(State(exchange): State<Arc<Exchange>>, body: Bytes) {
    let sender = exchange
        .answer
        .lock()
        .expect("answer")
        .take()
        .expect("one answer");
    sender
        .send(serde_json::from_slice(&body).expect("JSON"))
        .expect("somebody waits");
}

fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this binary");
    let debug = test.parent().and_then(Path::parent).expect("target/debug");
    let path = debug.join(name);
    assert!(
        path.exists(),
        "{} isn't built: run `make test`",
        path.display()
    );
    path
}

fn settings(world: &World, api: &str) -> BTreeMap<&'static str, String> {
    let config = &world.app.config;
    let others = world.others_url().to_owned();
    BTreeMap::from([
        ("AWS_LAMBDA_RUNTIME_API", api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", "f".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_ENDPOINT_URL", others.clone()),
        ("AWS_ENDPOINT_URL_DYNAMODB", world.table_url.clone()),
        ("BASE_DOMAIN", config.base_domain.clone()),
        (
            "SECRET_KEY",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
        ),
        ("TABLE_NAME", config.table.clone()),
        ("BUCKET_NAME", config.bucket.clone()),
        ("BUCKET_IN_PATH", "1".to_owned()),
        ("POOL_ID", config.pool.id.clone()),
        ("POOL_CLIENT_ID", config.pool.client_id.clone()),
        ("TOKEN_ISSUER", config.pool.issuer.clone()),
        (
            "JWKS_URL",
            format!("{others}/{}/.well-known/jwks.json", config.pool.id),
        ),
        ("MAIL_FROM", config.mail_from.to_string()),
        ("STRIPE_SECRET_KEY", "sk_test_1".to_owned()),
        ("STRIPE_CONNECT_WEBHOOK_SECRETS", "whsec_1".to_owned()),
    ])
}

/// Starts the binary, hands it `event`, and gives what it answers.
async fn invoke(world: &World, name: &str, event: Value) -> Value {
    let (sender, answer) = oneshot::channel();
    let exchange = Arc::new(Exchange {
        event,
        taken: Mutex::new(false),
        answer: Mutex::new(Some(sender)),
    });
    let api = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(respond),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(respond))
        .with_state(exchange);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let mut child: Child = Command::new(binary(name))
        .env_clear()
        .envs(settings(world, &address))
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the function starts");
    tokio::select! {
        served = axum::serve(listener, api) => panic!("the API ended: {served:?}"),
        ended = child.wait() => panic!("{name} ended: {ended:?}"),
        answer = answer => answer.expect("an answer"),
    }
}

/// The function's file in `events/`, with the ids of this world in it.
fn event(name: &str, ids: &[(&str, String)]) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{name}.json"));
    let mut text = std::fs::read_to_string(&path).expect("an event");
    for (example, id) in ids {
        text = text.replace(example, id);
    }
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_answers_its_event() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    // The binaries have the machine's clock, so the session must be new by it.
    #[allow(clippy::disallowed_methods)]
    let real = jiff::Timestamp::now();
    world
        .session(&acme.workspace, owner, &hash(SESSION), real)
        .await;
    // The ids that the events were written with.
    let ids = [
        ("01K0000000000000000000000C", client.id.to_string()),
        ("01K0000000000000000000000E", client.engagement.to_string()),
        (
            "01K0000000000000000000000F",
            client.findings[&Status::Open].to_string(),
        ),
    ];
    for (name, status, says) in [
        ("auth", 200, "Sign in"),
        ("dashboard", 200, "CANARY-acme-one"),
        ("documents", 200, "Report CANARY-acme-one"),
        ("engagements", 200, "Web test CANARY-acme-one"),
        ("findings", 200, "Injection CANARY-acme-one"),
        ("invites", 200, "Invite to Portal"),
        ("invoices", 200, "Invoice CANARY-acme-one"),
        ("messages", 200, "Hello from CANARY-acme-one"),
        ("settings", 200, "CANARY-acme Ltd"),
        ("webhooks", 400, "the signature doesn't hold"),
    ] {
        let answer = invoke(&world, name, event(name, &ids)).await;
        let body = answer["body"].as_str().unwrap_or_default();
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
        assert!(body.contains(says), "{name}: {body}");
        let csp = &answer["headers"]["content-security-policy"];
        assert!(
            csp.as_str()
                .is_some_and(|csp| csp.starts_with("default-src 'none'")),
            "{name}"
        );
    }
    let answer = invoke(&world, "worker", event("worker", &ids)).await;
    // Every contact of the cast was invited, one of each client waits, and one of each
    // team; each client has files, pictures, messages' files and invoices to look after.
    assert_eq!(answer["taken"], 14 + 3 * 21, "{answer}");
    let waiting = world.mail_to(client.invite.email.as_str()).await;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_a_setting_names_it_and_ends() {
    let world = World::new().await;
    let mut settings = settings(&world, "127.0.0.1:9");
    settings.remove("TABLE_NAME");
    let ended = Command::new(binary("auth"))
        .env_clear()
        .envs(settings)
        .output()
        .await;
    let ended = ended.expect("it ends");
    assert!(!ended.status.success());
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("TABLE_NAME"), "{said}");
}
