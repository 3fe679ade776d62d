//! What pages and changes cost in capacity units and round trips, against a
//! budget, and that it doesn't grow with the number of findings.

use std::fmt::Write as _;

use domain::evidence::{MAX_EVIDENCE, NewEvidence};
use domain::finding::{Finding, Status};
use domain::person::Actor;
use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::severity::Severity;
use domain::trend::Day;
use jiff::SignedDuration;
use store::Spent;
use tests::{Browser, Cast, World, attachment, everywhere, evidence, filled};

use crate::messages::talk;

const BUDGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost.txt");
const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost-clients.txt");
const LISTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost-lists.txt");

/// The first 60 characters, then read units, write units, calls, round trips.
const PASSWORD: &str = "quiet lantern orbit 42";

fn row(name: &str, spent: Spent) -> String {
    format!(
        "{name:<60} {:>8} {:>8} {:>6} {:>6}\n",
        spent.read, spent.write, spent.calls, spent.round_trips
    )
}

async fn page(browser: &mut Browser, path: &str) -> Spent {
    let answer = browser.get(path).await;
    assert!(answer.is_good(), "{path}: {}", answer.status);
    answer.spent
}

// On one thread, as in Lambda: on several, a call may be answered before the one
// beside it is sent, and would count as another round trip.
#[allow(clippy::too_many_lines)] // one table, in its order
#[tokio::test]
async fn pages_and_changes_stay_within_their_budget() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let mut team = world.signed_in(&acme.workspace, owner).await;
    let contact = client.contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&acme.workspace, contact).await;
    team.get("/").await; // the host's workspace is known from here on

    let mut table = format!(
        "{:<60} {:>8} {:>8} {:>6} {:>6}\n",
        "page or change", "read", "write", "calls", "trips"
    );
    let mut engagements = Vec::new();
    for n in [20, 200, 2_000] {
        let id = filled(&world, client, owner, n, |_, finding| finding).await;
        engagements.push(id);
        let here = format!("/clients/{}/engagements/{id}", client.id);
        let mut note =
            |name: &str, spent| table.push_str(&row(&format!("{name}, {n} findings"), spent));
        note("consultants' dashboard", page(&mut team, "/").await);
        note("portal dashboard", page(&mut portal, "/").await);
        note("engagement, team", page(&mut team, &here).await);
        note(
            "engagement, client",
            page(&mut portal, &format!("/engagements/{id}")).await,
        );
    }
    let e = client.engagement;
    let here = format!("/clients/{}/engagements/{e}", client.id);
    let open = client.findings[&Status::Open];
    let pages = [
        ("clients", "/clients".to_owned()),
        ("client", format!("/clients/{}", client.id)),
        ("consultants' dashboard, a year", "/?days=365".to_owned()),
        ("engagement, drafts", format!("{here}?show=drafts")),
        ("finding, team", format!("{here}/findings/{open}")),
        ("finding form", format!("{here}/findings/{open}/edit")),
        (
            "import preview",
            format!("{here}/imports/{}", client.import),
        ),
        (
            "documents, team",
            format!("/clients/{}/documents", client.id),
        ),
        (
            "documents of an engagement, team",
            format!("{here}/documents"),
        ),
        (
            "document, team",
            format!("/clients/{}/documents/{}", client.id, client.papers.report),
        ),
        ("library", format!("{here}/library")),
        ("templates", "/templates".to_owned()),
        ("settings", "/settings".to_owned()),
        ("address", "/settings/address".to_owned()),
        ("account", "/account".to_owned()),
        ("notifications", "/notifications".to_owned()),
        ("what one gets mail of", "/account/notifications".to_owned()),
        ("pulse of the dashboard, team", "/pulse".to_owned()),
        ("pulse of an engagement, team", format!("{here}/pulse")),
    ];
    for (name, path) in pages {
        table.push_str(&row(name, page(&mut team, &path).await));
    }
    let there = format!("/engagements/{e}");
    for (name, path) in [
        ("finding, client", format!("{there}/findings/{open}")),
        ("pulse of the dashboard, client", "/pulse".to_owned()),
        ("pulse of an engagement, client", format!("{there}/pulse")),
    ] {
        table.push_str(&row(name, page(&mut portal, &path).await));
    }
    documents(&world, &cast, &mut team, &mut portal, &mut table).await;
    pictures(&world, &cast, &mut portal, &mut table).await;
    bills(&world, &cast, &mut team, &mut portal, &mut table).await;
    let resolve = format!("{there}/findings/{open}/resolve");
    let resolved = portal
        .post(&resolve, &[("note", "Fixed."), ("version", "2")])
        .await;
    assert!(resolved.is_good(), "{}", resolved.body);
    table.push_str(&row("one status change, by the client", resolved.spent));
    let verify = format!("{here}/findings/{open}/fixed");
    let verified = team.post(&verify, &[("note", ""), ("version", "3")]).await;
    assert!(verified.is_good(), "{}", verified.body);
    table.push_str(&row("one status change, by the team", verified.spent));
    let id = world.app.new_id::<domain::id::kind::Finding>().to_string();
    let fields = [("id", id.as_str()), ("title", "New"), ("severity", "low")];
    let made = team.post(&format!("{here}/findings"), &fields).await;
    assert!(made.is_good(), "{}", made.body);
    table.push_str(&row("a new finding", made.spent));
    for (n, name) in [(10, "10"), (190, "200"), (9_800, "10,000")] {
        let place = (&client.store, engagements[0]);
        talk(&world, place, &actor_of(&cast), n).await;
        world.advance(SignedDuration::from_secs(1));
        let e = engagements[0];
        let ours = format!("/clients/{}/engagements/{e}/messages", client.id);
        let theirs = format!("/engagements/{e}/messages");
        let mut note = |what: &str, spent| {
            table.push_str(&row(&format!("{what}, {name} messages"), spent));
        };
        note("thread, team", page(&mut team, &ours).await);
        note("thread, client", page(&mut portal, &theirs).await);
        let id = world.app.new_id::<domain::id::kind::Entry>().to_string();
        let fields = [("id", id.as_str()), ("text", "Hello.")];
        let sent = portal.post(&theirs, &fields).await;
        assert!(sent.is_good(), "{}", sent.body);
        note("a message, by the client", sent.spent);
        let read = [("messages", "1000000"), ("notes", "1000000")];
        let marked = team.post(&format!("{ours}/read"), &read).await;
        assert!(marked.is_good(), "{}", marked.body);
        note("a thread marked as read", marked.spent);
    }
    let path = format!("/notifications/{}/open", client.notice);
    let read = portal.post(&path, &[]).await;
    assert!(read.is_good(), "{}", read.body);
    table.push_str(&row("a notice opened, by the client", read.spent));
    let read = portal.post("/notifications/read", &[]).await;
    assert!(read.is_good(), "{}", read.body);
    table.push_str(&row("all notices marked as read", read.spent));
    // A session's use is noted every five minutes: the one write of a page.
    world.advance(SignedDuration::from_mins(6));
    table.push_str(&row(
        "consultants' dashboard, after six minutes",
        page(&mut team, "/").await,
    ));
    table.push_str(&row(
        "a signed-in page before reads of its own",
        page(&mut team, "/account/two-factor").await,
    ));
    let identity = &world.app.services.identity;
    let set = identity.set_password(owner.id, PASSWORD).await;
    set.expect("set");
    let fields = [
        ("email", owner.email.as_str()),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let mut coming = world.browser("acme");
    let signed_in = coming.post("/sign-in", &fields).await;
    assert!(signed_in.is_good(), "{}", signed_in.body);
    table.push_str(&row("a sign-in", signed_in.spent));

    flat(&table);
    crate::golden::holds(BUDGET, &table);
}

