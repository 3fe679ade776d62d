//! One account at several clients of a workspace: how it is added, what ends where,
//! and what belongs to all of it at once.

mod whole_account;

use domain::email::EmailAddress;
use domain::id::marker;
use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Answer, Browser, Client};
use web::{EMAIL_CHANGE, EmailChange, PasswordAnswer};

use crate::two_factor::{PASSWORD, TwoFactorScene, enrol};

/// Invites from the form at `base`.
async fn invite(office: &TwoFactorScene, by: &mut Browser, base: &str, email: &str) -> Answer {
    let id = office
        .world
        .app
        .new_id::<marker::InviteMarker>()
        .to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", "Ana Pérez"),
        ("email", email),
        ("role", "viewer"),
    ];
    by.post(&format!("{base}/invites"), &fields).await
}

async fn owner(office: &TwoFactorScene) -> Browser {
    let home = &office.cast.acme.workspace;
    office.world.signed_in(home, office.owner()).await
}

fn second(office: &TwoFactorScene) -> &Client {
    &office.cast.acme.clients[1]
}

/// Ana of the first client, whom the team adds to the second.
async fn added(office: &TwoFactorScene) -> &Person {
    let ana = office.contact();
    // After the cast's own entries in the log.
    office.world.advance(SignedDuration::from_mins(1));
    let base = format!("/clients/{}", second(office).id);
    let answer = invite(office, &mut owner(office).await, &base, ana.email.as_str()).await;
    assert_eq!(answer.location(), base, "{}", answer.body);
    ana
}

async fn switch(browser: &mut Browser, client: &Client) -> Answer {
    browser.post(&format!("/switch/{}", client.id), &[]).await
}

/// The link of the newest mail to an address.
async fn link(office: &TwoFactorScene, email: &str) -> String {
    worker::drain(&office.world.app).await.expect("sent");
    let letters = office.world.mail_to(email).await;
    let text = letters.last().expect("a letter")["BodyText"].as_str();
    let mut words = text.unwrap_or_default().split_whitespace();
    let link = words.find_map(|word| word.strip_prefix("https://acme.portal.example"));
    link.expect("a link").to_owned()
}

async fn row(client: &Client, person: &Person) -> Option<Person> {
    client.store.get_person(person.id).await.expect("the table")
}

async fn is_password(office: &TwoFactorScene, person: &Person) -> bool {
    let identity = &office.world.app.services.identity;
    let answer = identity
        .verify_password(person.id, PASSWORD, office.world.now())
        .await;
    !matches!(answer.expect("an answer"), PasswordAnswer::Wrong)
}

async fn login(office: &TwoFactorScene, email: &EmailAddress) -> Option<store::Login> {
    let directory = office.world.app.directory();
    let login = directory
        .find_login(office.cast.acme.workspace.id, email)
        .await;
    login.expect("the table")
}

