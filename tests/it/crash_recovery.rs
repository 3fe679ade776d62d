//! The worker, killed at every step of everything it delivers: nothing is lost, and
//! nothing leaves twice that could be told apart.

use std::sync::{Arc, Mutex};

use domain::document::delete_document;
use domain::finding::{
    CommentInput, Decision, Finding, FindingEvent, FindingStatus, Transition, TransitionRequest,
    apply_transition, create_comment,
};
use domain::id::{DocumentId, UploadId, marker};
use domain::person::{Actor, Person};
use domain::plan::Plan;
use domain::preference::{GATHER_WINDOW, NotificationPreferences};
use domain::role::{ContactRole, Role, TeamRole};
use domain::upload::UploadState;
use jiff::SignedDuration;
use tests::{CONTENT, Client, Fixture, World, actor, announced_upload};

use crate::fault_injection::{CrashPlan, End, worker_of};

/// A world in which nothing waits, for deliveries one after the other.
struct Scene {
    world: World,
    cast: Fixture,
    letters: Arc<Mutex<Vec<String>>>,
    /// How many deliveries were begun.
    n: usize,
}

/// Something to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// A mail: the one that tells somebody of a changed account.
    Mail,
    /// A user of the identity provider to delete.
    Identity,
    /// A file that is good.
    File,
    /// A file that never came.
    Missing,
    /// A deleted document, whose time is over.
    Document,
    /// An accepted risk that is warned of and has ended.
    Risk,
    /// What happened, to those who hear of it.
    News,
    /// Mail of what happened, and the mail itself.
    Digest,
}

