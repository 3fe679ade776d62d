//! Documents: what both sides see of them, taking them away, and versions.

use domain::document::{Document, DocumentKind};
use domain::id::DocumentId;
use domain::role::{ContactRole, TeamRole};
use http::{StatusCode, header};
use jiff::SignedDuration;
use tests::{Browser, Fixture, World, bucket};

use crate::document_upload::{announce, sent};

const PDF: &[u8] = b"%PDF-1.7\nhello\n";

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) cast: Fixture,
    pub(crate) team: Browser,
    pub(crate) portal: Browser,
    /// What the team's addresses begin with.
    pub(crate) base: String,
}

impl Scene {
    /// A world of its own in the bucket, which all worlds share: ids follow from
    /// the time.
    pub(crate) async fn at(seconds: i64) -> Self {
        let world = World::new().await;
        world.advance(SignedDuration::from_secs(seconds));
        let cast = Fixture::create(&world).await;
        let client = &cast.acme.clients[0];
        let owner = cast.acme.member(TeamRole::Owner);
        let contact = client.contact(ContactRole::Collaborator);
        // What is done now is the newest.
        world.advance(SignedDuration::from_secs(1));
        Self {
            team: world.signed_in(&cast.acme.workspace, owner).await,
            portal: world.signed_in(&cast.acme.workspace, contact).await,
            base: format!("/clients/{}", client.id),
            world,
            cast,
        }
    }

    /// The team sends a file, which becomes a document.
    pub(crate) async fn document(&mut self, name: &str, fields: &[(&str, &str)]) -> DocumentId {
        let path = format!("{}/documents", self.base);
        sent(&self.world, &mut self.team, &path, (name, PDF), fields).await;
        let store = &self.cast.acme.clients[0].store;
        let listed = store.list_documents(None, false, None).await.expect("read");
        // The cast's own are evidence.
        let ours = |one: &&Document| one.kind == DocumentKind::Report;
        listed.rows.iter().find(ours).expect("listed").id
    }
}

fn rows(body: &str) -> usize {
    body.matches("class=\"row-title\"").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn report_reaches_the_client_under_its_name() {
    let mut scene = Scene::at(100).await;
    let name = "تقرير \"الاختبار\" 報告.pdf";
    let kinds = [("kind", "report"), ("title", "The report")];
    let id = scene.document(name, &kinds).await;
    let list = scene.portal.get("/documents").await;
    assert!(list.body.contains("The report"), "{}", list.body);
    let page = scene.portal.get(&format!("/documents/{id}")).await;
    assert!(
        page.body.contains("SHA-256") && !page.body.contains("Downloads"),
        "{}",
        page.body
    );
    let taken = scene
        .portal
        .post(&format!("/documents/{id}/download"), &[])
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let (status, headers, bytes) = bucket::fetch(taken.location()).await;
    assert_eq!((status, &bytes[..]), (StatusCode::OK, PDF));
    assert_eq!(headers[header::CONTENT_TYPE], "application/pdf");
    let disposition = headers[header::CONTENT_DISPOSITION].to_str().expect("text");
    assert!(
        disposition.starts_with("attachment; filename=\""),
        "{disposition}"
    );
    assert!(disposition.contains("UTF-8''%D8%AA"), "{disposition}");
    // The team sees who took it; the log has it too.
    let page = scene
        .team
        .get(&format!("{}/documents/{id}", scene.base))
        .await;
    let contact = scene.cast.acme.clients[0].contact(ContactRole::Collaborator);
    assert!(page.body.contains("took version 1") && page.body.contains(&contact.name));
    let log = scene.team.get("/settings/audit").await.body;
    assert!(
        log.contains("Downloaded the document") && log.contains("The report"),
        "{log}"
    );
    assert!(log.contains("Sent the file"), "{log}");
}

/// A page by which files are sent, or fetched after a form, may reach the bucket;
/// no other may.
#[tokio::test(flavor = "multi_thread")]
async fn csp_allows_the_bucket_on_document_pages_only() {
    let mut scene = Scene::at(200).await;
    let origin = scene
        .world
        .app
        .services
        .files
        .origin()
        .await
        .expect("an origin");
    let documents = scene.cast.acme.clients[0].documents;
    let expected = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self' {origin}; form-action 'self' {origin}; \
         base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
         require-trusted-types-for 'script'; trusted-types default"
    );
    for path in [
        "/documents".to_owned(),
        format!("/documents/{}", documents.report),
    ] {
        let page = scene.portal.get(&path).await;
        assert_eq!(
            page.headers[header::CONTENT_SECURITY_POLICY],
            expected,
            "{path}"
        );
    }
    for path in ["/", "/findings", "/documents/x"] {
        let page = scene.portal.get(path).await;
        let csp = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        assert!(!csp.contains(&origin), "{path}: {csp}");
    }
}

