//! What a sender gives as the id of a form: it says which form is sent again, and names nothing.

use domain::file::FileFlaw;
use domain::finding::FindingStatus;
use domain::id::UploadId;
use domain::role::{ContactRole, TeamRole};
use domain::upload::UploadState;
use http::StatusCode;
use image::ImageFormat;
use jiff::SignedDuration;
use serde_json::Value;
use tests::bucket;

use crate::documents::Scene;
use crate::evidence_upload::{picture, sent};

const OURS: &[u8] = b"TEAM: run fix.sh\n";
const THEIRS: &[u8] = b"CONTACT: run evil.sh\n";

impl Scene {
    /// Lets nine days go by: what the table keeps of an upload is gone by then.
    async fn forget_uploads(&mut self) {
        self.world.advance(SignedDuration::from_hours(24 * 9));
        worker::drain(&self.world.app).await.expect("swept");
        self.world.delete_expired().await;
        let acme = &self.cast.acme;
        let contact = acme.clients[0].contact(ContactRole::Collaborator);
        self.portal = self.world.signed_in(&acme.workspace, contact).await;
        let owner = acme.member(TeamRole::Owner);
        self.team = self.world.signed_in(&acme.workspace, owner).await;
    }

    /// A contact sends a file to `path` by a form with the id of `taken`.
    async fn send_under(&mut self, taken: UploadId, path: &str, name: &str, bytes: &[u8]) {
        let (id, size) = (taken.to_string(), bytes.len().to_string());
        let fields = [
            ("id", id.as_str()),
            ("n", "0"),
            ("name", name),
            ("size", &size),
        ];
        let told = self.portal.post_json(path, &fields).await;
        assert_eq!(told.status, StatusCode::OK, "{}", told.body);
        let told: Value = serde_json::from_str(&told.body).expect("JSON");
        assert_ne!(told["id"], id.as_str());
        let (status, said) = bucket::put_file(&told, &[], bytes).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let complete = told["complete"].as_str().expect("an address");
        assert!(self.portal.post(complete, &[]).await.is_good());
        worker::drain(&self.world.app).await.expect("swept");
    }

