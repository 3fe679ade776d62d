//! Engagements with as many findings as a test wants.

use domain::finding::{Finding, FindingContent, FindingStatus, LifecycleTimes, create};
use domain::history::{FindingEvent, HistoryEntry};
use domain::id::EngagementId;
use domain::import::job::{BATCH, Import, ImportConfirmation, ImportPlan};
use domain::person::{Actor, Person};
use jiff::SignedDuration;
use store::{ClientScope, ImportSchedule, Store};

use crate::cast::{Client, draft};
use crate::world::World;

/// An engagement with `n` published findings, besides what the client has, each
/// as `shape` makes it of the plain one.
pub async fn filled(
    world: &World,
    client: &Client,
    by: &Person,
    n: usize,
    shape: impl Fn(usize, Finding) -> Finding,
) -> EngagementId {
    fill(world, (&client.store, &client.mark), by, n, shape).await
}

/// An engagement with a finding of every severity in every status, from several
/// months.
pub async fn everywhere(world: &World, store: &Store<ClientScope>, by: &Person) {
    let shape = |k: usize, finding: Finding| {
        let months = i64::try_from(k % 6).expect("few");
        let before = SignedDuration::from_hours(24 * 30 * months + 1);
        let status = FindingStatus::ALL[k / 5];
        let published = status.is_published().then(|| world.now() - before);
        let fixed = (status == FindingStatus::Verified).then(|| world.now());
        Finding {
            status,
            life: LifecycleTimes { published, fixed },
            ..finding
        }
    };
    fill(world, (store, "-"), by, 40, shape).await;
}

async fn fill(
    world: &World,
    (store, mark): (&Store<ClientScope>, &str),
    by: &Person,
    n: usize,
    shape: impl Fn(usize, Finding) -> Finding,
) -> EngagementId {
    let id: EngagementId = world.app.new_id();
    let input = domain::engagement::EngagementInput {
        title: format!("With {n}"),
        kind: "network".to_owned(),
        phase: "active".to_owned(),
        ..Default::default()
    };
    let input = input.parse().expect("an engagement");
    let made = store
        .create_engagement(id, &input, domain::plan::Plan::Team, world.now())
        .await;
    made.expect("an engagement");
    let actor = Actor {
        user: by.id,
        name: by.name.clone(),
        email: by.email.clone(),
        role: by.role,
        workspace: domain::id::WorkspaceId::new(1, 1),
        client: None,
    };
    let how = FindingEvent::Imported {
        scanner: "Nessus".to_owned(),
    };
    let severities = ["critical", "high", "medium", "low", "info"];
    let made: Vec<(u64, Finding, FindingContent)> = (0..n)
        .map(|k| {
            let draft = draft(&format!("Finding {k}"), mark, severities[k % 5]);
            let id = id.finding(k as u128);
            let change = create(id, &draft, &actor, how.clone(), world.now()).expect("allowed");
            // As if each had been published at once: the lists are the same.
            let finding = Finding {
                status: FindingStatus::Open,
                ..change.finding
            };
            (k as u64, shape(k, finding), draft)
        })
        .collect();
    let entry = HistoryEntry::new(&actor, world.now(), how, None);
    let few = |n: usize| i64::try_from(n).expect("few");
    let plan = ImportPlan {
        scanner: "Nessus".to_owned(),
        fresh: vec![few(n)],
        makes: few(n.div_ceil(BATCH)),
        ..ImportPlan::default()
    };
    let ids = (world.app.new_id(), id);
    let import = Import::uploaded(ids, ("scan.xml", 1), &by.name, world.now()).planned(plan);
    store.create_import(&import).await.expect("an import");
    let confirmed = ImportConfirmation {
        by: actor,
        at: world.now(),
        resolve_gone: false,
        reopen_back: false,
    };
    let mut import = import.confirmed(confirmed).expect("ready");
    let kept = store.change_import(&import, ImportSchedule::Stays).await;
    kept.expect("confirmed");
    for batch in made.chunks(BATCH) {
        let after = import.stepped(few(batch.len()), few(batch.len()));
        let step = store.make_step(
            (&after, ImportSchedule::Stays),
            batch,
            (&entry, domain::plan::Plan::Team),
        );
        step.await.expect("imported");
        import = after;
    }
    id
}
