//! Somebody's browser at the development server, over the network.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Connections that all visitors share.
pub(crate) type SharedClient = Client<HttpConnector, Body>;

/// What came of a request: `status` is `None` where nothing answered.
pub(crate) struct PageVisit {
    pub(crate) status: Option<StatusCode>,
    pub(crate) took: Duration,
    pub(crate) location: String,
    pub(crate) body: String,
}

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Visitor {
    net: SharedClient,
    /// `acme.localhost:8080`.
    host: String,
    cookies: BTreeMap<String, String>,
}

pub(crate) fn net() -> SharedClient {
    Client::builder(TokioExecutor::new()).build_http()
}

impl Visitor {
    /// Of a workspace at this address.
    pub(crate) fn new(net: &SharedClient, address: &str) -> Self {
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        Self {
            net: net.clone(),
            host: host.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Signs in; gives whether that went well.
    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> bool {
        let page = self.get("/sign-in").await;
        let fields = [("email", email), ("password", password), ("next", "/")];
        let answer = self.post("/sign-in", &page.body, &fields).await;
        answer.location == "/"
    }

    pub(crate) async fn get(&mut self, path: &str) -> PageVisit {
        self.send(Method::GET, path, String::new()).await
    }

    /// Sends a form, with the token of the page that holds it.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        page: &str,
        fields: &[(&str, &str)],
    ) -> PageVisit {
        let token = between(page, "name=\"csrf\" value=\"", "\"").unwrap_or_default();
        let body = form(&token, fields);
        self.send(Method::POST, path, body).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> PageVisit {
        let (_, port) = self.host.rsplit_once(':').expect("a port");
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("http://127.0.0.1:{port}{path}"))
            .header(header::HOST, &self.host)
            .header(header::COOKIE, cookies.join("; "));
        if method == Method::POST {
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, format!("http://{}", self.host))
                .header("sec-fetch-site", "same-origin");
        }
        let begun = Instant::now();
        let answer = self
            .net
            .request(request.body(Body::from(body)).expect("a request"))
            .await;
        let nothing = |took| PageVisit {
            status: None,
            took,
            location: String::new(),
            body: String::new(),
        };
        let Ok(answer) = answer else {
            return nothing(begun.elapsed());
        };
        let (parts, body) = answer.into_parts();
        let Ok(body) = body.collect().await else {
            return nothing(begun.elapsed());
        };
        let took = begun.elapsed();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().ok().and_then(|text| text.split(';').next());
            if let Some((name, value)) = pair.and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = parts
            .headers
            .get(header::LOCATION)
            .and_then(|to| to.to_str().ok());
        PageVisit {
            status: Some(parts.status),
            took,
            location: location.unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        }
    }
}

fn form(token: &str, fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", token).extend_pairs(fields);
    form.finish()
}

/// What stands between two texts, as it reads in a browser.
pub(crate) fn between(page: &str, before: &str, after: &str) -> Option<String> {
    let rest = page.split_once(before)?.1;
    let found = rest.split_once(after)?.0;
    Some(found.replace("&#x2F;", "/").replace("&amp;", "&"))
}
