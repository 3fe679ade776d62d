//! Who may bring people in, change what they are, and take them out; and that
//! everything of theirs ends with it.

use domain::person::Person;
use domain::role::{ContactRole, Role, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use tests::{Answer, Browser, Fixture, World};

const PASSWORD: &str = "quiet lantern orbit 42";

struct TeamScene {
    world: World,
    cast: Fixture,
}

impl TeamScene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        worker::drain(&world.app).await.expect("sent");
        // What is done now is the newest.
        world.advance(SignedDuration::from_secs(1));
        Self { world, cast }
    }

    async fn team(&self, role: TeamRole) -> Browser {
        let acme = &self.cast.acme;
        self.world
            .signed_in(&acme.workspace, acme.member(role))
            .await
    }

    fn contact(&self, role: ContactRole) -> &Person {
        self.cast.acme.clients[0].contact(role)
    }

    async fn portal(&self, role: ContactRole) -> Browser {
        self.world
            .signed_in(&self.cast.acme.workspace, self.contact(role))
            .await
    }

    /// Invites somebody from the form at `base`.
    async fn invite(&self, by: &mut Browser, base: &str, email: &str, role: &str) -> Answer {
        let id = self
            .world
            .app
            .new_id::<domain::id::marker::InviteMarker>()
            .to_string();
        let fields = [
            ("id", id.as_str()),
            ("name", "Newcomer"),
            ("email", email),
            ("role", role),
        ];
        by.post(&format!("{base}/invites"), &fields).await
    }

    /// The links of all mails to an address, the oldest first.
    async fn links(&self, email: &str) -> Vec<String> {
        worker::drain(&self.world.app).await.expect("sent");
        let letters = self.world.mail_to(email).await;
        letters.iter().map(link).collect()
    }

    /// Follows a link; the page that it leads to, and the browser.
    async fn follow(&self, link: &str) -> (Answer, Browser) {
        let mut browser = self.world.browser("acme");
        browser.get(link).await;
        (browser.get("/invite").await, browser)
    }

    /// Follows a link to its end: an account that is signed in.
    async fn join(&self, link: &str, email: &str) -> Browser {
        let (_, mut browser) = self.follow(link).await;
        let set = browser
            .post("/invite", &[("password", PASSWORD), ("again", PASSWORD)])
            .await;
        assert_eq!(set.location(), "/sign-in", "{}", set.body);
        let fields = [("email", email), ("password", PASSWORD), ("next", "/")];
        assert_eq!(browser.post("/sign-in", &fields).await.location(), "/");
        browser
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

/// The address of the first form that ends so.
fn action(page: &str, end: &str) -> String {
    let actions = page
        .split("action=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let actions = actions.map(|action| action.replace("&#x2F;", "/"));
    let mut wanted = actions.filter(|action| action.ends_with(end));
    wanted
        .next()
        .unwrap_or_else(|| panic!("no form to {end}: {page}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn invite_resent_revokes_the_old_link_and_a_revoked_one_fails() {
    let office = TeamScene::new().await;
    let mut owner = office.team(TeamRole::Owner).await;
    let base = format!("/clients/{}", office.cast.acme.clients[0].id);
    office
        .invite(&mut owner, &base, "resent@initech.example", "viewer")
        .await;
    office.world.advance(SignedDuration::from_hours(8 * 24));
    let mut owner = office.team(TeamRole::Owner).await;
    let page = owner.get(&base).await.body;
    assert!(page.contains("Expired"), "{page}");
    let again = owner.post(&action(&page, "/resend"), &[]).await;
    assert_eq!(again.location(), base);
    let links = office.links("resent@initech.example").await;
    assert_eq!(links.len(), 2, "{links:?}");
    let mut works = Vec::new();
    for link in &links {
        let (page, _) = office.follow(link).await;
        works.push(!page.body.contains("can't be used"));
    }
    works.sort_unstable();
    assert_eq!(works, [false, true], "one of the two");

    let page = owner.get(&base).await.body;
    let revoke = action(&page, "/revoke");
    assert_eq!(owner.post(&revoke, &[]).await.location(), base);
    assert!(owner.get(&base).await.body.contains("Revoked"));
    for link in &links {
        let (page, _) = office.follow(link).await;
        assert!(page.body.contains("can't be used"), "revoked");
    }
    // What is over stays over.
    owner.post(&revoke.replace("/revoke", "/resend"), &[]).await;
    assert_eq!(office.links("resent@initech.example").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn team_invite_is_sent_by_permitted_roles_only() {
    let office = TeamScene::new().await;
    let mut admin = office.team(TeamRole::Admin).await;
    let form = admin.get("/settings/invites/new").await.body;
    assert_eq!(
        form.matches(" checked").count(),
        1,
        "one role is chosen already"
    );
    let refused = office
        .invite(&mut admin, "/settings", "boss@acme.example", "owner")
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "an admin makes no owners"
    );
    let invited = office
        .invite(&mut admin, "/settings", "new@acme.example", "member")
        .await;
    assert_eq!(invited.location(), "/settings");
    let links = office.links("new@acme.example").await;
    let (page, _) = office.follow(&links[0]).await;
    assert!(page.body.contains("to the team"), "{}", page.body);
    let mut member = office.join(&links[0], "new@acme.example").await;
    assert!(member.get("/clients").await.is_good());
    assert_eq!(
        member.get("/settings/invites/new").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn client_manager_manages_own_colleagues_only() {
    let office = TeamScene::new().await;
    let mut manager = office.portal(ContactRole::Manager).await;
    let page = manager.get("/people").await.body;
    assert!(page.contains("(you)") && page.contains("Manage"), "{page}");
    let invited = office
        .invite(&mut manager, "", "cousin@initech.example", "collaborator")
        .await;
    assert_eq!(invited.location(), "/people", "{}", invited.body);
    let links = office.links("cousin@initech.example").await;
    let mut cousin = office.join(&links[0], "cousin@initech.example").await;
    let own = &office.cast.acme.clients[0];
    assert!(cousin.get("/").await.body.contains(&own.mark));
    // A collaborator sees the colleagues, and may do nothing about them.
    let seen = cousin.get("/people").await.body;
    assert!(
        !seen.contains("Manage") && !seen.contains("Invite to Portal"),
        "{seen}"
    );

    // Whoever belongs to another client is a stranger: nothing tells of the account.
    let other = &office.cast.acme.clients[1].contacts[0];
    let before = office.world.mail_to(other.email.as_str()).await.len();
    let asked = office
        .invite(&mut manager, "", other.email.as_str(), "viewer")
        .await;
    assert_eq!(asked.location(), "/people", "as if nobody had it");
    let links = office.links(other.email.as_str()).await;
    assert_eq!(links.len(), before + 1);
    // Whoever has it is offered no other password.
    let (page, _) = office.follow(links.last().expect("a link")).await;
    assert!(page.body.contains("You have an account here already"));
    let team = office.cast.acme.member(TeamRole::Owner);
    for (id, what) in [(other.id, "another client's"), (team.id, "one of the team")] {
        for change in ["role", "remove"] {
            let path = format!("/people/{id}/{change}");
            let fields: &[_] = if change == "role" {
                &[("role", "viewer")]
            } else {
                &[]
            };
            let answer = manager.post(&path, fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn role_change_or_removal_ends_every_session() {
    let office = TeamScene::new().await;
    let base = format!("/clients/{}", office.cast.acme.clients[0].id);
    let mut owner = office.team(TeamRole::Owner).await;
    let collaborator = office.contact(ContactRole::Collaborator);
    let mut here = office.portal(ContactRole::Collaborator).await;
    let mut there = office.portal(ContactRole::Collaborator).await;
    let changed = owner
        .post(
            &format!("{base}/people/{}/role", collaborator.id),
            &[("role", "viewer")],
        )
        .await;
    assert_eq!(changed.location(), base, "{}", changed.body);
    assert!(!here.get("/").await.is_good() && !there.get("/").await.is_good());
    let viewer = office.cast.acme.clients[0]
        .store
        .get_person(collaborator.id)
        .await;
    let viewer = viewer.expect("the table").expect("there");
    assert_eq!(viewer.role, Role::Contact(ContactRole::Viewer));
    let acme = &office.cast.acme.workspace;
    let mut back = office.world.signed_in(acme, &viewer).await;
    assert!(back.get("/").await.is_good());

    let identity = &office.world.app.services.identity;
    identity
        .set_password(viewer.id, PASSWORD)
        .await
        .expect("set");
    let removed = owner
        .post(&format!("{base}/people/{}/remove", viewer.id), &[])
        .await;
    assert_eq!(removed.location(), base);
    assert!(!back.get("/").await.is_good(), "signed out everywhere");
    let listed = owner.get(&base).await.body;
    assert!(!listed.contains(&viewer.id.to_string()), "listed no more");
    let fields = [
        ("email", viewer.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let answer = office.world.browser("acme").post("/sign-in", &fields).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the password opens nothing"
    );
    // The user at the identity provider and the inbox go by the outbox.
    worker::drain(&office.world.app).await.expect("swept");
    // Nothing of the person's is left but what it did.
    for ((pk, sk), item) in office.world.dump().await {
        let left = item.to_string().contains(&viewer.id.to_string());
        // A proposal stands at the finding until it is answered.
        let kept = item["t"] == "history" || item["t"] == "audit";
        let did = kept || item["s"]["proposal"]["by"] == viewer.id.to_string();
        assert!(!left || did, "{pk} {sk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn last_owner_stays_when_two_remove_each_other_at_once() {
    let office = TeamScene::new().await;
    let acme = &office.cast.acme;
    let (owner, admin) = (acme.member(TeamRole::Owner), acme.member(TeamRole::Admin));
    let mut by_owner = office.team(TeamRole::Owner).await;
    let own = by_owner
        .post(&format!("/settings/people/{}/remove", owner.id), &[])
        .await;
    assert_eq!(
        own.status,
        StatusCode::FORBIDDEN,
        "nobody removes themselves"
    );
    let mut by_admin = office.team(TeamRole::Admin).await;
    let up = by_admin
        .post(
            &format!("/settings/people/{}/role", owner.id),
            &[("role", "viewer")],
        )
        .await;
    assert_eq!(
        up.status,
        StatusCode::FORBIDDEN,
        "an admin touches no owner"
    );
    let promote = format!("/settings/people/{}/role", admin.id);
    assert_eq!(
        by_owner
            .post(&promote, &[("role", "owner")])
            .await
            .location(),
        "/settings"
    );
    let second = Person {
        role: Role::Team(TeamRole::Owner),
        ..admin.clone()
    };
    let (one, two) = tokio::join!(
        acme.store.delete_person(owner),
        acme.store.delete_person(&second)
    );
    let (one, two) = (one.expect("the table"), two.expect("the table"));
    let done = store::MembershipOutcome::Done;
    assert!((one == done) != (two == done), "{one:?} {two:?}");
    let left = acme.store.list_people().await.expect("the table");
    let owners = left
        .iter()
        .filter(|person| person.role == Role::Team(TeamRole::Owner));
    assert_eq!(owners.count(), 1);
    let last = left
        .iter()
        .find(|person| person.role == Role::Team(TeamRole::Owner))
        .expect("one");
    let refused = acme
        .store
        .update_role(last, Role::Team(TeamRole::Admin))
        .await;
    assert_eq!(
        refused.expect("the table"),
        store::MembershipOutcome::LastOwner
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn person_has_at_most_twenty_sessions() {
    let office = TeamScene::new().await;
    let mut browsers = Vec::new();
    for _ in 0..22 {
        browsers.push(office.portal(ContactRole::Viewer).await);
        office.world.advance(SignedDuration::from_secs(1));
    }
    let mut good = Vec::new();
    for browser in &mut browsers {
        good.push(browser.get("/").await.is_good());
    }
    assert_eq!(good.iter().filter(|good| **good).count(), 20);
    assert!(!good[0] && !good[1], "the oldest ended");
}