/// What was begun, to look at when it is over.
enum StartedWork {
    Mail(String),
    Identity(Box<Person>),
    Upload(UploadId, UploadState),
    Document(DocumentId),
    Risk(i64),
    News(String),
    Digest(String),
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Fixture::create(&world).await;
        // What the cast left in the outbox has gone.
        world.advance(SignedDuration::from_hours(3));
        worker::drain(&world.app).await.expect("swept");
        // Fewer people, so that what all are told takes fewer steps.
        let (acme, now) = (&cast.acme, world.now());
        for role in [TeamRole::Admin, TeamRole::Viewer] {
            let out = acme.store.disable_person(acme.member(role), now).await;
            assert_eq!(out.expect("the table"), store::MembershipOutcome::Done);
        }
        let client = &acme.clients[0];
        let viewer = client.contact(ContactRole::Viewer);
        let out = client.store.disable_person(viewer, now).await;
        assert_eq!(out.expect("the table"), store::MembershipOutcome::Done);
        Self {
            world,
            cast,
            letters: Arc::default(),
            n: 0,
        }
    }

    fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    fn member(&self) -> Actor {
        Actor {
            workspace: self.cast.acme.workspace.id,
            ..actor(self.cast.acme.member(TeamRole::Member))
        }
    }

    /// Puts a delivery into the outbox that is due now.
    async fn begin(&mut self, delivery: Delivery) -> StartedWork {
        self.n += 1;
        match delivery {
            Delivery::Mail => self.begin_mail().await,
            Delivery::Identity => self.begin_identity().await,
            Delivery::File => self.begin_upload(true).await,
            Delivery::Missing => self.begin_upload(false).await,
            Delivery::Document => self.begin_document().await,
            Delivery::Risk => self.begin_risk().await,
            Delivery::News => StartedWork::News(self.say().await),
            Delivery::Digest => {
                let title = self.say().await;
                self.run_until(End::Never).await;
                self.world
                    .advance(GATHER_WINDOW + SignedDuration::from_secs(1));
                StartedWork::Digest(title)
            }
        }
    }

    /// A new person, who is told that an account was added.
    async fn begin_mail(&self) -> StartedWork {
        let contact = self.newcomer("mail");
        let (world, acme) = (&self.world, &self.cast.acme);
        let invite = domain::invite::Invite {
            id: world.app.new_id(),
            client: contact.client,
            name: contact.name.clone(),
            email: contact.email.clone(),
            role: contact.role,
            by_name: "Somebody".to_owned(),
            sent_at: world.now(),
            link_number: 1,
            accepted: None,
            revoked: None,
            suppressed: None,
        };
        let message = domain::mail::MailMessage::Invite {
            invite: invite.id,
            link_number: 1,
            by_name: "Somebody".to_owned(),
            client_name: None,
            days: 7,
        };
        let mail = domain::mail::Mail {
            to: contact.email.clone(),
            to_name: contact.name.clone(),
            slug: acme.workspace.slug.clone(),
            brand: acme.workspace.name.clone(),
            message,
        };
        let hash = store::sha256_hex(&world.app.secrets().invite_token(invite.id, 1));
        let link = store::InviteLink {
            hash: &hash,
            mail: &mail,
        };
        let kept = self
            .client()
            .store
            .create_invite(&invite, link, Plan::Team)
            .await;
        kept.expect("an invitation");
        StartedWork::Mail(contact.email.as_str().to_owned())
    }

    async fn begin_identity(&self) -> StartedWork {
        let person = Person {
            client: None,
            role: Role::Team(TeamRole::Viewer),
            ..self.newcomer("identity")
        };
        let (world, acme) = (&self.world, &self.cast.acme);
        let identity = &world.app.services.identity;
        let set = identity.set_password(person.id, "quiet lantern orbit 42");
        set.await.expect("set");
        let directory = world.app.directory();
        let added = directory
            .create_team_member(acme.workspace.id, &person)
            .await;
        added.expect("added");
        let removed = acme.store.delete_person(&person).await;
        assert_eq!(removed.expect("the table"), store::MembershipOutcome::Done);
        StartedWork::Identity(Box::new(person))
    }

    async fn begin_upload(&self, comes: bool) -> StartedWork {
        let (world, client) = (&self.world, self.client());
        let title = format!("Sent {}", self.n);
        let said = (title.as_str(), "client");
        let by = &self.cast.acme.team[0];
        let upload =
            announced_upload(world, &client.store, Some(client.engagement), by, said).await;
        if comes {
            let key = client.store.incoming_object_key(upload.id);
            let files = &world.app.services.files;
            let put = files.put(&key, CONTENT.into(), "text/plain");
            put.await.expect("sent");
        }
        let there = upload.mark_arrived().expect("announced");
        client
            .store
            .record_upload_arrival(&there)
            .await
            .expect("there");
        let state = if comes {
            UploadState::Ready
        } else {
            UploadState::Refused
        };
        StartedWork::Upload(upload.id, state)
    }

    /// Deleted thirty-one days ago.
    async fn begin_document(&mut self) -> StartedWork {
        let StartedWork::Upload(upload, _) = self.begin_upload(true).await else {
            unreachable!("it is one");
        };
        self.run_until(End::Never).await;
        let (store, id) = (&self.client().store, upload.document_id());
        let document = store.get_document(id).await.expect("read").expect("there");
        let before = self.world.now() - SignedDuration::from_hours(24 * 31);
        let deleted = delete_document(&document, &self.member(), before).expect("allowed");
        let changed = store.update_document(&document, &deleted).await;
        changed.expect("deleted");
        StartedWork::Document(id)
    }

    /// Accepted long ago until yesterday, so that all of it is due.
    async fn begin_risk(&self) -> StartedWork {
        let (client, now) = (self.client(), self.world.now());
        let id = client.findings[&FindingStatus::Open];
        let found = client.store.get_finding(client.engagement, id).await;
        let found = found.expect("read").expect("there");
        let (before, home) = (
            now - SignedDuration::from_hours(24 * 40),
            &self.cast.acme.workspace,
        );
        let until = home.today(now).yesterday().expect("a day").to_string();
        let ask = TransitionRequest {
            transition: Transition::Decide(Decision::AcceptRisk),
            note: "Because.",
            until: &until,
        };
        let change = apply_transition(&found, &self.member(), home, ask, before).expect("allowed");
        let entry = self.world.app.new_id::<marker::EntryMarker>();
        let moved = client
            .store
            .apply_finding_change(client.engagement, &change, entry);
        moved.await.expect("accepted");
        StartedWork::Risk(change.finding.version)
    }

    /// One of the team comments on a finding, whose title is new each time.
    async fn say(&self) -> String {
        let client = self.client();
        let id = client.findings[&FindingStatus::Resolved];
        let found = client.store.get_finding(client.engagement, id).await;
        let title = format!("TITLE-{}-", self.n);
        let found = Finding {
            title: title.clone(),
            ..found.expect("read").expect("there")
        };
        let input = CommentInput {
            text: "Words.".to_owned(),
            internal: String::new(),
        };
        let now = self.world.now();
        let said = create_comment(&found, &self.member(), &input, now).expect("allowed");
        let entry = self.world.app.new_id::<marker::EntryMarker>();
        let kept = client
            .store
            .create_comment(client.engagement, &found, &said, entry);
        kept.await.expect("kept");
        title
    }

    /// Those who hear of things want no mail, but for the first of each side.
    async fn quieten(&self, but: usize) {
        let off = NotificationPreferences::default().muted();
        let at_once = NotificationPreferences::default();
        let (acme, client) = (&self.cast.acme, self.client());
        for (n, person) in acme.team.iter().enumerate() {
            let chosen = if n < but { &at_once } else { &off };
            acme.store
                .update_notification_preferences(person.id, chosen)
                .await
                .expect("kept");
        }
        for (n, person) in client.contacts.iter().enumerate() {
            let chosen = if n < but { &at_once } else { &off };
            client
                .store
                .update_notification_preferences(person.id, chosen)
                .await
                .expect("kept");
        }
    }

    /// Everybody but who said it was told of it once, and knows how much is unread.
    async fn is_told(&self, title: &str, what: &str) {
        let (acme, client, now) = (&self.cast.acme, self.client(), self.world.now());
        let team = acme.team.iter().map(|person| (person, true));
        let contacts = client.contacts.iter().map(|person| (person, false));
        for (person, ours) in team.chain(contacts) {
            let inbox = if ours {
                acme.store.list_inbox(person.id, None, now).await
            } else {
                client.store.list_inbox(person.id, None, now).await
            };
            let rows = inbox.expect("read").rows;
            let told = rows
                .iter()
                .filter(|one| one.notification.title == title)
                .count();
            let out = [TeamRole::Admin, TeamRole::Viewer].map(Role::Team);
            let viewer = Role::Contact(ContactRole::Viewer);
            let out = out.contains(&person.role) || person.role == viewer;
            let told_once = !out && person.id != self.member().user;
            assert_eq!(told, usize::from(told_once), "{what}: {}", person.name);
        }
        for (unread, rows) in self.counts().await {
            assert_eq!(unread, rows, "{what}: what is unread is counted");
        }
    }

    /// What is counted as unread of each person, and of each session, and the rows that
    /// there are.
    async fn counts(&self) -> Vec<(i64, i64)> {
        let dump = self.world.dump().await;
        let number = |item: &serde_json::Value, name: &str| item[name].as_i64().unwrap_or(0);
        let mut counts = Vec::new();
        for ((pk, sk), person) in &dump {
            let Some(user) = sk.strip_prefix("USER#") else {
                continue;
            };
            let inbox = format!("{pk}#INBOX#{user}");
            let rows = dump
                .keys()
                .filter(|(pk, sk)| *pk == inbox && sk.starts_with("N#"));
            let rows = i64::try_from(rows.count()).expect("few");
            counts.push((number(person, "unread"), rows));
            let sessions = person["sessions"].as_array().cloned().unwrap_or_default();
            for session in sessions {
                let hash = session.as_str().expect("text").split('.').nth(1);
                let key = format!("SES#{}", hash.expect("a hash"));
                let session = dump.get(&(key, "SES".to_owned())).expect("a session");
                counts.push((number(session, "unread"), rows));
            }
        }
        counts
    }

    fn newcomer(&self, what: &str) -> Person {
        let email = format!("{what}-{}@killed.example", self.n);
        Person {
            id: self.world.app.new_id(),
            name: format!("Newcomer {}", self.n),
            email: email.parse().expect("an address"),
            ..self.client().contact(ContactRole::Viewer).clone()
        }
    }

    /// A worker of this fate looks until nothing is due, if it lives that long.
    async fn run_until(&self, end: End) -> Arc<CrashPlan> {
        let fate = CrashPlan::new(end, &self.letters);
        let app = worker_of(&self.world, &fate);
        loop {
            match worker::sweep(&app).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    assert!(fate.is_dead(), "{error}");
                    break;
                }
            }
        }
        fate
    }

    /// What was begun has come to its end: once, as far as anybody can tell.
    async fn holds(&self, begun: &StartedWork, what: &str) {
        let client = self.client();
        let letters = self.letters.lock().expect("letters").clone();
        match begun {
            StartedWork::Mail(to) => {
                let mut copies = letters.iter().filter(|letter| letter.contains(to));
                let first = copies.next();
                let first = first.unwrap_or_else(|| panic!("{what}: the mail is lost"));
                assert!(first.contains("Message-ID:") && first.contains("Date:"));
                for copy in copies {
                    assert_eq!(first, copy, "{what}: two mails can be told apart");
                }
            }
            StartedWork::News(title) => self.is_told(title, what).await,
            StartedWork::Digest(title) => {
                let about = |letter: &&String| letter.contains(title.as_str());
                let told: Vec<_> = letters.iter().filter(about).collect();
                for person in [&self.cast.acme.team[0], &client.contacts[0]] {
                    let to = person.email.as_str();
                    let mut copies = told.iter().filter(|letter| letter.contains(to));
                    let first = copies.next();
                    let first = first.unwrap_or_else(|| panic!("{what}: {to} gets nothing"));
                    assert!(first.contains("List-Unsubscribe-Post:"), "{first}");
                    assert!(copies.all(|copy| copy == first), "{what}: told apart");
                }
            }
            StartedWork::Identity(person) => {
                let identity = &self.world.app.services.identity;
                let now = self.world.now();
                let answer = identity
                    .verify_password(person.id, "quiet lantern orbit 42", now)
                    .await;
                let gone = matches!(answer, Ok(web::PasswordAnswer::Wrong));
                assert!(gone, "{what}: the user is still there");
            }
            StartedWork::Upload(id, state) => {
                let upload = client
                    .store
                    .get_upload(*id)
                    .await
                    .expect("read")
                    .expect("there");
                assert_eq!(upload.state, *state, "{what}");
                let document = client
                    .store
                    .get_document(id.document_id())
                    .await
                    .expect("read");
                let versions = document.map(|one| one.current.number);
                let ready = *state == UploadState::Ready;
                assert_eq!(versions, ready.then_some(1), "{what}");
                let files = &self.world.app.services.files;
                let left = files.get(&client.store.incoming_object_key(*id)).await;
                assert!(left.expect("asked").is_none(), "{what}: a file is left");
            }
            StartedWork::Document(id) => {
                let document = client.store.get_document(*id).await.expect("read");
                assert!(document.is_none(), "{what}: it is still there");
            }
            StartedWork::Risk(version) => {
                let id = client.findings[&FindingStatus::Open];
                let found = client.store.get_finding(client.engagement, id).await;
                let found = found.expect("read").expect("there");
                let now = (found.status, found.version);
                assert_eq!(now, (FindingStatus::Reopened, version + 1), "{what}");
                let dossier = client.store.get_finding_detail(client.engagement, id).await;
                let dossier = dossier.expect("read").expect("there");
                let last = dossier.history.rows.first().map(|one| &one.entry.event);
                let lapsed = matches!(last, Some(FindingEvent::RiskExpired { .. }));
                assert!(lapsed, "{what}: {last:?}");
            }
        }
    }
}

