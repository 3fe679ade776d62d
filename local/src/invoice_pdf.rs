//! The function that sets invoices as PDF: a program of its own. It is built behind the
//! server's back, for typesetting takes as long to build as a third of everything else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, any};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use tokio::process::Command;
use tokio::sync::{Mutex, watch};
use web::address::ClientAddress;

use crate::function_process::FunctionProcess;
use crate::problem::{Problem, ProblemContext as _};

const NAME: &str = "invoice-pdf";

/// The function, started at its first request.
#[derive(Debug)]
pub(crate) struct InvoicePdf {
    built: Shared<BoxFuture<'static, Result<PathBuf, String>>>,
    environment: BTreeMap<&'static str, String>,
    process: Mutex<Option<FunctionProcess>>,
}

impl InvoicePdf {
    pub(crate) fn new(environment: BTreeMap<&'static str, String>) -> Self {
        let built = async { build().await.map_err(|problem| problem.to_string()) };
        Self {
            built: built.boxed().shared(),
            environment,
            process: Mutex::default(),
        }
    }

    /// Builds the program, until told to stop. Requests that come before wait for it.
    pub(crate) async fn build(&self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            built = self.built.clone() => {
                if let Err(problem) = built {
                    eprintln!("{problem}");
                }
            }
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    /// Answers requests by the function.
    pub(crate) fn route(self: &Arc<Self>) -> MethodRouter {
        any(forward).with_state(Arc::clone(self))
    }

    async fn answer(&self, event: Value) -> Result<Response, Problem> {
        let program = self.built.clone().await.map_err(Problem::new)?;
        let mut process = self.process.lock().await;
        let mut running = match process.take() {
            Some(running) => running,
            None => FunctionProcess::start(&program, &self.environment).await?,
        };
        let answer = running.invoke(event).await?;
        *process = Some(running);
        response(&answer).ok_or_else(|| Problem::new(format!("{NAME} failed: {answer}")))
    }
}

/// Builds the program with the features of the whole workspace, as the server was built.
async fn build() -> Result<PathBuf, Problem> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--locked", "--quiet", "--workspace", "--bin", NAME])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    let built = cargo
        .output()
        .await
        .with_problem("cargo can't be started")?;
    if !built.status.success() {
        let log = String::from_utf8_lossy(&built.stderr);
        return Err(Problem::new(format!("{NAME} can't be built:\n{log}")));
    }
    let server = std::env::current_exe().with_problem("The server's own path can't be read")?;
    Ok(server.with_file_name(NAME))
}

async fn forward(State(function): State<Arc<InvoicePdf>>, request: Request) -> Response {
    match function.answer(event(&request)).await {
        Ok(response) => response,
        Err(problem) => {
            eprintln!("{problem}");
            let words = "The PDF can't be made. The server's terminal says why.";
            (StatusCode::BAD_GATEWAY, words).into_response()
        }
    }
}

/// A request without a body as an HTTP API hands it on: payload format 2.0,
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.
fn event(request: &Request) -> Value {
    let mut headers = Map::new();
    let mut cookies = Vec::new();
    for (name, value) in request.headers() {
        let Ok(value) = value.to_str() else { continue };
        if name == header::COOKIE {
            cookies.extend(value.split("; ").map(Value::from));
        } else {
            headers.insert(name.to_string(), Value::from(value));
        }
    }
    let sender = request.extensions().get::<ClientAddress>();
    let (method, path) = (request.method().as_str(), request.uri().path());
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.uri().query().unwrap_or_default(),
        "cookies": cookies,
        "headers": headers,
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": sender.map(|sender| sender.0.to_string()),
            },
            "requestId": "local",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": false,
    })
}

/// The response in an answer of that format; `None` where the function failed.
fn response(answer: &Value) -> Option<Response> {
    let status = u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?;
    let body = answer
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_binary = answer.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    let body = if is_binary {
        BASE64_STANDARD.decode(body).ok()?
    } else {
        body.as_bytes().to_vec()
    };
    let mut response = (StatusCode::from_u16(status).ok()?, body).into_response();
    for (name, value) in answer.get("headers").and_then(Value::as_object)? {
        let name = HeaderName::try_from(name).ok()?;
        let value = HeaderValue::try_from(value.as_str()?).ok()?;
        response.headers_mut().insert(name, value);
    }
    for cookie in answer
        .get("cookies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let value = HeaderValue::try_from(cookie.as_str()?).ok()?;
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Some(response)
}
