//! Files on their way in: what the bucket takes, what the check lets through, and
//! what is refused.

use domain::file::FileFlaw;
use domain::id::{UploadId, marker};
use domain::role::{ContactRole, TeamRole};
use domain::upload::UploadState;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;
use tests::{Browser, Client, Fixture, World, announced_upload, bucket};

/// Announces a file, and gives what the page's script is told.
pub(crate) async fn announce(
    world: &World,
    browser: &mut Browser,
    path: &str,
    (name, size): (&str, usize),
    fields: &[(&str, &str)],
) -> (StatusCode, Value) {
    let (id, size) = (
        world.app.new_id::<marker::UploadMarker>().to_string(),
        size.to_string(),
    );
    let said = [
        ("id", id.as_str()),
        ("n", "0"),
        ("name", name),
        ("size", &size),
    ];
    let told = browser.post_json(path, &[&said[..], fields].concat()).await;
    let value = serde_json::from_str(&told.body).expect("JSON");
    (told.status, value)
}

/// Sends a file as a page's script does, and lets the worker check it.
pub(crate) async fn sent(
    world: &World,
    browser: &mut Browser,
    path: &str,
    (name, bytes): (&str, &[u8]),
    fields: &[(&str, &str)],
) {
    let (status, told) = announce(world, browser, path, (name, bytes.len()), fields).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let (status, said) = bucket::put_file(&told, &[], bytes).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let complete = told["complete"].as_str().expect("an address");
    for _ in 0..2 {
        // Said twice, it is there once.
        let there = browser.post(complete, &[]).await;
        assert_eq!(there.status, StatusCode::SEE_OTHER, "{}", there.body);
    }
    worker::drain(&world.app).await.expect("swept");
}

async fn stage(world: &World) -> (Fixture, Browser, String) {
    // Worlds share a bucket and draw the same ids, by the time.
    let cast = Fixture::create(world).await;
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let path = format!("/clients/{}/documents", cast.acme.clients[0].id);
    (cast, browser, path)
}

/// The bucket takes the file that was announced, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn presigned_post_accepts_one_file_of_one_size_under_one_key() {
    let world = World::new().await;
    let (cast, mut browser, path) = stage(&world).await;
    let kinds = [("kind", "report")];
    let file = ("report.pdf", 9);
    let (_, told) = announce(&world, &mut browser, &path, file, &kinds).await;
    let good: &[u8] = b"%PDF-1.7\n";
    let foreign = world.app.services.files.clone();
    let theirs = cast.northwind.clients[0]
        .store
        .incoming_object_key(UploadId::new(1, 1));
    let key = told["fields"]["key"].as_str().expect("a key");
    let outside = format!("{key}/../../x");
    for (what, changes, bytes) in [
        ("another key", &[("key", theirs.as_str())][..], good),
        ("a key beside it", &[("key", outside.as_str())], good),
        (
            "no longer below in/",
            &[("key", key.trim_start_matches("in/"))],
            good,
        ),
        ("another type", &[("content-type", "text/html")], good),
        ("another policy", &[("policy", "e30=")], good),
        (
            "another signature",
            &[("x-amz-signature", &"0".repeat(64))],
            good,
        ),
        (
            "another signer",
            &[("x-amz-credential", "me/20261125/us-east-1/s3/aws4_request")],
            good,
        ),
        ("larger than announced", &[], b"%PDF-1.7\nx"),
        ("smaller than announced", &[], b"%PDF-1.7"),
    ] {
        let (status, said) = bucket::put_file(&told, changes, bytes).await;
        assert!(status.is_client_error(), "{what}: {status} {said}");
        assert_eq!(foreign.get(key).await.expect("asked"), None, "{what}");
    }
    let late = foreign.presign_post(key, "application/pdf", 9, SignedDuration::from_secs(-1));
    let late = serde_json::to_value(late.await.expect("signed")).expect("JSON");
    let (status, said) = bucket::put_file(&late, &[], good).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");
    assert!(said.contains("expired"), "{said}");
    let (status, said) = bucket::put_file(&told, &[], good).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
}

