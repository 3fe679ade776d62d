//! Signing up at the front: a mail with a link, a password, a workspace; links that are
//! good for nothing, names that are taken, and what nobody learns.

use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use tests::{Answer, Browser, Fixture, World};

const PASSWORD: &str = "quiet lantern orbit 42";
const CHOSEN: [(&str, &str); 2] = [("password", PASSWORD), ("again", PASSWORD)];

/// Sends the form; gives the answer.
pub(crate) async fn send(browser: &mut Browser, id: &str, company: &str, email: &str) -> Answer {
    let fields = [
        ("id", id),
        ("company", company),
        ("name", "Ada Lovelace"),
        ("email", email),
        ("time_zone", "Europe/Berlin"),
    ];
    if browser.cookies.is_empty() {
        browser.get("/sign-up").await;
    }
    browser.post("/sign-up", &fields).await
}

pub(crate) fn new_id(world: &World) -> String {
    world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string()
}

/// Asks for a workspace; gives the newest mail.
pub(crate) async fn ask(world: &World, browser: &mut Browser, company: &str, email: &str) -> Value {
    let answer = send(browser, &new_id(world), company, email).await;
    assert!(answer.is_good(), "{}", answer.body);
    worker::drain(&world.app).await.expect("sent");
    let letters = world.mail_to(email).await;
    letters.last().expect("a mail").clone()
}

/// The path of the link in a mail of the front's.
pub(crate) fn link(letter: &Value) -> String {
    let text = letter["BodyText"].as_str().unwrap_or_default();
    let mut words = text.split_whitespace();
    let link = words.find_map(|word| word.strip_prefix("https://app.portal.example"));
    link.expect("a link to the front").to_owned()
}

/// Opens the link of a mail and sets a password.
async fn confirm(browser: &mut Browser, letter: &Value) -> Answer {
    let taken = browser.get(&link(letter)).await;
    assert_eq!(taken.location(), "/sign-up/password");
    browser.post("/sign-up/password", &CHOSEN).await
}

/// Where a founder is led: the workspace's name in the address, and the path there.
fn led(answer: &Answer) -> (String, String) {
    let to = answer.location().strip_prefix("https://");
    let to = to.unwrap_or_else(|| panic!("{} {}", answer.status, answer.body));
    let (host, path) = to.split_once('/').expect("a path");
    let slug = host.strip_suffix(".portal.example").expect("ours");
    (slug.to_owned(), format!("/{path}"))
}

