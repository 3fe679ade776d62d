//! Real exports and published vectors, where they are at hand: the folder that
//! `SECPORTAL_CORPUS` names, seen from the workspace's root.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests and start-up may panic"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use domain::cvss::CvssVector;
use domain::finding::{FindingContent, FindingInput, Fingerprint};
use domain::import::{self, ColumnMapping};
use domain::severity::Severity;
use domain::stripe::{StripeEvent, StripeEventData};

fn corpus(test: &str) -> Option<PathBuf> {
    let Some(folder) = env::var_os("SECPORTAL_CORPUS") else {
        println!("skipped: {test} needs SECPORTAL_CORPUS");
        return None;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Some(root.join(folder))
}

/// Findings by severity, worst first.
type BySeverity = [usize; 5];
/// Titles by what they are known by.
type Known = BTreeMap<Fingerprint, String>;

fn scan(bytes: &[u8]) -> Result<import::Scan, import::ScanError> {
    let columns = import::parse_columns(bytes)?;
    let mapping = columns.map(|columns| ColumnMapping::guess(&columns.names));
    import::parse_scan(bytes, &mapping.unwrap_or_default())
}

/// Rows and findings of each, counted by other means from the files themselves.
const EXPORTS: [(&str, &str, usize, BySeverity); 9] = [
    ("nessus-many_vuln.nessus", "Nessus", 7, [0, 0, 0, 0, 6]),
    ("burp-seven_findings.xml", "Burp Suite", 16, [0, 3, 0, 2, 2]),
    ("zap-results-first-scan.xml", "ZAP", 15, [0, 4, 3, 4, 4]),
    ("zap-results-second-scan.xml", "ZAP", 18, [0, 4, 3, 6, 5]),
    ("nuclei-many_findings.json", "Nuclei", 18, [0, 0, 1, 1, 5]),
    (
        "semgrepowasp-benchmark-sample.sarif",
        "semgrep (SARIF)",
        1768,
        [0, 0, 7, 0, 0],
    ),
    (
        "suppression_test.sarif",
        "CodeScanner (SARIF)",
        5,
        [0, 0, 2, 0, 0],
    ),
    ("generic_csv_with_epss.csv", "CSV", 1, [0, 0, 0, 1, 0]),
    ("cobalt_many_vuln.csv", "CSV", 9, [0, 0, 0, 0, 9]),
];

#[test]
fn real_exports_make_the_findings_that_are_in_them() {
    let Some(corpus) = corpus("real_exports_make_the_findings_that_are_in_them") else {
        return;
    };
    for (name, scanner, rows, severities) in EXPORTS {
        let bytes = fs::read(corpus.join("scans").join(name)).expect(name);
        let scan = scan(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        let drafts: Vec<&FindingContent> = scan
            .findings
            .iter()
            .map(|finding| &finding.content)
            .collect();
        let of = |severity| {
            drafts
                .iter()
                .filter(|draft| draft.severity == severity)
                .count()
        };
        let made = Severity::ALL.map(of);
        println!(
            "{name}: {} rows, {made:?} by severity, {:?}",
            scan.rows, scan.remarks
        );
        assert_eq!(
            (scan.scanner.as_str(), scan.rows, made),
            (scanner, rows, severities),
            "{name}"
        );
        for draft in drafts {
            let typed = FindingInput::from(draft).parse();
            assert_eq!(typed.as_ref(), Ok(draft), "{name}: {}", draft.title);
        }
    }
}

/// Two runs of ZAP against one target, a while apart.
#[test]
fn second_import_of_real_scan_matches_by_fingerprint() {
    let Some(corpus) = corpus("second_import_of_real_scan_matches_by_fingerprint") else {
        return;
    };
    let run = |name: &str| {
        let bytes = fs::read(corpus.join("scans").join(name)).expect(name);
        let scan = scan(&bytes).expect(name);
        let known = scan
            .findings
            .into_iter()
            .map(|finding| (finding.fingerprint, finding.content.title));
        known.collect::<Known>()
    };
    let (first, second) = (
        run("zap-results-first-scan.xml"),
        run("zap-results-second-scan.xml"),
    );
    let titles = |from: &Known, other: &Known| {
        let only = from.iter().filter(|(known, _)| !other.contains_key(known));
        let mut titles: Vec<String> = only.map(|(_, title)| title.clone()).collect();
        titles.sort();
        titles
    };
    assert_eq!(titles(&first, &second), ["PII Disclosure"]);
    assert_eq!(
        titles(&second, &first),
        [
            "Cookie No HttpOnly Flag",
            "Cookie without SameSite Attribute",
            "NoSQL Injection - MongoDB",
            "Timestamp Disclosure - Unix"
        ]
    );
}

#[test]
fn file_of_unknown_format_is_refused() {
    let Some(corpus) = corpus("file_of_unknown_format_is_refused") else {
        return;
    };
    for entry in fs::read_dir(corpus.join("scans")).expect("scans") {
        let path = entry.expect("entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if EXPORTS.iter().all(|(known, ..)| *known != name) {
            let read = scan(&fs::read(&path).expect("file"));
            println!("{name}: {:?}", read.as_ref().err().map(ToString::to_string));
            let unknown = read.is_err();
            // A table whose columns are known by their names is read as one.
            assert!(
                read.is_ok_and(|scan| scan.scanner == "CSV") || unknown,
                "{name}"
            );
        }
    }
}

#[test]
fn cvss_score_equals_published_score() {
    let Some(corpus) = corpus("cvss_score_equals_published_score") else {
        return;
    };
    for (name, least) in [("vectors_3.1.txt", 2_000), ("vectors_4.0.txt", 1_000)] {
        let text = fs::read_to_string(corpus.join("cvss").join(name)).expect(name);
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (vector, scores) = line.split_once(" - (").expect("vector - (score, …)");
            let score = scores.split([',', ')']).next().expect("score");
            let ours = vector.parse::<CvssVector>().map(|v| v.score().to_string());
            if ours.as_deref() != Ok(score) {
                wrong.push(format!("{vector}: {ours:?}, published {score}"));
            }
            count += 1;
        }
        assert!(
            wrong.is_empty(),
            "{name}: {} of {count} differ: {:#?}",
            wrong.len(),
            wrong.get(..5.min(wrong.len()))
        );
        assert!(count >= least, "{name}: only {count}");
    }
}

#[test]
fn stripes_own_examples_are_read() {
    let Some(folder) = corpus("stripes_own_examples_are_read") else {
        return;
    };
    let text = fs::read(folder.join("stripe/fixtures3.json")).unwrap();
    let fixtures: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let event = |kind: &str, name: &str| {
        let mut event = fixtures["resources"]["event"].clone();
        event["type"] = kind.into();
        event["data"]["object"] = fixtures["resources"][name].clone();
        event
    };
    for (kind, name) in [
        ("checkout.session.completed", "checkout.session"),
        ("payment_intent.payment_failed", "payment_intent"),
        ("refund.updated", "refund"),
        ("charge.dispute.closed", "dispute"),
        ("account.updated", "account"),
        ("plan.created", "plan"),
    ] {
        let mut event = event(kind, name);
        let object = &mut event["data"]["object"];
        // The examples lack what only some sessions, refunds and disputes have.
        for (field, value) in [
            ("amount_total", serde_json::json!(100)),
            ("currency", "eur".into()),
            ("payment_intent", "pi_1".into()),
        ] {
            if object.get(field).is_some_and(serde_json::Value::is_null) {
                object[field] = value;
            }
        }
        let read = StripeEvent::parse(&serde_json::to_vec(&event).unwrap()).unwrap();
        let ours = !matches!(read.data, StripeEventData::Other(_));
        assert_eq!(ours, kind != "plan.created", "{kind}: {:?}", read.data);
    }
}
