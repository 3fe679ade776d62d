//! Holds what each delivery must have come to.

use super::*;

impl Scene {
    /// Everybody but who said it was told of it once, and knows how much is unread.
    pub(super) async fn is_told(&self, title: &str, what: &str) {
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
                .filter(|row| row.notification.title == title)
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
    pub(super) async fn counts(&self) -> Vec<(i64, i64)> {
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

    /// What was begun has come to its end: once, as far as anybody can tell.
    pub(super) async fn holds(&self, begun: &StartedWork, what: &str) {
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
                let versions = document.map(|document| document.current.number);
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
                let last = dossier.history.rows.first().map(|item| &item.entry.event);
                let lapsed = matches!(last, Some(FindingEvent::RiskExpired { .. }));
                assert!(lapsed, "{what}: {last:?}");
            }
        }
    }
}
