//! Old code and new code run side by side, for a while after each deployment: what
//! an earlier edition wrote is read and changed by today's, and what a later one
//! will add is passed over.

use domain::finding::FindingStatus;
use domain::role::{ContactRole, TeamRole};
use http::Method;
use serde_json::Value;
use tests::{Fixture, World};
use web::Audience;

use crate::matrix::{Outcome, Target, address, expected, routes};

/// What the kinds of items have had added since the first edition. Whoever adds an
/// attribute to an item of old adds it here.
const ADDED: [(&str, &[&str]); 7] = [
    (
        "finding",
        &[
            "cwe",
            "also",
            "due",
            "assignee",
            "tags",
            "accepted",
            "proposal",
            "life",
            "rounds",
            "fingerprint",
        ],
    ),
    ("client", &["overdue"]),
    ("engagement", &["team", "messages", "notes"]),
    ("workspace", &["mfa", "due"]),
    ("slug", &["mfa", "due"]),
    ("person", &["mfa", "disabled", "epoch"]),
    ("session", &["proven", "mfa", "portal"]),
];

/// The totals that clients and engagements have had added: findings by the month of
/// their publishing, and how long fixes took.
const TOTALS: [&str; 3] = ["m_", "f_", "s_"];

/// Rewrites every item of the table.
async fn rewrite(world: &World, change: impl Fn(&mut serde_json::Map<String, Value>)) -> usize {
    let mut changed = 0;
    for item in world.dump().await.into_values() {
        let Value::Object(mut attributes) = item.clone() else {
            panic!("an item is an object");
        };
        change(&mut attributes);
        if Value::Object(attributes.clone()) != item {
            changed += 1;
            let item = serde_dynamo::to_item(attributes).expect("an item");
            let put = world.dynamo.put_item().table_name(local::NAME);
            put.set_item(Some(item)).send().await.expect("put");
        }
    }
    changed
}

/// Everything can be looked at, and the main job done.
async fn everything_works(world: &World, cast: &Fixture) {
    let client = &cast.acme.clients[0];
    let owner = cast.acme.member(TeamRole::Owner);
    let manager = client.contact(ContactRole::Manager);
    let app = world.restart().await;
    for person in [owner, manager] {
        let browser = world.signed_in(&cast.acme.workspace, person).await;
        let mut browser = browser.served_by(&app);
        for route in routes().filter(|route| route.method == Method::GET) {
            let wanted = expected(&route, Some(person.role), Target::Own) == Outcome::Done;
            // Who comes by a link or signs in has no session yet.
            if wanted && route.audience != Audience::Public {
                let path = address(&route, client);
                let answer = browser.get(&path).await;
                assert!(
                    answer.is_good(),
                    "{path}: {} {}",
                    answer.status,
                    answer.body
                );
            }
        }
    }
    let (team, portal) = (
        world.signed_in(&cast.acme.workspace, owner).await,
        world.signed_in(&cast.acme.workspace, manager).await,
    );
    let (mut team, mut portal) = (team.served_by(&app), portal.served_by(&app));
    let (finding, engagement) = (client.findings[&FindingStatus::Open], client.engagement);
    let theirs = format!("/engagements/{engagement}/findings/{finding}");
    let ours = format!("/clients/{}{theirs}", client.id);
    let resolved = [("version", "2"), ("note", "Patched.")];
    let resolved = portal.post(&format!("{theirs}/resolve"), &resolved).await;
    assert_eq!(resolved.location(), theirs, "{}", resolved.body);
    let fixed = [("version", "3"), ("note", "Tried again.")];
    let fixed = team.post(&format!("{ours}/fixed"), &fixed).await;
    assert_eq!(fixed.location(), ours, "{}", fixed.body);
    assert!(portal.get(&theirs).await.body.contains("Tried again."));
    let counted = app.directory().recount(&cast.acme.workspace.slug).await;
    let counted = counted.expect("counted").expect("a workspace");
    assert!(
        counted.count_drifts.is_empty(),
        "{:?}",
        counted.count_drifts
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_the_first_release_are_read_and_changed() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let strip = |item: &mut serde_json::Map<String, Value>| {
        let kind = item.get("t").and_then(Value::as_str).unwrap_or_default();
        let kind = kind.to_owned();
        for (_, added) in ADDED.iter().filter(|(of, _)| *of == kind) {
            item.retain(|name, _| !added.contains(&name.as_str()));
            if let Some(Value::Object(summary)) = item.get_mut("s") {
                summary.retain(|name, _| !added.contains(&name.as_str()));
            }
            if ["client", "engagement"].contains(&kind.as_str()) {
                item.retain(|name, _| !TOTALS.iter().any(|total| name.starts_with(total)));
            }
        }
        item.remove("sv");
    };
    let changed = rewrite(&world, strip).await;
    assert!(changed > 100, "{changed} items had something added");
    let kinds: std::collections::BTreeSet<_> = world
        .dump()
        .await
        .into_values()
        .filter_map(|item| item["t"].as_str().map(str::to_owned))
        .collect();
    for (kind, _) in ADDED {
        assert!(kinds.contains(kind), "no {kind} was tried: {kinds:?}");
    }
    everything_works(&world, &cast).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_of_a_later_release_are_ignored() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let add = |item: &mut serde_json::Map<String, Value>| {
        item.insert("sv".to_owned(), 2.into());
        item.insert("from_later".to_owned(), serde_json::json!({ "a": ["b"] }));
    };
    let changed = rewrite(&world, add).await;
    assert!(changed > 100, "{changed} items");
    everything_works(&world, &cast).await;
}
