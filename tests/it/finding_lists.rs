//! Lists of findings: searched, filtered, sorted; changed by many; taken away as
//! a file.

use domain::finding::{Assignee, Finding, FindingStatus};
use domain::role::{ContactRole, TeamRole};
use http::StatusCode;
use jiff::civil::date;
use scraper::{Html, Selector};
use tests::{Browser, create_findings};

use crate::two_sides::TwoSides;

/// The titles of the rows, in order.
async fn titles(browser: &mut Browser, path: &str) -> Vec<String> {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    let page = Html::parse_document(&answer.body);
    let row = Selector::parse("a.row-title").expect("a selector");
    let words = |row: scraper::ElementRef<'_>| row.text().collect::<String>();
    let title = |text: String| text.split(" CANARY").next().unwrap_or_default().to_owned();
    page.select(&row).map(words).map(title).collect()
}

/// Ten findings, each with something to look for.
async fn ten(both: &TwoSides) -> String {
    let owner = both.cast.acme.member(TeamRole::Owner);
    let carl = both.client().contact(ContactRole::Collaborator);
    let shape = |k: usize, finding: Finding| Finding {
        title: format!("Row {k} CANARY"),
        status: match k {
            3 => FindingStatus::InProgress,
            4 => FindingStatus::AcceptedRisk,
            _ => FindingStatus::Open,
        },
        due: match k {
            5 => Some(date(2025, 12, 1)),
            6 => Some(date(2026, 12, 1)),
            _ => None,
        },
        assignee: (k == 7).then(|| Assignee {
            id: carl.id,
            name: carl.name.clone(),
        }),
        tags: if k == 8 {
            vec!["pci".to_owned()]
        } else {
            Vec::new()
        },
        asset: Some(format!("host-{k}.example")),
        cwe: Some(u32::try_from(1000 + k).expect("small")),
        ..finding
    };
    let id = create_findings(&both.world, both.client(), owner, 10, shape).await;
    format!("/clients/{}/engagements/{id}", both.client().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_list_filters_and_sorts() {
    let mut both = TwoSides::new().await;
    let here = ten(&both).await;
    let carl = both.client().contact(ContactRole::Collaborator).id;
    let cases: [(&str, &[&str]); 12] = [
        ("?show=closed", &["Row 4"]),
        ("?status=in_progress", &["Row 3"]),
        ("?status=accepted_risk", &["Row 4"]),
        ("?severity=critical", &["Row 0", "Row 5"]),
        ("?overdue=yes", &["Row 5"]),
        ("?sort=due&severity=high", &["Row 6", "Row 1"]),
        ("?tag=PCI", &["Row 8"]),
        ("?assignee=nobody&severity=medium", &["Row 2"]),
        ("?q=row+HOST-9", &["Row 9"]),
        ("?q=cwe-1003", &["Row 3"]),
        ("?q=nothing+of+the+kind", &[]),
        ("?show=all&q=row&severity=info", &["Row 9", "Row 4"]),
    ];
    for (query, want) in cases {
        assert_eq!(
            titles(&mut both.team, &format!("{here}{query}")).await,
            want,
            "{query}"
        );
    }
    let assigned = format!("{here}?assignee={carl}");
    assert_eq!(titles(&mut both.team, &assigned).await, ["Row 7"]);
    // The contact finds the same, among the client's own, and itself as "me".
    assert_eq!(
        titles(&mut both.portal, "/findings?assignee=me").await,
        ["Row 7"]
    );
    assert_eq!(
        titles(&mut both.portal, "/findings?q=cwe-1003").await,
        ["Row 3"]
    );
    assert_eq!(
        titles(&mut both.portal, "/findings?show=drafts").await,
        [""; 0]
    );
    let drafts = titles(&mut both.team, "/findings?show=drafts").await;
    assert_eq!(drafts.len(), 2, "one of each client: {drafts:?}");
    let waits = titles(&mut both.team, "/findings?status=proposed").await;
    assert_eq!(waits.len(), 2, "one of each client: {waits:?}");
    let due = titles(&mut both.team, "/findings?sort=due").await;
    assert_eq!(due[..1], ["Row 5"], "what is due first");
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_list_pages_give_every_finding_once() {
    let mut both = TwoSides::new().await;
    let owner = both.cast.acme.member(TeamRole::Owner).clone();
    let shape = |k: usize, finding: Finding| Finding {
        title: format!("Row {k} CANARY"),
        tags: if k.is_multiple_of(3) {
            vec!["third".to_owned()]
        } else {
            Vec::new()
        },
        due: k
            .is_multiple_of(2)
            .then(|| date(2026, 3, i8::try_from(k % 28 + 1).expect("a day"))),
        ..finding
    };
    create_findings(&both.world, both.client(), &owner, 400, shape).await;
    for (query, want) in [
        ("?q=row", 400),
        ("?q=row&sort=due", 400),
        ("?tag=third", 134),
        ("?tag=third&sort=due", 134),
    ] {
        let mut seen = Vec::new();
        let mut path = Some(format!("/findings{query}"));
        while let Some(here) = path {
            seen.extend(titles(&mut both.team, &here).await);
            let body = both.team.get(&here).await.body;
            let page = Html::parse_document(&body);
            let next = Selector::parse("nav.pager a").expect("a selector");
            let mut links = page.select(&next).filter_map(|a| a.attr("href"));
            path = links
                .find(|href| href.contains("after="))
                .map(str::to_owned);
        }
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), all), (want, want), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_list_of_a_foreign_engagement_is_not_found() {
    let mut both = TwoSides::new().await;
    let foreign = &both.cast.northwind.clients[0];
    let sibling = &both.cast.acme.clients[1];
    let mine = both.client();
    let never = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let paths = [
        format!("client={}", foreign.id),
        format!("client={}&engagement={}", foreign.id, foreign.engagement),
        format!("client={}&engagement={}", mine.id, foreign.engagement),
        format!("client={}&engagement={}", mine.id, sibling.engagement),
        format!("client={never}"),
        "client=odd".to_owned(),
    ];
    for query in &paths {
        let page = both.team.get(&format!("/findings?{query}")).await;
        let file = format!("/findings/export?{query}");
        let file = both.team.post(&file, &[]).await;
        let both = (page.status, file.status);
        assert_eq!(
            both,
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            "{query}"
        );
    }
    for engagement in [foreign.engagement, sibling.engagement] {
        let query = format!("engagement={engagement}");
        let page = both.portal.get(&format!("/findings?{query}")).await;
        let file = format!("/findings/export?{query}");
        let file = both.portal.post(&file, &[]).await;
        let both = (page.status, file.status);
        assert_eq!(
            both,
            (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            "{query}"
        );
    }
    // A contact's own client is implied, whatever is asked for.
    let path = format!("/findings?client={}", sibling.id);
    let answer = both.portal.get(&path).await.body;
    assert!(answer.contains(&both.client().mark));
    assert!(!answer.contains(&both.cast.acme.clients[1].mark));
    // A cursor that points elsewhere gives the first page.
    let cursor = format!(
        "11.high.88..{}.{}.{}",
        foreign.findings[&FindingStatus::Open],
        foreign.id,
        foreign.engagement
    );
    for browser in [&mut both.team, &mut both.portal] {
        let answer = browser.get(&format!("/findings?after={cursor}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains("CANARY-northwind"));
    }
}

/// The rows of the page that tells what came of a change of many.
fn results(body: &str) -> Vec<String> {
    let page = Html::parse_document(body);
    let state = Selector::parse(".rows .state").expect("a selector");
    page.select(&state).map(|s| s.text().collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_change_applies_the_rules_to_each_finding_once() {
    let both = TwoSides::new().await;
    let (mut team, client) = (both.team.clone(), both.client());
    let place = format!("{}.{}", client.id, client.engagement);
    let key = |id, version| format!("1.{id}.{version}");
    let open = key(client.findings[&FindingStatus::Open], 2);
    let resolved = key(client.findings[&FindingStatus::Resolved], 3);
    let draft = key(client.findings[&FindingStatus::Draft], 1);
    let stale = key(client.proposed, 1);
    let fields = [
        ("what", "start"),
        ("e1", place.as_str()),
        ("c1", open.as_str()),
        ("c2", &resolved),
        ("c3", &draft),
        ("c4", &stale),
        ("back", "/findings?severity=high"),
    ];
    let answer = team.post("/findings/bulk", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let mut got = results(&answer.body);
    got.sort();
    assert_eq!(
        got,
        ["Changed", "Not changed", "Not changed", "Not changed"]
    );
    for part in [
        "1 of 4 findings changed",
        "It is “Draft”.",
        "It is “Resolved”.",
        "meanwhile",
    ] {
        assert!(answer.body.contains(part), "{part}: {}", answer.body);
    }
    let again = team.post("/findings/bulk", &fields[..3]).await;
    assert_eq!(results(&again.body), ["Was so already"]);

    let carl = client.contact(ContactRole::Collaborator).id.to_string();
    let changes = [
        ("severity", "rate", "low"),
        ("due", "due", "2026-02-02"),
        ("assign", "to", carl.as_str()),
    ];
    for (version, (what, field, value)) in (3..).zip(changes) {
        let id = client.id.to_string();
        let now = [FindingStatus::Open, FindingStatus::Resolved]
            .map(|s| key(client.findings[&s], version));
        let fields = [
            ("what", what),
            (field, value),
            ("note", "As agreed."),
            ("client", &id),
            ("e1", &place),
            ("c1", &now[0]),
            ("c2", &now[1]),
        ];
        let answer = team.post("/findings/bulk", &fields).await;
        assert_eq!(
            results(&answer.body),
            ["Changed", "Changed"],
            "{what}: {}",
            answer.body
        );
    }
    for status in [FindingStatus::Open, FindingStatus::Resolved] {
        let dossier = client
            .store
            .get_finding_detail(client.engagement, client.findings[&status])
            .await;
        let dossier = dossier.expect("read").expect("there");
        assert_eq!(dossier.finding.severity.name(), "low");
        assert_eq!(
            dossier.content.severity.name(),
            "low",
            "the text says the same"
        );
        assert_eq!(
            dossier.content.severity_reason.as_deref(),
            Some("As agreed.")
        );
        assert_eq!(dossier.finding.due, Some(date(2026, 2, 2)));
        assert_eq!(
            dossier
                .finding
                .assignee
                .map(|assignee| assignee.id.to_string()),
            Some(carl.clone())
        );
    }
    let engagement = client.store.get_engagement(client.engagement).await;
    let counts = engagement.expect("read").expect("there").counts;
    assert_eq!(counts.active(domain::severity::Severity::Low), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bulk_change_of_foreign_findings_is_refused() {
    let mut both = TwoSides::new().await;
    let foreign = &both.cast.northwind.clients[0];
    let sibling = &both.cast.acme.clients[1];
    let key = |client: &tests::Client| {
        let id = client.findings[&FindingStatus::Open];
        let place = format!("{}.{}", client.id, client.engagement);
        (place, format!("1.{id}.2"))
    };
    let before = both.world.dump().await;
    let (theirs, beside) = (key(foreign), key(sibling));
    let odd = ("a.b".to_owned(), "1.c.d".to_owned());
    let tries = [
        (&mut both.team, vec![&theirs, &odd]),
        (&mut both.portal, vec![&theirs, &beside, &odd]),
    ];
    for (browser, keys) in tries {
        for (place, key) in keys {
            let fields = [("what", "start"), ("e1", place.as_str()), ("c1", key)];
            let answer = browser.post("/findings/bulk", &fields).await;
            assert!(results(&answer.body).is_empty(), "{key}: {}", answer.body);
            assert!(!answer.body.contains("CANARY-northwind"), "{key}");
        }
    }
    // What a contact may not do, it can't do to many either.
    let (place, own) = key(both.cast.acme.clients.first().expect("one"));
    for (what, field, value) in [
        ("due", "due", "2026-02-02"),
        ("severity", "rate", "low"),
        ("fixed", "note", ""),
    ] {
        let fields = [
            ("what", what),
            (field, value),
            ("e1", place.as_str()),
            ("c1", &own),
        ];
        let answer = both.portal.post("/findings/bulk", &fields).await;
        assert_eq!(
            results(&answer.body),
            ["Not changed"],
            "{what}: {}",
            answer.body
        );
    }
    let hundred: Vec<(String, String)> = (0..101)
        .map(|n| {
            let id = domain::id::FindingId::new(1, n);
            (format!("c{n}"), format!("1.{id}.1"))
        })
        .collect();
    let mut fields = vec![("what", "start"), ("e1", beside.0.as_str())];
    fields.extend(
        hundred
            .iter()
            .map(|(name, key)| (name.as_str(), key.as_str())),
    );
    let answer = both.team.post("/findings/bulk", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("Choose at most 100 findings"));
    assert!(before == both.world.dump().await, "something was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_export_equals_the_list_and_escapes_formulas() {
    let mut both = TwoSides::new().await;
    let owner = both.cast.acme.member(TeamRole::Owner).clone();
    let shape = |k: usize, finding: Finding| Finding {
        title: ["=HYPERLINK(\"x\")", "+1 \"quoted\"", "@x", "a, b"][k].to_owned(),
        ..finding
    };
    let id = create_findings(&both.world, both.client(), &owner, 4, shape).await;
    let client = both.client().id;
    let path = format!("/findings/export?client={client}&engagement={id}");
    let answer = both.team.post(&format!("{path}&format=csv"), &[]).await;
    assert_eq!(
        answer.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"findings-2026-01-05.csv\""
    );
    assert!(answer.body.starts_with('\u{feff}') && answer.body.contains("\r\n"));
    for cell in [
        "\"'=HYPERLINK(\"\"x\"\")\"",
        "\"'+1 \"\"quoted\"\"\"",
        "\"'@x\"",
        "\"a, b\"",
    ] {
        assert!(answer.body.contains(cell), "{cell}: {}", answer.body);
    }
    assert_eq!(answer.body.lines().count(), 5);
    let one = both
        .team
        .post(&format!("{path}&format=json&severity=critical"), &[])
        .await;
    let json: serde_json::Value = serde_json::from_str(&one.body).expect("JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["findings"][0]["title"], "=HYPERLINK(\"x\")");
    assert_eq!(json["truncated"], false);
    // A contact's file holds its own published ones.
    let all = both
        .portal
        .post("/findings/export?show=all&format=csv", &[])
        .await
        .body;
    assert!(all.contains(&both.client().mark) && !all.contains(&both.client().secret));
    for other in [&both.cast.acme.clients[1], &both.cast.northwind.clients[0]] {
        assert!(!all.contains(&other.mark));
    }
    let file = both
        .portal
        .post("/findings/export?show=all&format=json", &[])
        .await;
    let json: serde_json::Value = serde_json::from_str(&file.body).expect("JSON");
    assert!(
        json["findings"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty())
    );
    for _ in 0..30 {
        both.portal.post("/findings/export", &[]).await;
    }
    let tired = both.portal.post("/findings/export", &[]).await;
    assert_eq!(tired.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_with_many_assets_is_found_and_exported_whole() {
    let mut both = TwoSides::new().await;
    let (team, _) = both.paths();
    let id = both.new_id();
    let hosts: Vec<String> = (0..201).map(|n| format!("host-{n:03}.example")).collect();
    let assets = hosts.join("\n");
    let fields = [
        ("id", id.as_str()),
        ("title", "Old TLS everywhere"),
        ("severity", ""),
        ("vector", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"),
        ("cves", "CVE-2011-3389"),
        ("cwe", "327"),
        ("assets", assets.as_str()),
        ("description", "It speaks **TLS 1.0**."),
        ("impact", "Read by others."),
        ("recommendation", "Turn it off."),
        ("references", "https://tls.example/old"),
    ];
    let made = both.team.post(&format!("{team}/findings"), &fields).await;
    assert!(made.is_good(), "{}", made.body);
    for host in [&hosts[0], &hosts[100], &hosts[200]] {
        let found = titles(&mut both.team, &format!("/findings?show=drafts&q={host}")).await;
        assert_eq!(found, ["Old TLS everywhere"], "{host}");
    }
    let path = "/findings/export?show=drafts&q=host-200.example&format=";
    let json = both.team.post(&format!("{path}json"), &[]).await;
    let json: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
    let row = &json["findings"][0];
    assert_eq!(row["all_assets"].as_array().map(Vec::len), Some(201));
    assert_eq!(row["all_assets"][200], "host-200.example");
    assert_eq!(row["cves"][0], "CVE-2011-3389");
    let csv = both.team.post(&format!("{path}csv"), &[]).await.body;
    for (name, value) in &fields[3..] {
        let cell = if *name == "cwe" { "CWE-327" } else { value };
        assert!(csv.contains(cell), "{name}: {csv}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn finding_list_page_of_50_rows_is_under_40_kb() {
    let mut both = TwoSides::new().await;
    let owner = both.cast.acme.member(TeamRole::Owner).clone();
    let shape = |k: usize, finding: Finding| Finding {
        title: format!("Row {k} with a title as long as titles usually are"),
        due: Some(date(2026, 1, 1)),
        assignee: k.is_multiple_of(2).then(|| Assignee {
            id: owner.id,
            name: "Marcus Weber".to_owned(),
        }),
        tags: if k.is_multiple_of(3) {
            vec!["pci".to_owned()]
        } else {
            Vec::new()
        },
        asset: Some("https://portal.example/path".to_owned()),
        ..finding
    };
    let id = create_findings(&both.world, both.client(), &owner, 60, shape).await;
    let client = both.client().id;
    for path in [
        "/findings?q=row".to_owned(),
        format!("/clients/{client}/engagements/{id}"),
    ] {
        let body = both.team.get(&path).await.body;
        let rows = body.matches("row-title").count();
        assert_eq!(rows, 50, "{path}");
        println!("{path}: {} bytes", body.len());
        assert!(body.len() <= 40 * 1024, "{path}: {} bytes", body.len());
    }
}
