//! Engagements with as many findings as a test wants.

use domain::finding::{Draft, Finding, Life, Status, create};
use domain::history::{Entry, Happening};
use domain::id::EngagementId;
use domain::person::{Actor, Person};
use jiff::SignedDuration;
use store::{ClientScope, Import, Store};

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
        let status = Status::ALL[k / 5];
        let published = status.is_published().then(|| world.now() - before);
        let fixed = (status == Status::Verified).then(|| world.now());
        Finding {
            status,
            life: Life { published, fixed },
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
    let made = store.create_engagement(id, &input, world.now()).await;
    made.expect("an engagement");
    let actor = Actor {
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
        mapping: None,
    };
    store.create_import(id, &import).await.expect("an import");
    let how = Happening::Imported {
        scanner: "Nessus".to_owned(),
    };
    let severities = ["critical", "high", "medium", "low", "info"];
    let made: Vec<Option<(Finding, Draft)>> = (0..n)
        .map(|k| {
            let draft = draft(&format!("Finding {k}"), mark, severities[k % 5]);
            let id = id.finding(k as u128);
            let change = create(id, &draft, &actor, how.clone(), world.now()).expect("allowed");
            // As if each had been published at once: the lists are the same.
            let finding = Finding {
                status: Status::Open,
                ..change.finding
            };
            Some((shape(k, finding), draft))
        })
        .collect();
    let entry = Entry::new(&actor, world.now(), how, None);
    store
        .run_import(id, &import, &made, &entry)
        .await
        .expect("imported");
    id
}
