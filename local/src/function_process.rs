//! A function's program, spoken to as the Lambda service speaks to it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::task::JoinSet;
use web::Config;

use crate::problem::{Problem, ProblemContext as _};
use crate::stand_ins::{KEY, REGION};

/// A program that polls for events. It ends when this is dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    child: Child,
    events: mpsc::UnboundedSender<Invocation>,
    runtime_api: Arc<RuntimeApi>,
    /// Ends with this.
    _serving: JoinSet<()>,
}

#[derive(Debug)]
struct Invocation {
    event: Value,
    answer: oneshot::Sender<Value>,
}

/// Lambda's runtime API, version 2018-06-01, for one execution environment:
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.
#[derive(Debug)]
struct RuntimeApi {
    events: AsyncMutex<mpsc::UnboundedReceiver<Invocation>>,
    unanswered: Mutex<HashMap<String, oneshot::Sender<Value>>>,
    first_poll: OnceLock<Instant>,
}

impl FunctionProcess {
    /// Starts `program` with nothing but `environment` and the address of the runtime API.
    pub async fn start(
        program: &Path,
        environment: &BTreeMap<&'static str, String>,
    ) -> Result<Self, Problem> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.with_problem("There is no free port")?;
        let address = listener
            .local_addr()
            .with_problem("The port can't be read")?;
        let (events, received) = mpsc::unbounded_channel();
        let runtime_api = Arc::new(RuntimeApi {
            events: AsyncMutex::new(received),
            unanswered: Mutex::default(),
            first_poll: OnceLock::new(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(answer))
            .with_state(Arc::clone(&runtime_api));
        let child = Command::new(program)
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0) // a Ctrl-C in the terminal is for the server alone
            .kill_on_drop(true)
            .spawn()
            .with_problem(format!("{} can't be started", program.display()))?;
        let mut serving = JoinSet::new();
        serving.spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self {
            child,
            events,
            runtime_api,
            _serving: serving,
        })
    }

    /// Hands `event` over, and gives the answer; a problem where the program ends instead.
    pub async fn invoke(&mut self, event: Value) -> Result<Value, Problem> {
        let (sender, answer) = oneshot::channel();
        let invocation = Invocation {
            event,
            answer: sender,
        };
        let gone = || Problem::new("The function doesn't poll any more.");
        self.events.send(invocation).map_err(|_| gone())?;
        tokio::select! {
            answer = answer => answer.map_err(|_| gone()),
            ended = self.child.wait() => {
                let status = ended.with_problem("The function's end can't be read")?;
                Err(Problem::new(format!("The function ended: {status}.")))
            }
        }
    }

    /// When it asked for its first event.
    pub fn first_poll(&self) -> Option<Instant> {
        self.runtime_api.first_poll.get().copied()
    }

    /// The id of its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }
}

/// Gives the next event, once there is one.
async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    api.first_poll.get_or_init(Instant::now);
    let Some(invocation) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let mut unanswered = api
        .unanswered
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let id = format!("00000000-0000-4000-8000-{:012x}", unanswered.len());
    unanswered.insert(id.clone(), invocation.answer);
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
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
    (headers, Json(invocation.event)).into_response()
}

/// Takes the answer of an event, or its error.
async fn answer(
    State(api): State<Arc<RuntimeApi>>,
    UrlPath(id): UrlPath<String>,
    body: Bytes,
) -> StatusCode {
    let mut unanswered = api
        .unanswered
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let (Some(waiting), Ok(answer)) = (unanswered.remove(&id), serde_json::from_slice(&body))
    else {
        return StatusCode::BAD_REQUEST;
    };
    // Whoever asked may be gone.
    drop(waiting.send(answer));
    StatusCode::ACCEPTED
}

/// The environment of a function that shares a table and stand-ins with `config`'s process.
/// `name` says which function the program is.
pub fn function_environment(
    name: &str,
    config: &Config,
    (table_url, others_url): (&str, &str),
) -> BTreeMap<&'static str, String> {
    let text = str::to_owned;
    let jwks = format!("{others_url}/{}/.well-known/jwks.json", config.pool.id);
    BTreeMap::from([
        ("_HANDLER", text(name)),
        ("AWS_LAMBDA_FUNCTION_NAME", text(name)),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("1024")),
        ("AWS_LAMBDA_FUNCTION_VERSION", text("1")),
        ("AWS_REGION", text(REGION)),
        ("AWS_ACCESS_KEY_ID", text(KEY)),
        ("AWS_SECRET_ACCESS_KEY", text(KEY)),
        ("AWS_ENDPOINT_URL", text(others_url)),
        ("AWS_ENDPOINT_URL_DYNAMODB", text(table_url)),
        ("BASE_DOMAIN", config.base_domain.clone()),
        ("SCHEME", config.scheme.clone()),
        ("HOST_HEADER", config.host_header.clone()),
        ("SECRET_KEY", BASE64_STANDARD.encode(config.secret_key)),
        ("TABLE_NAME", config.table.clone()),
        ("BUCKET_NAME", config.bucket.clone()),
        ("BUCKET_IN_PATH", text("1")),
        ("POOL_ID", config.pool.id.clone()),
        ("POOL_CLIENT_ID", config.pool.client_id.clone()),
        ("TOKEN_ISSUER", config.pool.issuer.clone()),
        ("JWKS_URL", jwks),
        ("MAIL_FROM", config.mail_from.to_string()),
    ])
}
