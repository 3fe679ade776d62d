//! The bucket, spoken to as a browser speaks to it.

use axum::body::{Body, Bytes};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Fetches what is at an address.
pub async fn fetch(url: &str) -> (StatusCode, HeaderMap, Bytes) {
    send(Request::get(url).body(Body::empty()).expect("a request")).await
}

/// Sends a file by a form that a page was given, with some of its fields changed.
pub async fn put_file(
    offer: &Value,
    changes: &[(&str, &str)],
    bytes: &[u8],
) -> (StatusCode, String) {
    let mut body = Vec::new();
    for (name, value) in offer["fields"].as_object().expect("fields") {
        let change = changes.iter().find(|(changed, _)| changed == name);
        let value = change.map_or_else(|| value.as_str().expect("text"), |(_, value)| *value);
        let part =
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n",
    );
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = Request::post(offer["url"].as_str().expect("an address"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body));
    let (status, _, said) = send(request.expect("a request")).await;
    (status, String::from_utf8_lossy(&said).into_owned())
}

async fn send(request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let answer = client.request(request).await.expect("an answer");
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (parts.status, parts.headers, body)
}
