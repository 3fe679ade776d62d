//! Documents over time: deletion, the room that they take, long lists, and that the
//! bucket and the table agree.

use domain::plan::{Plan, PlanLimit};
use http::StatusCode;
use jiff::SignedDuration;

use crate::document_upload::announce;
use crate::documents::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn deleted_document_can_be_restored_and_is_erased_after_30_days() {
    let mut scene = Scene::at(600).await;
    let before = scene
        .cast
        .acme
        .store
        .get_storage_used()
        .await
        .expect("read");
    let id = scene.document("report.pdf", &[("kind", "report")]).await;
    let page = format!("{}/documents/{id}", scene.base);
    let store = scene.cast.acme.clients[0].store.clone();
    let document = store.get_document(id).await.expect("read").expect("there");
    let key = store.document_object_key(document.current.upload);
    for (what, version) in [("delete", "1"), ("restore", "2"), ("delete", "3")] {
        let done = scene
            .team
            .post(&format!("{page}/{what}"), &[("version", version)])
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{what}: {}", done.body);
    }
    let page_body = scene.team.get(&page).await.body;
    assert!(page_body.contains("can be restored until"), "{page_body}");
    let files = &scene.world.app.services.files;
    for (days, there) in [(29, true), (2, false)] {
        scene.world.advance(SignedDuration::from_hours(24 * days));
        worker::drain(&scene.world.app).await.expect("swept");
        assert_eq!(files.get(&key).await.expect("asked").is_some(), there);
        assert_eq!(store.get_document(id).await.expect("read").is_some(), there);
    }
    let after = scene
        .cast
        .acme
        .store
        .get_storage_used()
        .await
        .expect("read");
    assert!(after < before, "what the cast deleted went too: {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_beyond_the_storage_limit_is_refused() {
    let mut scene = Scene::at(700).await;
    let room = Plan::Team.limit_of(PlanLimit::Storage)
        - scene
            .cast
            .acme
            .store
            .get_storage_used()
            .await
            .expect("read");
    scene
        .world
        .fill_storage(&scene.cast.acme.workspace, room - 20)
        .await;
    let path = format!("{}/documents", scene.base);
    let kinds = [("kind", "report")];
    for (size, expected) in [
        (21, StatusCode::UNPROCESSABLE_ENTITY),
        (20, StatusCode::OK),
        (1, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let file = ("report.pdf", size);
        let (status, told) = announce(&scene.world, &mut scene.team, &path, file, &kinds).await;
        assert_eq!(status, expected, "{size}: {told}");
    }
    // Contacts' files count on the same workspace.
    let proof = [("kind", "evidence")];
    let file = ("proof.pdf", 1);
    let (status, told) =
        announce(&scene.world, &mut scene.portal, "/documents", file, &proof).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told["error"].to_string().contains("no room"), "{told}");
}

/// Pages of a list go on where the one before ended, for both sides.
#[tokio::test(flavor = "multi_thread")]
async fn long_document_list_has_pages() {
    let mut scene = Scene::at(900).await;
    scene.world.create_documents(&scene.cast.acme, 120).await;
    for (side, path) in [
        (true, format!("{}/documents", scene.base)),
        (false, "/documents".to_owned()),
    ] {
        let browser = if side {
            &mut scene.team
        } else {
            &mut scene.portal
        };
        let (mut path, mut seen) = (path, Vec::new());
        loop {
            let body = browser.get(&path).await.body;
            let links = body.split("class=\"row-title\" href=\"").skip(1);
            seen.extend(links.map(|link| link.split('"').next().expect("a link").to_owned()));
            let next = body.split("href=\"").find(|link| link.contains("after="));
            let Some(next) = next.and_then(|link| link.split('"').next()) else {
                break;
            };
            path = next.replace("&#x2F;", "/").replace("&amp;", "&");
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all, "none twice");
        // Half of them are the team's alone.
        assert_eq!(all, if side { 123 } else { 62 });
    }
}

/// The command that proves it finds nothing, and then what was made to differ.
#[tokio::test(flavor = "multi_thread")]
async fn bucket_and_table_agree_after_reconcile() {
    let mut scene = Scene::at(1_000).await;
    scene.document("report.pdf", &[("kind", "report")]).await;
    let files = scene.world.app.services.files.clone();
    let (directory, slug) = (scene.world.app.directory(), "acme".parse().expect("a slug"));
    let found = local::reconcile(&directory, &files, &slug)
        .await
        .expect("looked");
    let found = found.expect("a workspace");
    assert!(found.is_whole(), "{found:?}");
    assert!(found.objects > 8, "{found:?}");
    let store = &scene.cast.acme.clients[0].store;
    let report = store
        .get_document(scene.cast.acme.clients[0].documents.report)
        .await;
    let upload = report.expect("read").expect("there").current.upload;
    let (lost, stray) = (
        store.document_object_key(upload),
        store.document_object_key(store_id()),
    );
    files.delete(&lost).await.expect("deleted");
    files
        .put(&stray, b"x".to_vec(), "text/plain")
        .await
        .expect("kept");
    let found = local::reconcile(&directory, &files, &slug)
        .await
        .expect("looked");
    let found = found.expect("a workspace");
    assert_eq!(
        (found.without_object, found.without_row),
        (vec![lost], vec![stray])
    );
    let nobody = "nobody".parse().expect("a slug");
    let none = local::reconcile(&directory, &files, &nobody)
        .await
        .expect("looked");
    assert!(none.is_none());
}

fn store_id() -> domain::id::UploadId {
    domain::id::UploadId::new(7, 7)
}
