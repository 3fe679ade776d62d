//! A function's binary, spoken to as the Lambda service speaks to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::finding::FindingStatus;
use domain::role::{ContactRole, TeamRole};
use serde_json::Value;
use store::sha256_hex;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use crate::fixture::Fixture;
use crate::world::World;

/// Every function, by the name of its crate and of its policy.
pub const FUNCTIONS: [&str; 15] = [
    "auth",
    "billing",
    "dashboard",
    "documents",
    "engagements",
    "findings",
    "invites",
    "invoice-pdf",
    "invoices",
    "messages",
    "payments",
    "settings",
    "signup",
    "webhooks",
    "worker",
];

/// The secret of the session that the events carry. It opens nothing but a
/// table that lives as long as this process.
const SESSION: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

/// What came of an invocation.
#[derive(Debug)]
pub struct Invoked {
    /// What the function answered.
    pub answer: Value,
    /// From its start until it asked for work.
    pub ready: Duration,
    /// From its start until it had answered.
    pub answered: Duration,
    /// The most memory that it had in use, in bytes; `None` where the system doesn't
    /// tell.
    pub peak: Option<u64>,
}

struct Exchange {
    event: Value,
    begun: Instant,
    ready: Mutex<Option<Duration>>,
    answer: Mutex<Option<oneshot::Sender<(Value, Duration)>>>,
}

/// Gives the event once, then lets the function wait.
async fn next(State(exchange): State<Arc<Exchange>>) -> Response {
    let took = exchange.begun.elapsed();
    let before = exchange.ready.lock().expect("ready").replace(took);
    if let Some(first) = before {
        *exchange.ready.lock().expect("ready") = Some(first);
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
    let took = exchange.begun.elapsed();
    let sender = exchange.answer.lock().expect("answer").take();
    let answer = serde_json::from_slice(&body).expect("JSON");
    let sent = sender.expect("one answer").send((answer, took));
    sent.expect("somebody waits");
}

/// Where cargo puts the binaries of the profile that this process was built by.
pub fn binaries() -> PathBuf {
    let this = std::env::current_exe().expect("this binary");
    let folder = this.parent().and_then(Path::parent);
    folder.expect("target/<profile>").to_owned()
}

/// What a function in a world is told by its environment; `api` is where its work
/// comes from.
pub fn settings(world: &World, api: &str) -> BTreeMap<&'static str, String> {
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

/// Starts a binary, hands it `event`, and gives what it answers.
pub async fn invoke(world: &World, binary: &Path, event: Value) -> Invoked {
    let there = binary.exists();
    assert!(there, "{} isn't built", binary.display());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (sender, answer) = oneshot::channel();
    let mut command = Command::new(binary);
    command.env_clear().envs(settings(world, &address));
    command.stdout(Stdio::null()).kill_on_drop(true);
    let exchange = Arc::new(Exchange {
        event,
        begun: Instant::now(),
        ready: Mutex::default(),
        answer: Mutex::new(Some(sender)),
    });
    let api = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(respond),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(respond))
        .with_state(Arc::clone(&exchange));
    let mut child: Child = command.spawn().expect("the function starts");
    let (answer, answered) = tokio::select! {
        served = axum::serve(listener, api) => panic!("the API ended: {served:?}"),
        ended = child.wait() => panic!("{} ended: {ended:?}", binary.display()),
        answer = answer => answer.expect("an answer"),
    };
    let ready = exchange.ready.lock().expect("ready").expect("it asked");
    Invoked {
        answer,
        ready,
        answered,
        peak: child.id().and_then(peak_memory),
    }
}

/// The most memory that a process had in use: `VmHWM` of proc(5).
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The event of a function in `events/`, with the ids of this world in it.
pub fn event(cast: &Fixture, name: &str) -> Value {
    let client = &cast.acme.clients[0];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{name}.json"));
    let mut text = std::fs::read_to_string(&path).expect("an event");
    // What the events were written with.
    for (example, id) in [
        ("01K0000000000000000000000C", client.id.to_string()),
        ("01K0000000000000000000000E", client.engagement.to_string()),
        (
            "01K0000000000000000000000F",
            client.findings[&FindingStatus::Open].to_string(),
        ),
        (
            "01K00000000000000000000001",
            client.invoices.sent.to_string(),
        ),
        (
            "01K0000000000000000000000W",
            cast.acme.workspace.id.to_string(),
        ),
        (
            "ana@initech.example",
            client.contact(ContactRole::Viewer).email.to_string(),
        ),
    ] {
        text = text.replace(example, &id);
    }
    serde_json::from_str(&text).expect("JSON")
}

/// Opens the session that the events carry.
pub async fn open_session(world: &World, cast: &Fixture) {
    let owner = cast.acme.member(TeamRole::Owner);
    // The binaries have the machine's clock, so the session must be new by it.
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests alone")]
    let real = jiff::Timestamp::now();
    let hash = sha256_hex(SESSION);
    let opened = world.session(&cast.acme.workspace, owner, &hash, real);
    opened.await;
}