#[tokio::test(flavor = "multi_thread")]
async fn existing_account_added_to_a_client_can_switch_clients() {
    let office = TwoFactorScene::new().await;
    let [one, two] = [0, 1].map(|n| &office.cast.acme.clients[n]);
    let mut before = office.with_password(office.contact()).await;
    assert!(!before.get("/").await.body.contains("/switch"), "one only");
    let ana = added(&office).await;
    assert_eq!(
        office.count_mails(ana, "in the portal of").await,
        1,
        "told, and not asked for a password"
    );
    let path = format!("/clients/{}", two.id);
    let page = owner(&office).await.get(&path).await;
    assert!(page.body.contains(ana.email.as_str()));

    let mut hers = office.world.browser("acme");
    assert_eq!(
        office.password(&mut hers, ana).await.location(),
        "/account",
        "the password is the same"
    );
    let page = hers.get("/").await.body;
    assert!(page.contains("/switch") && page.contains(&one.mark) && !page.contains(&two.mark));
    office.world.advance(SignedDuration::from_mins(1));
    let page = hers.get("/switch").await.body;
    assert!(page.contains(&one.mark) && page.contains(&two.mark) && page.contains("Open now"));

    let secret = hers.cookies["__Host-sid"].clone();
    assert_eq!(switch(&mut hers, two).await.location(), "/");
    assert_ne!(secret, hers.cookies["__Host-sid"], "another session");
    let page = hers.get("/").await.body;
    assert!(page.contains(&two.mark) && !page.contains(&one.mark));
    let mut former = office.world.browser("acme");
    former.cookies.insert("__Host-sid".to_owned(), secret);
    assert!(!former.get("/").await.is_good(), "the former is over");
    // The scope is that of the one client, and so is the role: a viewer here.
    let other = format!("/engagements/{}", one.engagement);
    assert_eq!(hers.get(&other).await.status, StatusCode::NOT_FOUND);
    let mine = format!("/engagements/{}", two.engagement);
    assert!(hers.get(&mine).await.is_good());
    let finding = two.findings[&domain::finding::FindingStatus::Open];
    let resolve = format!("{mine}/findings/{finding}/resolve");
    let refused = hers
        .post(&resolve, &[("note", "x"), ("version", "2")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // The client that was open last opens at the next sign-in.
    office.world.advance(SignedDuration::from_mins(1));
    let mut again = office.world.browser("acme");
    office.password(&mut again, ana).await;
    assert!(again.get("/").await.body.contains(&two.mark));
    let log = owner(&office).await.get("/settings/audit").await.body;
    for words in ["Added an account", "Went over to another of their clients"] {
        assert!(log.contains(words), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn switch_is_limited_to_own_clients_and_keeps_the_session_age() {
    let office = TwoFactorScene::new().await;
    let ana = added(&office).await;
    let mut hers = office.with_password(ana).await;
    let foreign = &office.cast.northwind.clients[0];
    let refused = switch(&mut hers, foreign).await;
    let never = hers.post("/switch/01ARZ3NDEKTSV4RRFFQ69G5FAV", &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(refused.without_id(), never.without_id());
    let viewer = office.cast.acme.clients[0].contact(ContactRole::Viewer);
    let mut others = office.with_password(viewer).await;
    let refused = switch(&mut others, second(&office)).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    // Twelve hours after the password it is over, however often one switches.
    for n in 0..11 {
        let client = &office.cast.acme.clients[(n + 1) % 2];
        office.world.advance(SignedDuration::from_hours(1));
        assert_eq!(switch(&mut hers, client).await.location(), "/", "{n}");
    }
    office.world.advance(SignedDuration::from_mins(61));
    assert!(!hers.get("/").await.is_good());
}

/// What a manager sees of an invitation, without what was typed.
async fn seen(office: &TwoFactorScene, manager: &mut Browser, email: &str) -> [String; 3] {
    let answer = invite(office, manager, "", email).await;
    let to = format!("{} {}", answer.status, answer.location());
    let page = manager.get("/people").await.without_id();
    let page = page.replace(email, "EMAIL");
    let at = page.rfind("EMAIL").expect("listed");
    let form = manager.get("/invites/new").await.status;
    [to, page[at..].chars().take(120).collect(), form.to_string()]
}

#[tokio::test(flavor = "multi_thread")]
async fn manager_inviting_a_known_account_learns_nothing() {
    let office = TwoFactorScene::new().await;
    let (ana, two) = (office.contact(), second(&office));
    let mut hers = office.with_password(ana).await;
    let home = &office.cast.acme.workspace;
    let manager = two.contact(ContactRole::Manager);
    let mut manager = office.world.signed_in(home, manager).await;
    let member = office.cast.acme.member(TeamRole::Member);
    let nobodys = seen(&office, &mut manager, "nobody@elsewhere.example").await;
    for known in [ana, member] {
        assert_eq!(
            nobodys,
            seen(&office, &mut manager, known.email.as_str()).await
        );
    }
    assert!(row(two, ana).await.is_none(), "not before she says so");
    let listed = manager.get("/people").await.body;
    assert_eq!(
        listed.matches(ana.name.as_str()).count(),
        0,
        "no name of hers"
    );

    let link = link(&office, ana.email.as_str()).await;
    let mut mailbox = office.world.browser("acme");
    mailbox.get(&link).await;
    let form = mailbox.get("/invite").await.body;
    assert!(form.contains("You have an account here already"), "{form}");
    assert!(!form.contains("type=\"password\""));
    assert_eq!(mailbox.post("/invite", &[]).await.location(), "/sign-in");
    assert_eq!(office.count_mails(ana, "in the portal of").await, 1);
    let joined = row(two, ana).await.expect("there");
    assert_eq!(
        (joined.name.as_str(), joined.disabled_at),
        ("Ana Pérez", None)
    );
    assert!(!mailbox.get("/").await.is_good(), "the link opens nothing");
    assert_eq!(switch(&mut hers, two).await.location(), "/");
    let late = mailbox.get(&link).await;
    assert_eq!(late.location(), "/invite");
    assert!(
        mailbox
            .get("/invite")
            .await
            .body
            .contains("This link can't be used")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn account_on_both_sides_is_refused() {
    let office = TwoFactorScene::new().await;
    let (ana, two) = (office.contact(), second(&office));
    let member = office.cast.acme.member(TeamRole::Member);
    let mut team = owner(&office).await;
    let base = format!("/clients/{}", two.id);
    let own = format!("/clients/{}", office.cast.acme.clients[0].id);
    for (base, who, says) in [
        (base.as_str(), member, "has an account in the team"),
        ("/settings", ana, "has an account in a client"),
        (own.as_str(), ana, "has an account here already"),
    ] {
        let id = office
            .world
            .app
            .new_id::<marker::InviteMarker>()
            .to_string();
        let role = if base == "/settings" {
            "member"
        } else {
            "viewer"
        };
        let fields = [
            ("id", id.as_str()),
            ("name", "Somebody"),
            ("email", who.email.as_str()),
            ("role", role),
        ];
        let answer = team.post(&format!("{base}/invites"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
    }
    // By a manager it was sent; whoever opens the link hears of it.
    let home = &office.cast.acme.workspace;
    let manager = two.contact(ContactRole::Manager);
    let mut manager = office.world.signed_in(home, manager).await;
    invite(&office, &mut manager, "", member.email.as_str()).await;
    let link = link(&office, member.email.as_str()).await;
    let mut mailbox = office.world.browser("acme");
    mailbox.get(&link).await;
    let page = mailbox.get("/invite").await.body;
    assert!(
        page.contains("this invitation can&#x27;t be added to")
            || page.contains("can't be added to"),
        "{page}"
    );
    let chosen = [("password", PASSWORD), ("again", PASSWORD)];
    let refused = mailbox.post("/invite", &chosen).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(row(two, member).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn membership_removed_leaves_others_and_the_last_deletes_the_user() {
    let office = TwoFactorScene::new().await;
    let ana = added(&office).await;
    let [one, two] = [0, 1].map(|n| &office.cast.acme.clients[n]);
    let (mut here, mut there) = (
        office.with_password(ana).await,
        office.with_password(ana).await,
    );
    switch(&mut there, two).await;
    let mut team = owner(&office).await;
    let path =
        |client: &Client, what: &str| format!("/clients/{}/people/{}/{what}", client.id, ana.id);
    team.post(&path(two, "access"), &[("access", "disabled")])
        .await;
    assert!(here.get("/").await.is_good() && !there.get("/").await.is_good());
    assert_eq!(switch(&mut here, two).await.status, StatusCode::NOT_FOUND);
    // Used last, but closed: the other one opens.
    let mut again = office.world.browser("acme");
    office.password(&mut again, ana).await;
    assert!(again.get("/").await.body.contains(&one.mark));
    team.post(&path(two, "access"), &[("access", "enabled")])
        .await;
    switch(&mut again, two).await;
    team.post(&path(one, "remove"), &[]).await;
    assert!(!here.get("/").await.is_good() && again.get("/").await.is_good());
    let mut last = office.world.browser("acme");
    assert_eq!(office.password(&mut last, ana).await.location(), "/account");
    worker::drain(&office.world.app).await.expect("done");
    assert!(is_password(&office, ana).await, "the account is there");

    team.post(&path(two, "remove"), &[]).await;
    for browser in [&mut again, &mut last] {
        assert!(!browser.get("/").await.is_good());
    }
    let login = login(&office, &ana.email).await;
    assert!(login.is_none());
    assert!(is_password(&office, ana).await, "until the worker comes");
    // Whatever was done before a crash is done again.
    let app = &office.world.app;
    app.services
        .identity
        .delete_user(ana.id)
        .await
        .expect("deleted");
    worker::drain(app).await.expect("done");
    assert!(!is_password(&office, ana).await);
}
