//! A later run of a scanner: what is new, gone, back, or being imported already.

use super::*;

#[expect(clippy::too_many_lines, reason = "one story, told in order")]
#[tokio::test(flavor = "multi_thread")]
async fn rescan_creates_new_findings_and_moves_missing_or_returned_ones() {
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
        domain::finding::Fingerprint::new("burp", &n.to_string())
            .finding_id(engagement)
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
async fn imports_of_the_same_scan_at_once_create_each_finding_once() {
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
    let another = import.world.restart().await;
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
async fn edited_finding_is_recognised_by_the_next_scan() {
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
    let id = domain::finding::Fingerprint::new("burp", "7").finding_id(engagement);
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