/// Documents by the hundred, taking one away, and sending one.
async fn documents(
    world: &World,
    cast: &Cast,
    team: &mut Browser,
    portal: &mut Browser,
    table: &mut String,
) {
    let client = &cast.acme.clients[0];
    let list = format!("/clients/{}/documents", client.id);
    let ours = format!("{list}/{}", client.papers.report);
    table.push_str(&row("document, team", page(team, &ours).await));
    let mut few = Vec::new();
    for n in [150, 150] {
        world.papers(&cast.acme, n).await;
        let (ours, theirs) = (page(team, &list).await, page(portal, "/documents").await);
        few.push((ours, theirs));
    }
    // A page of the list costs the same however long it is.
    assert_eq!(few[0], few[1]);
    table.push_str(&row("documents, team, 300 of them", few[1].0));
    table.push_str(&row("documents, client, 300 of them", few[1].1));
    let report = format!("/documents/{}", client.papers.report);
    table.push_str(&row("document, client", page(portal, &report).await));
    let taken = portal.post(&format!("{report}/download"), &[]).await;
    assert!(taken.is_good(), "{}", taken.body);
    table.push_str(&row("a download, by the client", taken.spent));
    let id = world.app.new_id::<domain::id::kind::Upload>().to_string();
    let said = [
        ("id", id.as_str()),
        ("n", "0"),
        ("name", "proof.pdf"),
        ("size", "9"),
        ("kind", "evidence"),
    ];
    let told = portal.ask("/documents", &said).await;
    assert!(told.is_good(), "{}", told.body);
    table.push_str(&row("a file announced, by the client", told.spent));
    let there = portal.post(&format!("/uploads/{id}/complete"), &[]).await;
    assert!(there.is_good(), "{}", there.body);
    table.push_str(&row("a file said to be there, by the client", there.spent));
}