    /// What the bucket has at an address that a page leads to.
    async fn fetched(&self, location: &str) -> Vec<u8> {
        let (status, _, bytes) = bucket::fetch(location).await;
        assert_eq!(status, StatusCode::OK);
        bytes.to_vec()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn document_sent_under_the_id_of_a_released_one_replaces_nothing() {
    let mut scene = Scene::at(41_000).await;
    let report = scene.document("report.pdf", &[("kind", "report")]).await;
    scene.forget_uploads().await;
    let own = [("kind", "evidence")];
    let world = &scene.world;
    let file = ("own.pdf", &b"%PDF-1.7\nown\n"[..]);
    let own = sent(world, &mut scene.portal, "/documents", file, &own).await;
    let path = format!("/documents/{}", own.document_id());
    let forged = b"%PDF-1.7\nforged\n";
    let taken = report.of_kind();
    scene.send_under(taken, &path, "a.pdf", forged).await;
    for (id, bytes) in [
        (report, &b"%PDF-1.7\nhello\n"[..]),
        (own.document_id(), forged),
    ] {
        let page = format!("/documents/{id}/download");
        let link = scene.portal.post(&page, &[]).await.location().to_owned();
        assert_eq!(scene.fetched(&link).await, bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn picture_sent_under_the_id_of_a_released_one_replaces_nothing() {
    let mut scene = Scene::at(42_000).await;
    let (team, portal, _) = scene.finding(FindingStatus::Open);
    let (_, other, _) = scene.finding(FindingStatus::Resolved);
    let png = picture(ImageFormat::Png);
    let path = format!("{team}/evidence");
    let taken = sent(&scene.world, &mut scene.team, &path, ("a.png", &png), &[]).await;
    let image = format!("{portal}/evidence/{}/image", taken.evidence_id());
    let link = scene.portal.get(&image).await.location().to_owned();
    let before = scene.fetched(&link).await;
    scene.forget_uploads().await;
    let path = format!("{other}/evidence");
    let gif = crate::evidence_upload::picture(ImageFormat::Gif);
    scene.send_under(taken, &path, "b.gif", &gif).await;
    let link = scene.portal.get(&image).await.location().to_owned();
    assert_eq!(scene.fetched(&link).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn file_sent_under_the_id_of_an_attachment_replaces_nothing() {
    let mut scene = Scene::at(43_000).await;
    let engagement = scene.cast.acme.clients[0].engagement;
    let portal = format!("/engagements/{engagement}/messages");
    let team = format!("{}{portal}", scene.base);
    let attach = format!("{team}/attachments");
    let file = ("fix.txt", OURS);
    let taken = sent(&scene.world, &mut scene.team, &attach, file, &[]).await;
    let (form, id) = (
        scene.world.app.new_id::<()>().to_string(),
        taken.to_string(),
    );
    let fields = [("id", form.as_str()), ("text", "Run it."), ("files[]", &id)];
    assert!(scene.team.post(&team, &fields).await.is_good());
    let store = scene.cast.acme.clients[0].store.clone();
    let thread = store.get_thread(engagement, None).await.expect("read");
    let message = thread.rows.last().expect("there").message.id;
    scene.forget_uploads().await;
    let attach = format!("{portal}/attachments");
    scene.send_under(taken, &attach, "fix.txt", THEIRS).await;
    let take = format!("{portal}/{message}/files/{taken}");
    let link = scene.portal.post(&take, &[]).await.location().to_owned();
    assert_eq!(scene.fetched(&link).await, OURS);
}

/// Whatever may be at the place of a document, its release takes nothing away.
#[tokio::test(flavor = "multi_thread")]
async fn object_at_the_place_of_a_release_stays() {
    let mut scene = Scene::at(44_000).await;
    let file = ("log.txt", OURS.len());
    let kinds = [("kind", "evidence")];
    let (world, path) = (&scene.world, "/documents");
    let announced = crate::document_upload::announce(world, &mut scene.portal, path, file, &kinds);
    let (_, told) = announced.await;
    let id: UploadId = told["id"].as_str().expect("an id").parse().expect("an id");
    bucket::put_file(&told, &[], OURS).await;
    let store = scene.cast.acme.clients[0].store.clone();
    let (files, key) = (&world.app.services.files, store.document_object_key(id));
    let kept = files.put(&key, THEIRS.to_vec(), "text/plain").await;
    kept.expect("there");
    let complete = told["complete"].as_str().expect("an address");
    assert!(scene.portal.post(complete, &[]).await.is_good());
    worker::drain(&world.app).await.expect("swept");
    let upload = store.get_upload(id).await.expect("read").expect("there");
    assert_eq!(
        (upload.state, upload.flaw),
        (UploadState::Refused, Some(FileFlaw::Missing))
    );
    let left = files.get(&key).await.expect("asked");
    assert_eq!(left.as_deref(), Some(THEIRS));
}

#[tokio::test(flavor = "multi_thread")]
async fn comment_with_an_id_of_another_time_is_placed_by_time() {
    let mut scene = Scene::at(45_000).await;
    let (_, page, _) = scene.finding(FindingStatus::Open);
    let path = format!("{page}/comments");
    let said = ["7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "00000000000000000000000000"];
    let ordinary = scene.world.app.new_id::<()>().to_string();
    for (id, text) in [(said[0], "One."), (said[1], "Two."), (&ordinary, "Three.")] {
        scene.world.advance(SignedDuration::from_mins(1));
        for _ in 0..2 {
            // The same form twice is one comment.
            let answer = scene
                .portal
                .post(&path, &[("id", id), ("text", text)])
                .await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
    }
    let shown = scene.portal.get(&page).await.body;
    let at = |text: &str| {
        let prose = format!("<p>{text}</p>");
        assert_eq!(shown.matches(&prose).count(), 1, "{text}: {shown}");
        shown.find(&prose).expect("just counted")
    };
    assert!(
        at("One.") < at("Two.") && at("Two.") < at("Three."),
        "{shown}"
    );
}
