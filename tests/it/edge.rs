//! Behind the distribution: who is let in, and whose word counts for who sent it.

use axum::Extension;
use axum::routing::get;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tests::{Fixture, World, log_lines};
use tower::ServiceExt as _;
use web::address::ClientAddress;
use web::lambda::{SECRET, VIEWER, service};
use web::{Audience, Route};

/// Says whom the product takes the sender for.
const ECHO: &[Route] = &[Route::get("/sender", Audience::Public, || get(sender))];

async fn sender(address: Option<Extension<ClientAddress>>) -> String {
    address.map_or_else(String::new, |Extension(address)| address.0.to_string())
}

async fn ask(world: &World, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request = Request::get("/sender").header("x-portal-host", "acme.portal.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(String::new()).expect("a request");
    let answer = service(&world.app, ECHO)
        .oneshot(request.map(axum::body::Body::from))
        .await;
    let answer = answer.expect("an answer");
    let status = answer.status();
    let body = answer
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn request_without_the_origin_secret_is_refused() {
    let secrets = vec!["new-secret".to_owned(), "former-secret".to_owned()];
    let world = World::with_config(|config| config.origin_secrets = secrets).await;
    Fixture::create(&world).await;
    let viewer = (VIEWER, "203.0.113.9");
    for secret in ["new-secret", "former-secret"] {
        let got = ask(&world, &[(SECRET, secret), viewer]).await;
        assert_eq!(got, (StatusCode::OK, "203.0.113.9".to_owned()), "{secret}");
    }
    let six = ask(&world, &[(SECRET, "new-secret"), (VIEWER, "2001:db8::7")]).await;
    assert_eq!(six.1, "2001:db8::7");
    let none = ask(&world, &[(SECRET, "new-secret"), (VIEWER, "somebody")]).await;
    assert_eq!(none, (StatusCode::OK, String::new()));
    for headers in [
        &[viewer][..],
        &[(SECRET, ""), viewer],
        &[(SECRET, "new-secre"), viewer],
        &[(SECRET, "new-secret,former-secret"), viewer],
        &[(SECRET, "new-secret"), (SECRET, "new-secret"), viewer],
    ] {
        let got = ask(&world, headers).await;
        assert_eq!(got, (StatusCode::FORBIDDEN, String::new()), "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_distribution_viewer_headers_are_ignored() {
    let world = World::new().await;
    Fixture::create(&world).await;
    let got = ask(&world, &[(VIEWER, "203.0.113.9")]).await;
    assert_eq!(got, (StatusCode::OK, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn request_id_of_an_error_page_is_in_the_log() {
    let world = World::new().await;
    Fixture::create(&world).await;
    let answer = world.browser("acme").get("/no-such-page").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let shown = answer.body.split("Request ").nth(1).expect("an id");
    let shown = shown.split('<').next().expect("an end");
    let log = log_lines();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let found = lines.filter(|line| line["request_id"] == shown);
    assert!(found.count() > 0, "{shown}");
}