/// A finding with as many pictures as it can hold, one of them, sending one, and a
/// message with a file.
async fn pictures(world: &World, cast: &Cast, portal: &mut Browser, table: &mut String) {
    let client = &cast.acme.clients[0];
    let (e, finding) = (client.engagement, client.findings[&Status::Open]);
    let new = NewEvidence {
        engagement: e,
        finding,
        caption: "A caption as long as captions tend to be".to_owned(),
        shared: true,
    };
    let owner = cast.acme.member(TeamRole::Owner);
    for _ in 3..MAX_EVIDENCE {
        evidence(world, &client.store, owner, new.clone()).await;
    }
    let here = format!("/engagements/{e}/findings/{finding}");
    let name = "finding with 60 pictures, client";
    table.push_str(&row(name, page(portal, &here).await));
    let shot = format!("{here}/evidence/{}", client.shots.proof);
    table.push_str(&row("page of a picture, client", page(portal, &shot).await));
    let image = page(portal, &format!("{shot}/thumb")).await;
    table.push_str(&row("address of a picture, client", image));
    let id = world.app.new_id::<domain::id::kind::Upload>().to_string();
    let said = [
        ("id", id.as_str()),
        ("n", "0"),
        ("name", "proof.png"),
        ("size", "9"),
    ];
    let told = portal.ask(&format!("{here}/evidence"), &said).await;
    assert!(told.is_good(), "{}", told.body);
    table.push_str(&row("a picture announced, by the client", told.spent));
    let contact = client.contact(ContactRole::Collaborator);
    let file = attachment(world, &client.store, contact, e, "log.txt").await;
    let (id, file) = (
        world.app.new_id::<domain::id::kind::Entry>().to_string(),
        file.id.to_string(),
    );
    let fields = [
        ("id", id.as_str()),
        ("text", "Hello."),
        ("files[]", file.as_str()),
    ];
    let sent = portal
        .post(&format!("/engagements/{e}/messages"), &fields)
        .await;
    assert!(sent.is_good(), "{}", sent.body);
    table.push_str(&row("a message with a file, by the client", sent.spent));
}

