//! Lists cost the same however much there is.

use super::*;

/// The same page costs the same with 20, 200 and 2,000 findings: a full page
/// of 50 rows may cost more than one of 20, but 2,000 no more than 200.
pub(super) fn flat(table: &str) {
    for name in [
        "consultants' dashboard",
        "portal dashboard",
        "engagement, team",
        "engagement, client",
    ] {
        let cost = |n: &str| {
            let row = table
                .lines()
                .find(|row| row.starts_with(&format!("{name}, {n} findings")));
            row.expect("measured")
                .get(60..)
                .expect("numbers")
                .to_owned()
        };
        // The clients' and engagements' rows grow by one engagement each time.
        assert_eq!(cost("200"), cost("2000"), "{name} grows with its findings");
    }
    // A thread is opened at its end, and costs what its last page holds.
    for name in ["thread, team", "thread, client", "a message, by the client"] {
        let cost = |n: &str| {
            let begins = format!("{name}, {n} messages");
            let row = table.lines().find(|row| row.starts_with(&begins));
            row.expect("measured")
                .get(60..)
                .expect("numbers")
                .to_owned()
        };
        assert_eq!(cost("200"), cost("10,000"), "{name} grows with the thread");
    }
}

/// With twenty thousand findings in the workspace a list costs what it costs with
/// two thousand, whatever it looks for: each page reads so many rows at most.
#[expect(clippy::too_many_lines, reason = "one story, told in order")]
#[tokio::test]
async fn list_with_20_000_findings_costs_the_same_as_with_200() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let mut team = world.signed_in(&acme.workspace, owner).await;
    let contact = client.contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&acme.workspace, contact).await;
    let needle = create_findings(&world, client, owner, 1, |_, finding| Finding {
        title: "A needle".to_owned(),
        severity: Severity::Info,
        score: None,
        ..finding
    });
    needle.await;
    team.get("/").await;
    let first = create_findings(&world, client, owner, 2_000, planned).await;
    let here = format!("/engagements/{first}");
    let dated = format!("{here}?sort=due");
    let lists = [
        ("first page", "/findings"),
        ("by due date", "/findings?sort=due"),
        ("of one severity", "/findings?severity=low"),
        ("overdue", "/findings?overdue=yes"),
        ("search that finds nothing", "/findings?q=no+such+thing"),
        ("of one person", "/findings?assignee=me"),
        ("of one engagement", here.as_str()),
        ("of one engagement by due date", &dated),
    ];
    let mut few: Vec<CapacityUsed> = Vec::new();
    let mut table = format!(
        "{:<60} {:>8} {:>8} {:>6} {:>6}\n",
        "a page of a list, with 20,000 findings", "read", "write", "calls", "trips"
    );
    a_year(&cast).await;
    let client_page = format!("/clients/{}", client.id);
    let dashboards = [
        ("/?days=365", true),
        ("/", false),
        (client_page.as_str(), true),
    ];
    let mut small: Vec<CapacityUsed> = Vec::new();
    for more in [0, 5] {
        for _ in 0..more {
            create_findings(&world, client, owner, 3_600, planned).await;
        }
        for (n, (path, by_team)) in dashboards.iter().enumerate() {
            let browser = if *by_team { &mut team } else { &mut portal };
            let spent = dashboard(browser, path).await;
            if more == 0 {
                small.push(spent);
                continue;
            }
            // The engagements' rows grow by one engagement each time.
            let grown = spent.read - small[n].read;
            assert!(grown <= 1.0, "{path}: {:?} became {spent:?}", small[n]);
            let side = if *by_team { "team" } else { "client" };
            table.push_str(&row(&format!("dashboard {}, {side}", n + 1), spent));
        }
        for (n, (name, path)) in lists.iter().enumerate() {
            let theirs = if path.starts_with("/engagements") {
                format!("/clients/{}{path}", client.id)
            } else {
                (*path).to_owned()
            };
            for (side, spent) in [
                page(&mut team, &theirs).await,
                page(&mut portal, path).await,
            ]
            .into_iter()
            .enumerate()
            {
                if more == 0 {
                    few.push(spent);
                    continue;
                }
                // The places of a page's rows are read one by one, and differ.
                let before = few[2 * n + side];
                let grown = spent.read - before.read;
                let same = grown.abs() <= 4.0 && spent.round_trips == before.round_trips;
                // By date, an engagement's are looked for among its client's.
                let looks = path.contains("engagements") && path.contains("due");
                assert!(same || looks, "{path}: {before:?} became {spent:?}");
                assert!(
                    spent.read <= 100.0 && spent.round_trips <= 6,
                    "{path}: {spent:?}"
                );
                let side = ["team", "client"][side];
                table.push_str(&row(&format!("{name}, {side}"), spent));
            }
        }
    }
    // Looked for further, it is found: each page says where it stopped.
    let (mut path, mut pages) = ("/findings?q=needle".to_owned(), 1);
    loop {
        let answer = team.get(&path).await;
        if answer.body.contains("A needle") {
            break;
        }
        let mut links = answer.body.split("href=\"");
        let next = links.find(|link| link.contains("after="));
        let next = next.and_then(|link| link.split('"').next());
        path = next
            .expect("further")
            .replace("&amp;", "&")
            .replace("&#x2F;", "/");
        pages += 1;
    }
    let _ = writeln!(
        table,
        "\nThe last of 20,000 is found on page {pages} of a search."
    );
    crate::golden::assert_golden(LISTS, &table);
}

