//! Passwords that are forgotten and changed, and the list of one's sessions.

use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use store::NewSession;
use tests::{Answer, Browser, Fixture, World};

const OLD: &str = "quiet lantern orbit 42";
const NEW: &str = "violet harbor crumb 91";

struct ResetScene {
    world: World,
    cast: Fixture,
}

impl ResetScene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        worker::drain(&world.app).await.expect("sent");
        let this = Self { world, cast };
        let identity = &this.world.app.services.identity;
        identity
            .set_password(this.person().id, OLD)
            .await
            .expect("set");
        this
    }

    fn person(&self) -> &Person {
        self.cast.acme.clients[0].contact(ContactRole::Collaborator)
    }

    async fn signed_in(&self) -> Browser {
        self.world
            .signed_in(&self.cast.acme.workspace, self.person())
            .await
    }

    async fn ask(&self, slug: &str, email: &str) -> Answer {
        self.world
            .browser(slug)
            .post("/forgot", &[("email", email)])
            .await
    }

    async fn mails(&self, subject: &str) -> Vec<Value> {
        worker::drain(&self.world.app).await.expect("sent");
        let mut letters = self.world.mail_to(self.person().email.as_str()).await;
        letters.retain(|letter| letter["Subject"].to_string().contains(subject));
        letters
    }

    /// Follows a link; what it leads to, and the browser.
    async fn follow(&self, slug: &str, link: &str) -> (Answer, Browser) {
        let mut browser = self.world.browser(slug);
        let taken = browser.get(link).await;
        assert_eq!(taken.location(), "/reset", "the token leaves the address");
        (browser.get("/reset").await, browser)
    }

    async fn can_sign_in(&self, password: &str) -> bool {
        let fields = [
            ("email", self.person().email.as_str()),
            ("password", password),
            ("next", "/"),
        ];
        let answer = self.world.browser("acme").post("/sign-in", &fields).await;
        answer.status == StatusCode::SEE_OTHER
    }
}

