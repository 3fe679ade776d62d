//! Files that go along with messages: on both sides, never out of a note, and not kept
//! where no message was sent with them.

use domain::message::Message;
use domain::role::ContactRole;
use domain::upload::UploadState;
use http::{StatusCode, header};
use jiff::SignedDuration;
use tests::{Browser, Client, World, bucket};

use crate::documents::Scene;
use crate::evidence_upload::sent;

const LOG: &[u8] = b"GET / 200\n";

impl Scene {
    /// The thread's address, for the team and for a contact.
    fn thread(&self) -> (String, String) {
        let client = &self.cast.acme.clients[0];
        let portal = format!("/engagements/{}/messages", client.engagement);
        (format!("{}{portal}", self.base), portal)
    }

    fn client(&self) -> &Client {
        &self.cast.acme.clients[0]
    }

    /// The newest message that says `text`.
    async fn message(&self, text: &str) -> Message {
        let client = self.client();
        let thread = client.store.get_thread(client.engagement, None).await;
        let rows = thread.expect("read").rows.into_iter().rev();
        let mut rows = rows.map(|row| row.message);
        rows.find(|one| one.text == text).expect("there")
    }
}

/// Writes a message with files that were sent before.
async fn write(
    world: &World,
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let id = world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [&[("id", id.as_str())], fields].concat();
    let answer = browser.post(path, &fields).await;
    (answer.status, answer.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn attachment_reaches_the_other_side_under_its_name() {
    let mut scene = Scene::at(3_000).await;
    let (team, portal) = scene.thread();
    let attach = format!("{team}/attachments");
    let mut ids = Vec::new();
    for name in ["Protokoll \u{fc}.log", "two.txt"] {
        let upload = sent(&scene.world, &mut scene.team, &attach, (name, LOG), &[]).await;
        ids.push(upload.to_string());
    }
    let fields = [
        ("text", "See these."),
        ("files[]", ids[0].as_str()),
        ("files[]", ids[1].as_str()),
    ];
    let (status, body) = write(&scene.world, &mut scene.team, &team, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    let message = scene.message("See these.").await;
    assert!(
        message
            .files
            .iter()
            .all(|file| file.state == UploadState::Ready)
    );
    let page = scene.portal.get(&portal).await.body;
    assert!(
        page.contains("Protokoll \u{fc}.log") && page.contains("two.txt"),
        "{page}"
    );
    let take = format!("{portal}/{}/files/{}", message.id, ids[0]);
    let taken = scene.portal.post(&take, &[]).await;
    let (status, headers, bytes) = bucket::fetch(taken.location()).await;
    assert_eq!((status, &bytes[..]), (StatusCode::OK, LOG));
    let disposition = headers[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert!(disposition.starts_with("attachment; "), "{disposition}");
    assert!(
        disposition.contains("Protokoll%20%C3%BC.log"),
        "{disposition}"
    );
    // Only what goes along with this very message.
    for path in [
        format!("{portal}/{}/files/{}", scene.client().message, ids[0]),
        format!("{portal}/{}/files/{}", message.id, scene.client().attached),
    ] {
        let got = scene.portal.post(&path, &[]).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
    }
    // Each file goes along with one message.
    let again = [("text", "Once more."), ("files[]", ids[0].as_str())];
    let (status, body) = write(&scene.world, &mut scene.team, &team, &again).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        body.contains("Once more.") && body.contains("Attach it again"),
        "{body}"
    );
    let log = scene.team.get("/settings/audit").await.body;
    assert!(
        log.contains("Downloaded the document") && log.contains("Protokoll"),
        "{log}"
    );
}

/// What goes along with a note is as if it had never been, for the client.
#[tokio::test(flavor = "multi_thread")]
async fn attachment_of_an_internal_note_is_hidden_from_the_client() {
    let mut scene = Scene::at(3_100).await;
    let (team, portal) = scene.thread();
    let attach = format!("{team}/attachments");
    let file = ("Between us.txt", LOG);
    let upload = sent(&scene.world, &mut scene.team, &attach, file, &[]).await;
    let id = upload.to_string();
    let fields = [
        ("text", "A note."),
        ("internal", "yes"),
        ("files[]", id.as_str()),
    ];
    let (status, body) = write(&scene.world, &mut scene.team, &team, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    let note = scene.message("A note.").await;
    assert!(scene.team.get(&team).await.body.contains("Between us.txt"));
    let page = scene.portal.get(&portal).await.body;
    assert!(
        !page.contains("Between us") && !page.contains(&id),
        "{page}"
    );
    let other = scene.client().message;
    let secret = scene.client().secret.clone();
    assert!(!page.contains(&secret), "{page}");
    for path in [
        format!("{portal}/{}/files/{id}", note.id),
        format!("{portal}/{other}/files/{id}"),
    ] {
        let got = scene.portal.post(&path, &[]).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        let ours = format!("{}{path}", scene.base);
        let status = scene.team.post(&ours, &[]).await.status;
        let expected = if path.contains(&other.to_string()) {
            StatusCode::NOT_FOUND
        } else {
            StatusCode::SEE_OTHER
        };
        assert_eq!(status, expected, "{ours}");
    }
    let state = scene.portal.get(&format!("/uploads/{id}")).await;
    assert_eq!(state.status, StatusCode::NOT_FOUND);
    // Nor can a contact send it on.
    let fields = [("text", "Mine?"), ("files[]", id.as_str())];
    let (status, body) = write(&scene.world, &mut scene.portal, &portal, &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!body.contains("Between us"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attachment_without_scripts_is_sent_with_the_message() {
    let mut scene = Scene::at(3_200).await;
    let (team, portal) = scene.thread();
    let id = scene
        .world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [
        ("id", id.as_str()),
        ("text", "Here it is."),
        ("internal", ""),
        ("waiting", ""),
    ];
    let wrong = scene
        .portal
        .upload_with(&portal, &fields, "page.html", b"<p>")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Here it is.") && wrong.body.contains("aren"),
        "{}",
        wrong.body
    );
    for _ in 0..2 {
        // Sent twice, it is one message.
        let sent = scene
            .portal
            .upload_with(&portal, &fields, "proof.txt", LOG)
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let message = scene.message("Here it is.").await;
    assert_eq!(message.files.len(), 1);
    assert_eq!(message.files[0].state, UploadState::Checking);
    let page = scene.team.get(&team).await.body;
    assert!(
        page.contains("Being checked") && page.contains("proof.txt"),
        "{page}"
    );
    assert_eq!(page.matches("Here it is.").count(), 1);
    let take = format!("{portal}/{}/files/{}", message.id, message.files[0].id);
    let early = scene.portal.post(&take, &[]).await;
    assert!(early.location().ends_with("#end"), "{}", early.location());
    worker::drain(&scene.world.app).await.expect("swept");
    assert_eq!(
        scene.message("Here it is.").await.files[0].state,
        UploadState::Ready
    );
    let taken = scene.portal.post(&take, &[]).await;
    let (status, _, bytes) = bucket::fetch(taken.location()).await;
    assert_eq!((status, &bytes[..]), (StatusCode::OK, LOG));
    // One that lies is refused, and its message says so.
    let id = scene
        .world
        .app
        .new_id::<domain::id::marker::EntryMarker>()
        .to_string();
    let fields = [
        ("id", id.as_str()),
        ("text", ""),
        ("internal", ""),
        ("waiting", ""),
    ];
    let sent = scene
        .portal
        .upload_with(&portal, &fields, "lies.pdf", LOG)
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    worker::drain(&scene.world.app).await.expect("swept");
    assert_eq!(scene.message("").await.files[0].state, UploadState::Refused);
    let page = scene.team.get(&team).await.body;
    assert!(
        page.contains("lies.pdf") && page.contains("Refused"),
        "{page}"
    );
}

/// What no message was sent with goes, and gives its room back; what one was sent with
/// stays. The bucket and the table agree all the way.
#[tokio::test(flavor = "multi_thread")]
async fn attachment_without_a_message_is_deleted() {
    let mut scene = Scene::at(3_300).await;
    let (_, portal) = scene.thread();
    let attach = format!("{portal}/attachments");
    let file = ("kept.txt", LOG);
    let kept = sent(&scene.world, &mut scene.portal, &attach, file, &[]).await;
    let loose = sent(
        &scene.world,
        &mut scene.portal,
        &attach,
        ("loose.txt", LOG),
        &[],
    )
    .await;
    let id = kept.to_string();
    let fields = [("text", "Kept."), ("files[]", id.as_str())];
    let (status, body) = write(&scene.world, &mut scene.portal, &portal, &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    let whole = async |scene: &Scene| {
        let (directory, slug) = (scene.world.app.directory(), "acme".parse().expect("a slug"));
        let files = &scene.world.app.services.files;
        let found = local::reconcile(&directory, files, &slug).await;
        let found = found.expect("looked").expect("a workspace");
        assert!(found.is_whole(), "{found:?}");
    };
    whole(&scene).await;
    let store = scene.client().store.clone();
    let files = scene.world.app.services.files.clone();
    let there = async |id| {
        let key = store.attachment_object_key(id);
        files.get(&key).await.expect("asked").is_some()
    };
    assert!(there(kept).await && there(loose).await);
    scene.world.advance(SignedDuration::from_hours(3));
    worker::drain(&scene.world.app).await.expect("swept");
    assert!(there(kept).await && !there(loose).await);
    whole(&scene).await;
    // The session ended meanwhile.
    let contact = scene.client().contact(ContactRole::Collaborator);
    let home = &scene.cast.acme.workspace;
    scene.portal = scene.world.signed_in(home, contact).await;
    let id = loose.to_string();
    let fields = [("text", "Late."), ("files[]", id.as_str())];
    let (status, body) = write(&scene.world, &mut scene.portal, &portal, &fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("Late."), "{body}");
}