/// Addresses that aren't what was signed give nothing.
#[tokio::test(flavor = "multi_thread")]
async fn download_link_expired_altered_or_foreign_is_refused() {
    let mut scene = Scene::at(300).await;
    let documents = scene.cast.acme.clients[0].documents;
    let path = format!("/documents/{}/download", documents.report);
    let taken = scene.portal.post(&path, &[]).await;
    let good = taken.location().to_owned();
    assert_eq!(bucket::fetch(&good).await.0, StatusCode::OK);
    assert!(good.contains("X-Amz-Expires=60"), "{good}");
    let client = scene.cast.acme.clients[0].id.to_string();
    let theirs = scene.cast.acme.clients[1].id.to_string();
    let stamp = good
        .split("X-Amz-Date=")
        .nth(1)
        .and_then(|rest| rest.get(..16));
    let stamp = stamp.expect("a time");
    for (what, address) in [
        ("another client's", good.replace(&client, &theirs)),
        ("what isn't released", good.replace("/w/", "/in/w/")),
        (
            "for longer",
            good.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        ),
        ("from another time", good.replace(stamp, "20200101T000000Z")),
        (
            "shown as a page",
            good.replace("text%2Fplain", "text%2Fhtml"),
        ),
        ("inline", good.replace("attachment", "inline")),
        (
            "unsigned",
            good.split('?').next().expect("a path").to_owned(),
        ),
        (
            "another signature",
            good.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        ),
    ] {
        assert_ne!(address, good, "{what}");
        let (status, ..) = bucket::fetch(&address).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{what}");
    }
    let old = scene.world.expired_link(&good).await;
    let (status, _, said) = bucket::fetch(&old).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(
        String::from_utf8_lossy(&said).contains("expired"),
        "{said:?}"
    );
    // And nobody is given an address of what isn't theirs.
    for (foreign, n) in [
        (&scene.cast.acme.clients[1], 1),
        (&scene.cast.northwind.clients[0], 2),
    ] {
        let path = format!("/documents/{}/download", foreign.documents.report);
        let answer = scene.portal.post(&path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
    }
}

/// What is the team's alone, or deleted, isn't there for the client.
#[tokio::test(flavor = "multi_thread")]
async fn internal_document_is_not_found_by_the_client() {
    let mut scene = Scene::at(400).await;
    let client = &scene.cast.acme.clients[0];
    let (documents, secret) = (client.documents, client.secret.clone());
    for list in [
        "/documents".to_owned(),
        format!("/engagements/{}/documents", client.engagement),
    ] {
        let page = scene.portal.get(&list).await.body;
        assert_eq!(rows(&page), 2, "{page}");
        assert!(!page.contains(&secret), "{page}");
        let shown = scene.portal.get(&format!("{list}?show=deleted")).await.body;
        assert!(!shown.contains(&secret));
        let page = scene.team.get(&format!("{}{list}", scene.base)).await.body;
        assert_eq!(rows(&page), 3, "{page}");
    }
    let never = scene
        .portal
        .get("/documents/01ARZ3NDEKTSV4RRFFQ69G5FAV")
        .await;
    for id in [documents.secret, documents.gone] {
        let page = scene.portal.get(&format!("/documents/{id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(page.without_id(), never.without_id());
        let taken = scene
            .portal
            .post(&format!("/documents/{id}/download"), &[])
            .await;
        assert_eq!(taken.status, StatusCode::NOT_FOUND);
    }
    // Shown, it is there; hidden again, it isn't.
    let page = format!("{}/documents/{}", scene.base, documents.secret);
    for (visibility, version, rows_then) in [("client", "1", 3), ("team", "2", 2)] {
        let fields = [("visibility", visibility), ("version", version)];
        let shown = scene.team.post(&format!("{page}/readers"), &fields).await;
        assert_eq!(shown.location(), page, "{}", shown.body);
        let list = scene.portal.get("/documents").await.body;
        assert_eq!(rows(&list), rows_then, "{list}");
    }
    let stale = [("visibility", "client"), ("version", "1")];
    let late = scene.team.post(&format!("{page}/readers"), &stale).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_document_version_supersedes_and_keeps_the_old_one() {
    let mut scene = Scene::at(500).await;
    let id = scene.document("report.pdf", &[("kind", "report")]).await;
    let page = format!("{}/documents/{id}", scene.base);
    let second: &[u8] = b"%PDF-1.7\nsecond\n";
    sent(
        &scene.world,
        &mut scene.team,
        &page,
        ("report v2.pdf", second),
        &[],
    )
    .await;
    let shown = scene.portal.get(&format!("/documents/{id}")).await.body;
    for text in ["Version 1", "Version 2", "report.pdf", "report v2.pdf"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let path = format!("/documents/{id}/download");
    for (number, bytes) in [("", second), ("1", PDF), ("2", second)] {
        let taken = scene.portal.post(&path, &[("number", number)]).await;
        let (_, _, got) = bucket::fetch(taken.location()).await;
        assert_eq!(&got[..], bytes, "{number}");
    }
    let none = scene.portal.post(&path, &[("number", "3")]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    // A contact doesn't replace what the team sent, but what its side sent.
    let version = ("proof 2.txt", 4);
    let ours = format!("/documents/{}", scene.cast.acme.clients[0].documents.proof);
    for (page, expected) in [
        (format!("/documents/{id}"), StatusCode::FORBIDDEN),
        (ours, StatusCode::OK),
    ] {
        let (status, told) = announce(&scene.world, &mut scene.portal, &page, version, &[]).await;
        assert_eq!(status, expected, "{told}");
    }
}

/// Without scripts a small file goes through the function, and what is wrong
/// stands at the field.
#[tokio::test(flavor = "multi_thread")]
async fn small_document_is_sent_without_scripts() {
    let mut scene = Scene::at(800).await;
    let id = scene
        .world
        .app
        .new_id::<domain::id::marker::UploadMarker>()
        .to_string();
    let fields = [
        ("id", id.as_str()),
        ("kind", "evidence"),
        ("title", "Patch log"),
    ];
    let wrong = scene
        .portal
        .upload_with("/documents", &fields, "x.html", b"<p>")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("this type") && wrong.body.contains("Patch log"),
        "{}",
        wrong.body
    );
    for _ in 0..2 {
        let sent = scene
            .portal
            .upload_with("/documents", &fields, "log.txt", b"patched")
            .await;
        assert_eq!(sent.location(), "/documents", "{}", sent.body);
    }
    assert!(
        scene
            .portal
            .get("/documents")
            .await
            .body
            .contains("Being checked")
    );
    worker::drain(&scene.world.app).await.expect("swept");
    let list = scene.portal.get("/documents").await.body;
    assert_eq!(
        list.matches("Patch log").count(),
        2,
        "its title, and its button: {list}"
    );
}
