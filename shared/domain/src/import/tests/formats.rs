//! Each format: what its example makes.

use super::*;

pub(super) const ZAP_XML: &str = include_str!("../../../tests/data/two_sites.xml");
pub(super) const ZAP_JSON: &str = include_str!("../../../tests/data/two_sites.json");
pub(super) const NUCLEI: &str = include_str!("../../../tests/data/matches.jsonl");
pub(super) const SARIF: &str = include_str!("../../../tests/data/tool.sarif");
pub(super) const CSV: &str = include_str!("../../../tests/data/findings.csv");

/// Title, severity and number of assets of each finding.
fn summary(scan: &Scan) -> Vec<(&str, Severity, usize)> {
    let drafts = drafts(scan).into_iter();
    drafts
        .map(|d| (d.title.as_str(), d.severity, d.assets.len()))
        .collect()
}

#[test]
fn zap_file_of_either_layout_makes_one_finding_per_alert() {
    let scan = parse(ZAP_XML.as_bytes()).expect("readable");
    assert_eq!(parse(ZAP_JSON.as_bytes()), Ok(scan.clone()));
    assert_eq!(
        summary(&scan),
        [
            ("Cross Site Scripting (Reflected)", Severity::High, 3),
            ("X-Content-Type-Options Header Missing", Severity::Low, 1)
        ]
    );
    assert_eq!((scan.scanner.as_str(), scan.rows), ("ZAP", 4));
    assert_eq!(
        scan.remarks,
        ["Left out: 1 × marked as a false positive in ZAP."]
    );
    let worst = &scan.findings[0].content;
    assert_eq!(worst.cwe, Some(79));
    for part in [
        "Input comes back as **markup**.",
        "**GET https://shop.example/search?q=a**\n\nParameter:\n\n```\nq\n```",
        "Evidence:\n\n```\n<script>alert(1)</script>\n```",
    ] {
        assert!(
            worst.description.contains(part),
            "{part}: {}",
            worst.description
        );
    }
    assert_eq!(
        worst.references,
        "- <https://example.com/xss?a=1&b=2>\n- <https://example.com/more>"
    );
    assert_eq!(scan.findings[1].content.assets, ["https://api.example"]);
    assert_eq!(
        scan.findings[0].fingerprint,
        Fingerprint::new("zap", "40012")
    );
    assert_valid(&scan);
}

#[test]
fn nuclei_lines_or_list_make_one_finding_per_template() {
    let scan = parse(NUCLEI.as_bytes()).expect("readable");
    let list = format!(
        "[{}]",
        NUCLEI
            .lines()
            .filter(|l| !l.is_empty())
            .collect::<Vec<_>>()
            .join(",")
    );
    assert_eq!(parse(list.as_bytes()), Ok(scan.clone()));
    assert_eq!(
        summary(&scan),
        [
            (
                "Example Server - Remote Code Execution",
                Severity::Critical,
                2
            ),
            ("Old spelling", Severity::Low, 1),
            ("Technology Detection", Severity::Info, 1)
        ]
    );
    assert_eq!((scan.scanner.as_str(), scan.rows), ("Nuclei", 6));
    assert_eq!(
        scan.remarks,
        ["Left out: 1 × a template that didn't match."]
    );
    let worst = &scan.findings[0].content;
    assert_eq!(worst.cwe, Some(94));
    assert_eq!(worst.vector.as_ref().map(|v| v.score().tenths()), Some(98));
    assert!(
        worst.description.contains("The \\*upload\\* runs")
            && worst.description.contains("uid=0(root)")
    );
    assert_eq!(
        (worst.impact.as_str(), worst.recommendation.as_str()),
        ("Anybody can run commands.", "Update to 1.1.")
    );
    assert_eq!(worst.cves, ["CVE-2026-0002"]);
    assert!(!worst.references.contains("CVE"), "{}", worst.references);
    assert_eq!(
        scan.findings[1].content.references,
        "- <https://example.com/a>\n- <https://example.com/b>"
    );
    let detected = &scan.findings[2].content.description;
    assert!(
        detected.contains(": nginx") && detected.contains(": php"),
        "{detected}"
    );
    assert_eq!(
        scan.findings[2].fingerprint,
        Fingerprint::new("nuclei", "tech-detect")
    );
    assert_valid(&scan);
}

