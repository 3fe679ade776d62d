//! Mail that bounces or is reported as spam: none goes there any more, until somebody
//! says so or the address is another one.

mod other_addresses;

use domain::id::{WorkspaceId, marker};
use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use domain::suppression::{SuppressionNotice, SuppressionReason};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::sha256_hex;
use tests::{Browser, Client, Fixture, Tenant, World};
use worker::ReportOutcome;

use crate::notifications::{minutes_go_by, work};

pub(crate) const BOUNCE: &str = include_str!("../../events/bounce.json");
const TRANSIENT: &str = include_str!("../../events/transient-bounce.json");
const COMPLAINT: &str = include_str!("../../events/complaint.json");
/// How the notice begins.
const TOLD: &str = "none is sent any more to";

/// An example of an event, as of a mail that a workspace sent to an address at a time.
pub(crate) fn event(example: &str, ws: WorkspaceId, to: &str, sent: Timestamp) -> Value {
    let mut event: Value = serde_json::from_str(example).expect("JSON");
    let (name, list) = match event["eventType"].as_str().expect("a type") {
        "Bounce" => ("bounce", "bouncedRecipients"),
        _ => ("complaint", "complainedRecipients"),
    };
    event[name][list][0]["emailAddress"] = json!(to);
    event[name]["timestamp"] = json!(sent + SignedDuration::from_secs(2));
    event["mail"]["timestamp"] = json!(sent);
    event["mail"]["destination"] = json!([to]);
    event["mail"]["tags"] = json!({ "workspace": [ws.to_string()] });
    event
}

