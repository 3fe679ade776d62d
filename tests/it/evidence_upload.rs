//! Pictures on their way in: made anew, without what a camera wrote down, or refused.

use std::io::Cursor;

use domain::evidence::{Evidence, MAX_EVIDENCE, NewEvidence};
use domain::file::{FileFlaw, FileType};
use domain::finding::FindingStatus;
use domain::id::{FindingId, UploadId};
use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::SignedDuration;
use serde_json::Value;
use tests::{Browser, World, bucket, evidence};

use crate::document_upload::announce;
use crate::documents::Scene;

/// A picture of one colour.
pub(crate) fn picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_pixel(64, 48, Rgb([200, 40, 40]));
    let mut bytes = Cursor::new(Vec::new());
    let written = DynamicImage::from(image).write_to(&mut bytes, format);
    written.expect("written");
    bytes.into_inner()
}

/// Sends a picture as a page's script does, and lets the worker look at it.
pub(crate) async fn sent(
    world: &World,
    browser: &mut Browser,
    path: &str,
    (name, bytes): (&str, &[u8]),
    fields: &[(&str, &str)],
) -> UploadId {
    let (status, told) = announce(world, browser, path, (name, bytes.len()), fields).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let (status, said) = bucket::put_file(&told, &[], bytes).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let complete = told["complete"].as_str().expect("an address");
    let there = browser.post(complete, &[]).await;
    assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.body);
    worker::drain(&world.app).await.expect("swept");
    told["id"].as_str().expect("an id").parse().expect("an id")
}

impl Scene {
    /// The address of a finding, for the team and for a contact.
    pub(crate) fn finding(&self, status: FindingStatus) -> (String, String, FindingId) {
        let client = &self.cast.acme.clients[0];
        let id = client.findings[&status];
        let portal = format!("/engagements/{}/findings/{id}", client.engagement);
        (format!("{}{portal}", self.base), portal, id)
    }

    /// The pictures of a finding, as the team sees them.
    pub(crate) async fn evidence(&self, id: FindingId) -> Vec<Evidence> {
        let client = &self.cast.acme.clients[0];
        let found = client.store.list_evidence(client.engagement, id).await;
        found.expect("read")
    }

    pub(crate) async fn used(&self) -> i64 {
        self.cast.acme.store.get_storage_used().await.expect("read")
    }

    async fn state(&mut self, id: UploadId) -> Value {
        let path = format!("{}/uploads/{id}", self.base);
        let told = self.team.get_json(&path).await;
        serde_json::from_str(&told.body).expect("JSON")
    }
}

