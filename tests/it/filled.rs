//! Engagements with as many findings as a test wants.

use domain::finding::{Draft, Finding, Status, create};
use domain::history::{Entry, Happening};
use domain::id::{EngagementId, ImportId};
use domain::person::{Actor, Person};
use store::Import;
use tests::{Client, World, draft};

/// An engagement with `n` published findings, besides what the client has, each
/// as `shape` makes it of the plain one.
pub(crate) async fn filled(
    world: &World,
    client: &Client,
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
    let made = client
        .store
        .create_engagement(id, &input, world.now())
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
            (shape(k, finding), draft)
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
