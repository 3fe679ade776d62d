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
    let home = (invited.cast.acme.workspace.id, Some(client.id));
    let secrets = invited.world.app.secrets();
    let waiting = secrets.invite_token(home, client.invite.id, 1);
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
    // Less than after which the cast's files that never came are given up.
    world.advance(SignedDuration::from_mins(50));
    assert_eq!(
        worker::drain(app).await.expect("swept"),
        0,
        "it is never due again"
    );
}

/// The link of an invitation, of the same id, at two workspaces and two clients.
#[tokio::test(flavor = "multi_thread")]
async fn invite_of_the_same_form_elsewhere_has_another_id_and_link() {
    let mut invited = InvitedPerson::new("ciso@initech.example").await;
    let (world, cast) = (&invited.world, &invited.cast);
    let first = link(&invited.letter().await);
    let owner = cast.northwind.member(TeamRole::Owner);
    let mut attacker = world.signed_in(&cast.northwind.workspace, owner).await;
    let there = &cast.northwind.clients[0];
    let path = format!("/clients/{}/invites", there.id);
    let sent = invite(
        &mut attacker,
        path.trim_end_matches("/invites"),
        &invited.id,
        "me@evil.example",
    )
    .await;
    assert!(sent.is_good(), "{}", sent.body);
    let listed = there.store.list_invites().await.expect("read");
    let theirs = listed
        .iter()
        .find(|one| one.email.as_str() == "me@evil.example")
        .expect("there");
    assert_ne!(theirs.id.to_string(), invited.id);
    // With the very same id the links differ still, at each of their turns.
    let secrets = world.app.secrets();
    let ours = &cast.acme.clients[0];
    let listed = ours.store.list_invites().await.expect("read");
    let target = listed
        .iter()
        .find(|one| one.email.as_str() == "ciso@initech.example")
        .expect("there");
    let home = (cast.acme.workspace.id, Some(ours.id));
    assert_eq!(
        first,
        format!("/invite/{}", secrets.invite_token(home, target.id, 1))
    );
    let elsewhere = (cast.northwind.workspace.id, Some(there.id));
    for turn in 1..5 {
        assert_ne!(
            secrets.invite_token(home, target.id, turn),
            secrets.invite_token(elsewhere, target.id, turn)
        );
    }
    let again = format!("{}/invites/{}/resend", invited.base, target.id);
    assert!(invited.team.post(&again, &[]).await.is_good());
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_resent_without_end_sends_few_mails() {
    let mut invited = InvitedPerson::new("often@initech.example").await;
    let store = &invited.cast.acme.clients[0].store;
    let listed = store.list_invites().await.expect("read");
    let invite = listed
        .iter()
        .find(|one| one.email.as_str() == invited.email);
    let id = invite.expect("there").id;
    let again = format!("{}/invites/{id}/resend", invited.base);
    for _ in 0..12 {
        let sent = invited.team.post(&again, &[]).await;
        assert_eq!(sent.location(), invited.base, "{}", sent.body);
    }
    let page = invited.team.get(&invited.base).await.body;
    assert!(page.contains("Too many invitations were sent."), "{page}");
    worker::drain(&invited.world.app).await.expect("sent");
    assert_eq!(invited.world.mail_to(&invited.email).await.len(), 6);
    invited.world.advance(SignedDuration::from_hours(25));
    let owner = invited.cast.acme.member(TeamRole::Owner);
    let home = &invited.cast.acme.workspace;
    let mut team = invited.world.signed_in(home, owner).await;
    assert!(team.post(&again, &[]).await.is_good());
    worker::drain(&invited.world.app).await.expect("sent");
    assert_eq!(invited.world.mail_to(&invited.email).await.len(), 7);
}

/// A new workspace invites sixty a day; then the form comes back with what was typed.
#[tokio::test(flavor = "multi_thread")]
async fn invites_of_a_new_workspace_are_limited_and_keep_the_input() {
    let mut invited = InvitedPerson::new("first@initech.example").await;
    let new_id = |world: &World| world.app.new_id::<()>().to_string();
    for n in 1..60 {
        let id = new_id(&invited.world);
        let email = format!("n{n}@initech.example");
        let sent = invite(&mut invited.team, &invited.base, &id, &email).await;
        assert_eq!(sent.location(), invited.base, "{n}: {}", sent.body);
    }
    let acme = &invited.cast.acme;
    let admin = acme.member(TeamRole::Admin);
    let mut admin = invited.world.signed_in(&acme.workspace, admin).await;
    let before = invited.world.dump().await.len();
    for browser in [&mut invited.team, &mut admin] {
        let id = new_id(&invited.world);
        let over = invite(browser, &invited.base, &id, "over@initech.example").await;
        assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
        for part in [
            "Too many of these mails",
            "over@initech.example",
            "Ana P\u{e9}rez",
        ] {
            assert!(over.body.contains(part), "{part}: {}", over.body);
        }
    }
    assert_eq!(invited.world.dump().await.len(), before, "nothing is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_with_an_address_or_the_platform_in_its_name_is_refused() {
    let mut invited = InvitedPerson::new("named@initech.example").await;
    let path = format!("{}/invites", invited.base);
    for (name, why) in [
        (
            "Win a prize at http://evil.example/x",
            "Leave out web and e-mail addresses.",
        ),
        ("Sec\u{420}ortal Support", "looks like the platform"),
        ("\u{200b}", "Remove the invisible characters"),
    ] {
        let fields = [
            ("id", invited.id.as_str()),
            ("name", name),
            ("email", "x@initech.example"),
            ("role", "viewer"),
        ];
        let refused = invited.team.post(&path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.body.contains(why), "{name}: {}", refused.body);
    }
    for (path, field) in [("/settings", "time_zone"), ("/settings/branding", "accent")] {
        let value = if field == "accent" { "#225588" } else { "UTC" };
        let fields = [
            ("name", "SecPortal Billing"),
            (field, value),
            ("version", "1"),
        ];
        let refused = invited.team.post(path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(refused.body.contains("looks like the platform"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn second_open_invite_of_one_address_is_refused_in_any_case() {
    let mut invited = InvitedPerson::new("eva@initech.example").await;
    let id = invited
        .world
        .app
        .new_id::<domain::id::marker::InviteMarker>();
    let again = invite(
        &mut invited.team,
        &invited.base,
        &id.to_string(),
        "Eva@Initech.example",
    )
    .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("is invited already"), "{}", again.body);
}
