mod formats;
mod hostile;

use super::*;
use crate::file::MAX_SCAN_BYTES;
use crate::finding::{FindingContent, FindingInput, Fingerprint};
use crate::severity::Severity;
use proptest::prelude::*;

const NESSUS: &str = include_str!("../../tests/data/two_hosts.nessus");
const BURP: &str = include_str!("../../tests/data/three_issues.xml");

fn parse(bytes: &[u8]) -> Result<Scan, ScanError> {
    parse_scan(bytes, &ColumnMapping::default())
}

fn drafts(scan: &Scan) -> Vec<&FindingContent> {
    scan.findings
        .iter()
        .map(|finding| &finding.content)
        .collect()
}

/// Asserts that the form accepts every content of a scan, and that fingerprints are distinct.
fn assert_valid(scan: &Scan) {
    let mut seen = std::collections::BTreeSet::new();
    for ScannedFinding {
        content,
        fingerprint,
    } in &scan.findings
    {
        assert_eq!(
            FindingInput::from(content).parse().as_ref(),
            Ok(content),
            "{}",
            content.title
        );
        assert!(seen.insert(fingerprint), "{fingerprint} twice");
        assert_eq!(fingerprint.as_str().parse().as_ref(), Ok(fingerprint));
    }
}

#[test]
fn nessus_vector_of_any_version_is_read() {
    let vector = |text: &str| {
        let scan = parse(text.as_bytes()).expect("readable");
        let vector = scan.findings[0].content.vector.clone();
        vector.map(|vector| (vector.as_str().to_owned(), vector.score().to_string()))
    };
    let older = NESSUS.replace("CVSS:3.1/", "CVSS:3.0/");
    let older = vector(&older).expect("a vector");
    assert!(older.0.starts_with("CVSS:3.0/"), "{}", older.0);
    assert_eq!(Some(older.1), vector(NESSUS).map(|(_, score)| score));
    let of_2 = "<cvss_vector>CVSS2#AV:N/AC:L/Au:N/C:C/I:C/A:C</cvss_vector>";
    let (start, rest) = NESSUS.split_once("<cvss3_vector>").expect("one");
    let (_, end) = rest.split_once("</cvss3_vector>").expect("its end");
    let of_2 = vector(&format!("{start}{of_2}{end}"));
    assert_eq!(
        of_2,
        Some(("AV:N/AC:L/Au:N/C:C/I:C/A:C".into(), "10.0".into()))
    );
}

#[test]
fn nessus_file_makes_one_finding_per_plugin() {
    let scan = parse(NESSUS.as_bytes()).expect("readable");
    let titles: Vec<_> = drafts(&scan)
        .into_iter()
        .map(|d| (d.title.as_str(), d.severity, d.assets.len()))
        .collect();
    assert_eq!(
        titles,
        [
            (
                "Remote code execution in <Example Server>",
                Severity::Critical,
                2
            ),
            ("Scan information", Severity::Info, 1)
        ]
    );
    let worst = &scan.findings[0].content;
    assert_eq!(
        (scan.scanner.as_str(), scan.rows, worst.cwe),
        ("Nessus", 3, Some(94))
    );
    assert_eq!(
        worst
            .vector
            .as_ref()
            .map(|v| v.score().to_string())
            .as_deref(),
        Some("9.8")
    );
    assert_eq!(
        worst.assets,
        ["app1.example:443/tcp", "app2.example:8443/tcp"]
    );
    assert!(
        worst.description.contains("\\<Example Server\\>")
            && worst.description.contains("```\nbanner: 1.0")
    );
    assert!(
        worst
            .references
            .contains("- <https://example.com/advisory>")
            && !worst.references.contains("CVE")
    );
    assert_eq!(worst.cves, ["CVE-2026-0001"]);
    assert_valid(&scan);
}

#[test]
fn burp_file_makes_one_finding_per_issue_type() {
    let scan = parse(BURP.as_bytes()).expect("readable");
    let titles: Vec<_> = drafts(&scan)
        .into_iter()
        .map(|d| (d.title.as_str(), d.severity, d.assets.len()))
        .collect();
    assert_eq!(
        titles,
        [
            ("SQL injection", Severity::High, 2),
            ("Cookie without flag", Severity::Low, 1)
        ]
    );
    let worst = &scan.findings[0].content;
    assert_eq!((worst.cwe, scan.rows), (Some(89), 3));
    assert!(
        worst.description.contains("The **id** parameter"),
        "{}",
        worst.description
    );
    assert!(!worst.description.contains("R0VU"), "requests are left out");
    assert_valid(&scan);
}

