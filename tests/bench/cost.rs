//! What pages and journeys cost in USD: the capacity that `golden/cost.txt` holds, which
//! a test measures, at the list prices of `bench/prices.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::report::Report;

const GOLDEN: &str = include_str!("../golden/cost.txt");
const PRICES: &str = include_str!("prices.toml");
/// Characters of a row's name.
const NAME: usize = 60;
const MILLION: f64 = 1e6;

#[derive(Deserialize)]
struct Prices {
    dated: String,
    region: String,
    read_million: f64,
    write_million: f64,
    lambda_million: f64,
    lambda_gb_second: f64,
    api_million: f64,
    edge_million: f64,
    edge_gb: f64,
    /// What is assumed of a request: how long it runs, in how much memory, and how much
    /// of it leaves, compressed.
    request_seconds: f64,
    request_gb: f64,
    request_bytes: f64,
}

/// A person's visit: rows of the table, and how often each.
struct Journey {
    name: &'static str,
    steps: &'static [(&'static str, f64)],
}

const JOURNEYS: [Journey; 2] = [
    Journey {
        name: "a consultant's day",
        steps: &[
            ("a sign-in", 1.0),
            ("consultants' dashboard, 2000 findings", 6.0),
            ("clients", 3.0),
            ("client", 6.0),
            ("engagement, team, 2000 findings", 15.0),
            ("finding, team", 30.0),
            ("finding form", 8.0),
            ("a new finding", 6.0),
            ("one status change, by the team", 10.0),
            ("thread, team, 200 messages", 6.0),
            ("a message, by the client, 200 messages", 4.0),
            ("documents, team", 3.0),
            ("a file announced, by the client", 1.0),
            ("a file said to be there, by the client", 1.0),
            ("invoices, team, 300 of them", 1.0),
            ("notifications", 4.0),
            // Six hours with a page in front, each ten seconds.
            ("pulse of an engagement, team", 2_160.0),
        ],
    },
    Journey {
        name: "a client's visit",
        steps: &[
            ("a sign-in", 1.0),
            ("portal dashboard, 2000 findings", 2.0),
            ("engagement, client, 2000 findings", 2.0),
            ("finding, client", 6.0),
            ("one status change, by the client", 2.0),
            ("thread, client, 200 messages", 1.0),
            ("a message, by the client, 200 messages", 1.0),
            ("documents, client, 300 of them", 1.0),
            ("a download, by the client", 1.0),
            ("invoice, client", 1.0),
            // Ten minutes: two of them lively, each two seconds, then each ten.
            ("pulse of an engagement, client", 108.0),
        ],
    },
];

#[expect(clippy::unused_async, reason = "as the others are")]
pub(crate) async fn measure(report: &mut Report) {
    let prices: Prices = toml::from_str(PRICES).expect("prices");
    println!(
        "\nUSD per million, at list prices of {} in {}\n{:<52} {:>9} {:>9} {:>10} {:>10}",
        prices.dated, prices.region, "", "read", "write", "table", "everything"
    );
    let rows: BTreeMap<&str, (f64, f64)> = GOLDEN.lines().skip(1).map(row).collect();
    for (name, of) in &rows {
        report_journey(report, &prices, name, (of.0, of.1, 1.0));
    }
    for journey in JOURNEYS {
        let mut sum = (0.0, 0.0, 0.0);
        for (step, times) in journey.steps {
            let (read, write) = rows.get(step).expect("a row of the table");
            sum = (sum.0 + times * read, sum.1 + times * write, sum.2 + times);
        }
        report_journey(report, &prices, journey.name, sum);
    }
}

fn row(line: &'static str) -> (&'static str, (f64, f64)) {
    let (name, numbers) = line.split_at(NAME);
    let mut numbers = numbers
        .split_whitespace()
        .map(|n| n.parse().expect("a number"));
    let mut next = || numbers.next().expect("read and write units");
    (name.trim_end(), (next(), next()))
}

fn report_journey(
    report: &mut Report,
    prices: &Prices,
    name: &str,
    (read, write, requests): (f64, f64, f64),
) {
    let table = read * prices.read_million + write * prices.write_million;
    let running = prices.request_seconds * prices.request_gb * prices.lambda_gb_second * MILLION;
    let leaving = prices.request_bytes / 1e9 * prices.edge_gb * MILLION;
    let each = prices.lambda_million + running + prices.api_million + prices.edge_million + leaving;
    let all = table + requests * each;
    println!("{name:<52} {read:>9} {write:>9} {table:>10.2} {all:>10.2}");
    report.note(format!("cost: {name}: table"), table, "USD per million");
    report.note(format!("cost: {name}: everything"), all, "USD per million");
}
