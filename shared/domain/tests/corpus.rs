//! Real exports and published vectors, where they are at hand: the folder that
//! `SECPORTAL_CORPUS` names, seen from the workspace's root.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods
)]

use std::path::{Path, PathBuf};
use std::{env, fs};

use domain::import;
use domain::score::Vector;

fn corpus(test: &str) -> Option<PathBuf> {
    let Some(folder) = env::var_os("SECPORTAL_CORPUS") else {
        println!("skipped: {test} needs SECPORTAL_CORPUS");
        return None;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Some(root.join(folder))
}

#[test]
fn real_exports_make_the_findings_that_are_in_them() {
    let Some(corpus) = corpus("real_exports_make_the_findings_that_are_in_them") else {
        return;
    };
    // Nessus: seven rows, one plugin on two ports. Burp: sixteen issues of seven types.
    for (name, rows, drafts) in [
        ("nessus-many_vuln.nessus", 7, 6),
        ("burp-seven_findings.xml", 16, 7),
    ] {
        let bytes = fs::read(corpus.join("scans").join(name)).expect(name);
        let scan = import::read(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!((scan.rows, scan.drafts.len()), (rows, drafts), "{name}");
    }
}

#[test]
fn other_files_are_refused() {
    let Some(corpus) = corpus("other_files_are_refused") else {
        return;
    };
    for entry in fs::read_dir(corpus.join("scans")).expect("scans") {
        let path = entry.expect("entry").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.starts_with("nessus") && !name.starts_with("burp") {
            assert!(
                import::read(&fs::read(&path).expect("file")).is_err(),
                "{name}"
            );
        }
    }
}

#[test]
fn vectors_get_their_published_scores() {
    let Some(corpus) = corpus("vectors_get_their_published_scores") else {
        return;
    };
    for (name, least) in [("vectors_3.1.txt", 2_000), ("vectors_4.0.txt", 1_000)] {
        let text = fs::read_to_string(corpus.join("cvss").join(name)).expect(name);
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (vector, scores) = line.split_once(" - (").expect("vector - (score, …)");
            let score = scores.split([',', ')']).next().expect("score");
            let ours = vector.parse::<Vector>().map(|v| v.score().to_string());
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
