//! A function's program in a world, and the events that it is handed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::finding::FindingStatus;
use domain::role::{ContactRole, TeamRole};
use local::{FunctionProcess, function_environment};
use serde_json::Value;
use store::sha256_hex;

use crate::fixture::Fixture;
use crate::world::World;

/// Every function, by the name of its crate and of its policy.
pub const FUNCTIONS: [&str; 15] = [
    "auth",
    "billing",
    "dashboard",
    "documents",
    "engagements",
    "findings",
    "invites",
    "invoice-pdf",
    "invoices",
    "messages",
    "payments",
    "settings",
    "signup",
    "webhooks",
    "worker",
];

/// The secret of the session that the events carry. It opens nothing but a
/// table that lives as long as this process.
const SESSION: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

/// What came of an invocation.
#[derive(Debug)]
pub struct Invoked {
    /// What the function answered.
    pub answer: Value,
    /// From its start until it asked for work.
    pub ready: Duration,
    /// From its start until it had answered.
    pub answered: Duration,
    /// The most memory that it had in use, in bytes; `None` where the system doesn't
    /// tell.
    pub peak: Option<u64>,
}

/// Where cargo puts the binaries of the profile that this process was built by.
pub fn binaries() -> PathBuf {
    let this = std::env::current_exe().expect("this binary");
    let folder = this.parent().and_then(Path::parent);
    folder.expect("target/<profile>").to_owned()
}

/// The program of a function, as the template says.
pub fn program_name(function: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/template.json");
    let text = std::fs::read_to_string(path).expect("the template");
    let template: Value = serde_json::from_str(&text).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let mut properties = resources.values().map(|resource| &resource["Properties"]);
    let zip = properties
        .find(|properties| properties["Handler"] == function)
        .and_then(|properties| properties["CodeUri"].as_str());
    let program = zip.and_then(|zip| zip.split('/').rev().nth(1));
    program.expect("a deployed function").to_owned()
}

/// The environment of a function in a world.
pub fn environment(world: &World, function: &str) -> BTreeMap<&'static str, String> {
    let urls = (world.table_url.as_str(), world.others_url());
    let mut environment = function_environment(function, &world.app.config, urls);
    environment.insert("STRIPE_SECRET_KEY", "sk_test_1".to_owned());
    environment.insert("STRIPE_CONNECT_WEBHOOK_SECRETS", "whsec_1".to_owned());
    environment
}

/// Starts a function's program, hands it `event`, and gives what it answers.
pub async fn invoke(world: &World, program: &Path, function: &str, event: Value) -> Invoked {
    let started = Instant::now();
    let process = FunctionProcess::start(program, &environment(world, function)).await;
    let mut process = process.unwrap_or_else(|problem| panic!("{problem}"));
    let answer = process.invoke(event).await;
    let answered = started.elapsed();
    let ready = process.first_poll().expect("it polled");
    Invoked {
        answer: answer.unwrap_or_else(|problem| panic!("{function}: {problem}")),
        ready: ready.duration_since(started),
        answered,
        peak: process.id().and_then(peak_memory),
    }
}

/// The most memory that a process had in use: `VmHWM` of proc(5).
pub fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The event of a function in `events/`, with the ids of this world in it.
pub fn event(cast: &Fixture, name: &str) -> Value {
    let client = &cast.acme.clients[0];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/{name}.json"));
    let mut text = std::fs::read_to_string(&path).expect("an event");
    // What the events were written with.
    for (example, id) in [
        ("01K0000000000000000000000C", client.id.to_string()),
        ("01K0000000000000000000000E", client.engagement.to_string()),
        (
            "01K0000000000000000000000F",
            client.findings[&FindingStatus::Open].to_string(),
        ),
        (
            "01K00000000000000000000001",
            client.invoices.sent.to_string(),
        ),
        (
            "01K0000000000000000000000W",
            cast.acme.workspace.id.to_string(),
        ),
        (
            "ana@initech.example",
            client.contact(ContactRole::Viewer).email.to_string(),
        ),
    ] {
        text = text.replace(example, &id);
    }
    serde_json::from_str(&text).expect("JSON")
}

/// Opens the session that the events carry.
pub async fn open_session(world: &World, cast: &Fixture) {
    let owner = cast.acme.member(TeamRole::Owner);
    // The binaries have the machine's clock, so the session must be new by it.
    #[expect(clippy::disallowed_methods, reason = "a setting of the tests alone")]
    let real = jiff::Timestamp::now();
    let hash = sha256_hex(SESSION);
    let opened = world.session(&cast.acme.workspace, owner, &hash, real);
    opened.await;
}
