//! What every request passes: origin, tokens, cookies, headers, hosts.

use axum::body::Body;
use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use tests::{Fixture, World};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    object-src 'none'; require-trusted-types-for 'script'; trusted-types default";

#[tokio::test(flavor = "multi_thread")]
async fn post_without_token_origin_or_with_repeated_field_is_refused() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&cast.acme.workspace, owner).await;
    let id = world.app.new_id::<domain::id::marker::ClientMarker>();
    let csrf = browser.csrf();
    let form = format!("csrf={csrf}&id={id}&name=Sneaky");
    let urlencoded = "application/x-www-form-urlencoded";
    let before = world.dump().await;

    for (what, origin, site) in [
        (
            "a sibling workspace",
            Some("https://northwind.portal.example"),
            Some("same-site"),
        ),
        (
            "a stranger",
            Some("https://evil.example"),
            Some("cross-site"),
        ),
        (
            "our origin by a lie of the site",
            Some("https://acme.portal.example"),
            Some("same-site"),
        ),
        ("nobody says where from", None, None),
        ("an address bar", None, Some("none")),
    ] {
        let mut request = browser.request("POST", "/clients");
        let headers = request.headers_mut().expect("headers");
        headers.remove(header::ORIGIN);
        headers.remove("sec-fetch-site");
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                headers.insert(name, http::HeaderValue::from_static(value));
            }
        }
        let request = request
            .header(header::CONTENT_TYPE, urlencoded)
            .body(Body::from(form.clone()));
        let answer = browser.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
    }

    let stranger = world.browser("acme").get("/sign-in").await;
    assert!(stranger.status.is_success());
    let mut other = world.browser("acme");
    other.get("/sign-in").await;
    for (what, text) in [
        ("no token", format!("id={id}&name=Sneaky")),
        ("an empty token", format!("csrf=&id={id}&name=Sneaky")),
        (
            "another browser's token",
            format!("csrf={}&id={id}&name=Sneaky", other.csrf()),
        ),
    ] {
        let answer = browser.post_text("/clients", text).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
    }
    for (what, text) in [
        ("a field twice", format!("{form}&name=Other")),
        (
            "a field that isn't the form's",
            format!("{form}&role=owner"),
        ),
        ("no id", format!("csrf={csrf}&name=Sneaky")),
        (
            "an id of another kind",
            format!("csrf={csrf}&name=Sneaky&id=W%231"),
        ),
    ] {
        let answer = browser.post_text("/clients", text).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
    }
    assert!(before == world.dump().await, "something was changed");
    assert!(
        browser.post_text("/clients", form).await.is_good(),
        "the rightful one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn get_requests_change_nothing() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&cast.acme.workspace, owner).await;
    let nothing = browser.get("/sign-out").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    // A reload of a form's address leads to the form's page.
    let page = browser.get("/account/sign-out-everywhere").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.headers["location"], "/account");
    assert!(browser.get("/").await.is_good(), "still signed in");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookie_sent_twice_is_refused() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&cast.acme.workspace, owner).await;
    let request = browser
        .request("GET", "/")
        .header(header::COOKIE, "__Host-sid=tossed");
    let answer = browser
        .send(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    // Without the prefix it isn't ours, whoever set it.
    let sid = browser.cookies.remove("__Host-sid").expect("signed in");
    browser.cookies.insert("sid".to_owned(), sid);
    assert!(browser.get("/").await.location().starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_carries_security_headers() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&cast.acme.workspace, owner).await;
    for path in [
        "/",
        "/clients",
        "/nothing-here",
        "/pulse",
        "/sign-in",
        "/score?vector=x",
    ] {
        let answer = browser.get(path).await;
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or("")
        };
        assert_eq!(header("content-security-policy"), CSP, "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(
            header("strict-transport-security"),
            "max-age=63072000; includeSubDomains"
        );
        assert!(!header("x-request-id").is_empty(), "{path}");
        assert!(
            answer.headers.get("access-control-allow-origin").is_none(),
            "{path}"
        );
        let kind = header("content-type");
        assert!(
            kind.is_empty() || kind.contains("charset") || kind.contains("json"),
            "{path}: {kind}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_host_gets_a_plain_404() {
    let world = World::new().await;
    Fixture::create(&world).await;
    let mut bodies = Vec::new();
    for host in ["unknown", "www", "a.b", "ACME.evil"] {
        for path in ["/", "/clients", "/sign-in"] {
            let answer = world.browser(host).get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host}{path}");
            assert!(answer.headers.get(header::SET_COOKIE).is_none());
            bodies.push(answer.without_id());
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:#?}");
    assert!(!bodies[0].contains("acme"));
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_paths_are_404() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let mut browser = world.signed_in(&cast.acme.workspace, owner).await;
    let id = cast.acme.clients[0].id.to_string();
    for odd in [
        id.to_lowercase(),
        format!("{id}%23"),
        format!("{id}%00"),
        "..%2f..".to_owned(),
        "W%23x%23C%23y".to_owned(),
        "x".repeat(3_000),
        "%F0%9F%92%A9".to_owned(),
        "%FF".to_owned(),
    ] {
        for path in [
            format!("/clients/{odd}"),
            format!("/clients/{odd}/engagements/{odd}"),
        ] {
            let status = browser.get(&path).await.status;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let answer = browser.get("/pulse?seen=x").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.body.contains("Request "),
        "an error page of ours: {}",
        answer.body
    );
    // A cursor that was never given leads to the first page, or to none, never to a fault.
    for after in [
        "x",
        "%23",
        "zzz%23x",
        "a%2301ARZ3NDEKTSV4RRFFQ69G5FAV",
        "critical-01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ] {
        for path in [
            format!("/clients?after={after}"),
            format!("/clients?q=b&after={after}"),
            format!("/clients/{id}?after={after}"),
            format!(
                "/clients/{id}/engagements/{}?after={after}",
                cast.acme.clients[0].engagement
            ),
            format!(
                "/clients/{id}/engagements/{}?show=closed&after={after}",
                cast.acme.clients[0].engagement
            ),
        ] {
            let answer = browser.get(&path).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.status);
        }
    }
}

/// A sibling workspace's page is same-site: it can send forms with our cookies,
/// and set cookies for the domain above both.
#[tokio::test(flavor = "multi_thread")]
async fn cookies_of_a_sibling_subdomain_are_ignored() {
    const PASSWORD: &str = "quiet lantern orbit 42";
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let attacker = cast.acme.clients[0].contact(ContactRole::Collaborator);
    let identity = &world.app.services.identity;
    let set = identity.set_password(attacker.id, PASSWORD).await;
    set.expect("set");
    let mut attackers = world.browser("acme");
    attackers.get("/sign-in").await;
    let (theirs, pre) = (attackers.csrf(), attackers.cookies["__Host-pre"].clone());
    let form = |csrf: &str| {
        let email = attacker.email.as_str().replace('@', "%40");
        let password = PASSWORD.replace(' ', "+");
        format!("csrf={csrf}&email={email}&password={password}&next=%2F")
    };
    let mut victim = world.browser("acme");
    victim.get("/sign-in").await;
    let urlencoded = "application/x-www-form-urlencoded";
    for (what, origin, csrf) in [
        (
            "its page, the attacker's token",
            "https://northwind.portal.example",
            theirs.clone(),
        ),
        (
            "its page, a token of ours",
            "https://northwind.portal.example",
            victim.csrf(),
        ),
        (
            "our page, the attacker's token",
            "https://acme.portal.example",
            theirs.clone(),
        ),
    ] {
        let mut request = victim.request("POST", "/sign-in");
        let headers = request.headers_mut().expect("headers");
        let own = origin.contains("acme");
        let site = if own { "same-origin" } else { "same-site" };
        headers.insert("origin", http::HeaderValue::from_static(origin));
        headers.insert("sec-fetch-site", http::HeaderValue::from_static(site));
        let request = request.header(header::CONTENT_TYPE, urlencoded);
        let request = request.body(Body::from(form(&csrf))).expect("a request");
        let answer = victim.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
        assert!(!victim.cookies.contains_key("__Host-sid"), "{what}");
    }
    // The domain's cookie can't have the prefix, and a name that comes twice is refused.
    let tossed = format!(
        "__Host-pre={}; __Host-pre={pre}",
        victim.cookies["__Host-pre"]
    );
    let mut request = victim.request("POST", "/sign-in");
    let headers = request.headers_mut().expect("headers");
    let tossed = http::HeaderValue::from_str(&tossed).expect("a header");
    headers.insert(header::COOKIE, tossed);
    let request = request.header(header::CONTENT_TYPE, urlencoded);
    let request = request.body(Body::from(form(&theirs))).expect("a request");
    let answer = victim.send(request).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    // The same form, sent by the one whose browser it is, opens a session.
    let fields = [
        ("email", attacker.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    assert_eq!(attackers.post("/sign-in", &fields).await.location(), "/");
}
