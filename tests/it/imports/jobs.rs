//! Large files, which a worker reads, and what a worker's death leaves.

use super::*;

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
        .new_id::<domain::id::marker::UploadMarker>()
        .to_string();
    let size = bytes.len().to_string();
    let said = [("id", id.as_str()), ("name", name), ("size", &size)];
    let path = format!("{}/import", import.here);
    let told = import.team.post_json(&path, &said).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    let told: serde_json::Value = serde_json::from_str(&told.body).expect("JSON");
    let (status, said) = tests::bucket::put_file(&told, &[], bytes).await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    let complete = told["complete"].as_str().expect("an address");
    let there = import.team.post(complete, &[]).await;
    there.location().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_scan_is_imported_by_a_job() {
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
async fn invalid_large_scan_shows_its_error_in_place_of_progress() {
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
        .new_id::<domain::id::marker::UploadMarker>()
        .to_string();
    let said = [("id", id.as_str()), ("name", "a.csv"), ("size", "52428801")];
    let refused = import.team.post_json(&path, &said).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("larger than 50 MB"),
        "{}",
        refused.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn import_with_a_worker_killed_at_any_step_creates_everything_once() {
    let mut import = Import::new().await;
    let known = table(40, 40, 60);
    let preview = import.upload("a.csv", &known).await.location().to_owned();
    import.confirm(&preview, &[]).await;
    let engagement = import.here.rsplit('/').next().expect("an id").parse();
    let engagement = engagement.expect("an id");
    for n in 0..20 {
        let title = format!("weakness {n:05}");
        let id = domain::finding::Fingerprint::new("csv", &title).finding_id(engagement);
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
    while import.kept(&here).await.stage != domain::import::ImportStage::Done {
        // Each is allowed a few calls more than the one before it.
        let call = 20 + 15 * deaths;
        let end = if deaths % 2 == 0 {
            End::Before(call)
        } else {
            End::After(call)
        };
        let fate = CrashPlan::new(end, &letters);
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
    assert_eq!((kept.created, kept.processed), (160, 180));
}
