//! What comes as a file and goes, behind the fence.

use super::*;

/// Both sides send a file and take one away; the worker checks what was sent, and
/// forgets what was deleted.
pub(super) async fn files_come_and_go(fenced: &Fenced, world: &World, cast: &Cast) {
    let client = &cast.acme.clients[0];
    let app = fenced.function(world, "documents").await;
    let team_base = format!("/clients/{}", client.id);
    let contact = client.contact(ContactRole::Manager);
    for (person, base) in [
        (cast.acme.member(TeamRole::Admin), team_base.as_str()),
        (contact, ""),
    ] {
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.by(&app, documents::ROUTES);
        let id = app.new_id::<marker::UploadMarker>().to_string();
        let size = CONTENT.len().to_string();
        let said = [
            ("id", id.as_str()),
            ("n", "0"),
            ("name", "a.txt"),
            ("size", &size),
            ("kind", "evidence"),
        ];
        let told = browser.ask(&format!("{base}/documents"), &said).await;
        fenced.told_nothing("an announcement");
        let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
        assert!(sent_by(&fenced.warden, &told["fields"]), "{told}");
        let there = told["complete"].as_str().expect("an address");
        assert!(browser.post(there, &[]).await.is_good());
        let papers = client.papers;
        let take = format!("{base}/documents/{}/download", papers.proof);
        let taken = browser.post(&take, &[]).await;
        assert!(fetched_by(&fenced.warden, taken.location()));
        fenced.told_nothing("files");
    }
    let app = fenced.function(world, "worker").await;
    worker::drain(&app).await.expect("swept");
    fenced.told_nothing("what was sent");
    let found = client.store.documents(None, false, None).await;
    let found = found.expect("read").rows;
    assert_eq!(found.iter().filter(|one| one.title == "a").count(), 2);
    world.advance(SignedDuration::from_hours(24 * 31));
    worker::drain(&app).await.expect("swept");
    fenced.told_nothing("what is deleted");
    let gone = client.store.document(client.papers.gone).await;
    assert_eq!(gone.expect("read"), None);
}

/// A scan comes by the bucket, is read by the worker, and becomes findings.
pub(super) async fn scans_come(fenced: &Fenced, world: &World, cast: &Cast) {
    let client = &cast.acme.clients[0];
    let admin = cast.acme.member(TeamRole::Admin);
    let here = format!("/clients/{}/engagements/{}", client.id, client.engagement);
    let app = fenced.function(world, "findings").await;
    let browser = world.signed_in(&cast.acme.workspace, admin).await;
    let mut browser = browser.by(&app, findings::ROUTES);
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
    let told = browser.ask(&format!("{here}/import"), &said).await;
    fenced.told_nothing("an announcement of a scan");
    let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
    let door = fenced.function(world, "documents").await;
    let there = told["complete"].as_str().expect("an address");
    let sender = world.signed_in(&cast.acme.workspace, admin).await;
    let there = sender.by(&door, documents::ROUTES).post(there, &[]).await;
    let worker = fenced.function(world, "worker").await;
    worker::drain(&worker).await.expect("swept");
    fenced.told_nothing("a scan that is read");
    let preview = there.location();
    let page = browser.get(preview).await;
    assert!(page.body.contains("would make 2 drafts<"), "{}", page.body);
    assert_eq!(browser.post(preview, &[]).await.location(), preview);
    worker::drain(&worker).await.expect("swept");
    fenced.told_nothing("an import");
    let done = browser.get(preview).await;
    assert_eq!(done.location(), format!("{here}?show=drafts"));
}

