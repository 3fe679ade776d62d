//! The worker, killed at every step of everything it delivers: nothing is lost, and
//! nothing leaves twice that could be told apart.

mod outcome;
mod scene;

use std::sync::{Arc, Mutex};

use domain::document::delete_document;
use domain::finding::{
    CommentInput, Decision, Finding, FindingEvent, FindingStatus, Transition, TransitionRequest,
    apply_transition, create_comment,
};
use domain::id::{DocumentId, UploadId, marker};
use domain::person::{Actor, Person};
use domain::plan::Plan;
use domain::preference::{GATHER_WINDOW, NotificationPreferences};
use domain::role::{ContactRole, Role, TeamRole};
use domain::upload::UploadState;
use jiff::SignedDuration;
use tests::{CONTENT, Client, Fixture, World, actor, announced_upload};

use crate::fault_injection::{CrashPlan, End, worker_of};

use scene::*;

/// Every delivery, by a worker that is killed before and after each of its calls.
/// Another one, two minutes later, brings it to its end.
#[tokio::test(flavor = "multi_thread")]
async fn worker_killed_at_any_call_loses_nothing_and_repeats_nothing_visible() {
    let mut scene = Scene::new().await;
    let mut points = 0;
    for delivery in [
        Delivery::Mail,
        Delivery::Identity,
        Delivery::File,
        Delivery::Missing,
        Delivery::Document,
        Delivery::Risk,
        Delivery::News,
        Delivery::Digest,
    ] {
        // Fewer mails, so that a step is one of few.
        scene
            .quieten(usize::from(delivery == Delivery::Digest))
            .await;
        let begun = scene.begin(delivery).await;
        let calls = scene.run_until(End::Never).await.calls();
        scene.holds(&begun, &format!("{delivery:?}")).await;
        for n in 0..calls {
            for end in [End::Before(n), End::After(n)] {
                let begun = scene.begin(delivery).await;
                let fate = scene.run_until(end).await;
                let what = format!("{delivery:?}, killed {end:?}");
                assert!(fate.is_dead(), "{what}: it lived");
                scene.world.advance(SignedDuration::from_mins(2));
                scene.run_until(End::Never).await;
                scene.holds(&begun, &what).await;
                points += 1;
            }
        }
        println!("{delivery:?}: {calls} calls");
    }
    let left = scene
        .world
        .app
        .directory()
        .list_due_effects(scene.world.now(), 100)
        .await;
    assert!(left.expect("read").is_empty(), "something is left");
    println!("killed at {points} points");
    assert!(points > 100, "{points}");
}
