//! What comes as a file and goes, under IAM isolation.

use super::*;

/// Both sides send a file and take one away; the worker checks what was sent, and
/// forgets what was deleted.
pub(super) async fn files_come_and_go(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let app = enforced.function(world, "documents").await;
    let team_base = format!("/clients/{}", client.id);
    let contact = client.contact(ContactRole::Manager);
    for (person, base) in [
        (cast.acme.member(TeamRole::Admin), team_base.as_str()),
        (contact, ""),
    ] {
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_as(&app, documents::ROUTES);
        let id = app.new_id::<marker::UploadMarker>().to_string();
        let size = CONTENT.len().to_string();
        let said = [
            ("id", id.as_str()),
            ("n", "0"),
            ("name", "a.txt"),
            ("size", &size),
            ("kind", "evidence"),
        ];
        let told = browser.post_json(&format!("{base}/documents"), &said).await;
        enforced.assert_no_denial("an announcement");
        let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
        assert!(sent_by(&enforced.warden, &told["fields"]), "{told}");
        let there = told["complete"].as_str().expect("an address");
        assert!(browser.post(there, &[]).await.is_good());
        let documents = client.documents;
        let take = format!("{base}/documents/{}/download", documents.proof);
        let taken = browser.post(&take, &[]).await;
        assert!(fetched_by(&enforced.warden, taken.location()));
        enforced.assert_no_denial("files");
    }
    let app = enforced.function(world, "worker").await;
    worker::drain(&app).await.expect("swept");
    enforced.assert_no_denial("what was sent");
    let found = client.store.list_documents(None, false, None).await;
    let found = found.expect("read").rows;
    assert_eq!(
        found
            .iter()
            .filter(|document| document.title == "a")
            .count(),
        2
    );
    world.advance(SignedDuration::from_hours(24 * 31));
    worker::drain(&app).await.expect("swept");
    enforced.assert_no_denial("what is deleted");
    let gone = client.store.get_document(client.documents.gone).await;
    assert_eq!(gone.expect("read"), None);
}

/// A scan comes by the bucket, is read by the worker, and becomes findings.
pub(super) async fn scans_come(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let admin = cast.acme.member(TeamRole::Admin);
    let here = format!("/clients/{}/engagements/{}", client.id, client.engagement);
    let app = enforced.function(world, "findings").await;
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.served_as(&app, findings::ROUTES);
    let (id, size) = (
        app.new_id::<marker::UploadMarker>(),
        CONTENT.len().to_string(),
    );
    let said = [
        ("id", id.to_string()),
        ("name", "a.csv".to_owned()),
        ("size", size),
    ];
    let said = said.each_ref().map(|(name, value)| (*name, value.as_str()));
    let told = browser.post_json(&format!("{here}/import"), &said).await;
    enforced.assert_no_denial("an announcement of a scan");
    let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
    let door = enforced.function(world, "documents").await;
    let there = told["complete"].as_str().expect("an address");
    let sender = world.signed_in(&cast.acme.workspace, admin).await;
    let there = sender
        .served_as(&door, documents::ROUTES)
        .post(there, &[])
        .await;
    let worker = enforced.function(world, "worker").await;
    worker::drain(&worker).await.expect("swept");
    enforced.assert_no_denial("a scan that is read");
    let preview = there.location();
    let page = browser.get(preview).await;
    assert!(page.body.contains("would make 2 drafts<"), "{}", page.body);
    assert_eq!(browser.post(preview, &[]).await.location(), preview);
    worker::drain(&worker).await.expect("swept");
    enforced.assert_no_denial("an import");
    let done = browser.get(preview).await;
    assert_eq!(done.location(), format!("{here}?show=drafts"));
}

