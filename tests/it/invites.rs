//! "Invite to Portal": a mail with a link, a password, an account; and links
//! that are good for nothing.

use domain::role::TeamRole;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use store::LeaseOutcome;
use tests::{Answer, Browser, Fixture, World};

const PASSWORD: &str = "quiet lantern orbit 42";

async fn invite(browser: &mut Browser, base: &str, id: &str, email: &str) -> Answer {
    let fields = [
        ("id", id),
        ("name", "Ana Pérez"),
        ("email", email),
        ("role", "collaborator"),
    ];
    browser.post(&format!("{base}/invites"), &fields).await
}

fn text<'a>(letter: &'a Value, name: &str) -> &'a str {
    letter[name].as_str().unwrap_or_default()
}

/// The path of the link in a mail.
fn link(letter: &Value) -> String {
    let words = text(letter, "BodyText").split_whitespace();
    let mut links = words.filter_map(|word| word.strip_prefix("https://acme.portal.example"));
    links.next().expect("a link to the workspace").to_owned()
}

struct InvitedPerson {
    world: World,
    cast: Fixture,
    team: Browser,
    base: String,
    id: String,
    email: String,
}

impl InvitedPerson {
    async fn new(email: &str) -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        worker::drain(&world.app).await.expect("sent");
        let owner = cast.acme.member(TeamRole::Owner);
        let mut team = world.signed_in(&cast.acme.workspace, owner).await;
        let base = format!("/clients/{}", cast.acme.clients[0].id);
        let id = world
            .app
            .new_id::<domain::id::marker::InviteMarker>()
            .to_string();
        let answer = invite(&mut team, &base, &id, email).await;
        assert_eq!(answer.location(), base, "{}", answer.body);
        Self {
            world,
            cast,
            team,
            base,
            id,
            email: email.to_owned(),
        }
    }

    async fn letter(&self) -> Value {
        worker::drain(&self.world.app).await.expect("sent");
        let letters = self.world.mail_to(&self.email).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters[0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invited_person_sets_a_password_and_signs_in() {
    let mut invited = InvitedPerson::new("ana@initech.example").await;
    let page = invited.team.get(&invited.base).await.body;
    assert!(
        page.contains("Ana Pérez") && page.contains("Pending"),
        "listed while it waits"
    );
    // The same form again makes nothing twice.
    let again = invite(
        &mut invited.team,
        &invited.base,
        &invited.id,
        &invited.email,
    )
    .await;
    assert_eq!(again.location(), invited.base);
    let letter = invited.letter().await;
    assert!(
        text(&letter, "Subject").contains("CANARY-acme Ltd"),
        "{letter}"
    );
    assert!(text(&letter, "BodyHtml").contains("Set up your account"));
    let link = link(&letter);
    let token = link
        .strip_prefix("/invite/")
        .expect("a setup link")
        .to_owned();
    let kept = serde_json::to_string(&invited.world.dump().await.values().collect::<Vec<_>>());
    assert!(
        !kept.expect("text").contains(&token),
        "the token is kept nowhere"
    );

    // A program that follows links uses nothing up.
    let mut scanner = invited.world.browser("acme");
    for _ in 0..3 {
        scanner.get(&link).await;
        scanner.get("/invite").await;
    }
    let mut ana = invited.world.browser("acme");
    let taken = ana.get(&link).await;
    assert_eq!(taken.location(), "/invite", "the token leaves the address");
    let form = ana.get("/invite").await.body;
    assert!(form.contains("ana@initech.example") && !form.contains(&token));
    for (password, again, says) in [
        ("short", "short", "at least 12"),
        ("passwordpassword", "passwordpassword", "easy to guess"),
        (PASSWORD, "another one", "differ"),
    ] {
        let answer = ana
            .post("/invite", &[("password", password), ("again", again)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(says), "{password}: {}", answer.body);
        assert!(
            !answer.body.contains(&format!("value=\"{password}\"")),
            "a password is never shown"
        );
    }
    let set = ana
        .post("/invite", &[("password", PASSWORD), ("again", PASSWORD)])
        .await;
    assert_eq!(set.location(), "/sign-in");
    let fields = [
        ("email", "ana@initech.example"),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    assert_eq!(ana.post("/sign-in", &fields).await.location(), "/");
    let dashboard = ana.get("/").await.body;
    assert!(dashboard.contains("CANARY-acme-one") && !dashboard.contains("CANARY-acme-two"));

    let page = invited.team.get(&invited.base).await.body;
    assert!(page.contains("Ana Pérez") && page.contains("Client collaborator"));
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_link_used_expired_foreign_or_invented_gets_the_same_page() {
    let invited = InvitedPerson::new("ben@initech.example").await;
    let link = link(&invited.letter().await);
    let gone = |answer: &Answer| {
        assert!(
            answer.body.contains("This link can't be used"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("initech") && !answer.body.contains("CANARY-acme-one"));
        answer.without_id()
    };
    let look = async |mut browser: Browser, link: &str| {
        browser.get(link).await;
        (browser.get("/invite").await, browser)
    };
    let mut pages = Vec::new();
    // Another workspace's address.
    let (answer, _) = look(invited.world.browser("northwind"), &link).await;
    gone(&answer);
    // Never given to anybody.
    let (answer, _) = look(
        invited.world.browser("acme"),
        &format!("/invite/{}", "A".repeat(43)),
    )
    .await;
    pages.push(gone(&answer));
    let (answer, _) = look(invited.world.browser("acme"), "/invite/short").await;
    pages.push(gone(&answer));

    // Two who hold it: the first one gets it.
    let (_, mut first) = look(invited.world.browser("acme"), &link).await;
    let (_, mut second) = look(invited.world.browser("acme"), &link).await;
    let chosen = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(first.post("/invite", &chosen).await.location(), "/sign-in");
    let late = second
        .post(
            "/invite",
            &[
                ("password", "violet harbor crumb 91"),
                ("again", "violet harbor crumb 91"),
            ],
        )
        .await;
    gone(&late);
    let fields = [
        ("email", "ben@initech.example"),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    assert_eq!(
        first.post("/sign-in", &fields).await.location(),
        "/",
        "the first one's password holds"
    );
    let (answer, _) = look(invited.world.browser("acme"), &link).await;
    pages.push(gone(&answer));

    // Expired.
    let client = &invited.cast.acme.clients[1];
    let waiting = invited
        .world
        .app
        .secrets()
        .invite_token(client.invite.id, 1);
    let waiting = format!("/invite/{waiting}");
    let (answer, _) = look(invited.world.browser("acme"), &waiting).await;
    assert!(answer.body.contains("Set your password") || answer.body.contains("Set password"));
    invited.world.advance(SignedDuration::from_hours(7 * 24));
    let (answer, _) = look(invited.world.browser("acme"), &waiting).await;
    pages.push(gone(&answer));
    // The pages differ in nothing but the tokens of the browsers' forms.
    assert!(pages.iter().all(|page| page.len() == pages[0].len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_invite_form_names_its_fields_and_keeps_its_input() {
    let mut invited = InvitedPerson::new("cleo@initech.example").await;
    let fields = [
        ("id", invited.id.as_str()),
        ("name", "Dora"),
        ("email", "not an address"),
        ("role", "viewer"),
    ];
    let answer = invited
        .team
        .post(&format!("{}/invites", invited.base), &fields)
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "value=\"Dora\"",
        "not an address",
        "name@example.com",
        "checked",
    ] {
        assert!(answer.body.contains(part), "{part}");
    }
    // Whoever has an account is not invited again; that is told to the team, who know.
    let contact = &invited.cast.acme.clients[0].contacts[0];
    let id = invited
        .world
        .app
        .new_id::<domain::id::marker::InviteMarker>()
        .to_string();
    let answer = invite(
        &mut invited.team,
        &invited.base,
        &id,
        contact.email.as_str(),
    )
    .await;
    assert!(answer.body.contains("has an account"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_mail_is_sent_once_by_two_workers_and_again_after_a_crash() {
    let invited = InvitedPerson::new("eva@initech.example").await;
    let (app, world) = (&invited.world.app, &invited.world);
    // Leased by a worker that dies: nobody else takes it until the lease ends.
    let directory = app.directory();
    let due = directory
        .list_due_effects(world.now(), 25)
        .await
        .expect("due");
    assert_eq!(due.len(), 1);
    let leased = directory.lease_effect(due[0].clone(), world.now()).await;
    assert!(matches!(leased, Ok(LeaseOutcome::Leased(_))));
    assert_eq!(worker::sweep(app).await.expect("swept"), 0);
    world.advance(SignedDuration::from_secs(61));
    let (one, two) = tokio::join!(worker::sweep(app), worker::sweep(app));
    assert_eq!(
        one.expect("swept") + two.expect("swept"),
        1,
        "one of them takes it"
    );
    assert_eq!(world.mail_to("eva@initech.example").await.len(), 1);
    world.advance(SignedDuration::from_hours(1));
    assert_eq!(
        worker::drain(app).await.expect("swept"),
        0,
        "it is never due again"
    );
}