/// A dashboard within its bounds: 17 read units, two round trips after the
/// session's, 40 KB.
async fn dashboard(browser: &mut Browser, path: &str) -> CapacityUsed {
    let answer = browser.get(path).await;
    assert!(answer.is_good(), "{path}: {}", answer.status);
    let size = answer.body.len();
    assert!(size <= 40 * 1024, "{path} has {size} bytes");
    let spent = answer.spent;
    assert!(
        spent.read <= 17.0 && spent.round_trips <= 3,
        "{path}: {spent:?}"
    );
    spent
}

/// A year of days, noted for everybody.
async fn a_year(cast: &Fixture) {
    let first = jiff::civil::date(2025, 1, 5);
    let days = first.series(jiff::ToSpan::day(1)).take(365);
    let days = days.zip(1..).map(|(date, n)| {
        let day = DaySnapshot {
            open: 20_000 - n,
            resolved: n,
            closed: 2 * n,
        };
        (date, day)
    });
    let days = days.collect();
    let acme = &cast.acme;
    acme.store.restore_days(&days).await.expect("noted");
    for client in &acme.clients {
        client.store.restore_days(&days).await.expect("noted");
    }
}

/// A hundred clients with findings of every severity in every status, from
/// several months: the most that the consultants' dashboard reads.
#[tokio::test]
async fn dashboard_of_100_clients_stays_within_its_budget() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, owner) = (&cast.acme, cast.acme.member(TeamRole::Owner));
    a_year(&cast).await;
    for n in 2..100 {
        let id = world.app.new_id();
        let name = format!("A client with quite a long name, as some have, {n}");
        let new = domain::client::ClientInput { name }
            .parse()
            .expect("a client");
        let made = acme
            .store
            .create_client(id, &new, Plan::Team, world.now())
            .await;
        made.expect("a client");
        create_findings_in_engagements(&world, &acme.store.client_store(id), owner).await;
    }
    let mut team = world.signed_in(&acme.workspace, owner).await;
    team.get("/").await;
    let spent = dashboard(&mut team, "/?days=365").await;
    let size = team.get("/?days=365").await.body.len() / 1024;
    println!("{spent:?}, {size} KB");
    let mut table = format!(
        "{:<60} {:>8} {:>8} {:>6} {:>6}\n",
        "a dashboard over a hundred clients", "read", "write", "calls", "trips"
    );
    table.push_str(&row("a year, team", spent));
    table.push_str(&row("pulse", page(&mut team, "/pulse").await));
    crate::golden::assert_golden(CLIENTS, &table);
}

/// A finding with a date, so that it is found by it.
fn planned(k: usize, finding: Finding) -> Finding {
    let day = i8::try_from(k % 28 + 1).expect("a day");
    Finding {
        due: Some(jiff::civil::date(2026, 3, day)),
        ..finding
    }
}
