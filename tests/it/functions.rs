//! Each function's real binary, spoken to as the Lambda service speaks to it.

use std::path::PathBuf;

use domain::role::ContactRole;
use serde_json::Value;
use tests::function::{binaries, environment, event, invoke, open_session, program_name};
use tests::{Fixture, World};
use tokio::process::Command;

use crate::source::workspace_root;

/// The program of a function, built anew where its source has changed: a narrowed run of the
/// tests builds none of them beforehand.
async fn program(function: &str) -> PathBuf {
    let name = program_name(function);
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--locked",
            "--quiet",
            "--workspace",
            "--bin",
            &name,
        ])
        .current_dir(workspace_root())
        .status()
        .await;
    assert!(built.expect("cargo runs").success(), "{name} isn't built");
    binaries().join(&name)
}

async fn answer(world: &World, function: &str, event: Value) -> Value {
    let program = program(function).await;
    invoke(world, &program, function, event).await.answer
}

#[tokio::test(flavor = "multi_thread")]
async fn each_function_answers_its_recorded_event() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    open_session(&world, &cast).await;
    for (name, status, says) in [
        ("auth", 200, "Sign in"),
        ("billing", 200, "What is used"),
        ("dashboard", 200, "CANARY-acme-one"),
        ("documents", 200, "Report CANARY-acme-one"),
        ("engagements", 200, "Web test CANARY-acme-one"),
        ("findings", 200, "Injection CANARY-acme-one"),
        ("invites", 200, "Invite to Portal"),
        ("invoices", 200, "Invoice CANARY-acme-one"),
        ("messages", 200, "Hello from CANARY-acme-one"),
        ("invoice-pdf", 200, "JVBERi0"),
        ("payments", 200, "Connect with Stripe"),
        ("settings", 200, "CANARY-acme Ltd"),
        ("signup", 200, "Set up your portal"),
        ("webhooks", 400, "the signature doesn't hold"),
    ] {
        let answer = answer(&world, name, event(&cast, name)).await;
        let body = answer["body"].as_str().unwrap_or_default();
        assert_eq!(answer["statusCode"], status, "{name}: {answer}");
        assert!(body.contains(says), "{name}: {body}");
        let csp = &answer["headers"]["content-security-policy"];
        assert!(
            csp.as_str()
                .is_some_and(|csp| csp.starts_with("default-src 'none'")),
            "{name}"
        );
    }
    let answer = answer(&world, "worker", event(&cast, "worker")).await;
    // Every contact of the cast was invited, one of each client waits, and one of each
    // team; each client has files, pictures, messages' files and invoices to look after.
    assert_eq!(answer["taken"], 14 + 3 * 22, "{answer}");
    let client = &cast.acme.clients[0];
    let waiting = world.mail_to(client.invite.email.as_str()).await;
    assert_eq!(waiting.len(), 1, "{waiting:?}");
}

/// What the queue brings is taken, one message beside another that nobody can read.
#[tokio::test(flavor = "multi_thread")]
async fn worker_accepts_queue_messages() {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let client = &cast.acme.clients[0];
    let mut brought = event(&cast, "worker-report");
    let mut garbage = brought["Records"][0].clone();
    garbage["messageId"] = Value::from("unreadable");
    garbage["body"] = Value::from("garbage");
    let records = brought["Records"].as_array_mut().expect("messages");
    records.insert(0, garbage);
    let answer = answer(&world, "worker", brought).await;
    let failed = &answer["batchItemFailures"];
    assert_eq!(failed.as_array().map(Vec::len), Some(1), "{failed}");
    assert_eq!(failed[0]["itemIdentifier"], "unreadable");
    let id = client.contact(ContactRole::Viewer).id;
    let person = client.store.get_person(id).await.expect("read");
    let suppressed = person.expect("there").suppressed;
    assert!(suppressed.is_some(), "mail to the address is stopped");
}

/// What the schedule sends to the webhooks isn't a request, and nothing else is known.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_reconcile_on_schedule() {
    let world = World::new().await;
    let asked = serde_json::json!({ "reconcile": true });
    let nothing = serde_json::json!({ "accounts": 0, "missed": 0 });
    assert_eq!(answer(&world, "webhooks", asked).await, nothing);
    let unknown = answer(&world, "webhooks", serde_json::json!({ "x": 1 })).await;
    let error = unknown["errorMessage"].as_str().unwrap_or_default();
    assert!(error.contains("nobody knows"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn function_that_cannot_start_names_the_cause_and_exits() {
    let world = World::new().await;
    let program = program("auth").await;
    let complete = environment(&world, "auth");
    let without = |setting| {
        let mut environment = complete.clone();
        environment.remove(setting);
        environment
    };
    let unknown = environment(&world, "nothing");
    for (environment, names) in [
        (without("TABLE_NAME"), "TABLE_NAME"),
        (without("_HANDLER"), "_HANDLER"),
        (unknown, "no function here is called nothing"),
    ] {
        let mut start = Command::new(&program);
        let ended = start.env_clear().envs(environment).output().await;
        let ended = ended.expect("it ends");
        assert!(!ended.status.success());
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert!(stderr.contains(names), "{stderr}");
    }
}
