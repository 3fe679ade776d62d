//! The development server under many people at once: open portals that ask whether
//! something has changed, and people at work.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use tests::function::{binaries, peak_memory};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant as Tick, sleep, sleep_until, timeout};

use crate::report::Report;
use crate::visitor::{PageVisit, SharedClient, Visitor, between, net};

const PORTALS: usize = 200;
const PEOPLE: usize = 20;
/// As a page asks while somebody is about.
const PULSE: Duration = Duration::from_secs(2);
const MINUTES: u64 = 5;
const SEED: u64 = 20_261_125;
const START: Duration = Duration::from_mins(2);

/// What was seen.
#[derive(Default)]
struct LoadResult {
    times: Vec<Duration>,
    failed: usize,
    /// The first of them.
    why: String,
}

/// Somebody of the demo who is signed in.
#[derive(Clone)]
struct LoadVisitor {
    visitor: Visitor,
    team: bool,
}

/// Measures it for five minutes, or for as many seconds as `BENCH_SECONDS` says.
pub(crate) async fn measure(report: &mut Report) {
    let binary = binaries().join("local");
    if !binary.exists() {
        println!("\nNo load is tried: the development server isn't built.");
        return;
    }
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench/data");
    let _ = std::fs::remove_dir_all(&data);
    // It speaks until its end, so somebody must listen until then.
    let (mut server, _words) = start(&binary, &data).await;
    let guests = guests(&data).await;
    println!("\nseed {SEED}: {PORTALS} open portals, {PEOPLE} people at work");
    #[expect(clippy::disallowed_methods, reason = "a setting of the bench alone")]
    let seconds = std::env::var("BENCH_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let long = Duration::from_secs(seconds.unwrap_or(MINUTES * 60));
    let end = Instant::now() + long;
    let [portals, people] = [(); 2].map(|()| Arc::new(Mutex::new(LoadResult::default())));
    let mut work = JoinSet::new();
    let contacts: Vec<_> = guests.iter().filter(|guest| !guest.team).cloned().collect();
    for n in 0..PORTALS {
        let guest = contacts[n % contacts.len()].clone();
        let rng = StdRng::seed_from_u64(SEED + n as u64);
        work.spawn(watch(guest, rng, end, Arc::clone(&portals)));
    }
    for n in 0..PEOPLE {
        let guest = guests[n % guests.len()].clone();
        let rng = StdRng::seed_from_u64(SEED + 10_000 + n as u64);
        work.spawn(toil(guest, rng, end, Arc::clone(&people)));
    }
    while let Some(done) = work.join_next().await {
        done.expect("nobody fails");
    }
    let most = server.id().and_then(peak_memory).unwrap_or_default();
    for (name, seens) in [("portals", &portals), ("people", &people)] {
        report_load(report, name, &seens.lock().expect("seens"), long);
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let most = most as f64 / 1e6;
    println!("peak memory of the server {most:.0} MB");
    report.note("load: peak memory of the server".to_owned(), most, "MB");
    stop(&mut server).await;
}

/// The server on any free port, when it is ready, and what it says from then on.
async fn start(binary: &PathBuf, data: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new(binary);
    command.env("PORT", "0").env("DATA_DIR", data);
    let spawned = command.stdout(Stdio::piped()).kill_on_drop(true).spawn();
    let mut server = spawned.expect("the server starts");
    let out = server.stdout.take().expect("its words");
    let mut lines = BufReader::new(out).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await.expect("a line") {
            if line.starts_with("ready ") {
                return;
            }
        }
        panic!("the server ended");
    };
    timeout(START, ready)
        .await
        .expect("the server is ready in two minutes");
    (server, lines)
}

/// As Ctrl-C does.
async fn stop(server: &mut Child) {
    let id = server.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().await;
    told.expect("it is told");
    let ended = timeout(START, server.wait()).await;
    assert!(ended.is_ok_and(|ended| ended.is_ok_and(|how| how.success())));
}

async fn guests(data: &Path) -> Vec<LoadVisitor> {
    let listing = std::fs::read(data.join("demo.json")).expect("demo.json");
    let listing: Value = serde_json::from_slice(&listing).expect("JSON");
    let net: SharedClient = net();
    let mut guests = Vec::new();
    for workspace in listing["workspaces"].as_array().expect("workspaces") {
        let address = workspace["address"].as_str().expect("an address");
        for person in workspace["people"].as_array().expect("people") {
            let text = |name: &str| person[name].as_str().unwrap_or_default();
            let mut visitor = Visitor::new(&net, address);
            if visitor.sign_in(text("email"), text("password")).await {
                let team = person["client"].is_null();
                guests.push(LoadVisitor { visitor, team });
            }
        }
    }
    assert!(
        guests.iter().any(|guest| !guest.team),
        "nobody could sign in"
    );
    guests
}

/// A portal that stays open.
async fn watch(
    mut guest: LoadVisitor,
    mut rng: StdRng,
    end: Instant,
    seens: Arc<Mutex<LoadResult>>,
) {
    sleep(PULSE.mul_f64(rng.random::<f64>())).await;
    let page = guest.visitor.get("/").await;
    let pulse = between(&page.body, "data-pulse=\"", "\"");
    note(&seens, &page);
    let Some(mut pulse) = pulse else { return };
    let mut next = Tick::now();
    while Instant::now() < end {
        next += PULSE;
        sleep_until(next).await;
        let seen = guest.visitor.get(&pulse).await;
        let changed = seen.status.is_some_and(|status| status == 200);
        note(&seens, &seen);
        if changed {
            let page = guest.visitor.get("/").await;
            note(&seens, &page);
            pulse = between(&page.body, "data-pulse=\"", "\"").unwrap_or(pulse);
        }
    }
}

/// Somebody who reads, goes on, and says something now and then.
async fn toil(
    mut guest: LoadVisitor,
    mut rng: StdRng,
    end: Instant,
    seens: Arc<Mutex<LoadResult>>,
) {
    while Instant::now() < end {
        let mut page = guest.visitor.get("/findings").await;
        note(&seens, &page);
        for _ in 0..4 {
            sleep(Duration::from_millis(rng.random_range(500..2_500))).await;
            let findings: Vec<String> = page
                .body
                .split("href=\"")
                .filter_map(|rest| rest.split_once('"'))
                .map(|(path, _)| path.replace("&#x2F;", "/"))
                .filter(|path| path.contains("/findings/") && !path.contains('?'))
                .collect();
            let Some(path) = findings.get(rng.random_range(0..findings.len().max(1))) else {
                break;
            };
            let finding = guest.visitor.get(path).await;
            note(&seens, &finding);
            if rng.random_ratio(1, 10)
                && let Some((id, action)) = comment(&finding.body)
            {
                let fields = [("id", id.as_str()), ("text", "Seen, thank you.")];
                let said = guest.visitor.post(&action, &finding.body, &fields).await;
                note(&seens, &said);
            }
            page = guest.visitor.get("/findings").await;
            note(&seens, &page);
        }
    }
}

/// The id and the address of a page's form for comments.
fn comment(page: &str) -> Option<(String, String)> {
    let (before, _) = page.split_once("id=\"text\"")?;
    let form = before.rfind("<form")?;
    let form = &before[form..];
    let id = between(form, "name=\"id\" value=\"", "\"")?;
    Some((id, between(form, "action=\"", "\"")?))
}

fn note(seens: &Mutex<LoadResult>, seen: &PageVisit) {
    let mut seens = seens.lock().expect("seens");
    seens.times.push(seen.took);
    // What is refused politely, as too many comments in an hour, is no failure.
    let fine = seen.status.is_some_and(|status| !status.is_server_error());
    if !fine {
        seens.failed += 1;
        if seens.why.is_empty() {
            seens.why = format!("{:?}", seen.status);
        }
    }
}

fn report_load(report: &mut Report, name: &str, seens: &LoadResult, long: Duration) {
    let mut times = seens.times.clone();
    times.sort();
    let at = |part: usize| {
        let at = (times.len() * part / 100).min(times.len() - 1);
        times[at].as_secs_f64() * 1e3
    };
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let (all, failed) = (times.len() as f64, seens.failed as f64);
    let each_second = all / long.as_secs_f64();
    println!(
        "{name:<10} {all:>7} requests, {each_second:>5.0} per second, {failed} failed {}, p50 {:.1} ms, p99 {:.1} ms",
        seens.why,
        at(50),
        at(99)
    );
    let of = |what: &str| format!("load: {name}: {what}");
    report.note(of("requests"), all, "requests");
    report.note(of("failed"), failed, "requests");
    report.note(of("p50"), at(50), "ms");
    report.note(of("p99"), at(99), "ms");
}
