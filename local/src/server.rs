//! HTTP: the portal for workspaces' hosts, the development pages for the rest.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use http::{HeaderValue, header};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;
use web::address::ClientAddress;
use web::{App, links};

use crate::invoice_pdf::InvoicePdf;
use crate::problem::{Problem, ProblemContext as _};

/// The host at which Stripe's stand-in has its pages.
pub(crate) const STRIPE: &str = "stripe";
/// How long open requests may take once the server is told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// The addresses that are listened on, all with one port.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) port: u16,
    listeners: Vec<TcpListener>,
}

impl Listeners {
    /// Takes the port on this machine's own addresses: browsers may take either
    /// for `*.localhost`.
    pub(crate) async fn bind(port: u16) -> Result<Self, Problem> {
        let v4 = bind(Ipv4Addr::LOCALHOST.into(), port).await?;
        let v4 = v4.ok_or_else(|| Problem::new("This machine has no address 127.0.0.1."))?;
        let port = v4
            .local_addr()
            .with_problem("The port can't be read")?
            .port();
        let v6 = bind(Ipv6Addr::LOCALHOST.into(), port).await?;
        let listeners = [Some(v4), v6].into_iter().flatten().collect();
        Ok(Self { port, listeners })
    }

    /// Serves until told to stop.
    pub(crate) async fn serve(self, router: Router, stop: watch::Receiver<bool>) {
        let mut serving = JoinSet::new();
        for listener in self.listeners {
            let service = router
                .clone()
                .into_make_service_with_connect_info::<SocketAddr>();
            let mut stop = stop.clone();
            let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
            let serve = axum::serve(listener, service).with_graceful_shutdown(stopped);
            serving.spawn(async move { serve.await });
        }
        let mut stop = stop;
        drop(stop.wait_for(|stop| *stop).await);
        // A page that is still open elsewhere doesn't hold up the end.
        drop(tokio::time::timeout(GRACE, serving.join_all()).await);
    }
}

/// `None` where the machine has no such address.
async fn bind(ip: IpAddr, port: u16) -> Result<Option<TcpListener>, Problem> {
    match TcpListener::bind((ip, port)).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Problem::new(format!(
            "Port {port} is in use by another program.\n\
             Stop that one, or choose another port: make run PORT={}",
            port.saturating_add(1)
        ))),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(Problem::new(format!(
            "Port {port} may not be used by this user. Choose one above 1023: make run PORT=8080"
        ))),
        // IPv6 may be switched off.
        Err(_) if ip.is_ipv6() => Ok(None),
        Err(error) => Err(error).with_problem(format!("Port {port} can't be listened on")),
    }
}

/// Everything that is served, by host.
pub(crate) fn router(
    app: &Arc<App>,
    front: Router,
    stripe: Option<Router>,
    pdf: &Arc<InvoicePdf>,
    assets: &Path,
) -> Router {
    let portal = Router::new()
        .route(links::INVOICE_PDF.team, pdf.route())
        .route(links::INVOICE_PDF.portal, pdf.route())
        .fallback_service(web::router(app, &portal::routes()));
    let base = app.config.base_domain.clone();
    let at_stripe = format!("{STRIPE}.{base}");
    let by_host = tower::service_fn(move |request: Request| {
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        let wanted = if is_front(host, &base) {
            &front
        } else {
            let stripe = stripe.as_ref();
            let stripe = stripe.filter(|_| host.eq_ignore_ascii_case(&at_stripe));
            stripe.unwrap_or(&portal)
        };
        wanted.clone().oneshot(request)
    });
    let assets = Router::new()
        .fallback_service(ServeDir::new(assets))
        .layer(map_response(forever));
    Router::new()
        .nest("/assets", assets)
        .fallback_service(by_host)
        .layer(from_fn(address))
}

/// The address without a workspace, by any of its names.
fn is_front(host: &str, base: &str) -> bool {
    let port = base.rsplit(':').next().unwrap_or_default();
    host.eq_ignore_ascii_case(base)
        || [format!("127.0.0.1:{port}"), format!("[::1]:{port}")].contains(&host.to_owned())
}

/// Built files have their contents' hash in their names, so they never change.
async fn forever(mut response: Response) -> Response {
    let found = response.status().is_success();
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if found {
        let year = HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(header::CACHE_CONTROL, year);
    }
    response
}

/// Tells the portal who sent the request, as the server in front of it does elsewhere.
async fn address(
    ConnectInfo(sender): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: axum::middleware::Next,
) -> Response {
    request.extensions_mut().insert(ClientAddress(sender.ip()));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::is_front;

    #[test]
    fn development_pages_are_at_the_bare_host_only() {
        for host in [
            "localhost:8080",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
        ] {
            assert!(is_front(host, "localhost:8080"), "{host}");
        }
        for host in ["acme.localhost:8080", "localhost:80", "evil.example", ""] {
            assert!(!is_front(host, "localhost:8080"), "{host}");
        }
    }
}
