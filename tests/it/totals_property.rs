//! Random commands by random people over two workspaces: totals are the recount
//! of the findings, histories only grow, every item lies in its owner's
//! partition, and one workspace's commands leave the other as it was.

use domain::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

use domain::finding::{
    BulkAction, CommentInput, Counts, Finding, FindingEvent, RemediationInput, Transition,
    TransitionRequest, apply_remediation, apply_transition, create_comment, create_finding,
    update_content,
};
use domain::id::FindingId;
use domain::person::{Actor, Person};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};
use serde_json::Value;
use store::{BulkChange, ClientScope, Store};
use tests::{Client, Fixture, Tenant, World, content, workspace};

const SEED: u64 = 20_261_124;
/// What `World::dump` gives.
type Dump = BTreeMap<(String, String), Value>;

#[derive(Debug, Clone)]
enum Command {
    Write(&'static str),
    Edit(Index, &'static str),
    Move(Index, Transition),
    Plan(Index, Option<i64>),
    Comment(Index, bool),
    /// The same for several at once; every third is rated anew instead.
    Bulk(Vec<Index>, Transition, &'static str),
    /// Days go by, and the worker does what is due.
    Wait(i64),
}

fn commands() -> impl Strategy<Value = Vec<(bool, Index, Index, Command)>> {
    let severity = || select(vec!["critical", "high", "medium", "low", "info"]);
    let command = prop_oneof![
        1 => severity().prop_map(Command::Write),
        1 => (any::<Index>(), severity()).prop_map(|(which, to)| Command::Edit(which, to)),
        8 => (any::<Index>(), select(Transition::ALL.to_vec())).prop_map(|(which, event)| Command::Move(which, event)),
        1 => (any::<Index>(), proptest::option::of(-30_i64..90)).prop_map(|(which, due)| Command::Plan(which, due)),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(which, internal)| Command::Comment(which, internal)),
        2 => (proptest::collection::vec(any::<Index>(), 1..6), select(Transition::ALL.to_vec()), severity())
            .prop_map(|(which, event, severity)| Command::Bulk(which, event, severity)),
        1 => (1_i64..40).prop_map(Command::Wait),
    ];
    let one = (any::<bool>(), any::<Index>(), any::<Index>(), command);
    proptest::collection::vec(one, 1..40)
}

/// Somebody who may or may not do it, with the reach that a session would give.
async fn somebody(
    world: &World,
    tenant: &Tenant,
    client: &Client,
    who: Index,
) -> (Actor, Store<ClientScope>) {
    let people: Vec<&Person> = tenant.team.iter().chain(&client.contacts).collect();
    let person = who.get(&people);
    let (directory, secret) = (world.app.directory(), world.app.new_secret());
    let home = &tenant.workspace;
    let session = world.session(home, person, &secret, world.now()).await;
    let store = session
        .portal_store()
        .unwrap_or_else(|| client.store.clone());
    let actor = session.actor().clone();
    directory.close_session(&session).await.expect("closed");
    (actor, store)
}

#[expect(clippy::too_many_lines, reason = "one arm for each command")]
async fn execute(
    world: &World,
    client: &Client,
    (actor, store): (Actor, Store<ClientScope>),
    command: Command,
) {
    let (app, now, engagement) = (&world.app, world.now(), client.engagement);
    let known: Vec<FindingId> = findings(world, client).await.into_keys().collect();
    match command {
        Command::Write(severity) => {
            let text = content("Random", &client.mark, severity);
            let made = create_finding(app.new_id(), &text, &actor, FindingEvent::Created, now);
            if let Ok(change) = made {
                let made =
                    store.create_finding(engagement, &change, &text, Plan::Team, app.new_id());
                made.await.expect("made");
            }
        }
        Command::Edit(which, severity) => {
            let dossier = store
                .get_finding_detail(engagement, *which.get(&known))
                .await
                .expect("read");
            let Some(dossier) = dossier else { return };
            let after = content("Changed", &client.mark, severity);
            let (finding, before) = (&dossier.finding, &dossier.content);
            let workspace = workspace(actor.workspace);
            if let Ok(Some(change)) =
                update_content(finding, before, &after, &actor, &workspace, now)
            {
                let edited =
                    store.update_finding_content(engagement, &change, &after, app.new_id());
                edited.await.expect("edited");
            }
        }
        Command::Move(which, event) => {
            let finding = store
                .get_finding(engagement, *which.get(&known))
                .await
                .expect("read");
            let Some(finding) = finding else { return };
            let until = day(now, 30);
            let ask = TransitionRequest {
                transition: event,
                note: "because",
                until: &until,
            };
            if let Ok(change) =
                apply_transition(&finding, &actor, &workspace(actor.workspace), ask, now)
            {
                store
                    .apply_finding_change(engagement, &change, app.new_id())
                    .await
                    .expect("moved");
                // Decided on what has changed since: refused, and nothing happens.
                let late = store
                    .apply_finding_change(engagement, &change, app.new_id())
                    .await;
                assert!(late.is_err(), "the same version moved twice");
            }
        }
        Command::Plan(which, due) => {
            let finding = store.get_finding(engagement, *which.get(&known)).await;
            let Some(finding) = finding.expect("read") else {
                return;
            };
            let input = RemediationInput {
                due: due.map(|days| day(now, days)),
                tags: Some(format!("tag-{}", due.unwrap_or_default())),
                assignee: Some(client.contacts[0].id.to_string()),
            };
            let wished = input.parse(&finding.remediation(), &client.contacts);
            if let Ok(Some(change)) =
                apply_remediation(&finding, &wished.expect("a plan"), &actor, now)
            {
                let planned = store.apply_finding_change(engagement, &change, app.new_id());
                planned.await.expect("planned");
            }
        }
        Command::Comment(which, internal) => {
            let finding = store.get_finding(engagement, *which.get(&known)).await;
            let Some(finding) = finding.expect("read") else {
                return;
            };
            let input = CommentInput {
                text: "So.".to_owned(),
                internal: if internal { "yes" } else { "" }.to_owned(),
            };
            if let Ok(said) = create_comment(&finding, &actor, &input, now) {
                let kept =
                    store.create_comment(engagement, &finding, &said, (app.new_id(), app.new_id()));
                kept.await.expect("kept");
            }
        }
        Command::Bulk(which, event, severity) => {
            let chosen: BTreeSet<FindingId> =
                which.iter().map(|finding| *finding.get(&known)).collect();
            many(world, client, (&actor, &store), chosen, (event, severity)).await;
        }
        Command::Wait(days) => {
            world.advance(SignedDuration::from_hours(24 * days));
            worker::drain(app).await.expect("swept");
            let today = workspace(actor.workspace).today(world.now());
            let theirs = findings(world, client).await.into_values();
            let overdue = theirs.filter(|their| their.is_overdue(today)).count();
            let about = client
                .store
                .get_client()
                .await
                .expect("read")
                .expect("there");
            assert_eq!(about.overdue, i64::try_from(overdue).expect("few"));
        }
    }
}

/// Changes several at once; every third is rated anew instead of moved.
async fn many(
    world: &World,
    client: &Client,
    (actor, store): (&Actor, &Store<ClientScope>),
    chosen: BTreeSet<FindingId>,
    (event, severity): (Transition, &str),
) {
    let (app, now, engagement) = (&world.app, world.now(), client.engagement);
    let mut many = Vec::new();
    for (n, id) in chosen.into_iter().enumerate() {
        let found = store.get_finding(engagement, id).await.expect("read");
        let bulk = if (n + 1).is_multiple_of(3) {
            BulkAction::SetSeverity(severity.parse().expect("one"), "So.".to_owned())
        } else {
            BulkAction::Transition {
                transition: event,
                note: "because".to_owned(),
                until: day(now, 30),
            }
        };
        let decide = |found: Finding| bulk.decide(&found, actor, &workspace(actor.workspace), now);
        if let Some(Ok(Some(change))) = found.map(decide) {
            many.push(BulkChange {
                change,
                entry: app.new_id(),
                rating: match bulk {
                    BulkAction::SetSeverity(severity, reason) => Some((severity, reason)),
                    _ => None,
                },
            });
        }
    }
    let results = store.apply_changes(engagement, &many).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let again = store.apply_changes(engagement, &many).await;
    assert!(again.iter().all(Result::is_err), "the same, twice");
}

/// The day that is so many days after `now`.
fn day(now: Timestamp, days: i64) -> String {
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    today.checked_add(days.days()).expect("a day").to_string()
}

/// Every finding of the engagement, whatever list it stands in.
async fn findings(world: &World, client: &Client) -> BTreeMap<FindingId, Finding> {
    let prefix = format!("#C#{}#E#{}", client.id, client.engagement);
    let rows = world
        .dump()
        .await
        .into_iter()
        .filter(|((pk, _), item)| pk.ends_with(&prefix) && item["t"] == "finding");
    rows.map(|(_, item)| {
        let finding: Finding = serde_json::from_value(item["s"].clone()).expect("a finding");
        (finding.id, finding)
    })
    .collect()
}

async fn books_are_right(world: &World, client: &Client) {
    let mut recount = Counts::default();
    for finding in findings(world, client).await.into_values() {
        recount.merge(&Counts::of(&finding));
    }
    let about = client
        .store
        .get_client()
        .await
        .expect("read")
        .expect("there");
    let engagement = client
        .store
        .get_engagement(client.engagement)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(about.counts, recount);
    assert_eq!(engagement.counts, recount);
    let shown: i64 = {
        let worst: Vec<Finding> = client
            .store
            .worst_findings(200)
            .await
            .expect("read")
            .into_iter()
            .map(|l| l.finding)
            .collect();
        let rank = |finding: &Finding| (finding.severity, std::cmp::Reverse(finding.score));
        assert!(worst.is_sorted_by_key(rank), "worst first");
        i64::try_from(worst.len()).expect("few")
    };
    assert_eq!(shown, recount.active_total(), "the list of active findings");
}

/// Every item that names its workspace or client lies in that one's partition.
fn items_lie_where_they_belong(dump: &Dump) {
    for ((pk, sk), item) in dump {
        if let Some(client) = item["client"].as_str().filter(|_| pk.starts_with("W#")) {
            assert!(pk.contains(&format!("#C#{client}")), "{pk} {sk}");
        }
        for index in ["gsi1pk", "gsi2pk", "gsi3pk", "gsi4pk", "gsi5pk", "gsi6pk"] {
            let Some(place) = item[index].as_str().filter(|place| place.starts_with("W#")) else {
                continue;
            };
            let workspace = pk.get(..28).expect("a workspace's prefix");
            assert!(place.starts_with(workspace), "{pk} {sk} stands in {place}");
        }
    }
}

fn of(dump: &Dump, tenant: &Tenant) -> Dump {
    let prefix = format!("W#{}", tenant.workspace.id);
    // Signing in to act notes the session at the person.
    let theirs = dump
        .iter()
        .filter(|((pk, sk), _)| pk.starts_with(&prefix) && !sk.starts_with("USER#"));
    theirs
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect()
}

fn histories(dump: &Dump) -> Dump {
    let kept = ["history", "comment", "round", "edit-text"];
    let entries = dump
        .iter()
        .filter(|(_, item)| kept.iter().any(|kind| item["t"] == *kind));
    entries
        .map(|(key, item)| (key.clone(), item.clone()))
        .collect()
}

#[test]
fn counts_after_random_commands_equal_a_recount() {
    println!("seed {SEED}");
    let config = Config {
        cases: 6,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(SEED),
        max_shrink_iters: 20,
        ..Config::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = TestRunner::new(config).run(&commands(), |commands| {
        runtime.block_on(async {
            let world = World::new().await;
            let cast = Fixture::create(&world).await;
            for (acme, who, which, command) in commands {
                let (mine, other) = if acme {
                    (&cast.acme, &cast.northwind)
                } else {
                    (&cast.northwind, &cast.acme)
                };
                let client = which.get(&mine.clients);
                let waits = matches!(command, Command::Wait(_));
                let before = world.dump().await;
                let actor = somebody(&world, mine, client, who).await;
                execute(&world, client, actor, command).await;
                let after = world.dump().await;
                // Time goes by for everybody.
                assert!(
                    waits || of(&before, other) == of(&after, other),
                    "the other workspace changed"
                );
                let kept = histories(&after);
                assert!(
                    histories(&before)
                        .iter()
                        .all(|(key, entry)| kept.get(key) == Some(entry)),
                    "history was rewritten"
                );
                items_lie_where_they_belong(&after);
                for client in &mine.clients {
                    books_are_right(&world, client).await;
                }
            }
            for tenant in [&cast.acme, &cast.northwind] {
                let recount = worker::recount(&world.app, tenant.workspace.slug.as_str()).await;
                let recount = recount.expect("counted");
                assert_eq!(recount["drifts"], serde_json::json!([]), "{recount}");
            }
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// The control of the recount: a total that is wrong is found and not mended.
#[tokio::test(flavor = "multi_thread")]
async fn recount_finds_a_wrong_count() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let count = async || worker::recount(&world.app, "acme").await.expect("counted");
    let right = count().await;
    assert_eq!(right["findings"], 10);
    assert_eq!(right["drifts"], serde_json::json!([]));
    let key = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let update = world
        .dynamo
        .update_item()
        .table_name(local::NAME)
        .key(
            "pk",
            key(format!("W#{}#C#{}", cast.acme.workspace.id, client.id)),
        )
        .key("sk", key(format!("ENG#{}", client.engagement)))
        .update_expression("ADD n_ho :one")
        .expression_attribute_values(
            ":one",
            aws_sdk_dynamodb::types::AttributeValue::N("1".to_owned()),
        );
    update.send().await.expect("written");
    let wrong = count().await;
    assert_eq!(wrong["drifts"].as_array().map(Vec::len), Some(1), "{wrong}");
    let drift = &wrong["drifts"][0];
    assert_eq!(drift["engagement"], client.engagement.to_string().as_str());
    assert_eq!(drift["kept"]["high_open"], 3);
    assert_eq!(drift["counted"]["high_open"], 2);
    assert_eq!(count().await, wrong, "nothing is mended");
    assert!(worker::recount(&world.app, "nobody").await.is_err());
}