#[test]
fn hostile_or_wrong_file_is_refused() {
    let laughs = r#"<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><issues>&lol2;</issues>"#;
    let external = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><issues><issue><name>&e;</name></issue></issues>"#;
    let parameter = r#"<!DOCTYPE x [<!ENTITY % p SYSTEM "http://a.example/x.dtd"> %p;]><issues/>"#;
    let undeclared = "<issues><issue><name>&e;</name></issue></issues>";
    let deep = "<a>".repeat(5_000);
    let cases: [(&[u8], ScanError); 13] = [
        (b"", ScanError::Empty),
        (b" \n", ScanError::Empty),
        (b"PK\x03\x04zip", ScanError::Unknown),
        (b"<issues>\0</issues>", ScanError::Unknown),
        (laughs.as_bytes(), ScanError::XmlEntities),
        (external.as_bytes(), ScanError::XmlEntities),
        (parameter.as_bytes(), ScanError::XmlEntities),
        (undeclared.as_bytes(), ScanError::XmlEntities),
        (deep.as_bytes(), ScanError::TooDeep),
        (
            b"<issues>\n<issue><name>x</issue>",
            ScanError::Broken { line: 2 },
        ),
        (b"<issues/><issues/>", ScanError::Broken { line: 1 }),
        (b"<issues></issues>", ScanError::NoFindings("Burp Suite")),
        (
            b"<?xml version='1.0' encoding='UTF-8'?><issues>\xff</issues>",
            ScanError::Encoding("UTF-8".to_owned()),
        ),
    ];
    for (bytes, refusal) in cases {
        assert_eq!(
            parse(bytes),
            Err(refusal),
            "{}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(80)])
        );
    }
    assert_eq!(
        parse(&vec![b'<'; MAX_SCAN_BYTES + 1]),
        Err(ScanError::TooLarge)
    );
    assert!(
        matches!(parse(b"<feed/>"), Err(ScanError::Unsupported(words)) if words.contains("feed"))
    );
}

#[test]
fn truncated_xml_is_refused() {
    for text in [NESSUS, BURP] {
        let end = text.trim_end().len();
        for length in (0..end).filter(|at| text.is_char_boundary(*at)) {
            assert!(
                parse(&text.as_bytes()[..length]).is_err(),
                "cut at {length}"
            );
        }
    }
}

#[test]
fn declared_encoding_is_decoded() {
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(BURP.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(parse(&utf16), parse(BURP.as_bytes()));
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><issues><issue><type>1</type><name>Pr\xfcfung</name><host>h</host></issue></issues>";
    assert_eq!(
        parse(latin)
            .map(|scan| scan.findings[0].content.title.clone())
            .as_deref(),
        Ok("Prüfung")
    );
}

#[test]
fn file_with_too_many_findings_is_refused() {
    let issue =
        |n: usize| format!("<issue><type>{n}</type><name>n{n}</name><host>h</host></issue>");
    let file = |n: usize| format!("<issues>{}</issues>", (0..n).map(issue).collect::<String>());
    assert_eq!(
        parse(file(MAX_SCAN_FINDINGS).as_bytes()).map(|scan| scan.findings.len()),
        Ok(MAX_SCAN_FINDINGS)
    );
    assert_eq!(
        parse(file(MAX_SCAN_FINDINGS + 1).as_bytes()),
        Err(ScanError::TooMany)
    );
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn any_xml_texts_make_content_that_form_accepts(
        name in "\\PC{0,300}|[\\x00-\\x7f]{0,60}",
        text in "(\\PC|[\n\r\t`*<&])*{0,400}",
        host in "\\PC{0,600}",
    ) {
        let escape = |text: &str| {
            let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')).collect();
            text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
        };
        let (name, text, host) = (escape(&name), escape(&text), escape(&host));
        let nessus = format!(
            "<NessusClientData_v2><Report><ReportHost name=\"{host}\"><ReportItem port=\"1\" protocol=\"tcp\" severity=\"2\" \
             pluginID=\"7\" pluginName=\"{name}\"><description>{text}</description><plugin_output>{text}</plugin_output>\
             <see_also>{text}</see_also></ReportItem></ReportHost></Report></NessusClientData_v2>"
        );
        let burp = format!(
            "<issues><issue><type>1</type><name>{name}</name><host>{host}</host><severity>High</severity>\
             <issueBackground>{text}</issueBackground><issueDetail>{text}</issueDetail></issue></issues>"
        );
        for file in [nessus, burp] {
            let scan = parse(file.as_bytes());
            prop_assert!(scan.is_ok(), "{scan:?}");
            assert_valid(&scan.expect("just checked"));
        }
    }

    #[test]
    fn any_bytes_are_parsed_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }
}
