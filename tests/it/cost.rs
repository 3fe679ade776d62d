//! What pages and changes cost in capacity units and round trips, against a
//! budget, and that it doesn't grow with the number of findings.

use domain::finding::{Draft, Finding, Status, create};
use domain::history::{Entry, Happening};
use domain::id::{EngagementId, ImportId};
use domain::person::Person;
use domain::role::{ContactRole, TeamRole};
use jiff::SignedDuration;
use store::{Import, Spent};
use tests::{Browser, Cast, Client, World, draft};

const BUDGET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/cost.txt");

/// The first 60 characters, then read units, write units, calls, round trips.
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

/// An engagement with `n` published findings, besides what the client has.
async fn filled(world: &World, client: &Client, by: &Person, n: usize) -> EngagementId {
    let id: EngagementId = world.app.new_id();
    let input = domain::engagement::EngagementInput {
        title: format!("With {n}"),
        kind: "network".to_owned(),
        phase: "active".to_owned(),
        ..Default::default()
    };
    let input = input.parse().expect("an engagement");
    let made = client
        .store
        .create_engagement(id, &input, world.now())
        .await;
    made.expect("an engagement");
    let actor = domain::person::Actor {
        user: by.id,
        name: by.name.clone(),
        email: by.email.clone(),
        role: by.role,
        workspace: domain::id::WorkspaceId::new(1, 1),
        client: None,
    };
    let import = Import {
        id: world.app.new_id::<domain::id::kind::Import>(),
        file_name: "scan.xml".to_owned(),
        by_name: by.name.clone(),
        at: world.now(),
        total: i64::try_from(n).expect("few"),
        done: 0,
    };
    client
        .store
        .create_import(id, &import)
        .await
        .expect("an import");
    let how = Happening::Imported {
        scanner: "Nessus".to_owned(),
    };
    let severities = ["critical", "high", "medium", "low", "info"];
    let made: Vec<(Finding, Draft)> = (0..n)
        .map(|k| {
            let draft = draft(&format!("Finding {k}"), &client.mark, severities[k % 5]);
            let id = ImportId::finding(&import.id, k as u64);
            let change = create(id, &draft, &actor, how.clone(), world.now()).expect("allowed");
            // As if each had been published at once: the lists are the same.
            let finding = Finding {
                status: Status::Open,
                ..change.finding
            };
            (finding, draft)
        })
        .collect();
    let entry = Entry::new(&actor, world.now(), how, None);
    client
        .store
        .run_import(id, &import, &made, &entry)
        .await
        .expect("imported");
    id
}

// On one thread, as in Lambda: on several, a call may be answered before the one
// beside it is sent, and would count as another round trip.
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
        let id = filled(&world, client, owner, n).await;
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
        ("engagement, drafts", format!("{here}?show=drafts")),
        ("finding, team", format!("{here}/findings/{open}")),
        ("finding form", format!("{here}/findings/{open}/edit")),
        (
            "import preview",
            format!("{here}/imports/{}", client.import),
        ),
        ("settings", "/settings".to_owned()),
        ("account", "/account".to_owned()),
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
    let resolve = format!("{there}/findings/{open}/resolve");
    let resolved = portal
        .post(&resolve, &[("note", "Fixed."), ("version", "2")])
        .await;
    assert!(resolved.is_good(), "{}", resolved.body);
    table.push_str(&row("one status change, by the client", resolved.spent));
    let verify = format!("{here}/findings/{open}/verify");
    let verified = team.post(&verify, &[("note", ""), ("version", "3")]).await;
    assert!(verified.is_good(), "{}", verified.body);
    table.push_str(&row("one status change, by the team", verified.spent));
    let id = world.app.new_id::<domain::id::kind::Finding>().to_string();
    let fields = [("id", id.as_str()), ("title", "New"), ("severity", "low")];
    let made = team.post(&format!("{here}/findings"), &fields).await;
    assert!(made.is_good(), "{}", made.body);
    table.push_str(&row("a new finding", made.spent));
    // A session's use is noted every five minutes: the one write of a page.
    world.advance(SignedDuration::from_mins(6));
    table.push_str(&row(
        "consultants' dashboard, after six minutes",
        page(&mut team, "/").await,
    ));

    flat(&table);
    crate::golden::holds(BUDGET, &table);
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
}
