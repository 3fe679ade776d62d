//! Imports of scans: preview, confirm, repeat; and files that make nothing.

mod jobs;
mod reruns;

use domain::role::TeamRole;
use http::StatusCode;
use tests::{Answer, Browser, Fixture, World};

use crate::fault_injection::{CrashPlan, End, worker_of};

const NESSUS: &[u8] = include_bytes!("../../shared/domain/tests/data/two_hosts.nessus");
const BURP: &[u8] = include_bytes!("../../shared/domain/tests/data/three_issues.xml");
const ZAP: &[u8] = include_bytes!("../../shared/domain/tests/data/two_sites.xml");
const ZAP_JSON: &[u8] = include_bytes!("../../shared/domain/tests/data/two_sites.json");
const NUCLEI: &[u8] = include_bytes!("../../shared/domain/tests/data/matches.jsonl");
const SARIF: &[u8] = include_bytes!("../../shared/domain/tests/data/tool.sarif");
const CSV: &[u8] = include_bytes!("../../shared/domain/tests/data/findings.csv");

struct Import {
    world: World,
    team: Browser,
    here: String,
    slug: domain::slug::Slug,
}

impl Import {
    async fn new() -> Self {
        Self::at(0).await
    }

    /// So many hours later: worlds share a bucket and draw the same ids, by the time.
    async fn at(hours: i64) -> Self {
        let world = World::new().await;
        world.advance(jiff::SignedDuration::from_hours(hours));
        let cast = Fixture::create(&world).await;
        let acme = &cast.acme;
        let team = world
            .signed_in(&acme.workspace, acme.member(TeamRole::Member))
            .await;
        let client = &acme.clients[0];
        let here = format!("/clients/{}/engagements/{}", client.id, client.engagement);
        let slug = acme.workspace.slug.clone();
        let this = Self {
            world,
            team,
            here,
            slug,
        };
        // What the cast left for the worker.
        this.work().await;
        this
    }

    /// Sends a file through the function, and lets the worker read it.
    async fn upload(&mut self, name: &str, bytes: &[u8]) -> Answer {
        let id = self
            .world
            .app
            .new_id::<domain::id::marker::ImportMarker>()
            .to_string();
        let path = format!("{}/import", self.here);
        let answer = self.team.upload(&path, &id, name, bytes).await;
        self.work().await;
        answer
    }

    async fn work(&self) {
        worker::drain(&self.world.app).await.expect("swept");
    }

    /// Confirms, lets the worker do it, and gives where the page leads then.
    async fn confirm(&mut self, preview: &str, choice: &[(&str, &str)]) -> Answer {
        let confirmed = self.team.post(preview, choice).await;
        assert_eq!(confirmed.location(), preview, "{}", confirmed.body);
        self.work().await;
        self.team.get(preview).await
    }

    /// Items that belong to findings: a row, a text and an entry each.
    async fn items(&self) -> usize {
        let dump = self.world.dump().await;
        dump.keys().filter(|(_, sk)| sk.starts_with("F#")).count()
    }

    /// An import as it is kept.
    async fn kept(&self, preview: &str) -> domain::import::Import {
        let id = preview.rsplit('/').next().expect("an id").to_owned();
        let dump = self.world.dump().await;
        let sk = format!("IMPORT#{id}");
        let found = dump.into_iter().find(|((_, key), _)| *key == sk);
        serde_json::from_value(found.expect("an import").1).expect("it reads")
    }

