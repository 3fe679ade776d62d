//! Signing in and out, sessions and their ends, and what a stranger learns.

use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use jiff::SignedDuration;
use tests::{Browser, Fixture, World};

const OTHER: &str = "copper violin meadow 77";
const PASSWORD: &str = "quiet lantern orbit 42";

async fn sign_in(browser: &mut Browser, email: &str, password: &str, next: &str) -> tests::Answer {
    let fields = [("email", email), ("password", password), ("next", next)];
    browser.post("/sign-in", &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn correct_password_opens_a_session_bound_to_its_host() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let identity = &world.app.services.identity;
    identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    let mut browser = world.browser("acme");
    let answer = sign_in(
        &mut browser,
        &owner.email.fold().to_uppercase(),
        PASSWORD,
        "/clients",
    )
    .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/clients")
    );
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let cookies: Vec<_> = cookies.filter_map(|cookie| cookie.to_str().ok()).collect();
    for cookie in &cookies {
        let good = cookie.starts_with("__Host-")
            && cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax")
            && !cookie.contains("Domain");
        assert!(good, "{cookie}");
    }
    assert!(browser.get("/").await.is_good());
    let abroad = browser.at_workspace("northwind").get("/").await;
    assert!(
        abroad.location().starts_with("/sign-in"),
        "another host takes the session"
    );

    let out = browser.post("/sign-out", &[]).await;
    assert_eq!(out.location(), "/signed-out");
    assert!(out.headers.contains_key("clear-site-data"));
    let mut former = world.browser("acme");
    former.cookies = browser.cookies.clone();
    assert!(former.get("/").await.location().starts_with("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_and_unknown_address_get_the_same_answer() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    world
        .app
        .services
        .identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    let mut answers = Vec::new();
    for email in [owner.email.as_str(), "nobody@nowhere.example"] {
        let mut browser = world.browser("acme");
        let answer = sign_in(&mut browser, email, "wrong wrong wrong", "/").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains("password is wrong"));
        let body = answer
            .without_id()
            .replace(email, "ADDRESS")
            .replace(&browser.csrf(), "TOKEN");
        answers.push(body);
    }
    assert_eq!(answers[0], answers[1]);
    // Somebody of Northwind is nobody at Acme, whatever the password.
    let nora = cast.northwind.member(TeamRole::Owner);
    world
        .app
        .services
        .identity
        .set_password(nora.id, PASSWORD)
        .await
        .expect("set");
    let answer = sign_in(
        &mut world.browser("acme"),
        nora.email.as_str(),
        PASSWORD,
        "/",
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_attempts_are_rate_limited_by_account_and_address() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    world
        .app
        .services
        .identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    let mut browser = world.browser("acme");
    // Right ones don't count.
    for _ in 0..8 {
        let answer = sign_in(&mut browser, owner.email.as_str(), PASSWORD, "/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        browser.cookies.clear();
    }
    for _ in 0..5 {
        let answer = sign_in(&mut browser, owner.email.as_str(), "wrong", "/").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = sign_in(&mut browser, owner.email.as_str(), PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    // From one address, whatever the account.
    for n in 0..36 {
        sign_in(&mut browser, &format!("n{n}@nowhere.example"), "wrong", "/").await;
    }
    let answer = sign_in(&mut browser, "more@nowhere.example", "wrong", "/").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    // A quarter of an hour later all is well.
    world.advance(SignedDuration::from_mins(16));
    let answer = sign_in(&mut browser, owner.email.as_str(), PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_ends_when_idle_when_old_and_on_sign_out_everywhere() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let acme = &cast.acme;
    let contact = acme.clients[0].contact(ContactRole::Viewer);
    let mut idle = world.signed_in(&acme.workspace, contact).await;
    world.advance(SignedDuration::from_mins(119));
    assert!(idle.get("/").await.is_good());
    world.advance(SignedDuration::from_mins(119));
    assert!(idle.get("/").await.is_good(), "its use was noted");
    // A page that polls and fetches what changed keeps nobody signed in.
    for _ in 0..4 {
        world.advance(SignedDuration::from_mins(31));
        idle.get("/pulse").await;
        let request = idle.request("GET", "/").header("hx-request", "true");
        idle.send(request.body(axum::body::Body::empty()).expect("a request"))
            .await;
    }
    assert!(!idle.get("/").await.is_good());

    let mut old = world.signed_in(&acme.workspace, contact).await;
    for _ in 0..11 {
        world.advance(SignedDuration::from_hours(1));
        assert!(old.get("/").await.is_good());
    }
    world.advance(SignedDuration::from_hours(1));
    assert!(!old.get("/").await.is_good(), "twelve hours are the most");

    let mut here = world.signed_in(&acme.workspace, contact).await;
    let mut there = world.signed_in(&acme.workspace, contact).await;
    assert!(here.post("/account/sign-out-everywhere", &[]).await.status == StatusCode::SEE_OTHER);
    assert!(!there.get("/").await.is_good());
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_redirect_is_limited_to_own_pages() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    world
        .app
        .services
        .identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let answer = sign_in(
            &mut world.browser("acme"),
            owner.email.as_str(),
            PASSWORD,
            next,
        )
        .await;
        assert_eq!(answer.location(), "/", "{next}");
    }
    let asked = world.browser("acme").get("/clients?q=a%26b").await;
    assert_eq!(asked.location(), "/sign-in?next=%2Fclients%3Fq%3Da%2526b");
    // After a form, back to the page that held it, where that is ours.
    for (from, to) in [
        (
            "https://acme.portal.example/clients/new",
            "/sign-in?next=%2Fclients%2Fnew",
        ),
        ("https://acme.portal.example.evil.example/x", "/sign-in"),
        ("https://northwind.portal.example/clients", "/sign-in"),
    ] {
        let mut browser = world.browser("acme");
        let request = browser
            .request("POST", "/clients")
            .header(header::REFERER, from);
        let answer = browser
            .send(request.body(axum::body::Body::empty()).expect("a request"))
            .await;
        assert_eq!(answer.location(), to);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_of_strangers_do_not_lock_the_owner_out() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let email = owner.email.as_str();
    let identity = &world.app.services.identity;
    identity
        .set_password(owner.id, PASSWORD)
        .await
        .expect("set");
    let sender = |n: u8| std::net::Ipv4Addr::new(198, 51, 100, n).into();
    // A browser that the account was used with before.
    let mut known = world.browser("acme");
    let answer = sign_in(&mut known, email, PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let mut stranger = world.browser("acme");
    stranger.address = sender(1);
    for n in 0..12 {
        let answer = sign_in(&mut stranger, email, "wrong", "/").await;
        let is_refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(is_refused, n >= 5, "{n}");
    }
    // From a new browser elsewhere as well.
    let mut elsewhere = world.browser("acme");
    elsewhere.address = sender(2);
    let answer = sign_in(&mut elsewhere, email, PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    // Strangers everywhere: unknown browsers wait, the known one doesn't.
    for n in 3..6 {
        stranger.address = sender(n);
        for _ in 0..5 {
            sign_in(&mut stranger, email, "wrong", "/").await;
        }
    }
    let mut late = world.browser("acme");
    late.address = sender(9);
    let answer = sign_in(&mut late, email, PASSWORD, "/").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let fields = [("current", PASSWORD), ("password", OTHER), ("again", OTHER)];
    let changed = known.post("/account/password", &fields).await;
    assert_eq!(changed.location(), "/account", "{}", changed.body);
    known.cookies.remove("__Host-sid");
    let answer = sign_in(&mut known, email, OTHER, "/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    // What is wrong counts there, too.
    known.cookies.remove("__Host-sid");
    for n in 0..11 {
        let answer = sign_in(&mut known, email, "wrong", "/").await;
        let is_refused = answer.status == StatusCode::TOO_MANY_REQUESTS;
        assert_eq!(is_refused, n >= 10, "{n}");
    }
}
