//! A group of routes as a Lambda function behind an HTTP API.

use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use lambda_http::request::RequestContext;
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};

use crate::address::ClientAddress;
use crate::app::{App, Clock};
use crate::config::Config;
use crate::log;
use crate::route::{Route, router};

/// A start or a run that failed.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a function has, from its environment.
pub async fn app() -> Result<Arc<App>, Failure> {
    log::start("info");
    let config = Config::from_env()?;
    let services = config.services().await?;
    let app = App::new(
        config,
        services,
        Clock::system(),
        StdRng::try_from_rng(&mut SysRng)?,
    )?;
    app.warm().await;
    Ok(Arc::new(app))
}

/// Serves `routes` until the environment is taken down.
pub async fn serve(routes: &'static [Route]) -> Result<(), Failure> {
    let app = app().await?;
    lambda_http::run(router(&app, &[routes]).layer(from_fn(address))).await
}

/// Takes the sender's address from the API's own account of the request.
async fn address(mut request: Request, next: Next) -> Response {
    let source = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context
            .http
            .source_ip
            .as_deref()
            .and_then(|ip| ip.parse().ok()),
        _ => None,
    };
    if let Some(ip) = source {
        request.extensions_mut().insert(ClientAddress(ip));
    }
    next.run(request).await
}
