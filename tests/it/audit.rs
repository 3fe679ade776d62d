//! The audit log: what is in it, who reads it, and how it shows that it is whole.

use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::SignedDuration;
use tests::{Browser, Fixture, World};

const PASSWORD: &str = "quiet lantern orbit 42";

async fn office() -> (World, Fixture) {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    worker::drain(&world.app).await.expect("swept");
    // What follows is newer than all that the cast did.
    world.advance(SignedDuration::from_secs(1));
    (world, cast)
}

async fn owner(world: &World, cast: &Fixture) -> Browser {
    let owner = cast.acme.member(TeamRole::Owner);
    world.signed_in(&cast.acme.workspace, owner).await
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_record_holds_actor_action_device_before_and_after() {
    let (world, cast) = office().await;
    // After all that made the cast.
    world.advance(SignedDuration::from_mins(1));
    let mut owners = owner(&world, &cast).await;
    let client = &cast.acme.clients[0];
    let contact = client.contact(ContactRole::Viewer);
    let identity = &world.app.services.identity;
    identity
        .set_password(contact.id, PASSWORD)
        .await
        .expect("set");
    let base = format!("/clients/{}", client.id);
    let role = format!("{base}/people/{}/role", contact.id);
    owners.post(&role, &[("role", "collaborator")]).await;
    let settings = [("name", "Acme Two"), ("time_zone", "UTC"), ("version", "1")];
    owners.post("/settings", &settings).await;
    let mut theirs = world.browser("acme");
    for password in ["wrong", PASSWORD] {
        let fields = [
            ("email", contact.email.as_str()),
            ("password", password),
            ("next", "/"),
        ];
        theirs.post("/sign-in", &fields).await;
    }
    let page = owners.get("/settings/audit").await.body;
    for words in [
        "Changed the role of",
        "role: <del>Client viewer</del> → Client collaborator",
        "name: <del>",
        "→ Acme Two",
        "Failed to sign in",
        "because: wrong password",
        "Signed in",
        "192.0.2.",
    ] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let failures = owners.get("/settings/audit?kind=sign-ins").await.body;
    assert!(failures.contains("Failed to sign in") && !failures.contains("Changed the role of"));
    let by_name = owners.get("/settings/audit?who=acme%20two").await.body;
    assert!(by_name.contains("Changed the settings") && !by_name.contains("Signed in"));
    let long_ago = owners.get("/settings/audit?until=2020-01-01").await.body;
    assert!(long_ago.contains("Nothing found here"));
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_export_unchanged_verifies_and_changed_fails() {
    let (world, cast) = office().await;
    let mut owners = owner(&world, &cast).await;
    // Names that a spreadsheet would run.
    for (n, name) in ["=1+1", "'quoted", "plain", "@SUM(A1)"]
        .into_iter()
        .enumerate()
    {
        let id = world
            .app
            .new_id::<domain::id::marker::ClientMarker>()
            .to_string();
        let name = format!("{name}{n}");
        let made = owners
            .post("/clients", &[("name", &name), ("id", &id)])
            .await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    }
    worker::drain(&world.app).await.expect("chained");
    let file = owners
        .post("/settings/audit/export", &[("from", "1")])
        .await;
    assert_eq!(file.status, StatusCode::OK);
    let named = file.headers["content-disposition"].to_str().expect("ascii");
    assert!(
        named.starts_with("attachment; filename=\"audit-acme-1-"),
        "{named}"
    );
    let text = file.body.trim_start_matches('\u{feff}');
    let mut cells = csv::Reader::from_reader(text.as_bytes());
    let mut seen = 0;
    for row in cells.records() {
        for cell in &row.expect("a row") {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
        }
        seen += 1;
    }
    let head = cast.acme.store.get_chain_head().await.expect("the table");
    assert_eq!(head.seq, seen, "every entry is there");

    let words = local::verify_export(&file.body).expect("whole");
    assert!(words.contains(&head.hash), "{words}");
    let mut cut: Vec<&str> = file.body.split_inclusive("\r\n").collect();
    cut.remove(2);
    for forged in [file.body.replace("plain2", "other2"), cut.concat()] {
        assert_ne!(forged, file.body);
        assert!(local::verify_export(&forged).is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_record_is_written_with_its_change_and_chained_once() {
    let (world, cast) = office().await;
    let store = &cast.acme.store;
    let before = store.get_chain_head().await.expect("the table");
    assert!(before.seq > 0);
    let (one, two) = tokio::join!(worker::drain(&world.app), worker::drain(&world.app));
    one.expect("chained");
    two.expect("chained");
    assert_eq!(
        store.get_chain_head().await.expect("the table"),
        before,
        "nothing twice"
    );
    // A change that is refused records nothing.
    let mut owners = owner(&world, &cast).await;
    let settings = [("name", "X"), ("time_zone", "UTC"), ("version", "99")];
    owners.post("/settings", &settings).await;
    worker::drain(&world.app).await.expect("chained");
    assert_eq!(store.get_chain_head().await.expect("the table"), before);
    let chain = store.list_chain(1, 1000).await.expect("the table");
    let all = store.list_audit(None, 1000).await.expect("the table").rows;
    assert_eq!(chain.len(), all.len());
    assert!(all.iter().all(|entry| entry.place.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_pages_join_without_gap_or_overlap() {
    let (_world, cast) = office().await;
    let store = &cast.acme.store;
    let all = store.list_audit(None, 1000).await.expect("the table").rows;
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = store
            .list_audit(before.as_deref(), 3)
            .await
            .expect("the table");
        paged.extend(page.rows);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_export_by_either_side_is_recorded() {
    let (world, cast) = office().await;
    world.advance(SignedDuration::from_mins(1));
    let mut owners = owner(&world, &cast).await;
    let contact = cast.acme.clients[0].contact(ContactRole::Viewer);
    let mut theirs = world.signed_in(&cast.acme.workspace, contact).await;
    assert!(owners.post("/findings/export", &[]).await.is_good());
    assert!(
        theirs
            .post("/findings/export?format=json", &[])
            .await
            .is_good()
    );
    let page = owners.get("/settings/audit?kind=workspace").await.body;
    for words in [
        "Exported findings",
        "file: CSV, ",
        "file: JSON, ",
        contact.name.as_str(),
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_records_past_retention_are_deleted_and_the_rest_verifies() {
    let (world, cast) = office().await;
    let store = &cast.acme.store;
    let old = store.get_chain_head().await.expect("the table");
    assert_eq!(
        store.find_first_chained().await.expect("the table"),
        Some(1)
    );
    let kept = Plan::Team.audit_retention();
    world.advance(kept / 2);
    let mut owners = owner(&world, &cast).await;
    let settings = [("name", "Acme Two"), ("time_zone", "UTC"), ("version", "1")];
    owners.post("/settings", &settings).await;
    worker::drain(&world.app).await.expect("chained");
    // Every entry carries its end, and none ends before one that it follows.
    let ends = world.dump().await;
    let mut ends: Vec<_> = ends
        .values()
        .filter(|item| item["t"] == "audit" && item["seq"].is_i64())
        .filter(|item| item["ws"] == cast.acme.workspace.id.to_string())
        .map(|item| (item["seq"].as_i64(), item["ttl"].as_i64().expect("an end")))
        .collect();
    ends.sort_unstable();
    assert!(ends.is_sorted_by_key(|(_, ttl)| *ttl) && ends.len() > 2);

    world.advance(kept / 2 + SignedDuration::from_hours(24));
    let mut owners = owner(&world, &cast).await;
    worker::drain(&world.app).await.expect("chained");
    let page = owners.get("/settings/audit").await.body;
    assert!(
        page.contains("Acme Two") && !page.contains("No. 1<"),
        "{page}"
    );
    let first = old.seq + 1;
    assert!(
        page.contains(&format!("name=\"from\" value=\"{first}\"")),
        "{page}"
    );
    // Asked for from the beginning, it begins with what is left.
    let file = owners
        .post("/settings/audit/export", &[("from", "1")])
        .await;
    let words = local::verify_export(&file.body).expect("whole");
    let begins = format!(
        "begins after number {}, whose hash is {}",
        old.seq, old.hash
    );
    assert!(words.contains(&begins), "{words}");
    let forged = file.body.replacen(&old.hash, &"1".repeat(64), 1);
    assert_ne!(forged, file.body);
    assert!(local::verify_export(&forged).is_err());
}