/// What isn't announced rightly isn't announced at all.
#[tokio::test(flavor = "multi_thread")]
async fn unsupported_file_is_refused_when_announced() {
    let world = World::new().await;
    let (cast, mut browser, path) = stage(&world).await;
    let before = world.dump().await;
    let report = [("kind", "report")];
    for (name, size, fields) in [
        ("page.html", 9, &report[..]),
        ("drawing.svg", 9, &report),
        ("feed.xml", 9, &report),
        ("../../x", 9, &report),
        ("a\u{202e}fdp.exe", 9, &report),
        ("empty.pdf", 0, &report),
        ("large.pdf", 100 * 1024 * 1024 + 1, &report),
        ("report.pdf", 9, &[("kind", "sculpture")]),
        (
            "report.pdf",
            9,
            &[("kind", "report"), ("visibility", "everybody")],
        ),
    ] {
        let (status, told) = announce(&world, &mut browser, &path, (name, size), fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {told}");
        assert!(
            told["error"].as_str().is_some_and(|why| why.len() > 10),
            "{told}"
        );
    }
    // A contact sends proof, and nothing to the team alone.
    let contact = cast.acme.clients[0].contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    for fields in [&report[..], &[("kind", "evidence"), ("visibility", "team")]] {
        let file = ("proof.pdf", 9);
        let (status, told) = announce(&world, &mut portal, "/documents", file, fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    }
    // A session was opened, nothing else.
    assert_eq!(world.dump().await.len(), before.len() + 1);
}

/// What the content says counts, not the name.
#[tokio::test(flavor = "multi_thread")]
async fn file_with_wrong_content_is_refused_and_releases_storage() {
    let world = World::new().await;
    world.advance(SignedDuration::from_secs(1));
    let (cast, mut browser, path) = stage(&world).await;
    let client = &cast.acme.clients[0];
    let before = cast.acme.store.get_storage_used().await.expect("read");
    for (name, bytes, flaw) in [
        (
            "a.pdf",
            &b"<html><script>alert(1)</script>"[..],
            FileFlaw::TypeMismatch,
        ),
        ("b.png", b"%PDF-1.7", FileFlaw::TypeMismatch),
        ("c.txt", b"<!DOCTYPE html><p>", FileFlaw::Markup),
        ("d.csv", b"\0\x01\x02", FileFlaw::Encoding),
        (
            "e.docx",
            b"PK\x03\x04 but no document",
            FileFlaw::TypeMismatch,
        ),
    ] {
        let fields = [("kind", "other")];
        sent(&world, &mut browser, &path, (name, bytes), &fields).await;
        let uploads = client.store.list_uploads(world.now()).await.expect("read");
        let upload = uploads
            .iter()
            .find(|upload| upload.name == name)
            .expect("listed");
        assert_eq!(
            (upload.state, upload.flaw),
            (UploadState::Refused, Some(flaw)),
            "{name}"
        );
        let key = client.store.incoming_object_key(upload.id);
        let left = world.app.services.files.get(&key);
        assert_eq!(left.await.expect("asked"), None, "{name} is still there");
        let page = browser.get(&path).await.body;
        assert!(page.contains(name) && page.contains("Refused"), "{name}");
    }
    assert_eq!(
        cast.acme.store.get_storage_used().await.expect("read"),
        before
    );
    // Contacts don't learn of what the team tried.
    let contact = client.contact(ContactRole::Manager);
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    let page = portal.get("/documents").await.body;
    assert!(!page.contains("a.pdf") && page.contains("Coming"), "{page}");
}

/// What never comes is given up, and so is what replaces something that went.
#[tokio::test(flavor = "multi_thread")]
async fn upload_never_sent_expires() {
    let world = World::new().await;
    world.advance(SignedDuration::from_secs(2));
    let (cast, ..) = stage(&world).await;
    let client = &cast.acme.clients[0];
    let before = cast.acme.store.get_storage_used().await.expect("read");
    let contact = client.contact(ContactRole::Manager);
    let upload = announced_upload(&world, &client.store, None, contact, ("Late", "client")).await;
    let held = cast.acme.store.get_storage_used().await.expect("read");
    assert_eq!(held, before + upload.size);
    let state = async |client: &Client| {
        let upload = client.store.get_upload(upload.id).await;
        let upload = upload.expect("read").expect("there");
        (upload.state, upload.flaw)
    };
    worker::drain(&world.app).await.expect("swept");
    assert_eq!(state(client).await, (UploadState::Uploading, None));
    world.advance(SignedDuration::from_hours(3));
    worker::drain(&world.app).await.expect("swept");
    assert_eq!(
        state(client).await,
        (UploadState::Refused, Some(FileFlaw::Missing))
    );
    // The one that the cast announced went as well.
    let after = cast.acme.store.get_storage_used().await.expect("read");
    assert!(after < before, "{after}");
    world.advance(SignedDuration::from_hours(24 * 8));
    let listed = client.store.list_uploads(world.now()).await.expect("read");
    assert_eq!(listed, [], "after a week it is no longer told");
}

/// What a contact announces and never sends takes a part of the workspace's space only.
#[tokio::test(flavor = "multi_thread")]
async fn announced_bytes_of_one_contact_are_limited_by_the_hour() {
    let world = World::new().await;
    world.advance(SignedDuration::from_secs(46_000));
    let (cast, mut team, path) = stage(&world).await;
    let contact = cast.acme.clients[0].contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&cast.acme.workspace, contact).await;
    let file = ("large.pdf", 99 << 20);
    let proof = [("kind", "evidence")];
    for _ in 0..5 {
        let (status, told) = announce(&world, &mut portal, "/documents", file, &proof).await;
        assert_eq!(status, StatusCode::OK, "{told}");
    }
    let (status, told) = announce(&world, &mut portal, "/documents", file, &proof).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told["error"].to_string().contains("in an hour"), "{told}");
    let (status, told) = announce(&world, &mut team, &path, file, &proof).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    // Nothing came: the space is free again when the time for it is over.
    let before = cast.acme.store.get_storage_used().await.expect("read");
    world.advance(SignedDuration::from_mins(61));
    worker::drain(&world.app).await.expect("swept");
    let after = cast.acme.store.get_storage_used().await.expect("read");
    assert!(after <= before - 6 * (99 << 20), "{after}");
}