/// Both sides send a picture and a file with a message, look at them and take them
/// away, and delete one; the worker makes them what they are for.
pub(super) async fn pictures_come_and_go(fenced: &Fenced, world: &World, cast: &Cast) {
    let client = &cast.acme.clients[0];
    let (engagement, finding) = (client.engagement, client.findings[&FindingStatus::Open]);
    let png = picture(image::ImageFormat::Png);
    let contact = client.contact(ContactRole::Manager);
    let team_base = format!("/clients/{}", client.id);
    let findings = fenced.function(world, "findings").await;
    let messages = fenced.function(world, "messages").await;
    let mut mine = Vec::new();
    for (person, base) in [
        (cast.acme.member(TeamRole::Admin), team_base.as_str()),
        (contact, ""),
    ] {
        let here = format!("{base}/engagements/{engagement}");
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.by(&findings, findings::ROUTES);
        let id = findings.new_id::<marker::UploadMarker>();
        let text = id.to_string();
        let path = format!("{here}/findings/{finding}/evidence");
        let fields = [("id", text.as_str())];
        let sent = browser.upload_with(&path, &fields, "a.png", &png).await;
        assert!(sent.is_good(), "{}", sent.body);
        mine.push((id.evidence(), path.clone()));
        let image = browser
            .get(&format!("{path}/{}/image", client.shots.proof))
            .await;
        assert!(fetched_by(&fenced.warden, image.location()));
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.by(&messages, messages::ROUTES);
        let id = messages.new_id::<marker::EntryMarker>().to_string();
        let fields = [("id", id.as_str()), ("text", "Fenced.")];
        let path = format!("{here}/messages");
        let sent = browser
            .upload_with(&path, &fields, "a.txt", CONTENT.as_bytes())
            .await;
        assert!(sent.is_good(), "{}", sent.body);
        let take = format!("{path}/{}/files/{}", client.message, client.attached);
        let taken = browser.post(&take, &[]).await;
        assert!(fetched_by(&fenced.warden, taken.location()));
        fenced.told_nothing("pictures");
    }
    let app = fenced.function(world, "worker").await;
    worker::drain(&app).await.expect("swept");
    fenced.told_nothing("what was sent");
    let there = client.store.evidence(engagement, finding).await;
    let there = there.expect("read");
    assert!(
        mine.iter()
            .all(|(id, _)| there.iter().any(|one| one.id == *id))
    );
    let thread = client.store.thread(engagement, None).await.expect("read");
    let rows = thread
        .rows
        .iter()
        .filter(|row| row.message.text == "Fenced.");
    let files: Vec<_> = rows.flat_map(|row| &row.message.files).collect();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file.state == UploadState::Ready));
    let browser = world.signed_in(&cast.acme.workspace, contact).await;
    let mut browser = browser.by(&findings, findings::ROUTES);
    let (id, path) = &mine[1];
    let gone = browser
        .post(&format!("{path}/{id}/remove"), &[("version", "1")])
        .await;
    assert!(gone.is_good(), "{}", gone.body);
    fenced.told_nothing("a picture that goes");
}

/// A logo comes, is seen by anybody, and goes.
pub(super) async fn brands(fenced: &Fenced, world: &World, cast: &Cast) {
    let app = fenced.function(world, "settings").await;
    let owner = cast.acme.member(TeamRole::Owner);
    let browser = world.signed_in(&cast.acme.workspace, owner).await;
    let mut browser = browser.by(&app, settings::ROUTES);
    let id = app.new_id::<marker::EntryMarker>().to_string();
    let (path, png) = ("/settings/branding/logo", picture(image::ImageFormat::Png));
    let sent = browser.upload(path, &id, "logo.png", &png).await;
    fenced.told_nothing("a logo");
    assert_eq!(sent.location(), "/settings/branding", "{}", sent.body);
    let request = browser.request("GET", &format!("/brand/logo/{id}"));
    let request = request.body(axum::body::Body::empty()).expect("one");
    let router = web::router(&app, &[settings::ROUTES]);
    let seen = tower::ServiceExt::oneshot(router, request).await;
    fenced.told_nothing("a logo that is looked at");
    assert_eq!(seen.expect("an answer").status(), StatusCode::OK);
    let app = fenced.function(world, "papers").await;
    let mut reader = browser.by(&app, papers::ROUTES);
    let (client, sent) = (cast.acme.clients[0].id, cast.acme.clients[0].bills.sent);
    let paper = format!("/clients/{client}/invoices/{sent}/pdf");
    assert!(reader.get(&paper).await.is_good());
    fenced.told_nothing("a logo on a paper");
    let gone = browser.post(&format!("{path}/remove"), &[]).await;
    fenced.told_nothing("a logo that goes");
    assert_eq!(gone.location(), "/settings/branding", "{}", gone.body);
}
