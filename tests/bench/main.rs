//! What pages cost in time, capacity and bytes in workspaces of different sizes.
//! Prints a table and writes `target/bench.json`. Each time is the median of many
//! answers of the whole product in this process, its table in memory included.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod report;

use std::time::{Duration, Instant};

use domain::finding::Finding;
use domain::id::EngagementId;
use domain::role::{ContactRole, TeamRole};
use store::Spent;
use tests::{Answer, Browser, Cast, World, filled};

use crate::report::Report;

/// How many findings the workspaces have.
const SIZES: [usize; 3] = [200, 2_000, 20_000];
/// Findings of an engagement at most.
const MOST: usize = 4_000;
/// Answers that are timed, after some that aren't.
const RUNS: usize = 40;
const BEFORE: usize = 5;
/// Changes of a hundred findings that are timed.
const CHANGES: usize = 8;

/// What was measured of one page.
pub(crate) struct Measured {
    pub(crate) median: Duration,
    pub(crate) slow: Duration,
    pub(crate) spent: Spent,
    pub(crate) bytes: usize,
}

/// A workspace of one size, with somebody of each side.
struct Office {
    team: Browser,
    portal: Browser,
    client: String,
    engagement: EngagementId,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    // `cargo test --benches` asks for a list only.
    if !std::env::args().any(|arg| arg == "--bench") {
        return;
    }
    let mut places = Vec::new();
    for size in SIZES {
        let world = World::new().await;
        let office = open(&world, size).await;
        places.push((size, world, office));
    }
    let mut offices: Vec<_> = places.iter_mut().map(|(.., office)| office).collect();
    let names = pages(offices[0]).into_iter().map(|(name, ..)| name);
    let mut report = Report::default();
    for (n, name) in names.enumerate() {
        let measured = page(&mut offices, n).await;
        for (size, measured) in SIZES.into_iter().zip(&measured) {
            report.note(&name, size, measured);
        }
    }
    let changed = bulk(&mut offices).await;
    for (size, measured) in SIZES.into_iter().zip(&changed) {
        report.note("a change of 100 findings", size, measured);
    }
    println!("{}", report.table());
    report.save().expect("target/bench.json");
}

fn pages(office: &Office) -> Vec<(String, bool, String)> {
    let (client, engagement) = (&office.client, office.engagement);
    let both = [
        ("dashboard", "/".to_owned(), "/".to_owned()),
        (
            "engagement",
            format!("/clients/{client}/engagements/{engagement}"),
            format!("/engagements/{engagement}"),
        ),
        (
            "findings, two filters",
            "/findings?status=open&severity=high".to_owned(),
            "/findings?status=open&severity=high".to_owned(),
        ),
        (
            "findings, a search",
            "/findings?q=Finding".to_owned(),
            "/findings?q=Finding".to_owned(),
        ),
    ];
    let named = both.into_iter().flat_map(|(name, ours, theirs)| {
        [
            (format!("{name}, team"), true, ours),
            (format!("{name}, client"), false, theirs),
        ]
    });
    named.collect()
}

async fn open(world: &World, size: usize) -> Office {
    let cast = Cast::play(world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let contact = client.contact(ContactRole::Collaborator);
    let mut engagement = None;
    let mut left = size;
    while left > 0 {
        let some = left.min(MOST);
        let plain = |_, finding: Finding| finding;
        engagement = Some(filled(world, client, owner, some, plain).await);
        left -= some;
    }
    Office {
        team: world.signed_in(&acme.workspace, owner).await,
        portal: world.signed_in(&acme.workspace, contact).await,
        client: client.id.to_string(),
        engagement: engagement.expect("findings"),
    }
}

/// The `n`th page in each office. They take turns, so that what else the machine does
/// meanwhile slows all of them alike.
async fn page(offices: &mut [&mut Office], n: usize) -> Vec<Measured> {
    let mut samples = vec![Samples::default(); offices.len()];
    for run in 0..BEFORE + RUNS {
        for (office, samples) in offices.iter_mut().zip(&mut samples) {
            let (_, by_team, path) = pages(office).swap_remove(n);
            let browser = if by_team {
                &mut office.team
            } else {
                &mut office.portal
            };
            let begun = Instant::now();
            let answer = browser.get(&path).await;
            let took = begun.elapsed();
            assert!(answer.is_good(), "{path}: {}", answer.status);
            samples.take(took, answer, run >= BEFORE);
        }
    }
    samples.into_iter().map(Samples::measured).collect()
}

/// The same hundred findings are due on one day and on another, in turn.
async fn bulk(offices: &mut [&mut Office]) -> Vec<Measured> {
    let mut samples = vec![Samples::default(); offices.len()];
    for version in 1..=CHANGES {
        for (office, samples) in offices.iter_mut().zip(&mut samples) {
            let place = format!("{}.{}", office.client, office.engagement);
            let key = |k| format!("1.{}.{version}", office.engagement.finding(k));
            let keys: Vec<_> = (0..100).map(|k| (format!("c{}", k + 1), key(k))).collect();
            let due = ["2027-03-01", "2027-03-02"][version % 2];
            let mut fields = vec![("what", "due"), ("due", due), ("e1", place.as_str())];
            fields.extend(keys.iter().map(|(name, key)| (name.as_str(), key.as_str())));
            let begun = Instant::now();
            let answer = office.team.post("/findings/bulk", &fields).await;
            let took = begun.elapsed();
            let all = "100 of 100 findings changed";
            assert!(answer.body.contains(all), "{version}: {}", answer.body);
            samples.take(took, answer, true);
        }
    }
    samples.into_iter().map(Samples::measured).collect()
}

/// What was measured of one page in one office.
#[derive(Default, Clone)]
struct Samples {
    times: Vec<Duration>,
    spent: Spent,
    bytes: usize,
}

impl Samples {
    fn take(&mut self, took: Duration, answer: Answer, counts: bool) {
        if counts {
            self.times.push(took);
        }
        (self.spent, self.bytes) = (answer.spent, answer.body.len());
    }

    fn measured(mut self) -> Measured {
        self.times.sort();
        Measured {
            median: self.times[self.times.len() / 2],
            slow: self.times[self.times.len() * 99 / 100],
            spent: self.spent,
            bytes: self.bytes,
        }
    }
}
