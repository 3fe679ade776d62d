//! What people are told of: who hears of what, and how much is unread.

use domain::finding::FindingStatus;
use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Answer, Browser, Client, Fixture, Tenant, World};

use crate::matrix::foreign_marks;
use crate::two_sides::TwoSides;

/// Does all that is due.
pub(crate) async fn work(world: &World) {
    worker::drain(&world.app).await.expect("swept");
}

/// Lets what is gathered within minutes leave.
pub(crate) async fn minutes_go_by(world: &World) {
    work(world).await;
    world.advance(SignedDuration::from_mins(6));
    work(world).await;
}

async fn inbox(world: &World, tenant: &Tenant, person: &Person) -> Answer {
    let mut browser = world.signed_in(&tenant.workspace, person).await;
    let answer = browser.get("/notifications").await;
    assert!(answer.is_good(), "{}", answer.body);
    answer
}

/// Everybody of a tenant, with the client that they are of.
fn everybody(tenant: &Tenant) -> Vec<(&Person, Option<&Client>)> {
    let team = tenant.team.iter().map(|person| (person, None));
    let clients = tenant.clients.iter();
    let contacts = clients.flat_map(|client| {
        let people = client.contacts.iter();
        people.map(move |person| (person, Some(client)))
    });
    team.chain(contacts).collect()
}