fn link(letter: &Value) -> String {
    let words = letter["BodyText"]
        .as_str()
        .unwrap_or_default()
        .split_whitespace();
    let mut links = words.filter_map(|word| word.strip_prefix("https://acme.portal.example"));
    links.next().expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_password_is_reset_by_mail() {
    let it = ResetScene::new().await;
    let mut here = it.signed_in().await;
    let email = it.person().email.as_str();
    it.ask("acme", email).await;
    it.ask("acme", &email.to_uppercase()).await;
    let letters = it.mails("new password").await;
    assert_eq!(letters.len(), 2);
    let mut works = Vec::new();
    for letter in &letters {
        let (page, browser) = it.follow("acme", &link(letter)).await;
        let (abroad, _) = it.follow("northwind", &link(letter)).await;
        assert!(abroad.body.contains("can't be used"), "another workspace's");
        if page.body.contains(email) {
            works.push((link(letter), browser));
        }
    }
    assert_eq!(works.len(), 1, "only the newest link works");
    let (link, mut browser) = works.pop().expect("one");
    let (_, mut late) = it.follow("acme", &link).await;
    let weak = browser
        .post("/reset", &[("password", "short"), ("again", "short")])
        .await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = browser
        .post("/reset", &[("password", NEW), ("again", NEW)])
        .await;
    assert_eq!(set.location(), "/sign-in", "{}", set.body);
    assert!(!here.get("/").await.is_good(), "every session ended");
    let other = "copper window lemon 17";
    let again = late
        .post("/reset", &[("password", other), ("again", other)])
        .await;
    assert!(again.body.contains("can't be used"), "it works once");
    assert!(
        it.can_sign_in(NEW).await && !it.can_sign_in(OLD).await && !it.can_sign_in(other).await
    );
    assert_eq!(it.mails("was changed").await.len(), 1, "the person is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn password_reset_request_tells_nothing_and_is_rate_limited() {
    let it = ResetScene::new().await;
    let email = it.person().email.as_str();
    let known = it.ask("acme", email).await;
    let unknown = it.ask("acme", "nobody@nowhere.example").await;
    assert_eq!(known.status, unknown.status);
    let same = |answer: &Answer| {
        let (start, _) = answer.body.split_once("role=\"status\"").expect("the page");
        start.len()
    };
    assert_eq!(same(&known), same(&unknown));
    assert_eq!(
        known.spent.round_trips.abs_diff(unknown.spent.round_trips),
        1,
        "the person's row"
    );
    for _ in 0..5 {
        let more = it.ask("acme", email).await;
        assert_eq!(same(&more), same(&known), "nothing else is said");
    }
    assert_eq!(it.mails("new password").await.len(), 3, "three an hour");
    // An hour later a link is dead.
    let letters = it.mails("new password").await;
    it.world.advance(SignedDuration::from_mins(60));
    for letter in &letters {
        let (page, _) = it.follow("acme", &link(letter)).await;
        assert!(page.body.contains("can't be used"));
    }
    let wrong = it.ask("acme", "not an address").await;
    assert!(wrong.body.contains("id=\"email-error\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn password_change_needs_the_current_one_and_ends_other_sessions() {
    let it = ResetScene::new().await;
    let mut here = it.signed_in().await;
    it.world.advance(SignedDuration::from_secs(2));
    let mut there = it.signed_in().await;
    for (current, password, again, field) in [
        ("wrong wrong wrong", NEW, NEW, "current-error"),
        (OLD, "short", "short", "password-error"),
        (OLD, NEW, "another", "again-error"),
    ] {
        let fields = [
            ("current", current),
            ("password", password),
            ("again", again),
        ];
        let answer = here.post("/account/password", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(
            answer.body.contains(&format!("id=\"{field}\"")),
            "{field}: {}",
            answer.body
        );
    }
    let fields = [("current", OLD), ("password", NEW), ("again", NEW)];
    let changed = here.post("/account/password", &fields).await;
    assert_eq!(changed.location(), "/account", "{}", changed.body);
    assert!(here.get("/").await.is_good());
    assert!(!there.get("/").await.is_good());
    assert!(it.can_sign_in(NEW).await && !it.can_sign_in(OLD).await);
    assert_eq!(it.mails("was changed").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn session_list_ends_own_sessions_only() {
    let it = ResetScene::new().await;
    let mut here = it.signed_in().await;
    it.world.advance(SignedDuration::from_secs(2));
    let mut there = it.signed_in().await;
    let acme = &it.cast.acme;
    let mut owner = it
        .world
        .signed_in(&acme.workspace, acme.member(TeamRole::Owner))
        .await;
    let page = here.get("/account").await.body;
    assert_eq!(page.matches("(this one)").count(), 1);
    let handle = page
        .split("name=\"session\" value=\"")
        .nth(1)
        .and_then(|rest| rest.get(..16));
    let handle = handle.expect("another session").to_owned();
    owner
        .post("/account/sessions/end", &[("session", &handle)])
        .await;
    assert!(there.get("/").await.is_good(), "somebody else's");
    let ended = here
        .post("/account/sessions/end", &[("session", &handle)])
        .await;
    assert_eq!(ended.location(), "/account");
    // The cast's own work left a third one, which the list may name first.
    let left = [
        here.get("/").await.is_good(),
        there.get("/").await.is_good(),
    ];
    assert!(left[0], "this one goes on: {left:?}");
    let page = here.get("/account").await.body;
    assert!(!page.contains(&handle));
}

/// A sign-in that was under way while the password changed.
#[tokio::test(flavor = "multi_thread")]
async fn old_password_after_a_reset_is_refused() {
    let it = ResetScene::new().await;
    let mut here = it.signed_in().await;
    let (acme, person) = (&it.cast.acme.workspace, it.person());
    let fields = [("current", OLD), ("password", NEW), ("again", NEW)];
    assert_eq!(
        here.post("/account/password", &fields).await.location(),
        "/account"
    );
    // Its password was found right before; its session is asked for after.
    let directory = it.world.app.directory();
    let opening = |hash| NewSession::with_password(acme.id, &acme.slug, hash, it.world.now());
    let late = directory.open_session(person, &opening("late")).await;
    assert!(late.is_err());
    let login = directory
        .find_login(acme.id, &person.email)
        .await
        .expect("the table");
    let now = directory
        .person(acme.id, &login.expect("there"))
        .await
        .expect("the table");
    let now = now.expect("there");
    let fresh = directory.open_session(&now, &opening("fresh")).await;
    assert!(fresh.is_ok());
}