#[test]
fn sarif_log_makes_one_finding_per_rule() {
    let scan = parse(SARIF.as_bytes()).expect("readable");
    assert_eq!(
        summary(&scan),
        [
            ("Query built from input", Severity::Critical, 2),
            ("Weak hash", Severity::Medium, 2),
            ("ex/sql", Severity::Medium, 0),
            ("ex/style", Severity::Info, 0)
        ]
    );
    assert_eq!(
        (scan.scanner.as_str(), scan.rows),
        ("Example Scan, Other (SARIF)", 9)
    );
    assert_eq!(scan.remarks, ["Left out: 1 × suppressed in the file."]);
    let worst = &scan.findings[0].content;
    assert_eq!(
        (worst.cwe, scan.findings[1].content.cwe),
        (Some(89), Some(328))
    );
    assert_eq!(worst.assets, ["src/shop.py:12", "src/shop.py:40"]);
    assert!(
        worst
            .description
            .starts_with("A query is built from \\<input\\>."),
        "{}",
        worst.description
    );
    assert!(
        worst
            .description
            .contains("**src/shop.py:40**\n\nThe value of name")
    );
    assert_eq!(worst.recommendation, "Bind parameters.");
    assert_eq!(worst.references, "- <https://example.com/sql>");
    assert_eq!(
        scan.findings[1].content.assets,
        ["shop.digest", "src/old.py"]
    );
    let newer = SARIF.replace("3.2.1", "4.0.0");
    assert_eq!(
        parse(newer.as_bytes()),
        Ok(scan.clone()),
        "the version is no part of it"
    );
    assert_valid(&scan);
}

#[test]
fn csv_table_makes_one_finding_per_rule_or_title() {
    let columns = parse_columns(CSV.as_bytes())
        .expect("readable")
        .expect("a table");
    assert_eq!(columns.names.len(), 10);
    assert_eq!(columns.examples[1], "Old TLS");
    let guess = ColumnMapping::guess(&columns.names);
    let scan = parse_scan(CSV.as_bytes(), &guess).expect("readable");
    assert_eq!(
        summary(&scan),
        [
            ("Old TLS", Severity::High, 2),
            ("Open relay", Severity::Medium, 1),
            ("No rating", Severity::Info, 1)
        ]
    );
    assert_eq!((scan.scanner.as_str(), scan.rows), ("CSV", 5));
    assert_eq!(scan.remarks.len(), 2, "{:?}", scan.remarks);
    let worst = &scan.findings[0].content;
    assert_eq!(
        (worst.cwe, worst.recommendation.as_str()),
        (Some(326), "Turn it off")
    );
    assert_eq!(
        (worst.cves.concat(), worst.references.as_str()),
        ("CVE-2026-0003".into(), "- <https://example.com/tls>")
    );
    assert!(
        worst.description.contains("TLS 1.0; \\*still\\* on")
            && worst.description.contains("app2.example\n\nOther words"),
        "{}",
        worst.description
    );
    assert_eq!(scan.findings[0].fingerprint, Fingerprint::new("csv", "101"));
    assert_valid(&scan);

    assert_eq!(
        parse_scan(CSV.as_bytes(), &ColumnMapping::default()),
        Err(ScanError::NoTitle)
    );
    let by_title = ColumnMapping {
        rule: String::new(),
        ..guess
    };
    let scan = parse_scan(CSV.as_bytes(), &by_title).expect("readable");
    assert_eq!(scan.findings.len(), 4, "names differ");
    assert_valid(&scan);
}