/// A file that was refused and is sent again by its form goes when the form is over.
#[tokio::test(flavor = "multi_thread")]
async fn refused_file_sent_again_is_deleted_when_its_form_is_over() {
    let world = World::new().await;
    world.advance(SignedDuration::from_secs(47_000));
    let (cast, mut browser, path) = stage(&world).await;
    let bytes: &[u8] = b"<html><script>";
    let file = ("a.pdf", bytes.len());
    let kinds = [("kind", "other")];
    let (_, told) = announce(&world, &mut browser, &path, file, &kinds).await;
    bucket::put_file(&told, &[], bytes).await;
    let complete = told["complete"].as_str().expect("an address");
    browser.post(complete, &[]).await;
    worker::drain(&world.app).await.expect("swept");
    let (status, said) = bucket::put_file(&told, &[], bytes).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let id: UploadId = told["id"].as_str().expect("an id").parse().expect("an id");
    let key = cast.acme.clients[0].store.incoming_object_key(id);
    let files = &world.app.services.files;
    assert!(files.has(&key).await.expect("asked"));
    world.advance(SignedDuration::from_mins(61));
    worker::drain(&world.app).await.expect("swept");
    assert!(!files.has(&key).await.expect("asked"));
}

/// Where a scan is waited for, nothing is released before its verdict.
#[tokio::test(flavor = "multi_thread")]
async fn file_before_the_malware_verdict_is_not_released() {
    let world = World::with_config(|config| config.malware_scan = true).await;
    world.advance(SignedDuration::from_secs(3));
    let (cast, mut browser, path) = stage(&world).await;
    let client = &cast.acme.clients[0];
    for (name, verdict, expected) in [
        ("good.txt", "NO_THREATS_FOUND", (UploadState::Ready, None)),
        (
            "bad.txt",
            "THREATS_FOUND",
            (UploadState::Refused, Some(FileFlaw::Harmful)),
        ),
        (
            "locked.txt",
            "UNSUPPORTED",
            (UploadState::Refused, Some(FileFlaw::Unscanned)),
        ),
    ] {
        let file = (name, 4);
        let kinds = [("kind", "other")];
        let (_, told) = announce(&world, &mut browser, &path, file, &kinds).await;
        bucket::put_file(&told, &[], b"text").await;
        let complete = told["complete"].as_str().expect("an address");
        browser.post(complete, &[]).await;
        let id = complete
            .rsplit('/')
            .nth(1)
            .expect("an id")
            .parse()
            .expect("an id");
        let state = async || {
            let upload = client.store.get_upload(id).await;
            let upload = upload.expect("read").expect("there");
            (upload.state, upload.flaw)
        };
        worker::drain(&world.app).await.expect("swept");
        assert_eq!(state().await, (UploadState::Checking, None), "{name}");
        world
            .tag(&client.store.incoming_object_key(id), verdict)
            .await;
        world.advance(SignedDuration::from_mins(2));
        worker::drain(&world.app).await.expect("swept");
        assert_eq!(state().await, expected, "{name}");
    }
}