struct Scene {
    world: World,
    cast: Fixture,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        work(&world).await;
        Self { world, cast }
    }

    fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    fn contact(&self) -> &Person {
        self.client().contact(ContactRole::Collaborator)
    }

    /// SES tells of a mail that Acme sent just now.
    async fn report(&self, example: &str, to: &str) -> ReportOutcome {
        let acme = self.cast.acme.workspace.id;
        let event = event(example, acme, to, self.world.now());
        self.takes(&event).await
    }

    async fn takes(&self, event: &Value) -> ReportOutcome {
        let app = &self.world.app;
        let came = worker::handle_report(
            &app.directory(),
            app.new_id(),
            app.clock.now(),
            &event.to_string(),
        )
        .await;
        let came = came.expect("taken");
        work(&self.world).await;
        came
    }

    async fn browser(&self, tenant: &Tenant, person: &Person) -> Browser {
        self.world.signed_in(&tenant.workspace, person).await
    }

    async fn owner(&self) -> Browser {
        let acme = &self.cast.acme;
        self.browser(acme, acme.member(TeamRole::Owner)).await
    }

    /// How often somebody's inbox says that mail is stopped.
    async fn notices(&self, tenant: &Tenant, person: &Person) -> usize {
        let page = self
            .browser(tenant, person)
            .await
            .get("/notifications")
            .await;
        page.body.matches(&format!("{TOLD} <b>")).count()
    }

    /// Whether a link to a new password arrives.
    async fn link_arrives(&self, tenant: &Tenant, to: &str) -> bool {
        let before = self.world.mail_to(to).await.len();
        self.world.advance(SignedDuration::from_hours(2));
        let mut browser = self.world.browser(tenant.workspace.slug.as_str());
        let asked = browser.post("/forgot", &[("email", to)]).await;
        assert!(asked.is_good(), "{}", asked.body);
        work(&self.world).await;
        self.world.mail_to(to).await.len() > before
    }

    async fn mark(&self, client: &Client, person: &Person) -> Option<SuppressionNotice> {
        let found = client.store.get_person(person.id).await.expect("read");
        found.expect("there").suppressed
    }

    /// What the table holds of an address.
    async fn row(&self, ws: WorkspaceId, to: &str) -> Option<Value> {
        let key = (format!("W#{ws}#STOP"), sha256_hex(to));
        self.world.dump().await.remove(&key)
    }

    fn people_page(&self) -> String {
        format!("/clients/{}", self.client().id)
    }

    fn again(&self, person: &Person) -> String {
        format!("{}/people/{}/mail-again", self.people_page(), person.id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bounce_stops_mail_and_notifies_the_team_once() {
    let scene = Scene::new().await;
    let (acme, contact) = (&scene.cast.acme, scene.contact());
    let to = contact.email.as_str();
    assert!(scene.link_arrives(acme, to).await);
    let first = event(BOUNCE, acme.workspace.id, to, scene.world.now());
    assert_eq!(scene.takes(&first).await, ReportOutcome::Stopped);
    assert_eq!(scene.takes(&first).await, ReportOutcome::Nothing, "again");
    // Another mail that was on its way.
    scene.world.advance(SignedDuration::from_secs(5));
    assert_eq!(scene.report(BOUNCE, to).await, ReportOutcome::Nothing);

    assert!(!scene.link_arrives(acme, to).await);
    // What happens isn't told by mail either, but in the inbox.
    let before = scene.world.mail_to(to).await.len();
    let mut owner = scene.owner().await;
    let client = scene.client();
    let thread = format!(
        "{}/engagements/{}/messages",
        scene.people_page(),
        client.engagement
    );
    let id = scene.world.app.new_id::<marker::EntryMarker>().to_string();
    let sent = owner
        .post(&thread, &[("id", id.as_str()), ("text", "Hello, all.")])
        .await;
    assert!(sent.is_good(), "{}", sent.body);
    minutes_go_by(&scene.world).await;
    assert_eq!(scene.world.mail_to(to).await.len(), before);
    let inbox = scene
        .browser(acme, contact)
        .await
        .get("/notifications")
        .await;
    assert!(inbox.body.contains("wrote a message"), "{}", inbox.body);
    let other = client.contact(ContactRole::Viewer);
    assert!(scene.link_arrives(acme, other.email.as_str()).await);

    for member in &acme.team {
        let manages = [TeamRole::Owner, TeamRole::Admin].map(|role| acme.member(role).id);
        let expected = usize::from(manages.contains(&member.id));
        let told = scene.notices(acme, member).await;
        assert_eq!(told, expected, "{}", member.role.label());
    }
    for person in &client.contacts {
        assert_eq!(scene.notices(acme, person).await, 0);
    }
    // And by mail, as a digest of minutes: whoever is told isn't told of oneself.
    let admin = acme.member(TeamRole::Admin).email.as_str();
    let letters = scene.world.mail_to(admin).await;
    let about = letters
        .iter()
        .filter(|letter| letter["BodyText"].to_string().contains(TOLD));
    assert_eq!(about.count(), 1);
    let log = owner.get("/settings/audit").await.body;
    assert_eq!(log.matches("Stopped mail to").count(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn transient_bounce_changes_nothing() {
    let scene = Scene::new().await;
    let to = scene.contact().email.as_str();
    let before = scene.world.dump().await;
    assert_eq!(scene.report(TRANSIENT, to).await, ReportOutcome::Nothing);
    // A workspace that isn't there, and mail that isn't the portal's.
    let mut nowhere = event(BOUNCE, WorkspaceId::new(1, 1), to, scene.world.now());
    assert_eq!(scene.takes(&nowhere).await, ReportOutcome::Nothing);
    nowhere["mail"]["tags"] = json!({});
    assert_eq!(scene.takes(&nowhere).await, ReportOutcome::Nothing);
    assert_eq!(scene.world.dump().await, before);
    let app = &scene.world.app;
    let garbage =
        worker::handle_report(&app.directory(), app.new_id(), app.clock.now(), "garbage").await;
    assert!(garbage.is_err(), "it is put aside, to be looked at");
}

#[tokio::test(flavor = "multi_thread")]
async fn bounce_in_one_workspace_leaves_others_unchanged() {
    let scene = Scene::new().await;
    let (acme, northwind) = (&scene.cast.acme, &scene.cast.northwind);
    let contact = scene.contact();
    let to = contact.email.as_str();
    // Somebody with the same address, in another workspace's team.
    let twin = Person {
        id: scene.world.app.new_id(),
        client: None,
        role: northwind.member(TeamRole::Viewer).role,
        ..contact.clone()
    };
    let directory = scene.world.app.directory();
    let added = directory
        .create_team_member(northwind.workspace.id, &twin)
        .await;
    added.expect("a member");
    let theirs = async || {
        let prefix = format!("W#{}", northwind.workspace.id);
        let mut dump = scene.world.dump().await;
        dump.retain(|(pk, _), _| pk.starts_with(&prefix));
        dump
    };
    let before = theirs().await;
    assert_eq!(scene.report(COMPLAINT, to).await, ReportOutcome::Stopped);
    // An address that only Northwind knows, of a mail that Acme sent.
    let foreign = northwind.clients[0].contact(ContactRole::Manager);
    let foreign = foreign.email.as_str();
    assert_eq!(scene.report(BOUNCE, foreign).await, ReportOutcome::Stopped);
    assert_eq!(theirs().await, before);
    assert!(scene.row(acme.workspace.id, foreign).await.is_some());
    assert!(scene.link_arrives(northwind, to).await);
    assert!(scene.link_arrives(northwind, foreign).await);
    assert!(!scene.link_arrives(acme, to).await);
    let owner = northwind.member(TeamRole::Owner);
    assert_eq!(scene.notices(northwind, owner).await, 0);
    // A row of nobody's is over after a while.
    let row = scene.row(acme.workspace.id, foreign).await.expect("a row");
    assert!(row["ttl"].is_i64(), "{row}");
    let row = scene.row(acme.workspace.id, to).await.expect("a row");
    assert!(row.get("ttl").is_none(), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn suppression_is_shown_to_managers_who_can_lift_it() {
    let scene = Scene::new().await;
    let (acme, contact) = (&scene.cast.acme, scene.contact());
    let to = contact.email.as_str();
    let sent = scene.world.now();
    let bounce = event(BOUNCE, acme.workspace.id, to, sent);
    scene.takes(&bounce).await;
    let mut owner = scene.owner().await;
    let path = scene.people_page();
    let (again, shown) = (scene.again(contact), "Mail bounces");
    let page = owner.get(&path).await.body;
    assert!(page.contains(shown) && page.contains(&again), "{page}");
    assert!(page.contains("not even to set a new password"), "{page}");
    let own = scene
        .browser(acme, contact)
        .await
        .get("/account")
        .await
        .body;
    assert!(own.contains("No mail goes to this address"), "{own}");

    // Who may not manage people sees it, and can do nothing about it.
    let viewer = scene.client().contact(ContactRole::Viewer);
    let mut viewer = scene.browser(acme, viewer).await;
    let theirs = format!("/people/{}/mail-again", contact.id);
    let page = viewer.get("/people").await.body;
    assert!(page.contains(shown) && !page.contains(&theirs), "{page}");
    let refused = viewer.post(&theirs, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let sibling = acme.clients[1].contact(ContactRole::Manager);
    let refused = scene.browser(acme, sibling).await.post(&theirs, &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let northwind = scene.cast.northwind.member(TeamRole::Owner);
    let mut stranger = scene.browser(&scene.cast.northwind, northwind).await;
    assert_eq!(
        stranger.post(&again, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(!scene.link_arrives(acme, to).await);

    let lifted = owner.post(&again, &[]).await;
    assert_eq!(lifted.location(), path, "{}", lifted.body);
    let page = owner.get(&path).await.body;
    assert!(!page.contains(shown) && page.contains("Mail goes to the address again."));
    assert!(scene.link_arrives(acme, to).await);
    // A late repetition tells of mail that was sent before.
    assert_eq!(scene.takes(&bounce).await, ReportOutcome::Nothing);
    assert!(scene.link_arrives(acme, to).await);
    // A new failure is another one, told anew; the client's own manager lets it go.
    assert_eq!(scene.report(COMPLAINT, to).await, ReportOutcome::Stopped);
    assert_eq!(scene.notices(acme, acme.member(TeamRole::Admin)).await, 2);
    let manager = scene.client().contact(ContactRole::Manager);
    let mut manager = scene.browser(acme, manager).await;
    let page = manager.get("/people").await.body;
    assert!(
        page.contains("Reported as spam") && page.contains(&theirs),
        "{page}"
    );
    scene.world.advance(SignedDuration::from_secs(9));
    assert_eq!(manager.post(&theirs, &[]).await.location(), "/people");
    assert!(scene.link_arrives(acme, to).await);
    let log = scene.owner().await.get("/settings/audit").await.body;
    assert_eq!(log.matches("Let mail go again to").count(), 2, "{log}");
    // Once more, it is a word that changes nothing.
    let manager = scene.client().contact(ContactRole::Manager);
    let mut manager = scene.browser(acme, manager).await;
    let before = scene.world.dump().await;
    assert!(manager.post(&theirs, &[]).await.is_good());
    let mut after = scene.world.dump().await;
    after.retain(|key, value| before.get(key) != Some(value) && !key.0.starts_with("SES#"));
    assert!(after.is_empty(), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_reports_in_any_order_and_number_end_the_same() {
    let scene = Scene::new().await;
    let ws = scene.cast.acme.workspace.id;
    let people =
        [ContactRole::Collaborator, ContactRole::Viewer].map(|r| scene.client().contact(r));
    let begun = scene.world.now();
    let of = |person: &Person| {
        let to = person.email.as_str();
        let at = |secs| begun + SignedDuration::from_secs(secs);
        [
            event(BOUNCE, ws, to, at(3)),
            event(COMPLAINT, ws, to, at(1)),
            event(BOUNCE, ws, to, at(0)),
            event(TRANSIENT, ws, to, at(7)),
            event(COMPLAINT, ws, to, at(5)),
        ]
    };
    for event in of(people[0]) {
        scene.takes(&event).await;
    }
    let mut backwards = of(people[1]);
    backwards.reverse();
    for event in backwards.iter().chain(&of(people[1])) {
        scene.takes(event).await;
    }
    let mut ends = Vec::new();
    for person in people {
        let row = scene.row(ws, person.email.as_str()).await.expect("a row");
        let mark = scene.mark(scene.client(), person).await.expect("a mark");
        assert_eq!(mark.reason, SuppressionReason::Complaint);
        ends.push((row["bounced"].clone(), row["complained"].clone(), mark));
    }
    assert_eq!(ends[0], ends[1]);
    let owner = scene.cast.acme.member(TeamRole::Owner);
    let told = scene.notices(&scene.cast.acme, owner).await;
    assert_eq!(told, 4, "of each a bounce and a complaint, once");
}

/// Two at once: one of them notes it, and tells.
#[tokio::test(flavor = "multi_thread")]
async fn delivery_report_twice_at_once_notifies_once() {
    let scene = Scene::new().await;
    let acme = &scene.cast.acme;
    let to = scene.contact().email.as_str();
    let event = event(BOUNCE, acme.workspace.id, to, scene.world.now()).to_string();
    let app = &scene.world.app;
    let take = async || {
        let directory = app.directory();
        worker::handle_report(&directory, app.new_id(), app.clock.now(), &event)
            .await
            .expect("taken")
    };
    let came = futures::future::join_all([take(), take(), take()]).await;
    let stopped = came.iter().filter(|one| **one == ReportOutcome::Stopped);
    assert_eq!(stopped.count(), 1, "{came:?}");
    work(&scene.world).await;
    assert_eq!(scene.notices(acme, acme.member(TeamRole::Owner)).await, 1);
}
