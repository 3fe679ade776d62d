//! What pages cost in time, capacity and bytes in workspaces of different sizes. Times
//! are of the whole product in this process on one core, its table in memory included.

use std::time::{Duration, Instant};

use domain::finding::Finding;
use domain::id::EngagementId;
use domain::role::{ContactRole, TeamRole};
use store::{CapacityUsed, RequestTimings};
use tests::{Answer, Browser, Fixture, World, create_findings};

use crate::report::Report;

/// How many findings the workspaces have.
const SIZES: [usize; 3] = [200, 2_000, 20_000];
/// Engagements that they are spread over: the largest fill four.
const ENGAGEMENTS: usize = 4;
/// Answers that are timed, after some that aren't.
const RUNS: usize = 60;
const BEFORE: usize = 5;
/// Changes of a hundred findings that are timed.
const CHANGES: usize = 9;

/// A workspace of one size, with somebody of each side.
struct SizedWorkspace {
    team: Browser,
    portal: Browser,
    client: String,
    engagement: EngagementId,
    other: EngagementId,
    _world: World,
}

/// A page, and which side looks at it.
struct Page {
    name: String,
    by_team: bool,
    path: fn(&SizedWorkspace) -> String,
}

/// What was measured of one page in one office.
#[derive(Default, Clone)]
struct Samples {
    times: Vec<Duration>,
    took: RequestTimings,
    spent: CapacityUsed,
    bytes: usize,
}

/// Measures all of it.
pub(crate) async fn measure(report: &mut Report) {
    let mut offices = Vec::new();
    for size in SIZES {
        offices.push(open(size).await);
    }
    println!(
        "\n{:<30} {:>8} {:>9} {:>6} {:>9} {:>6} {:>6} {:>6} {:>6} {:>6} {:>5} {:>7}",
        "page",
        "findings",
        "median",
        "ratio",
        "p99",
        "per s",
        "table",
        "pages",
        "read",
        "write",
        "trips",
        "bytes"
    );
    for page in pages() {
        let samples = measure_page(&mut offices, &page).await;
        report_page(report, &page.name, &samples);
    }
    let samples = change(&mut offices).await;
    report_page(report, "a change of 100 findings", &samples);
}

fn pages() -> Vec<Page> {
    type Path = fn(&SizedWorkspace) -> String;
    let both: [(&str, Path, Path); 7] = [
        ("dashboard", |_| "/".to_owned(), |_| "/".to_owned()),
        (
            "engagement",
            |o| format!("/clients/{}/engagements/{}", o.client, o.engagement),
            |o| format!("/engagements/{}", o.engagement),
        ),
        (
            "findings",
            |_| "/findings".to_owned(),
            |_| "/findings".to_owned(),
        ),
        (
            "findings, two filters",
            |_| "/findings?status=open&severity=high".to_owned(),
            |_| "/findings?status=open&severity=high".to_owned(),
        ),
        (
            "findings, a search",
            |_| "/findings?q=Finding".to_owned(),
            |_| "/findings?q=Finding".to_owned(),
        ),
        (
            "finding",
            |o| {
                let finding = o.engagement.finding_id(7);
                format!(
                    "/clients/{}/engagements/{}/findings/{finding}",
                    o.client, o.engagement
                )
            },
            |o| {
                format!(
                    "/engagements/{}/findings/{}",
                    o.engagement,
                    o.engagement.finding_id(7)
                )
            },
        ),
        (
            "pulse",
            |o| {
                format!(
                    "/clients/{}/engagements/{}/pulse?seen=0",
                    o.client, o.engagement
                )
            },
            |o| format!("/engagements/{}/pulse?seen=0", o.engagement),
        ),
    ];
    let sides = both.into_iter().flat_map(|(name, ours, theirs)| {
        [("team", true, ours), ("client", false, theirs)].map(|(side, by_team, path)| Page {
            name: format!("{name}, {side}"),
            by_team,
            path,
        })
    });
    sides.collect()
}

async fn open(size: usize) -> SizedWorkspace {
    let world = World::new().await;
    let cast = Fixture::create(&world).await;
    let (acme, client) = (&cast.acme, &cast.acme.clients[0]);
    let owner = acme.member(TeamRole::Owner);
    let contact = client.contact(ContactRole::Collaborator);
    let mut engagements = Vec::new();
    for _ in 0..ENGAGEMENTS {
        let plain = |_, finding: Finding| finding;
        engagements.push(create_findings(&world, client, owner, size / ENGAGEMENTS, plain).await);
    }
    SizedWorkspace {
        team: world.signed_in(&acme.workspace, owner).await,
        portal: world.signed_in(&acme.workspace, contact).await,
        client: client.id.to_string(),
        engagement: engagements[0],
        other: engagements[1],
        _world: world,
    }
}

