//! What the product takes: starts, pages, journeys, many people at once. Prints tables
//! and writes `target/bench.json`. Names after `--` choose: `cold`, `warm`, `cost`, `load`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests and start-up may panic"
)]

mod cold;
mod cost;
mod load;
mod report;
mod visitor;
mod warm;

use crate::report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` asks for a list only.
    if !asked.iter().any(|arg| arg == "--bench") {
        return;
    }
    let named: Vec<_> = asked.iter().filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|one| *one == name);
    let mut report = Report::default();
    if wanted("warm") {
        Box::pin(warm::measure(&mut report)).await;
    }
    if wanted("cost") {
        Box::pin(cost::measure(&mut report)).await;
    }
    if wanted("cold") {
        Box::pin(cold::measure(&mut report)).await;
    }
    if wanted("load") {
        Box::pin(load::measure(&mut report)).await;
    }
    report.save().expect("target/bench.json");
}
