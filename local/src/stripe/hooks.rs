//! The way to the product's own endpoints.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use http::{Request, header};
use tower::ServiceExt as _;
use web::address::ClientAddress;

/// The product, as events reach it.
#[derive(Debug, Clone)]
pub struct Hooks {
    pub router: Router,
    /// The header by which it knows its host.
    pub host_header: String,
    /// The host at which it takes events.
    pub host: String,
}

impl Hooks {
    /// Posts an event, and gives the answer's status; 0 where there is none.
    pub(super) async fn post(&self, connect: bool, (body, signature): (Vec<u8>, String)) -> u16 {
        let path = if connect {
            "/webhooks/stripe/connect"
        } else {
            "/webhooks/stripe"
        };
        let request = Request::post(path)
            .header(self.host_header.as_str(), &self.host)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(
                header::USER_AGENT,
                "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            )
            .header("stripe-signature", signature)
            .extension(ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)))
            .body(Body::from(body));
        let Ok(request) = request else { return 0 };
        match self.router.clone().oneshot(request).await {
            Ok(response) => response.status().as_u16(),
            Err(never) => match never {},
        }
    }
}