    /// Whether the totals are those of the findings.
    async fn adds_up(&self) {
        let recount = self.world.app.directory().recount(&self.slug).await;
        let recount = recount.expect("counted").expect("there");
        assert!(
            recount.count_drifts.is_empty(),
            "{:?}",
            recount.count_drifts
        );
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

fn issues(types: &[u32]) -> Vec<u8> {
    let issue =
        |n: &u32| format!("<issue><type>{n}</type><name>Kind {n}</name><host>h</host></issue>");
    let all: String = types.iter().map(issue).collect();
    format!("<issues>{all}</issues>").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn import_confirmed_twice_creates_drafts_once() {
    let mut import = Import::new().await;
    for (name, bytes, makes) in [
        ("scan.nessus", NESSUS, 2),
        ("issues.xml", BURP, 2),
        ("zap.xml", ZAP, 2),
        ("matches.jsonl", NUCLEI, 3),
        ("tool.sarif", SARIF, 4),
        ("findings.csv", CSV, 3),
    ] {
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
            let made = import.confirm(&preview, &[]).await;
            assert_eq!(made.location(), format!("{}?show=drafts", import.here));
        }
        assert_eq!(import.drafts().await, before + makes, "{name}");
        let again = import.team.get(&preview).await;
        assert_eq!(again.location(), format!("{}?show=drafts", import.here));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn import_confirmed_twice_at_once_creates_drafts_once() {
    let mut import = Import::new().await;
    let issue =
        |n: usize| format!("<issue><type>{n}</type><name>n{n}</name><host>h</host></issue>");
    // More than one transaction holds.
    let file = format!(
        "<issues>{}</issues>",
        (0..75).map(issue).collect::<String>()
    );
    let before = import.items().await;
    let preview = import
        .upload("many.xml", file.as_bytes())
        .await
        .location()
        .to_owned();
    let (mut one, mut two) = (import.team.clone(), import.team.clone());
    tokio::join!(one.post(&preview, &[]), two.post(&preview, &[]));
    let made = import.confirm(&preview, &[]).await;
    assert!(made.location().ends_with("?show=drafts"), "{}", made.body);
    assert_eq!(import.items().await, before + 3 * 75);
    import.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_broken_or_unknown_scan_is_refused_with_a_reason() {
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
    let nested = "[".repeat(100_000);
    let cases: [(&str, &[u8], &str); 19] = [
        ("cut.sarif", &SARIF[..500], "broken or incomplete"),
        ("odd.json", b"{\"site\": [7]}", "laid out as ZAP writes it"),
        (
            "other.json",
            b"{\"findings\": []}",
            "no scan that can be read",
        ),
        ("nested.json", nested.as_bytes(), "no scan that can be read"),
        ("nul.csv", b"name,host\0\nx,y", "no scan that can be read"),
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
            "no findings in this ZAP file",
        ),
        ("page.xml", b"<html></html>", "web page"),
        ("notes.txt", b"no markup here", "no scan that can be read"),
        ("none.xml", b"", "The file is empty"),
        ("nothing.xml", b"<issues></issues>", "no findings"),
        ("large.xml", &large, "larger than 4 MB. Without scripts"),
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
async fn scan_upload_needs_its_token_before_the_file() {
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

const ODD: &[u8] = b"Colour,Place,Grade\nOld TLS,a.example,high\nOld TLS,b.example,low\nOpen relay,c.example,awful\n";

#[tokio::test(flavor = "multi_thread")]
async fn column_mapping_is_chosen_and_remembered() {
    let mut import = Import::new().await;
    let preview = import.upload("odd.csv", ODD).await.location().to_owned();
    let page = import.team.get(&preview).await.body;
    assert!(
        page.contains("Which column holds what") && !page.contains("This would make"),
        "{page}"
    );
    assert!(page.contains("Colour (as in “Old TLS”)"), "{page}");
    let refused = import.team.post(&preview, &[]).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "not before it is said"
    );

    let columns = format!("{preview}/columns");
    let wrong = import
        .team
        .post(&columns, &[("title", "Shape"), ("asset", "Place")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("id=\"title-error\"")
            && wrong.body.contains("<option value=\"Place\" selected"),
        "{}",
        wrong.body
    );
    let said = [
        ("title", "Colour"),
        ("asset", "Place"),
        ("severity", "Grade"),
    ];
    assert_eq!(import.team.post(&columns, &said).await.location(), preview);
    let page = import.team.get(&preview).await.body;
    assert!(page.contains("Reading the file"), "{page}");
    import.work().await;
    let page = import.team.get(&preview).await.body;
    assert!(
        page.contains("This would make 2 drafts") && page.contains("can&#39;t be read: 1")
            || page.contains("be read: 1"),
        "{page}"
    );
    import.confirm(&preview, &[]).await;
    assert_eq!(import.drafts().await, 1 + 2);
    let late = import.team.post(&columns, &said).await;
    assert_eq!(
        late.status,
        StatusCode::CONFLICT,
        "drafts were made: {}",
        late.body
    );

    // The same columns another time.
    let again = import
        .upload("later.csv", &[ODD, b"New,d.example,low\n"].concat())
        .await;
    let page = import.team.get(again.location()).await.body;
    assert!(page.contains("A later run of this scan: 1 new"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn zap_layouts_import_the_same_findings() {
    let mut import = Import::new().await;
    let mut made = Vec::new();
    for (name, bytes) in [("zap.xml", ZAP), ("zap.json", ZAP_JSON)] {
        let preview = import.upload(name, bytes).await.location().to_owned();
        let page = import.team.get(&preview).await.body;
        let list = page
            .split("rows-findings")
            .nth(1)
            .expect("a list")
            .to_owned();
        made.push(list);
    }
    assert_eq!(made[0], made[1]);
}

/// Presses the button of `path`'s move, at the version that the finding has.
async fn act(import: &mut Import, finding: &str, moves: &[(&str, &str)]) {
    for (event, version) in moves {
        let path = format!("{}/findings/{finding}/{event}", import.here);
        let fields = [("note", "Because."), ("version", *version)];
        let moved = import.team.post(&path, &fields).await;
        assert_eq!(
            moved.status,
            StatusCode::SEE_OTHER,
            "{event}: {}",
            moved.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn import_beyond_the_limit_is_refused_before_it_runs() {
    let mut import = Import::new().await;
    // More rows than one query gives, of 5,000 that an engagement may have.
    for types in [1..=2_000, 2_001..=4_000] {
        let file = issues(&types.collect::<Vec<u32>>());
        let preview = import.upload("many.xml", &file).await.location().to_owned();
        let made = import.confirm(&preview, &[]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER);
    }
    let more: Vec<u32> = (2..=4_000).step_by(4).chain(4_001..=5_000).collect();
    let preview = import
        .upload("more.xml", &issues(&more))
        .await
        .location()
        .to_owned();
    let page = import.team.get(&preview).await.body;
    for part in [
        "1000 new",
        "no longer reports: 3000",
        "has room for 995 more",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let before = import.world.dump().await.len();
    let refused = import.team.post(&preview, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(import.world.dump().await.len(), before, "nothing is made");
}
