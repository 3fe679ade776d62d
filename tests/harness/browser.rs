//! A browser, as far as a server can tell: cookies, origin, forms with tokens.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use domain::id::Id;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use store::{CapacityUsed, RequestTimings, sha256_hex};
use tower::ServiceExt as _;
use web::address::ClientAddress;
use web::{App, FormPlace, Route};

use crate::route_groups::route_groups;

/// Somebody's browser at one workspace's address.
#[derive(Clone)]
pub struct Browser {
    /// What it would send back.
    pub cookies: BTreeMap<String, String>,
    /// Where it comes from.
    pub address: IpAddr,
    app: Arc<App>,
    router: Router,
    host: String,
}

/// A response, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Its text, as far as it is text.
    pub body: String,
    /// What it cost.
    pub spent: CapacityUsed,
    /// Where its time went.
    pub took: RequestTimings,
}

impl Browser {
    pub(crate) fn new(app: Arc<App>, router: Router, slug: &str) -> Self {
        let host = format!("{slug}.{}", app.config.base_domain);
        Self {
            cookies: BTreeMap::new(),
            address: Ipv4Addr::new(192, 0, 2, 7).into(),
            app,
            router,
            host,
        }
    }

    /// The same browser, its cookies brought to another workspace's address.
    #[must_use]
    pub fn at_workspace(&self, slug: &str) -> Self {
        let host = format!("{slug}.{}", self.app.config.base_domain);
        Self {
            host,
            ..self.clone()
        }
    }

    /// The same browser, served by `app` with these routes.
    #[must_use]
    pub fn served_as(&self, app: &Arc<App>, routes: &'static [Route]) -> Self {
        Self {
            app: Arc::clone(app),
            router: web::router(app, &[routes]),
            ..self.clone()
        }
    }

    /// The same browser, served by another process.
    #[must_use]
    pub fn served_by(&self, app: &Arc<App>) -> Self {
        Self {
            app: Arc::clone(app),
            router: web::router(app, &route_groups()),
            ..self.clone()
        }
    }

    /// The token that the forms of this browser carry.
    pub fn csrf(&self) -> String {
        self.app.secrets().csrf(&self.binding())
    }

    /// The id of what the form `sent` makes, where whoever is signed in sends it to `path`.
    pub async fn form_id<K>(&self, path: &str, sent: Id<K>) -> Id<K> {
        let (slug, now) = (self.host.split('.').next(), self.app.clock.now());
        let slug = slug.unwrap_or_default().parse().expect("a slug");
        let (directory, hash) = (self.app.directory(), self.binding());
        let session = directory.find_session(&hash, &slug, now, false).await;
        let session = session.expect("the table").expect("a session");
        let (actor, secrets) = (session.actor(), self.app.secrets());
        let place = FormPlace {
            workspace: Some(actor.workspace),
            sender: &actor.user.to_string(),
            path,
        };
        secrets.form_id(place, sent.of_kind(), now).of_kind()
    }

    /// What its forms are bound to.
    fn binding(&self) -> String {
        let session = self
            .cookies
            .get("__Host-sid")
            .map(|token| sha256_hex(token));
        let binding = session.or_else(|| self.cookies.get("__Host-pre").cloned());
        binding.unwrap_or_default()
    }

    /// A request as this browser would send it.
    pub fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("x-portal-host", &self.host)
            .extension(ClientAddress(self.address));
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method != "GET" {
            request = request
                .header(header::ORIGIN, format!("https://{}", self.host))
                .header("sec-fetch-site", "same-origin");
        }
        request
    }

    /// Sends a request and keeps the cookies of the answer.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("plain text");
            let pair = text.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: parts.status,
            spent: parts
                .extensions
                .get::<CapacityUsed>()
                .copied()
                .unwrap_or_default(),
            took: parts
                .extensions
                .get::<RequestTimings>()
                .copied()
                .unwrap_or_default(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Fetches an address as a script does that wants data.
    pub async fn get_json(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path);
        let request = request.header(header::ACCEPT, "application/json");
        self.send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// Sends a form, with its token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        if self.cookies.is_empty() {
            self.get("/sign-in").await;
        }
        let csrf = self.csrf();
        let form = {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("csrf", &csrf).extend_pairs(fields);
            form.finish()
        };
        self.post_text(path, form).await
    }

    /// Sends a form as a script does, which wants data.
    pub async fn post_json(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf()).extend_pairs(fields);
        let request = self
            .request("POST", path)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = Body::from(form.finish());
        self.send(request.body(body).expect("a request")).await
    }

    /// Sends a form as it stands.
    pub async fn post_text(&mut self, path: &str, form: String) -> Answer {
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form)).expect("a request"))
            .await
    }

    /// Uploads a file, with the form's token and id.
    pub async fn upload(&mut self, path: &str, id: &str, name: &str, bytes: &[u8]) -> Answer {
        self.upload_with(path, &[("id", id)], name, bytes).await
    }

    /// Uploads a file, with the form's token and fields.
    pub async fn upload_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        name: &str,
        bytes: &[u8],
    ) -> Answer {
        let csrf = self.csrf();
        let mut body = Vec::new();
        for (field, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            let part = format!(
                "--b\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/xml\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let request = self
            .request("POST", path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }
}

impl Answer {
    /// Where it leads.
    pub fn location(&self) -> &str {
        let location = self.headers.get(header::LOCATION);
        location.and_then(|to| to.to_str().ok()).unwrap_or_default()
    }

    /// Whether it did what was asked: a page, or the way to one.
    pub fn is_good(&self) -> bool {
        let to_sign_in = self.location().starts_with("/sign-in");
        self.status.is_success() || (self.status == StatusCode::SEE_OTHER && !to_sign_in)
    }

    /// The text without the id of the request, which is new each time.
    pub fn without_id(&self) -> String {
        let id = self
            .headers
            .get("x-request-id")
            .and_then(|id| id.to_str().ok());
        self.body.replace(id.unwrap_or("-"), "ID")
    }
}