#[test]
fn vectors_of_any_version_are_scored_and_unreadable_ones_are_remarked() {
    let table = "Title;Severity;CVSS vector\n\
        Two;;AV:N/AC:L/Au:N/C:P/I:P/A:P\n\
        Lower;;cvss:3.0/av:n/ac:l/pr:n/ui:n/s:u/c:h/i:h/a:h\n\
        Temporal;;CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C\n\
        Bare;;9.8\n\
        Broken;low;CVSS:3.1/AV:N\n\
        None;low;N/A\n";
    let columns = parse_columns(table.as_bytes())
        .expect("readable")
        .expect("a table");
    let guess = ColumnMapping::guess(&columns.names);
    let scan = parse_scan(table.as_bytes(), &guess).expect("readable");
    let scored = |title: &str| {
        let mut findings = scan.findings.iter().map(|finding| &finding.content);
        let content = findings
            .find(|content| content.title == title)
            .expect(title);
        let score = content
            .vector
            .as_ref()
            .map(|vector| vector.score().to_string());
        (content.severity, score)
    };
    let score = |score: &str| Some(score.to_owned());
    assert_eq!(scored("Two"), (Severity::High, score("7.5")));
    assert_eq!(scored("Lower"), (Severity::Critical, score("9.8")));
    assert_eq!(scored("Temporal"), (Severity::High, score("8.8")));
    assert_eq!(scored("Bare"), (Severity::Critical, None));
    assert_eq!(scored("Broken"), (Severity::Low, None));
    assert_eq!(
        scan.remarks,
        ["CVSS vectors that can't be read: 2, such as “9.8”. They were left out."]
    );
    assert_valid(&scan);
}

#[test]
fn csv_of_any_spreadsheet_dialect_is_read() {
    let mapping = ColumnMapping {
        title: "Titel".into(),
        severity: "Schwere".into(),
        ..ColumnMapping::default()
    };
    for text in [
        "Titel,Schwere\nPrüfung,high\n",
        "Titel;Schwere\r\nPrüfung;high",
        "Titel\tSchwere\nPrüfung\tHIGH\n",
    ] {
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let utf16 = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            latin.into_owned(),
            utf16.collect(),
        ] {
            let scan = parse_scan(&bytes, &mapping).expect(text);
            assert_eq!(summary(&scan), [("Prüfung", Severity::High, 0)]);
        }
    }
    let odd = parse_columns(b"a,a,,b\n1,2,3\n")
        .expect("readable")
        .expect("a table");
    assert_eq!(odd.names, ["a", "a (column 2)", "(column 3)", "b"]);
    assert_eq!(odd.examples, ["1", "2", "3", ""]);
}

#[test]
fn later_scan_has_same_fingerprints() {
    let fingerprints = |text: &str, mapping: &ColumnMapping| {
        let scan = parse_scan(text.as_bytes(), mapping).expect("readable");
        let mut fingerprints: Vec<_> = scan
            .findings
            .into_iter()
            .map(|finding| finding.fingerprint)
            .collect();
        fingerprints.sort();
        fingerprints
    };
    let none = ColumnMapping::default();
    // Other hosts, ratings and words; the rules stay.
    let nessus = NESSUS
        .replace("app1.example", "new.example")
        .replace("severity=\"4\"", "severity=\"2\"")
        .replace("Remote code", "RCE: code");
    assert_eq!(fingerprints(&nessus, &none), fingerprints(NESSUS, &none));
    let burp = BURP
        .replace("shop.example", "new.example")
        .replace("SQL injection", "SQLi");
    assert_eq!(fingerprints(&burp, &none), fingerprints(BURP, &none));
    let zap = ZAP_JSON
        .replace("shop.example", "new.example")
        .replace("2.16.0", "2.17.0");
    assert_eq!(fingerprints(&zap, &none), fingerprints(ZAP_XML, &none));
    let nuclei: Vec<&str> = NUCLEI.lines().rev().collect();
    assert_eq!(
        fingerprints(&nuclei.join("\n"), &none),
        fingerprints(NUCLEI, &none)
    );
    assert_ne!(fingerprints(NUCLEI, &none), fingerprints(NESSUS, &none));
}
