//! Engagements with as many findings as a test wants.

use domain::finding::{
    Finding, FindingContent, FindingEvent, FindingStatus, HistoryEntry, LifecycleTimes,
    create_finding,
};
use domain::id::EngagementId;
use domain::import::{CREATE_BATCH, Import, ImportConfirmation, ImportPlan};
use domain::person::{Actor, Person};
use jiff::SignedDuration;
use store::{ClientScope, ImportSchedule, Store};

use crate::fixture::{Client, content};
use crate::world::World;

/// An engagement with `n` published findings, besides what the client has, each
/// as `shape` makes it of the plain one.
pub async fn create_findings(
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
pub async fn create_findings_in_engagements(
    world: &World,
    store: &Store<ClientScope>,
    by: &Person,
) {
    let shape = |k: usize, finding: Finding| {
        let months = i64::try_from(k % 6).expect("few");
        let before = SignedDuration::from_hours(24 * 30 * months + 1);
        let status = FindingStatus::ALL[k / 5];
        let published = status.is_published().then(|| world.now() - before);
        let fixed = (status == FindingStatus::Verified).then(|| world.now());
        Finding {
            status,
            lifecycle: LifecycleTimes {
                published_at: published,
                fixed_at: fixed,
            },
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
            let text = content(&format!("Finding {k}"), mark, severities[k % 5]);
            let id = id.finding_id(k as u128);
            let change =
                create_finding(id, &text, &actor, how.clone(), world.now()).expect("allowed");
            // As if each had been published at once: the lists are the same.
            let finding = Finding {
                status: FindingStatus::Open,
                ..change.finding
            };
            (k as u64, shape(k, finding), text)
        })
        .collect();
    let entry = HistoryEntry::new(&actor, world.now(), how, None);
    let few = |n: usize| i64::try_from(n).expect("few");
    let plan = ImportPlan {
        scanner: "Nessus".to_owned(),
        new_by_severity: vec![few(n)],
        create_steps: few(n.div_ceil(CREATE_BATCH)),
        ..ImportPlan::default()
    };
    let import_id = world.app.new_id();
    let import = Import::new(import_id, id, "scan.xml", 1, &by.name, world.now()).with_plan(plan);
    store.create_import(&import).await.expect("an import");
    let confirmed = ImportConfirmation {
        by: actor,
        at: world.now(),
        resolve_missing: false,
        reopen_reappeared: false,
    };
    let mut import = import.confirm(confirmed).expect("ready");
    let kept = store.update_import(&import, ImportSchedule::Keep).await;
    kept.expect("confirmed");
    for batch in made.chunks(CREATE_BATCH) {
        let after = import.complete_step(few(batch.len()), few(batch.len()));
        let step = store.apply_create_step(
            &after,
            ImportSchedule::Keep,
            batch,
            &entry,
            domain::plan::Plan::Team,
        );
        step.await.expect("imported");
        import = after;
    }
    id
}
