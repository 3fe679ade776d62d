//! What a worker delivers: how each delivery begins, and what holds once it is over.

use super::*;

/// A world in which nothing waits, for deliveries one after the other.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) cast: Fixture,
    pub(super) letters: Arc<Mutex<Vec<String>>>,
    /// How many deliveries were begun.
    n: usize,
}

/// Something to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
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
pub(super) enum StartedWork {
    Mail(String),
    Identity(Box<Person>),
    Upload(UploadId, UploadState),
    Document(DocumentId),
    Risk(i64),
    News(String),
    Digest(String),
}

impl Scene {
    pub(super) async fn new() -> Self {
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

    pub(super) fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    pub(super) fn member(&self) -> Actor {
        Actor {
            workspace: self.cast.acme.workspace.id,
            ..actor(self.cast.acme.member(TeamRole::Member))
        }
    }

    /// Puts a delivery into the outbox that is due now.
    pub(super) async fn begin(&mut self, delivery: Delivery) -> StartedWork {
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
    pub(super) async fn begin_mail(&self) -> StartedWork {
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
        let home = (acme.workspace.id, invite.client);
        let hash = store::sha256_hex(&world.app.secrets().invite_token(home, invite.id, 1));
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

    pub(super) async fn begin_identity(&self) -> StartedWork {
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

    pub(super) async fn begin_upload(&self, comes: bool) -> StartedWork {
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
    pub(super) async fn begin_document(&mut self) -> StartedWork {
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
    pub(super) async fn begin_risk(&self) -> StartedWork {
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
    pub(super) async fn say(&self) -> String {
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
            .create_comment(client.engagement, &found, &said, (entry, entry));
        kept.await.expect("kept");
        title
    }

    /// Those who hear of things want no mail, but for the first of each side.
    pub(super) async fn quieten(&self, but: usize) {
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

    pub(super) fn newcomer(&self, what: &str) -> Person {
        let email = format!("{what}-{}@killed.example", self.n);
        Person {
            id: self.world.app.new_id(),
            name: format!("Newcomer {}", self.n),
            email: email.parse().expect("an address"),
            ..self.client().contact(ContactRole::Viewer).clone()
        }
    }

    /// A worker of this fate looks until nothing is due, if it lives that long.
    pub(super) async fn run_until(&self, end: End) -> Arc<CrashPlan> {
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
}