/// A page in each office. They take turns, so that what else the machine does
/// meanwhile slows all of them alike.
async fn measure_page(offices: &mut [SizedWorkspace], page: &Page) -> Vec<Samples> {
    let mut samples = vec![Samples::default(); offices.len()];
    for run in 0..BEFORE + RUNS {
        for (office, samples) in offices.iter_mut().zip(&mut samples) {
            let path = (page.path)(office);
            let browser = if page.by_team {
                &mut office.team
            } else {
                &mut office.portal
            };
            let begun = Instant::now();
            let answer = browser.get(&path).await;
            let took = begun.elapsed();
            assert!(answer.is_good(), "{path}: {}", answer.status);
            samples.take(took, &answer, run >= BEFORE);
        }
    }
    samples
}

/// The same hundred findings of two engagements are due on one day and on another, in turn.
async fn change(offices: &mut [SizedWorkspace]) -> Vec<Samples> {
    let mut samples = vec![Samples::default(); offices.len()];
    for version in 1..=CHANGES {
        for (office, samples) in offices.iter_mut().zip(&mut samples) {
            let places = [office.engagement, office.other];
            let place = places.map(|id| format!("{}.{id}", office.client));
            let key = |k: usize| {
                let finding = places[k % 2].finding_id((k / 2) as u128);
                format!("{}.{finding}.{version}", k % 2 + 1)
            };
            let keys: Vec<_> = (0..100).map(|k| (format!("c{}", k + 1), key(k))).collect();
            let due = ["2027-03-01", "2027-03-02"][version % 2];
            let mut fields = vec![("what", "due"), ("due", due)];
            fields.extend([("e1", place[0].as_str()), ("e2", place[1].as_str())]);
            fields.extend(keys.iter().map(|(name, key)| (name.as_str(), key.as_str())));
            let begun = Instant::now();
            let answer = office.team.post("/findings/bulk", &fields).await;
            let took = begun.elapsed();
            let all = "100 of 100 findings changed";
            assert!(answer.body.contains(all), "{version}: {}", answer.body);
            samples.take(took, &answer, true);
        }
    }
    samples
}

impl Samples {
    fn take(&mut self, took: Duration, answer: &Answer, counts: bool) {
        if counts {
            self.times.push(took);
            self.took.table += answer.took.table;
            self.took.pages += answer.took.pages;
        }
        (self.spent, self.bytes) = (answer.spent, answer.body.len());
    }

    /// The time that `part` of a hundred stay below, in milliseconds.
    fn millis(&self, part: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort();
        let at = (times.len() * part / 100).min(times.len() - 1);
        times[at].as_secs_f64() * 1e3
    }
}

fn report_page(report: &mut Report, name: &str, samples: &[Samples]) {
    let smallest = samples[0].millis(50);
    for (size, of) in SIZES.into_iter().zip(samples) {
        let all: Duration = of.times.iter().sum();
        let share = |part: Duration| 100.0 * part.as_secs_f64() / all.as_secs_f64();
        let (table, pages) = (share(of.took.table), share(of.took.pages));
        let (median, slow) = (of.millis(50), of.millis(99));
        let CapacityUsed {
            read,
            write,
            round_trips,
            ..
        } = of.spent;
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let each_second = of.times.len() as f64 / all.as_secs_f64();
        println!(
            "{name:<30} {size:>8} {median:>6.2} ms {:>6.2} {slow:>6.2} ms {each_second:>6.0} {table:>4.0} % {pages:>4.0} % {read:>6} {write:>6} {round_trips:>5} {:>7}",
            median / smallest,
            of.bytes
        );
        let name = |what: &str| format!("warm: {name}, {size} findings: {what}");
        report.held(name("median"), (median, "ms"), (smallest, "200 findings"));
        report.note(name("p99"), slow, "ms");
        report.note(name("per second and core"), each_second, "requests");
        report.note(name("share of the table"), table, "%");
        report.note(name("share of making the page"), pages, "%");
        report.note(name("read"), read, "read units");
        report.note(name("write"), write, "write units");
        report.note(
            name("round trips"),
            round_trips.into(),
            "calls one after another",
        );
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        report.note(name("page"), of.bytes as f64, "bytes");
    }
}