/// Both sides send a picture and a file with a message, look at them and take them
/// away, and delete one; the worker makes them what they are for.
pub(super) async fn pictures_come_and_go(enforced: &Enforced, world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let (engagement, finding) = (client.engagement, client.findings[&FindingStatus::Open]);
    let png = picture(image::ImageFormat::Png);
    let contact = client.contact(ContactRole::Manager);
    let team_base = format!("/clients/{}", client.id);
    let findings = enforced.function(world, "findings").await;
    let messages = enforced.function(world, "messages").await;
    let mut mine = Vec::new();
    for (person, base) in [
        (cast.acme.member(TeamRole::Admin), team_base.as_str()),
        (contact, ""),
    ] {
        let here = format!("{base}/engagements/{engagement}");
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_as(&findings, findings::ROUTES);
        let id = findings.new_id::<marker::UploadMarker>();
        let text = id.to_string();
        let path = format!("{here}/findings/{finding}/evidence");
        let fields = [("id", text.as_str())];
        let sent = browser.upload_with(&path, &fields, "a.png", &png).await;
        assert!(sent.is_good(), "{}", sent.body);
        let id = browser.form_id(&path, id).await;
        mine.push((id.evidence_id(), path.clone()));
        let image = browser
            .get(&format!("{path}/{}/image", client.evidence.proof))
            .await;
        assert!(fetched_by(&enforced.warden, image.location()));
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_as(&messages, messages::ROUTES);
        let id = messages.new_id::<marker::EntryMarker>().to_string();
        let fields = [("id", id.as_str()), ("text", "Enforced.")];
        let path = format!("{here}/messages");
        let sent = browser
            .upload_with(&path, &fields, "a.txt", CONTENT.as_bytes())
            .await;
        assert!(sent.is_good(), "{}", sent.body);
        let take = format!("{path}/{}/files/{}", client.message, client.attached);
        let taken = browser.post(&take, &[]).await;
        assert!(fetched_by(&enforced.warden, taken.location()));
        enforced.assert_no_denial("pictures");
    }
    let app = enforced.function(world, "worker").await;
    worker::drain(&app).await.expect("swept");
    enforced.assert_no_denial("what was sent");
    let there = client.store.list_evidence(engagement, finding).await;
    let there = there.expect("read");
    assert!(
        mine.iter()
            .all(|(id, _)| there.iter().any(|document| document.id == *id))
    );
    let thread = client
        .store
        .get_thread(engagement, None)
        .await
        .expect("read");
    let rows = thread
        .rows
        .iter()
        .filter(|row| row.message.text == "Enforced.");
    let files: Vec<_> = rows.flat_map(|row| &row.message.files).collect();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file.state == UploadState::Ready));
    let browser = world.signed_in(&cast.acme.workspace, contact).await;
    let mut browser = browser.served_as(&findings, findings::ROUTES);
    let (id, path) = &mine[1];
    let gone = browser
        .post(&format!("{path}/{id}/remove"), &[("version", "1")])
        .await;
    assert!(gone.is_good(), "{}", gone.body);
    enforced.assert_no_denial("a picture that goes");
}

/// A logo comes, is seen by anybody, and goes.
pub(super) async fn brands(enforced: &Enforced, world: &World, cast: &Fixture) {
    let app = enforced.function(world, "settings").await;
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let mut browser = browser.served_as(&app, settings::ROUTES);
    let id = app.new_id::<marker::EntryMarker>();
    let (path, png) = ("/settings/branding/logo", picture(image::ImageFormat::Png));
    let sent = browser
        .upload(path, &id.to_string(), "logo.png", &png)
        .await;
    let id = browser.form_id(path, id).await;
    enforced.assert_no_denial("a logo");
    assert_eq!(sent.location(), "/settings/branding", "{}", sent.body);
    let request = browser.request("GET", &format!("/brand/logo/{id}"));
    let request = request.body(axum::body::Body::empty()).expect("one");
    let router = web::router(&app, &[settings::ROUTES]);
    let seen = tower::ServiceExt::oneshot(router, request).await;
    enforced.assert_no_denial("a logo that is looked at");
    assert_eq!(seen.expect("an answer").status(), StatusCode::OK);
    let app = enforced.function(world, "invoice-pdf").await;
    let mut reader = browser.served_as(&app, invoice_pdf::ROUTES);
    let (client, sent) = (cast.acme.clients[0].id, cast.acme.clients[0].invoices.sent);
    let paper = format!("/clients/{client}/invoices/{sent}/pdf");
    assert!(reader.get(&paper).await.is_good());
    enforced.assert_no_denial("a logo on a paper");
    let gone = browser.post(&format!("{path}/remove"), &[]).await;
    enforced.assert_no_denial("a logo that goes");
    assert_eq!(gone.location(), "/settings/branding", "{}", gone.body);
}