impl TwoSides {
    pub(crate) async fn comment(
        &mut self,
        team: bool,
        finding: FindingStatus,
        text: &str,
        internal: bool,
    ) {
        let (ours, theirs) = self.paths();
        let id = self.client().findings[&finding];
        let base = if team { ours } else { theirs };
        let path = format!("{base}/findings/{id}/comments");
        let new = self.new_id();
        let internal = if internal { "yes" } else { "" };
        let fields = [("id", new.as_str()), ("text", text), ("internal", internal)];
        let browser = if team {
            &mut self.team
        } else {
            &mut self.portal
        };
        let said = browser.post(&path, &fields).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notification_skips_the_actor_and_people_without_access() {
    let mut both = TwoSides::new().await;
    let (ours, theirs) = both.paths();
    both.comment(true, FindingStatus::Open, "For both.", false)
        .await;
    both.comment(true, FindingStatus::Open, "For us.", true)
        .await;
    both.comment(true, FindingStatus::Draft, "Of a draft.", false)
        .await;
    both.comment(false, FindingStatus::Open, "From the client.", false)
        .await;
    let draft = both.client().findings[&FindingStatus::Draft];
    for (internal, text) in [("yes", "Between us."), ("", "To all.")] {
        let id = both.new_id();
        let fields = [("id", id.as_str()), ("text", text), ("internal", internal)];
        let sent = both.team.post(&format!("{ours}/messages"), &fields).await;
        assert!(sent.is_good(), "{}", sent.body);
    }
    let open = both.client().findings[&FindingStatus::Open];
    let resolve = format!("{theirs}/findings/{open}/resolve");
    let resolved = both
        .portal
        .post(&resolve, &[("note", ""), ("version", "2")])
        .await;
    assert!(resolved.is_good(), "{}", resolved.body);
    minutes_go_by(&both.world).await;

    let cast = &both.cast;
    let own = &cast.acme.clients[0];
    for tenant in [&cast.acme, &cast.northwind] {
        for (person, client) in everybody(tenant) {
            let page = inbox(&both.world, tenant, person).await.body;
            for mark in foreign_marks(cast, tenant, client) {
                assert!(!page.contains(&mark), "{} is told of {mark}", person.name);
            }
            let mine = tenant.workspace.id == cast.acme.workspace.id
                && client.is_none_or(|client| client.id == own.id);
            let told = |what: &str| page.contains(what);
            let ours = mine && client.is_none();
            assert_eq!(
                told("wrote a note for the team"),
                ours && !did(person, &both),
                "{page}"
            );
            let by_client = mine && person.id != own.contact(ContactRole::Collaborator).id;
            assert_eq!(told("resolved"), by_client, "{}", person.name);
            assert_eq!(
                told(&own.secret),
                ours && !did(person, &both),
                "a draft is the team's"
            );
            assert!(
                !told(&draft.to_string()),
                "and nobody is led there by its id"
            );
            // A note tells the client nothing, in mail neither.
            for letter in both.world.mail_to(person.email.as_str()).await {
                let letter = letter.to_string();
                for mark in foreign_marks(cast, tenant, client) {
                    assert!(!letter.contains(&mark), "{mark} in {letter}");
                }
                assert!(ours || !letter.contains("note for the team"), "{letter}");
                assert!(!letter.contains("For us.") && !letter.contains("For both."));
            }
        }
    }
}

/// Whether a person is the one of the team who did it.
fn did(person: &Person, both: &TwoSides) -> bool {
    person.id == both.cast.acme.member(TeamRole::Member).id
}

/// The number in the bell, as a page shows it.
async fn bell(browser: &mut Browser) -> i64 {
    let page = browser.get("/account").await.body;
    let Some((_, rest)) = page.split_once("bell-count\">") else {
        return 0;
    };
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    number.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_notifications_are_counted_and_read_once() {
    let mut both = TwoSides::new().await;
    // What the cast was told.
    let before = bell(&mut both.portal).await;
    both.comment(true, FindingStatus::Open, "One.", false).await;
    both.later();
    both.comment(true, FindingStatus::Resolved, "Two.", false)
        .await;
    assert_eq!(
        bell(&mut both.portal).await,
        before,
        "nobody has told it yet"
    );
    work(&both.world).await;
    assert_eq!(bell(&mut both.portal).await, before + 2);
    let page = both.portal.get("/notifications").await.body;
    let mut open = page.split("/notifications/").filter_map(|part| {
        let (id, rest) = part.split_once("/open")?;
        rest.starts_with('"').then(|| id.to_owned())
    });
    let (newest, other) = (open.next().expect("one"), open.next().expect("another"));
    let opened = both
        .portal
        .post(&format!("/notifications/{newest}/open"), &[])
        .await;
    let resolved = both.client().findings[&FindingStatus::Resolved];
    let (_, theirs) = both.paths();
    assert_eq!(opened.location(), format!("{theirs}/findings/{resolved}"));
    for _ in 0..2 {
        assert_eq!(bell(&mut both.portal).await, before + 1, "read once");
        let path = format!("/notifications/{newest}/read");
        assert!(both.portal.post(&path, &[]).await.is_good());
    }
    // The colleagues have read nothing, and nobody reads for them.
    let acme = &both.cast.acme;
    let viewer = both.client().contact(ContactRole::Viewer);
    let mut colleague = both.world.signed_in(&acme.workspace, viewer).await;
    assert_eq!(
        bell(&mut colleague).await,
        before + 2,
        "a new session knows it too"
    );
    let page = both.portal.post("/notifications/read", &[]).await;
    assert_eq!(page.location(), "/notifications");
    assert_eq!(bell(&mut both.portal).await, 0);
    let shown = both.portal.get("/notifications").await.body;
    assert!(!shown.contains("class=\"unread\""), "{shown}");
    let path = format!("/notifications/{other}/read");
    assert!(both.portal.post(&path, &[]).await.is_good());
    assert_eq!(
        bell(&mut both.portal).await,
        0,
        "what was read with all is read"
    );
    assert_eq!(bell(&mut colleague).await, before + 2);
    // What comes later is unread again.
    both.comment(true, FindingStatus::Open, "Three.", false)
        .await;
    work(&both.world).await;
    assert_eq!(bell(&mut both.portal).await, 1);
    assert_eq!(
        bell(&mut both.team).await,
        2,
        "nobody is told of one's own words"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn long_inbox_has_pages_and_old_notifications_expire() {
    let both = TwoSides::new().await;
    let client = both.client();
    let contact = client.contact(ContactRole::Viewer);
    let received = client.store.list_inbox(contact.id, None, both.world.now());
    let first = received.await.expect("read").rows.remove(0).notification;
    for n in 1..=70 {
        both.world.advance(SignedDuration::from_secs(1));
        let hearers = client.store.list_recipients(None).await.expect("read").0;
        let hearer = hearers
            .into_iter()
            .find(|hearer| hearer.person.id == contact.id);
        let notice = domain::notification::Notification {
            id: both.world.app.new_id(),
            title: format!("Number {n}."),
            ..first.clone()
        };
        let now = both.world.now();
        let told = client
            .store
            .create_notification(hearer.expect("there"), &notice, "UTC", now);
        told.await.expect("told");
    }
    let acme = &both.cast.acme.workspace;
    let mut browser = both.world.signed_in(acme, contact).await;
    let page = browser.get("/notifications").await.body;
    assert!(page.contains("Number 70.") && page.contains("Number 21."));
    assert!(!page.contains("Number 20."));
    let (_, rest) = page.split_once("/notifications?after=").expect("more");
    let next = rest.split('"').next().expect("an address");
    let page = browser
        .get(&format!("/notifications?after={next}"))
        .await
        .body;
    assert!(page.contains("Number 20.") && page.contains("Number 1."));
    assert!(!page.contains("Number 21.") && !page.contains("Next page"));
    both.world.advance(SignedDuration::from_hours(24 * 91));
    let gone = client
        .store
        .list_inbox(contact.id, None, both.world.now())
        .await;
    assert!(gone.expect("read").rows.is_empty());
}

/// Whoever is removed leaves nothing behind in the inbox, however much it was; others
/// keep theirs, and so does the same account at another client.
#[tokio::test(flavor = "multi_thread")]
async fn removed_persons_notifications_are_deleted() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    work(&world).await;
    let client = &cast.acme.clients[0];
    let contact = client.contact(ContactRole::Viewer);
    let received = client.store.list_inbox(contact.id, None, world.now());
    let first = received.await.expect("read").rows.remove(0).notification;
    let hearers = client.store.list_recipients(None).await.expect("read").0;
    let hearer = hearers
        .into_iter()
        .find(|hearer| hearer.person.id == contact.id);
    let hearer = hearer.expect("there");
    // More than one transaction takes.
    for _ in 0..130 {
        let notice = domain::notification::Notification {
            id: world.app.new_id(),
            ..first.clone()
        };
        let told = client
            .store
            .create_notification(hearer.clone(), &notice, "UTC", world.now());
        told.await.expect("told");
    }
    let rows = async |client: &Client, person: &Person| {
        let ws = cast.acme.workspace.id;
        let inbox = format!("W#{ws}#C#{}#INBOX#{}", client.id, person.id);
        let dump = world.dump().await;
        dump.keys().filter(|(pk, _)| *pk == inbox).count()
    };
    assert!(rows(client, contact).await > 130);
    let other = client.contact(ContactRole::Manager);
    let before = rows(client, other).await;
    assert!(before > 0);
    let owner = cast.acme.member(TeamRole::Owner);
    let mut owner = world.signed_in(&cast.acme.workspace, owner).await;
    let remove = format!("/clients/{}/people/{}/remove", client.id, contact.id);
    assert!(owner.post(&remove, &[]).await.is_good());
    work(&world).await;
    assert_eq!(rows(client, contact).await, 0);
    assert_eq!(rows(client, other).await, before);
    // Mail that was being gathered finds nothing to say.
    world.advance(SignedDuration::from_mins(6));
    let mail = world.mail_to(contact.email.as_str()).await.len();
    work(&world).await;
    assert_eq!(world.mail_to(contact.email.as_str()).await.len(), mail);
    assert_eq!(rows(client, contact).await, 0);
}

/// The pulse of a page tells what the bell is to show, to whoever's page it is.
#[tokio::test(flavor = "multi_thread")]
async fn pulse_tells_the_unread_count() {
    let mut both = TwoSides::new().await;
    work(&both.world).await;
    let (ours, theirs) = both.paths();
    let told = async |browser: &mut Browser, path: &str| {
        let answer = browser.get(path).await;
        let unread = answer.headers.get("x-unread").expect("a number");
        let unread: i64 = unread.to_str().expect("text").parse().expect("a number");
        (unread, answer.status)
    };
    let paths = ["/pulse".to_owned(), format!("{theirs}/pulse")];
    let (before, _) = told(&mut both.portal, &paths[0]).await;
    let (team, _) = told(&mut both.team, &format!("{ours}/pulse")).await;
    both.comment(true, FindingStatus::Open, "Look.", false)
        .await;
    work(&both.world).await;
    for path in &paths {
        let (after, _) = told(&mut both.portal, path).await;
        assert_eq!(after, before + 1, "{path}");
    }
    // Also where nothing else of the page has changed.
    let shown = both.portal.get(&theirs).await.body;
    let (_, rest) = shown.split_once("data-pulse=\"").expect("a pulse");
    let same = rest.split('"').next().expect("an address").to_owned();
    let quiet = told(&mut both.portal, &same).await;
    assert_eq!(quiet, (before + 1, StatusCode::NO_CONTENT));
    let own = told(&mut both.team, &format!("{ours}/pulse")).await.0;
    assert_eq!(own, team, "nobody is told of one's own words");
}

/// A finding that is due in a week, and one whose date is over, are told of once, when
/// the day ends.
#[tokio::test(flavor = "multi_thread")]
async fn due_dates_notify_when_near_and_when_past() {
    let both = TwoSides::new().await;
    let (world, client) = (&both.world, both.client());
    work(world).await;
    let today = both.cast.acme.workspace.today(world.now());
    let by = both.cast.acme.member(TeamRole::Member);
    let due = async |n: usize, days: i64| {
        let day = today.checked_add(jiff::ToSpan::days(days)).expect("a day");
        tests::create_findings(world, client, by, n, |k, finding| {
            domain::finding::Finding {
                title: format!("Dated {days} {k}"),
                due: Some(day),
                ..finding
            }
        })
        .await
    };
    // Tomorrow begins at midnight: eight days are a week then, and today is over.
    due(3, 8).await;
    due(1, 0).await;
    due(1, 9).await;
    for _ in 0..3 {
        world.advance(SignedDuration::from_hours(6));
        work(world).await;
    }
    let contact = client.contact(ContactRole::Manager);
    let page = inbox(world, &both.cast.acme, contact).await.body;
    assert_eq!(page.matches("<b>Dated 8").count(), 1, "{page}");
    assert!(page.contains("and 2 more"), "{page}");
    assert_eq!(page.matches("<b>Dated 0 0</b>").count(), 1, "{page}");
    assert!(!page.contains("Dated 9"), "{page}");
    // Whoever can't fix anything isn't told, and no other client is.
    let viewer = client.contact(ContactRole::Viewer);
    let page = inbox(world, &both.cast.acme, viewer).await.body;
    assert!(!page.contains("Dated"), "{page}");
    let sibling = both.cast.acme.clients[1].contact(ContactRole::Manager);
    let page = inbox(world, &both.cast.acme, sibling).await.body;
    assert!(!page.contains("Dated"), "{page}");
}

/// Somebody who belongs to two clients is told of each where it is: the one's inbox holds
/// nothing of the other's.
#[tokio::test(flavor = "multi_thread")]
async fn account_at_two_clients_has_two_inboxes() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (one, two) = (&cast.acme.clients[0], &cast.acme.clients[1]);
    let person = one.contact(ContactRole::Viewer);
    let owner = cast.acme.member(TeamRole::Owner);
    let mut owner = world.signed_in(&cast.acme.workspace, owner).await;
    let id = world
        .app
        .new_id::<domain::id::marker::InviteMarker>()
        .to_string();
    let fields = [
        ("id", id.as_str()),
        ("name", "Ana"),
        ("email", person.email.as_str()),
        ("role", "viewer"),
    ];
    let path = format!("/clients/{}/invites", two.id);
    assert!(owner.post(&path, &fields).await.is_good());
    for client in [one, two] {
        let path = format!(
            "/clients/{}/engagements/{}/messages",
            client.id, client.engagement
        );
        let id = world
            .app
            .new_id::<domain::id::marker::EntryMarker>()
            .to_string();
        let fields = [("id", id.as_str()), ("text", "Hello.")];
        assert!(owner.post(&path, &fields).await.is_good());
    }
    work(&world).await;
    for (client, other) in [(one, two), (two, one)] {
        let there = client
            .store
            .get_person(person.id)
            .await
            .expect("read")
            .expect("there");
        let page = inbox(&world, &cast.acme, &there).await.body;
        assert!(
            page.contains("wrote a message") && page.contains(&client.mark),
            "{page}"
        );
        assert!(!page.contains(&other.mark), "{page}");
    }
}
