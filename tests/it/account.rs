//! One's account: confirmed again, disabled, moved to another address, and used
//! from a new browser.

use domain::role::{ContactRole, Role, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;

use crate::two_factor::{PASSWORD, TwoFactorScene};

#[tokio::test(flavor = "multi_thread")]
async fn protected_action_after_ten_minutes_asks_for_the_password() {
    let office = TwoFactorScene::new().await;
    let mut owners = office.with_password(office.owner()).await;
    let member = office.cast.acme.member(TeamRole::Member);
    let path = format!("/settings/people/{}/role", member.id);
    office.world.advance(SignedDuration::from_mins(11));
    let asked = owners.post(&path, &[("role", "viewer")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(
        asked.body.contains("Confirm your identity"),
        "{}",
        asked.body
    );
    let same = office
        .cast
        .acme
        .store
        .get_person(member.id)
        .await
        .expect("the table");
    assert_eq!(same.map(|p| p.role), Some(Role::Team(TeamRole::Member)));
    let wrong = owners.post("/confirm", &[("password", "no"), ("next", "/settings")]);
    assert_eq!(wrong.await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let before = owners.cookies["__Host-sid"].clone();
    let fields = [("password", PASSWORD), ("next", "//evil.example")];
    let confirmed = owners.post("/confirm", &fields).await;
    assert_eq!(confirmed.location(), "/", "only to a page of ours");
    assert_ne!(
        before, owners.cookies["__Host-sid"],
        "the secret is another"
    );
    let mut former = office.world.browser("acme");
    former.cookies.insert("__Host-sid".to_owned(), before);
    assert!(!former.get("/").await.is_good(), "and the former is dead");
    assert_eq!(
        owners.post(&path, &[("role", "viewer")]).await.location(),
        "/settings"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn disabled_person_loses_every_session_and_reenabled_gets_everything_back() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let client = office.cast.acme.clients[0].id;
    let mut theirs = office.with_password(contact).await;
    let mut owners = office.with_password(office.owner()).await;
    let path = format!("/clients/{client}/people/{}/access", contact.id);
    let disabled = owners.post(&path, &[("access", "disabled")]).await;
    assert_eq!(disabled.location(), format!("/clients/{client}"));
    assert!(!theirs.get("/").await.is_good());
    let mut there = office.world.browser("acme");
    let refused = office.password(&mut there, contact).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("address or the password is wrong"),
        "no other words"
    );
    let fields = [("email", contact.email.as_str())];
    let asked = there.post("/forgot", &fields).await;
    assert!(asked.is_good(), "the same answer");
    assert_eq!(
        office.count_mails(contact, "password").await,
        0,
        "and no link"
    );
    owners.post(&path, &[("access", "enabled")]).await;
    assert_eq!(
        office.password(&mut there, contact).await.location(),
        "/account"
    );
    let nonsense = owners.post(&path, &[("access", "x")]).await;
    assert_eq!(nonsense.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn last_owner_disabled_is_refused() {
    let office = TwoFactorScene::new().await;
    let store = &office.cast.acme.store;
    let owner = office.owner();
    let kept = store.disable_person(owner, office.world.now()).await;
    assert_eq!(
        kept.expect("the table"),
        store::MembershipOutcome::LastOwner
    );
}

/// The token of the newest link to confirm an address.
async fn token_to(office: &TwoFactorScene, email: &str) -> String {
    worker::drain(&office.world.app).await.expect("sent");
    let letters = office.world.mail_to(email).await;
    let mut letters = letters.iter().rev().map(ToString::to_string);
    let link = letters.find_map(|letter| {
        let link = letter.split("/account/email/confirm?token=").nth(1);
        link.map(str::to_owned)
    });
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    link.expect("a link").chars().take_while(is_plain).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn email_change_takes_effect_when_its_link_is_opened() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let mut here = office.with_password(contact).await;
    let mut elsewhere = office.with_password(contact).await;
    let new = "moved@new.example";
    let fields = |password| [("email", new), ("password", password)];
    let wrong = here.post("/account/email", &fields("no")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains(new), "what was typed stays");
    let asked = here.post("/account/email", &fields(PASSWORD)).await;
    assert_eq!(asked.location(), "/account");
    let token = token_to(&office, new).await;
    let link = format!("/account/email/confirm?token={token}");
    // Somebody else's session makes nothing of it.
    let viewer = office.cast.acme.clients[0].contact(ContactRole::Viewer);
    let mut other = office
        .world
        .signed_in(&office.cast.acme.workspace, viewer)
        .await;
    assert_eq!(other.get(&link).await.location(), "/account/email");
    assert!(here.get(&link).await.body.contains(new));
    let changed = here
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(changed.location(), "/account");
    assert!(here.get("/account").await.body.contains(new));
    assert!(!elsewhere.get("/").await.is_good(), "other sessions end");
    assert_eq!(
        office.count_mails(contact, "e-mail address for").await,
        1,
        "the former is told"
    );
    let again = here
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(again.location(), "/account/email", "once");
    // Nor is it good when the former address has come back.
    let former = contact.email.as_str();
    let fields = [("email", former), ("password", PASSWORD)];
    let asked = here.post("/account/email", &fields).await;
    assert_eq!(asked.location(), "/account", "{}", asked.body);
    let back = token_to(&office, former).await;
    let confirm = "/account/email/confirm";
    let changed = here.post(confirm, &[("token", &back)]).await;
    assert_eq!(changed.location(), "/account");
    let again = here.post(confirm, &[("token", &token)]).await;
    assert_eq!(again.location(), "/account/email", "once for good");
    let fields = [("email", new), ("password", PASSWORD)];
    let asked = here.post("/account/email", &fields).await;
    assert_eq!(asked.location(), "/account", "{}", asked.body);
    let token = token_to(&office, new).await;
    let changed = here.post(confirm, &[("token", &token)]).await;
    assert_eq!(changed.location(), "/account");
    let mut there = office.world.browser("acme");
    let by_old = office.password(&mut there, contact).await;
    assert_eq!(by_old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("email", new), ("password", PASSWORD), ("next", "/")];
    assert_eq!(there.post("/sign-in", &fields).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn email_change_to_a_taken_address_is_refused() {
    let office = TwoFactorScene::new().await;
    let (contact, owner) = (office.contact(), office.owner());
    let mut here = office.with_password(contact).await;
    let taken = owner.email.as_str();
    let fields = [("email", taken), ("password", PASSWORD)];
    here.post("/account/email", &fields).await;
    worker::drain(&office.world.app).await.expect("sent");
    let letters = office.world.mail_to(taken).await;
    let letter = letters.last().expect("a letter").to_string();
    let link = letter.split("confirm?token=").nth(1).expect("a link");
    let token: String = link
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    let refused = here
        .post("/account/email/confirm", &[("token", &token)])
        .await;
    assert_eq!(refused.location(), "/account/email");
    let directory = office.world.app.directory();
    let login = directory
        .find_login(office.cast.acme.workspace.id, &owner.email)
        .await;
    assert_eq!(
        login.expect("the table").map(|login| login.user),
        Some(owner.id)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_from_a_new_browser_sends_mail_and_from_a_known_one_does_not() {
    let office = TwoFactorScene::new().await;
    let contact = office.contact();
    let identity = &office.world.app.services.identity;
    identity
        .set_password(contact.id, PASSWORD)
        .await
        .expect("set");
    let mut first = office.world.browser("acme");
    office.password(&mut first, contact).await;
    assert_eq!(
        office.count_mails(contact, "New sign-in").await,
        0,
        "the first of all"
    );
    let mut second = office.world.browser("acme");
    office.password(&mut second, contact).await;
    assert_eq!(office.count_mails(contact, "New sign-in").await, 1);
    for browser in [&mut first, &mut second] {
        browser.post("/sign-out", &[]).await;
        office.password(browser, contact).await;
    }
    assert_eq!(
        office.count_mails(contact, "New sign-in").await,
        1,
        "both are known"
    );
}