/// The whole way; gives the founder's browser at the workspace.
async fn founded(world: &World, company: &str, email: &str) -> (Browser, String) {
    let mut front = world.browser("app");
    let letter = ask(world, &mut front, company, email).await;
    let (slug, path) = led(&confirm(&mut front, &letter).await);
    let mut browser = world.browser(&slug);
    assert_eq!(browser.get(&path).await.location(), "/welcome");
    let shown = browser.get("/welcome").await;
    assert!(shown.body.contains("Open the portal"), "{}", shown.body);
    let came = browser.post("/welcome", &[]).await;
    assert_eq!(came.location(), "/", "{}", came.body);
    (browser, slug)
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_creates_a_workspace_owned_by_its_founder() {
    let world = World::new().await;
    let mut front = world.browser("app");
    assert_eq!(front.get("/").await.location(), "/sign-up");
    let (mut owner, slug) = founded(&world, "Müller & Söhne", "ada@muller.example").await;
    assert_eq!(slug, "muller-sohne");
    assert!(!owner.cookies.contains_key("__Host-hnd"));
    assert!(owner.get("/").await.is_good());
    let settings = owner.get("/settings").await;
    for there in [
        "Müller &amp; Söhne",
        "Europe/Berlin",
        "Starter",
        "Owner",
        "ada@muller.example",
    ] {
        assert!(settings.body.contains(there), "{there}: {}", settings.body);
    }
    let log = owner.get("/settings/audit").await;
    assert!(log.body.contains("Founded the workspace"), "{}", log.body);
    // The password is set, and the address was told.
    worker::drain(&world.app).await.expect("sent");
    let letters = world.mail_to("ada@muller.example").await;
    let told = letters.last().expect("a mail")["BodyText"].to_string();
    assert!(
        told.contains("https://muller-sohne.portal.example"),
        "{told}"
    );
    let mut later = world.browser(&slug);
    let fields = [
        ("email", "ada@muller.example"),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let signed_in = later.post("/sign-in", &fields).await;
    assert_eq!(signed_in.location(), "/", "{}", signed_in.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_link_works_once_for_a_day_and_only_the_newest() {
    let world = World::new().await;
    let mut front = world.browser("app");
    let first = ask(&world, &mut front, "Apex", "ada@apex.example").await;
    world.advance(SignedDuration::from_secs(1));
    let newest = ask(&world, &mut front, "Apex Two", "ada@apex.example").await;
    let old = confirm(&mut front, &first).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", old.body);
    assert!(old.body.contains("This link can"), "{}", old.body);
    let (slug, _) = led(&confirm(&mut front, &newest).await);
    assert_eq!(slug, "apex-two");
    let before = world.dump().await;
    let again = confirm(&mut front, &newest).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(before == world.dump().await, "a used link did something");

    let mut late = world.browser("app");
    let letter = ask(&world, &mut late, "Late", "late@apex.example").await;
    world.advance(SignedDuration::from_hours(24));
    let before = world.dump().await;
    let over = confirm(&mut late, &letter).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(before == world.dump().await, "an old link did something");
    for made_up in ["x".repeat(43), "x".repeat(3_000)] {
        late.get(&format!("/sign-up/{made_up}")).await;
        let got = late.get("/sign-up/password").await;
        assert!(got.body.contains("This link can"), "{}", got.body);
    }
}

/// A form that is sent twice sends one mail, and its link stays good.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_form_sent_twice_sends_one_mail() {
    let world = World::new().await;
    let (mut front, id) = (world.browser("app"), new_id(&world));
    for _ in 0..2 {
        let sent = send(&mut front, &id, "Apex", "ada@apex.example").await;
        assert!(sent.is_good(), "{}", sent.body);
    }
    worker::drain(&world.app).await.expect("sent");
    let letters = world.mail_to("ada@apex.example").await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let (slug, _) = led(&confirm(&mut front, &letters[0]).await);
    assert_eq!(slug, "apex");
}

/// Of companies of one name each gets an address of its own, however many at once.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_with_a_taken_name_gets_a_numbered_slug() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (_, slug) = founded(&world, "Acme", "ada@other.example").await;
    assert_eq!(slug, "acme-2");
    let mut both = Vec::new();
    for email in ["one@apex.example", "two@apex.example"] {
        let mut front = world.browser("app");
        let letter = ask(&world, &mut front, "Apex", email).await;
        front.get(&link(&letter)).await;
        both.push(front);
    }
    let [mut one, mut two] = <[Browser; 2]>::try_from(both).ok().expect("two");
    let (one, two) = tokio::join!(
        one.post("/sign-up/password", &CHOSEN),
        two.post("/sign-up/password", &CHOSEN)
    );
    let mut slugs = [led(&one).0, led(&two).0];
    slugs.sort();
    assert_eq!(slugs, ["apex", "apex-2"]);
    let directory = world.app.directory();
    let acme = directory.find_workspace(&cast.acme.workspace.slug);
    let acme = acme.await.expect("read").expect("there");
    assert_eq!(acme.id, cast.acme.workspace.id);
}

/// One link that two browsers hold founds one workspace.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_link_used_twice_at_once_creates_one_workspace() {
    let world = World::new().await;
    let mut one = world.browser("app");
    let letter = ask(&world, &mut one, "Apex", "ada@apex.example").await;
    one.get(&link(&letter)).await;
    let mut two = one.clone();
    let (first, second) = tokio::join!(
        one.post("/sign-up/password", &CHOSEN),
        two.post("/sign-up/password", &CHOSEN)
    );
    let mut came = [first.status, second.status];
    came.sort();
    let want = [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY];
    assert_eq!(came, want, "{} {}", first.body, second.body);
    let rows = world.dump().await;
    let addresses = rows.keys().filter(|(pk, _)| pk.starts_with("SLUG#"));
    assert_eq!(addresses.count(), 1);
    // What the late one set a password for is deleted, once its time is over.
    world.advance(SignedDuration::from_hours(2));
    worker::drain(&world.app).await.expect("swept");
    let rows = world.dump().await;
    let waits = rows.iter().filter(|(_, row)| row.get("identity").is_some());
    assert_eq!(waits.count(), 0);
}

/// Whoever has an account elsewhere founds a workspace as anybody does, is told
/// nothing of the other one, and its password stays.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_with_a_known_email_tells_nothing() {
    const OWN: &str = "violet harbor crumb 91";
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let known = &cast.acme.team[0];
    let identity = &world.app.services.identity;
    identity.set_password(known.id, OWN).await.expect("set");
    let mut front = world.browser("app");
    let of_known = send(&mut front, &new_id(&world), "Apex", known.email.as_str()).await;
    let of_new = send(&mut front, &new_id(&world), "Apex", "new@apex.example").await;
    let plain = |answer: &Answer, email: &str| answer.without_id().replace(email, "E");
    assert_eq!(
        plain(&of_known, known.email.as_str()),
        plain(&of_new, "new@apex.example")
    );
    assert_eq!(of_known.spent.calls, of_new.spent.calls);
    // Mail that waits at once leaves in any order.
    worker::drain(&world.app).await.expect("sent");
    let (_, slug) = founded(&world, "Apex", known.email.as_str()).await;
    for (slug, password, good) in [
        ("acme", OWN, true),
        ("acme", PASSWORD, false),
        (slug.as_str(), PASSWORD, true),
        (slug.as_str(), OWN, false),
    ] {
        let fields = [
            ("email", known.email.as_str()),
            ("password", password),
            ("next", "/"),
        ];
        let got = world.browser(slug).post("/sign-in", &fields).await;
        assert_eq!(
            got.status == StatusCode::SEE_OTHER,
            good,
            "{slug} {password}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_mail_is_rate_limited_by_mailbox_and_address() {
    let world = World::new().await;
    let mut front = world.browser("app");
    let mut answers = Vec::new();
    for _ in 0..5 {
        let sent = send(&mut front, &new_id(&world), "Apex", "ada@apex.example").await;
        answers.push(sent.without_id());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answer tells of the limit");
    worker::drain(&world.app).await.expect("sent");
    assert_eq!(world.mail_to("ada@apex.example").await.len(), 3);
    for n in 0..15 {
        let email = format!("a{n}@apex.example");
        assert!(
            send(&mut front, &new_id(&world), "Apex", &email)
                .await
                .is_good()
        );
    }
    let over = send(&mut front, &new_id(&world), "Apex", "last@apex.example").await;
    assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(over.body.contains("Too many sign-ups") && over.body.contains("last@apex.example"));
}

/// Anybody can have it sent to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn sign_up_mail_repeats_no_word_of_its_sender() {
    let world = World::new().await;
    let mut front = world.browser("app");
    let letter = ask(&world, &mut front, "Zanzibar", "ada@apex.example").await;
    let letter = letter.to_string();
    for word in ["Zanzibar", "Lovelace"] {
        assert!(!letter.contains(word), "{word}: {letter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_sign_up_form_names_its_fields_and_keeps_its_input() {
    let world = World::new().await;
    let mut front = world.browser("app");
    for (company, email, says) in [
        ("", "ada@apex.example", "Fill this in."),
        (
            "Support",
            "ada@apex.example",
            "No address can be made of this name",
        ),
        (
            "SecPortal GmbH",
            "ada@apex.example",
            "looks like the platform",
        ),
        ("Apex", "nobody", "id=\"email-error\""),
    ] {
        let got = send(&mut front, &new_id(&world), company, email).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{company}");
        assert!(got.body.contains(says), "{says}: {}", got.body);
        assert!(got.body.contains("Ada Lovelace") && got.body.contains(email));
        assert!(got.body.contains("Europe/Berlin"));
    }
    let letter = ask(&world, &mut front, "Apex", "ada@apex.example").await;
    front.get(&link(&letter)).await;
    for (password, again, says) in [
        ("short", "short", "at least 12 characters"),
        ("lovelace apex", "lovelace apex", "easy to guess"),
        (
            PASSWORD,
            "violet harbor crumb 91",
            "The two passwords differ",
        ),
    ] {
        let fields = [("password", password), ("again", again)];
        let got = front.post("/sign-up/password", &fields).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(got.body.contains(says), "{says}: {}", got.body);
    }
    let (slug, _) = led(&front.post("/sign-up/password", &CHOSEN).await);
    assert_eq!(slug, "apex");
}

/// The code opens its own workspace, once and for ten minutes.
#[tokio::test(flavor = "multi_thread")]
async fn handoff_code_works_once_soon_and_at_its_workspace_only() {
    let world = World::new().await;
    Fixture::create(&world).await;
    let mut front = world.browser("app");
    let letter = ask(&world, &mut front, "Apex", "ada@apex.example").await;
    let (slug, path) = led(&confirm(&mut front, &letter).await);
    let refused = async |slug: &str| {
        let mut browser = world.browser(slug);
        browser.get(&path).await;
        let shown = browser.get("/welcome").await;
        assert!(!shown.body.contains("Open the portal"), "{slug}");
        let got = browser.post("/welcome", &[]).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{slug}");
        assert!(!browser.cookies.contains_key("__Host-sid"), "{slug}");
    };
    refused("acme").await;
    let mut browser = world.browser(&slug);
    browser.get(&path).await;
    browser.get("/welcome").await;
    let mut other = browser.clone();
    assert_eq!(browser.post("/welcome", &[]).await.location(), "/");
    assert_eq!(
        other.post("/welcome", &[]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    refused(&slug).await;

    let letter = ask(&world, &mut front, "Late", "late@apex.example").await;
    let (slug, path) = led(&confirm(&mut front, &letter).await);
    world.advance(SignedDuration::from_mins(10));
    let mut browser = world.browser(&slug);
    browser.get(&path).await;
    browser.get("/welcome").await;
    let got = browser.post("/welcome", &[]).await;
    assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// A change at the front needs the front's own page.
#[tokio::test(flavor = "multi_thread")]
async fn signup_host_accepts_own_forms_only() {
    let world = World::new().await;
    Fixture::create(&world).await;
    let mut front = world.browser("app");
    front.get("/sign-up").await;
    let bare = front.post_text("/sign-up", "company=Apex".to_owned()).await;
    assert_eq!(bare.status, StatusCode::FORBIDDEN);
    let abroad = front
        .request("POST", "/sign-up")
        .header("content-type", "application/x-www-form-urlencoded");
    let mut abroad = abroad.body(axum::body::Body::from(format!("csrf={}", front.csrf())));
    let headers = abroad.as_mut().expect("a request").headers_mut();
    headers.insert(
        "origin",
        "https://acme.portal.example".parse().expect("one"),
    );
    headers.insert("sec-fetch-site", "same-site".parse().expect("one"));
    let got = front.send(abroad.expect("a request")).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);
}
