//! How long the functions that are deployed take to start, beside the least that a
//! function can be, built alike and started in turn with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::function::{FUNCTIONS, Invoked, event, invoke, open_session, program_name};
use tests::{Fixture, World};

use crate::report::Report;

/// Starts that are timed.
const RUNS: usize = 15;
const HELLO: &str = "hello";

/// Measures what `make build` made; says so where it made nothing.
pub(crate) async fn measure(report: &mut Report) {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let Some(hello) = unpacked(&target, HELLO) else {
        println!("\nNo starts are timed: `make build` comes first.");
        return;
    };
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    open_session(&world, &cast).await;
    println!(
        "\n{:<14} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8}",
        "function", "to ready", "hello's", "ratio", "answer", "peak", "zip"
    );
    for name in FUNCTIONS {
        // The webhooks' event is signed by nobody.
        let status = if name == "webhooks" { 400 } else { 200 };
        let Some((binary, size)) = unpacked(&target, &program_name(name)) else {
            println!("{name:<14} isn't built");
            continue;
        };
        let (mut ours, mut least) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            least.push(invoke(&world, &hello.0, HELLO, event(&cast, "dashboard")).await);
            let one = invoke(&world, &binary, name, event(&cast, name)).await;
            let failed = one.answer["statusCode"].as_u64().unwrap_or(200) != status;
            assert!(
                !failed && one.answer != Value::Null,
                "{name}: {}",
                one.answer
            );
            ours.push(one);
        }
        let ready = |some: &[Invoked]| median(some, |one| one.ready.as_secs_f64() * 1e3);
        let (ready, least) = (ready(&ours), ready(&least));
        let answered = median(&ours, |one| one.answered.as_secs_f64() * 1e3);
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let peak = median(&ours, |one| one.peak.unwrap_or_default() as f64 / 1e6);
        println!(
            "{name:<14} {ready:>6.1} ms {least:>6.1} ms {:>9.2} {answered:>5.0} ms {peak:>5.1} MB {size:>5.1} MB",
            ready / least
        );
        let of = |what: &str| format!("cold: {name}: {what}");
        report.held(
            of("from spawn to its first poll"),
            (ready, "ms"),
            (least, "hello"),
        );
        report.note(of("from spawn to its first answer"), answered, "ms");
        report.note(of("peak memory"), peak, "MB");
        report.note(of("zip"), size, "MB");
    }
}

/// The binary out of a function's zip, and the zip's size in MB.
fn unpacked(target: &Path, name: &str) -> Option<(PathBuf, f64)> {
    let zip = target.join("lambda").join(name).join("bootstrap.zip");
    let size = fs::metadata(&zip).ok()?.len();
    let folder = target.join("bench").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).ok()?;
    let python = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let unpack = Command::new("python3")
        .args(["-c", python])
        .arg(&zip)
        .arg(&folder)
        .status();
    let binary = folder.join("bootstrap");
    let executable = Command::new("chmod").arg("755").arg(&binary).status();
    let done = unpack.is_ok_and(|one| one.success()) && executable.is_ok_and(|one| one.success());
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    done.then_some((binary, size as f64 / 1e6))
}

fn median(some: &[Invoked], of: impl Fn(&Invoked) -> f64) -> f64 {
    let mut values: Vec<f64> = some.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