/// A piece of EXIF as cameras write it, with a place.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let exif = b"Exif\0\0II\x2a\0\x08\0\0\0\0\0CAMERA-SERIAL-4711 GPS-52.5200-13.4050";
    let length = u16::try_from(exif.len() + 2).expect("few").to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, exif, &jpeg[2..]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_image_is_reencoded_and_served_from_the_bucket() {
    let mut scene = Scene::at(2_000).await;
    let (team, portal, id) = scene.finding(FindingStatus::Open);
    let jpeg = with_exif(&picture(ImageFormat::Jpeg));
    assert!(jpeg.windows(11).any(|part| part == b"GPS-52.5200"));
    let before = scene.used().await;
    let fields = [("caption", "The red box")];
    let path = format!("{team}/evidence");
    let file = ("IMG 4711 \"x\".jpg", &jpeg[..]);
    let upload = sent(&scene.world, &mut scene.team, &path, file, &fields).await;
    let all = scene.evidence(id).await;
    let made = all
        .iter()
        .find(|evidence| evidence.id == upload.evidence_id())
        .expect("there");
    assert_eq!((made.image.width, made.image.height), (64, 48));
    assert_eq!(scene.used().await, before + made.image.bytes);
    for (small, expected) in [("image", "image/jpeg"), ("thumb", "image/jpeg")] {
        let shown = scene
            .portal
            .get(&format!("{portal}/evidence/{}/{small}", made.id))
            .await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.body);
        let (status, headers, bytes) = bucket::fetch(shown.location()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[header::CONTENT_TYPE], expected);
        let disposition = headers[header::CONTENT_DISPOSITION].to_str().expect("text");
        assert!(
            disposition.starts_with("inline; filename=\"IMG 4711 _x_.jpg\""),
            "{disposition}"
        );
        for secret in [&b"Exif"[..], b"CAMERA-SERIAL", b"GPS-52"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret));
        }
        image::load_from_memory(&bytes).expect("a picture");
    }
    let page = scene
        .portal
        .get(&format!("{portal}/evidence/{}", made.id))
        .await
        .body;
    assert!(
        page.contains("The red box") && page.contains("64 × 48"),
        "{page}"
    );
    let state = scene.state(upload).await;
    assert_eq!(state["state"], "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_is_no_image_is_refused_and_releases_storage() {
    let mut scene = Scene::at(2_100).await;
    let (team, _, id) = scene.finding(FindingStatus::Open);
    let (before, all) = (scene.used().await, scene.evidence(id).await.len());
    let path = format!("{team}/evidence");
    let png = picture(ImageFormat::Png);
    let mut huge = png.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    for (name, bytes, flaw) in [
        (
            "a.png",
            &b"<svg onload=alert(1)>"[..],
            FileFlaw::TypeMismatch,
        ),
        ("b.jpg", &png, FileFlaw::TypeMismatch),
        ("c.png", &png[..40], FileFlaw::Image),
        ("d.png", &huge, FileFlaw::Image),
    ] {
        let upload = sent(&scene.world, &mut scene.team, &path, (name, bytes), &[]).await;
        let state = scene.state(upload).await;
        assert_eq!(state["state"], "refused", "{name}");
        assert_eq!(state["error"], flaw.message(), "{name}");
        let page = scene
            .team
            .get(&format!("{}/uploads/{upload}", scene.base))
            .await
            .body;
        assert!(page.contains(name), "{page}");
    }
    assert_eq!(
        (scene.used().await, scene.evidence(id).await.len()),
        (before, all)
    );
    for (name, size) in [
        ("a.pdf", 9),
        ("a.svg", 9),
        ("a.png", 0),
        ("a.png", (10 << 20) + 1),
    ] {
        let file = (name, size);
        let (status, told) = announce(&scene.world, &mut scene.team, &path, file, &[]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_without_scripts_is_sent_with_the_form() {
    let mut scene = Scene::at(2_200).await;
    let (_, portal, id) = scene.finding(FindingStatus::Open);
    let path = format!("{portal}/evidence");
    let upload = scene.world.app.new_id::<domain::id::marker::UploadMarker>();
    let said = upload.to_string();
    let fields = [("id", said.as_str()), ("caption", "Patched")];
    let upload = scene.portal.form_id(&path, upload).await;
    let wrong = scene
        .portal
        .upload_with(&path, &fields, "notes.txt", b"text")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Use a picture") && wrong.body.contains("Patched"),
        "{}",
        wrong.body
    );
    let gif = picture(ImageFormat::Gif);
    for _ in 0..2 {
        // Sent twice, it is there once.
        let sent = scene
            .portal
            .upload_with(&path, &fields, "proof.gif", &gif)
            .await;
        assert_eq!(
            sent.location(),
            format!("/uploads/{upload}"),
            "{}",
            sent.body
        );
    }
    let page = scene.portal.get(&format!("/uploads/{upload}")).await.body;
    assert!(page.contains("being checked"), "{page}");
    worker::drain(&scene.world.app).await.expect("swept");
    let page = scene.portal.get(&format!("/uploads/{upload}")).await.body;
    assert!(page.contains("in its place"), "{page}");
    let all = scene.evidence(id).await;
    let made = all
        .iter()
        .find(|evidence| evidence.id == upload.evidence_id())
        .expect("there");
    assert_eq!(
        (made.image.file_type, made.by_team, made.shared),
        (FileType::Png, false, true)
    );
    let page = scene.portal.get(&portal).await.body;
    assert!(page.contains("Patched"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_beyond_the_finding_or_storage_limit_is_refused() {
    let mut scene = Scene::at(2_300).await;
    let (team, _, id) = scene.finding(FindingStatus::Open);
    let client = &scene.cast.acme.clients[0];
    let new = NewEvidence {
        engagement: client.engagement,
        finding: id,
        caption: String::new(),
        shared: true,
    };
    let member = scene.cast.acme.member(TeamRole::Owner);
    for _ in scene.evidence(id).await.len()..MAX_EVIDENCE {
        evidence(&scene.world, &client.store, member, new.clone()).await;
    }
    let path = format!("{team}/evidence");
    let png = picture(ImageFormat::Png);
    let before = scene.used().await;
    let upload = sent(&scene.world, &mut scene.team, &path, ("a.png", &png), &[]).await;
    let state = scene.state(upload).await;
    assert_eq!(state["error"], FileFlaw::TargetFull.message());
    assert_eq!(scene.used().await, before);
    assert!(scene.team.get(&team).await.is_good());
    let room = domain::plan::Plan::Team.limit_of(domain::plan::PlanLimit::Storage) - before;
    scene
        .world
        .fill_storage(&scene.cast.acme.workspace, room)
        .await;
    let (status, told) = announce(&scene.world, &mut scene.team, &path, ("a.png", 9), &[]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told["error"].to_string().contains("250 GB are used"),
        "{told}"
    );
}

/// A deleted picture keeps its room until it is gone, and the bucket and the table agree
/// all the way.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_evidence_can_be_restored_and_is_erased_after_30_days() {
    let mut scene = Scene::at(2_400).await;
    let (team, portal, id) = scene.finding(FindingStatus::Open);
    let client = scene.cast.acme.clients[0]
        .contact(ContactRole::Collaborator)
        .id;
    let path = format!("{portal}/evidence");
    let png = picture(ImageFormat::Png);
    let upload = sent(
        &scene.world,
        &mut scene.portal,
        &path,
        ("mine.png", &png),
        &[],
    )
    .await;
    let all = scene.evidence(id).await;
    let mine = all
        .iter()
        .find(|evidence| evidence.id == upload.evidence_id())
        .expect("there")
        .clone();
    assert_eq!(mine.by, client);
    let whole = async |scene: &Scene| {
        let (directory, slug) = (scene.world.app.directory(), "acme".parse().expect("a slug"));
        let files = &scene.world.app.services.files;
        let found = local::reconcile(&directory, files, &slug).await;
        found.expect("looked").expect("a workspace")
    };
    let found = whole(&scene).await;
    assert!(found.is_whole(), "{found:?}");
    // One's own, by whoever sent it; the team brings it back.
    let gone = format!("{portal}/evidence/{}/remove", mine.id);
    let done = scene.portal.post(&gone, &[("version", "1")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = format!("/evidence/{}", mine.id);
    assert_eq!(
        scene.portal.get(&format!("{portal}{page}")).await.status,
        StatusCode::NOT_FOUND
    );
    let shown = scene.team.get(&format!("{team}{page}")).await.body;
    assert!(shown.contains("can be restored until"), "{shown}");
    let restore = format!("{team}{page}/restore");
    let done = scene.team.post(&restore, &[("version", "2")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(scene.portal.get(&format!("{portal}{page}")).await.is_good());
    let done = scene
        .team
        .post(&format!("{team}{page}/remove"), &[("version", "3")])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    for (days, there) in [(29, true), (2, false)] {
        scene.world.advance(SignedDuration::from_hours(24 * days));
        worker::drain(&scene.world.app).await.expect("swept");
        let all = scene.evidence(id).await;
        assert_eq!(
            all.iter().any(|evidence| evidence.id == mine.id),
            there,
            "{days}"
        );
        let found = whole(&scene).await;
        assert!(found.is_whole(), "{found:?}");
    }
    let log = scene.team.get("/settings/audit").await;
    assert!(
        !log.is_good() || log.body.contains("Deleted the picture"),
        "{}",
        log.body
    );
}
