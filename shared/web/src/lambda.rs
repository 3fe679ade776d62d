//! A group of routes as a Lambda function behind an HTTP API.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use lambda_http::lambda_runtime::run;
use lambda_http::request::RequestContext;
use lambda_http::{Adapter, LambdaEvent, Service as _, service_fn};
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};
use serde_json::{Value, from_value, to_value};
use subtle::{Choice, ConstantTimeEq as _};

use crate::address::ClientAddress;
use crate::app::{App, Clock};
use crate::config::Config;
use crate::form_address::RouteAddress;
use crate::log;
use crate::render::Renderer;
use crate::request_log::TraceId;
use crate::route::Route;
use crate::router::{router, router_among};
use crate::services::{Services, lambda_sdk_config};

/// What the distribution sends with each request, to be known by.
pub const SECRET: &str = "x-portal-secret";
/// Who sent the request, as the distribution says.
pub const VIEWER: &str = "x-portal-viewer";

/// A start or a run that failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a function has, from its environment. It renders templates of `folder`.
pub fn app(folder: &str) -> Result<Arc<App>, Failure> {
    log::init(
        Config::log_settings(),
        Config::function_name(),
        std::io::stdout,
    );
    let config = Config::from_env()?;
    let services = Services::from_sdk_config(&config, &lambda_sdk_config()?)?;
    let rng = StdRng::try_from_rng(&mut SysRng)?;
    let renderer = Renderer::for_folder(folder)?;
    let app = App::new(config, services, renderer, Clock::system(), rng);
    Ok(Arc::new(app))
}

/// Serves `routes` until the environment is taken down.
pub async fn serve(app: &Arc<App>, routes: &'static [Route]) -> Result<(), Failure> {
    lambda_http::run(service(app, routes)).await
}

/// Serves `routes`, and answers what no function has a route for: the API's default. `known`
/// are the addresses of all functions.
pub async fn serve_default(
    app: &Arc<App>,
    routes: &'static [Route],
    known: impl Iterator<Item = RouteAddress>,
) -> Result<(), Failure> {
    lambda_http::run(behind_origin(app, router_among(app, &[routes], known))).await
}

/// Serves `routes`, and does `work` for what no API sends: an event of a schedule.
pub async fn serve_with_writer<W>(
    app: &Arc<App>,
    routes: &'static [Route],
    work: W,
) -> Result<(), Failure>
where
    W: AsyncFn(Arc<App>, Value) -> Result<Value, Failure>,
{
    let api = Adapter::from(service(app, routes));
    let work = &work;
    let serve = service_fn(|event: LambdaEvent<Value>| {
        let (app, mut api) = (Arc::clone(app), api.clone());
        async move {
            // The API puts it into each request, whoever sends it.
            if event.payload.get("requestContext").is_none() {
                return work(app, event.payload).await;
            }
            let request = LambdaEvent::new(from_value(event.payload)?, event.context);
            Ok::<_, Failure>(to_value(api.call(request).await?)?)
        }
    });
    run(serve).await
}

/// Routes as an API calls them: only for the distribution, if it has a secret.
pub fn service(app: &Arc<App>, routes: &'static [Route]) -> Router {
    behind_origin(app, router(app, &[routes]))
}

fn behind_origin(app: &Arc<App>, router: Router) -> Router {
    router.layer(from_fn_with_state(Arc::clone(app), verify_origin))
}

/// Lets through what came by the distribution, and takes the sender's address from
/// whoever is to be believed: the distribution, or without one the API itself.
async fn verify_origin(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let secrets = &app.config.origin_secrets;
    let extensions = request.extensions();
    let trace = extensions.get::<lambda_http::Context>();
    let trace = trace.and_then(|context| context.xray_trace_id.clone());
    let sender: Option<IpAddr> = if secrets.is_empty() {
        match extensions.get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                let ip = context.http.source_ip.as_deref();
                ip.and_then(|ip| ip.parse().ok())
            }
            _ => None,
        }
    } else if has_origin_secret(request.headers(), secrets) {
        let viewer = request.headers().get(VIEWER);
        let viewer = viewer.and_then(|viewer| viewer.to_str().ok());
        viewer.and_then(|viewer| viewer.parse().ok())
    } else {
        tracing::warn!("a request came past the distribution");
        return StatusCode::FORBIDDEN.into_response();
    };
    if let Some(ip) = sender {
        request.extensions_mut().insert(ClientAddress(ip));
    }
    if let Some(trace) = trace {
        request.extensions_mut().insert(TraceId(trace));
    }
    next.run(request).await
}

/// Whether the one secret that was sent is one of ours, in a time that tells nothing.
fn has_origin_secret(headers: &HeaderMap, secrets: &[String]) -> bool {
    let mut sent = headers.get_all(SECRET).iter();
    let (Some(sent), None) = (sent.next(), sent.next()) else {
        return false;
    };
    let same = secrets
        .iter()
        .map(|secret| secret.as_bytes().ct_eq(sent.as_bytes()));
    same.fold(Choice::from(0), |any, one| any | one).into()
}