/// Every delivery, by a worker that is killed before and after each of its calls.
/// Another one, two minutes later, brings it to its end.
#[tokio::test(flavor = "multi_thread")]
async fn worker_killed_at_any_call_loses_nothing_and_repeats_nothing_visible() {
    let mut scene = Scene::new().await;
    let mut points = 0;
    for delivery in [
        Delivery::Mail,
        Delivery::Identity,
        Delivery::File,
        Delivery::Missing,
        Delivery::Document,
        Delivery::Risk,
        Delivery::News,
        Delivery::Digest,
    ] {
        // Fewer mails, so that a step is one of few.
        scene
            .quieten(usize::from(delivery == Delivery::Digest))
            .await;
        let begun = scene.begin(delivery).await;
        let calls = scene.run_until(End::Never).await.calls();
        scene.holds(&begun, &format!("{delivery:?}")).await;
        for n in 0..calls {
            for end in [End::Before(n), End::After(n)] {
                let begun = scene.begin(delivery).await;
                let fate = scene.run_until(end).await;
                let what = format!("{delivery:?}, killed {end:?}");
                assert!(fate.is_dead(), "{what}: it lived");
                scene.world.advance(SignedDuration::from_mins(2));
                scene.run_until(End::Never).await;
                scene.holds(&begun, &what).await;
                points += 1;
            }
        }
        println!("{delivery:?}: {calls} calls");
    }
    let left = scene
        .world
        .app
        .directory()
        .list_due_effects(scene.world.now(), 100)
        .await;
    assert!(left.expect("read").is_empty(), "something is left");
    println!("killed at {points} points");
    assert!(points > 100, "{points}");
}