/// Invoices by the hundred: their lists and figures cost what they cost for few.
async fn bills(
    world: &World,
    cast: &Cast,
    team: &mut Browser,
    portal: &mut Browser,
    table: &mut String,
) {
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let by = tests::actor(acme.member(TeamRole::Owner));
    let (today, due) = (jiff::civil::date(2026, 1, 5), jiff::civil::date(2026, 2, 4));
    let here = format!("/clients/{}/invoices", client.id);
    let pages = [
        ("invoices, team", "/invoices".to_owned(), true),
        ("invoices by month", "/invoices/overview".to_owned(), true),
        ("invoices of a client, team", here.clone(), true),
        ("invoices, client", "/invoices".to_owned(), false),
    ];
    // What follows a change is read as it is now, and costs more.
    page(portal, "/account").await;
    let mut few = Vec::new();
    for n in [100, 200] {
        for _ in 0..n {
            let new = tests::bills::bill("Web application test", "EUR", due);
            let stores = (&acme.store, &client.store);
            let id = world.app.new_id();
            let draft = tests::bills::drafted(stores, id, &new, world.now()).await;
            tests::bills::sent(&acme.store, (&draft, &new.bill), (&by, today), &[]).await;
        }
        let mut many = Vec::new();
        for (_, path, ours) in &pages {
            let browser = if *ours { &mut *team } else { &mut *portal };
            many.push(page(browser, path).await);
        }
        few.push(many);
    }
    assert_eq!(few[0], few[1], "lists and figures grow with the invoices");
    for ((name, ..), spent) in pages.iter().zip(&few[1]) {
        table.push_str(&row(&format!("{name}, 300 of them"), *spent));
    }
    let (draft, sent) = (client.bills.draft, client.bills.sent);
    let drafted = format!("{here}/{draft}");
    table.push_str(&row(
        "invoice, team",
        page(team, &format!("{here}/{sent}")).await,
    ));
    let theirs = format!("/invoices/{sent}");
    table.push_str(&row("invoice, client", page(portal, &theirs).await));
    table.push_str(&row(
        "invoice form",
        page(team, &format!("{drafted}/edit")).await,
    ));
    let [entry, paid] = [0; 2].map(|_| world.app.new_id::<domain::id::kind::Entry>().to_string());
    let fields = [("id", entry.as_str()), ("version", "1")];
    let done = team.post(&format!("{drafted}/send"), &fields).await;
    assert!(done.is_good(), "{}", done.body);
    table.push_str(&row("an invoice sent", done.spent));
    let fields = [
        ("id", paid.as_str()),
        ("version", "2"),
        ("amount", "100"),
        ("on", "2026-01-05"),
    ];
    let done = team.post(&format!("{drafted}/pay"), &fields).await;
    assert!(done.is_good(), "{}", done.body);
    table.push_str(&row("a payment noted", done.spent));
}

fn actor_of(cast: &Cast) -> Actor {
    let owner = cast.acme.member(TeamRole::Owner);
    Actor {
        user: owner.id,
        name: owner.name.clone(),
        email: owner.email.clone(),
        role: owner.role,
        workspace: cast.acme.workspace.id,
        client: None,
    }
}

/// The same page costs the same with 20, 200 and 2,000 findings: a full page
/// of 50 rows may cost more than one of 20, but 2,000 no more than 200.
fn flat(table: &str) {
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
#[allow(clippy::too_many_lines)] // one story, told in order
#[tokio::test]
async fn lists_cost_the_same_with_twenty_thousand_findings() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let mut team = world.signed_in(&acme.workspace, owner).await;
    let contact = client.contact(ContactRole::Collaborator);
    let mut portal = world.signed_in(&acme.workspace, contact).await;
    let needle = filled(&world, client, owner, 1, |_, finding| Finding {
        title: "A needle".to_owned(),
        severity: Severity::Info,
        score: None,
        ..finding
    });
    needle.await;
    team.get("/").await;
    let first = filled(&world, client, owner, 2_000, planned).await;
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
    let mut few: Vec<Spent> = Vec::new();
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
    let mut small: Vec<Spent> = Vec::new();
    for more in [0, 5] {
        for _ in 0..more {
            filled(&world, client, owner, 3_600, planned).await;
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
    crate::golden::holds(LISTS, &table);
}

/// A dashboard within its bounds: 17 read units, two round trips after the
/// session's, 40 KB.
async fn dashboard(browser: &mut Browser, path: &str) -> Spent {
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
async fn a_year(cast: &Cast) {
    let first = jiff::civil::date(2025, 1, 5);
    let days = first.series(jiff::ToSpan::day(1)).take(365);
    let days = days.zip(1..).map(|(date, n)| {
        let day = Day {
            open: 20_000 - n,
            resolved: n,
            closed: 2 * n,
        };
        (date, day)
    });
    let days = days.collect();
    let acme = &cast.acme;
    acme.store.fill_days(&days).await.expect("noted");
    for client in &acme.clients {
        client.store.fill_days(&days).await.expect("noted");
    }
}

/// A hundred clients with findings of every severity in every status, from
/// several months: the most that the consultants' dashboard reads.
#[tokio::test]
async fn the_dashboard_of_a_hundred_clients_stays_within_its_budget() {
    let world = World::new().await;
    let cast = Cast::play(&world).await;
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
        everywhere(&world, &acme.store.client(id), owner).await;
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
    crate::golden::holds(CLIENTS, &table);
}

/// A finding with a date, so that it is found by it.
fn planned(k: usize, finding: Finding) -> Finding {
    let day = i8::try_from(k % 28 + 1).expect("a day");
    Finding {
        due: Some(jiff::civil::date(2026, 3, day)),
        ..finding
    }
}
