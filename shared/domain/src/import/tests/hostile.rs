//! Hostile or broken files: a clear refusal, never a panic.

use super::formats::{CSV, NUCLEI, SARIF, ZAP_JSON, ZAP_XML};
use super::*;

fn guessed(bytes: &[u8]) -> Result<Scan, ScanError> {
    let columns = parse_columns(bytes)?;
    let mapping = columns.map(|columns| ColumnMapping::guess(&columns.names));
    parse_scan(bytes, &mapping.unwrap_or_default())
}

#[test]
fn broken_or_unknown_json_is_refused() {
    let deep = |open: &str| open.repeat(100_000);
    let within = ["{\"site\":", &deep("[{\"alerts\":")].concat();
    let cases: [(&str, ScanError); 14] = [
        ("{", ScanError::Broken { line: 1 }),
        ("{\"runs\":[]}\n{}", ScanError::Broken { line: 2 }),
        (
            "{\"template-id\":\"x\"}\n{\"template-id\":",
            ScanError::Broken { line: 2 },
        ),
        ("[1, 2]", ScanError::Unknown),
        ("[]", ScanError::Unknown),
        ("{\"findings\": []}", ScanError::Unknown),
        ("{\"runs\": []}", ScanError::NoFindings("SARIF")),
        (
            "{\"version\": \"1.0.0\", \"runs\": []}",
            ScanError::Unsupported("SARIF 1.0.0".into()),
        ),
        (
            "{\"runs\": 7}",
            ScanError::Layout {
                scanner: "SARIF",
                line: 1,
            },
        ),
        (
            "{\"runs\": [{\"results\":\n[{\"ruleId\": {}}]}]}",
            ScanError::Layout {
                scanner: "SARIF",
                line: 2,
            },
        ),
        (
            "{\"site\": [{\"alerts\": \"many\"}]}",
            ScanError::Layout {
                scanner: "ZAP",
                line: 1,
            },
        ),
        (
            "{\"template-id\": [\"x\"]}",
            ScanError::Layout {
                scanner: "Nuclei",
                line: 1,
            },
        ),
        (
            "{\"template-id\": \"x\", \"info\": 1e999}",
            ScanError::Broken { line: 1 },
        ),
        (
            "{\"template-id\": \"x\", \"info\": {\"severity\": \"high\"}, \"a\": \"\0\"}",
            ScanError::Broken { line: 1 },
        ),
    ];
    for (text, refusal) in cases {
        assert_eq!(guessed(text.as_bytes()), Err(refusal), "{text}");
    }
    for text in [
        deep("["),
        deep("{\"a\":"),
        within,
        deep("[{\"template-id\":"),
    ] {
        assert!(guessed(text.as_bytes()).is_err(), "{}", &text[..20]);
    }
}

#[test]
fn odd_numbers_and_control_characters_make_plain_findings() {
    let text = "{\"template-id\":\"x\\u0000y\",\"info\":{\"name\":\"N\\u0000\\u001bame\\n\",\"severity\":99999999999999999999999,\
                \"classification\":{\"cvss-score\":-1e300,\"cwe-id\":[123456789012345678901234567890,null,79]}},\"matched-at\":12}";
    let scan = guessed(text.as_bytes()).expect("readable");
    let draft = &scan.findings[0].content;
    assert_eq!(
        (draft.title.as_str(), draft.cwe, draft.severity),
        ("Name", Some(79), Severity::Info)
    );
    assert_eq!(draft.assets, ["12"]);
    assert_valid(&scan);
    let text = "{\"runs\":[{\"results\":[{\"ruleIndex\":-1,\"message\":{\"text\":\"a\"}},{\"ruleIndex\":9000000000000000000,\"ruleId\":\"b\"}]}]}";
    assert_valid(&guessed(text.as_bytes()).expect("readable"));
}

#[test]
fn broken_or_too_large_table_is_refused() {
    let wide = format!("{}\n", "a,".repeat(201));
    let mut many = "name,host\n".to_owned();
    for n in 0..=MAX_SCAN_FINDINGS {
        many = many + &n.to_string() + ",h\n";
    }
    let cases: [(&str, ScanError); 7] = [
        ("just words", ScanError::Unknown),
        ("PK\u{3}\u{4}zip", ScanError::Unknown),
        ("name,host\0\nx,y", ScanError::Unknown),
        ("name,host\n", ScanError::NoFindings("CSV")),
        ("colour,shape\nred,round\n", ScanError::NoTitle),
        (&wide, ScanError::TooManyColumns(200)),
        (&many, ScanError::TooMany),
    ];
    for (text, refusal) in cases {
        assert_eq!(guessed(text.as_bytes()), Err(refusal), "{}", &text[..9]);
    }
    let quoted = guessed(b"name,host\n\"never closed,h\nx,y\n").expect("one long cell");
    assert_eq!(quoted.findings.len(), 1);
}

#[test]
fn truncated_json_or_zap_xml_is_refused() {
    for text in [ZAP_XML, ZAP_JSON, SARIF] {
        let end = text.trim_end().len();
        for length in (0..end).filter(|at| text.is_char_boundary(*at)) {
            assert!(
                guessed(&text.as_bytes()[..length]).is_err(),
                "cut at {length}"
            );
        }
    }
}

/// A few bytes of a good file changed, doubled or left out.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let texts = vec![NESSUS, BURP, ZAP_XML, ZAP_JSON, NUCLEI, SARIF, CSV];
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_usize);
    let changes = proptest::collection::vec(change, 1..6);
    (prop::sample::select(texts), changes).prop_map(|(text, changes)| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => {
                    let again = bytes[at..bytes.len().min(at + 40)].to_vec();
                    bytes.splice(at..at, again);
                }
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(crate::testing::config())]

    #[test]
    fn damaged_file_is_refused_or_makes_content_that_form_accepts(bytes in damaged()) {
        if let Ok(scan) = guessed(&bytes) {
            assert_valid(&scan);
        }
    }

    #[test]
    fn any_json_or_csv_texts_make_content_that_form_accepts(
        name in "\\PC{0,300}|[\\x00-\\x7f]{0,60}",
        text in "(\\PC|[\n\r\t`*<&\"'])*{0,400}",
        rule in "\\PC{0,40}|CVE-2026-[0-9]{0,12}",
    ) {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let (n, t, r) = (json(&name), json(&text), json(&rule));
        let nuclei = format!(
            "{{\"template-id\":{r},\"info\":{{\"name\":{n},\"severity\":{t},\"description\":{t},\"impact\":{t},\"remediation\":{t},\
             \"reference\":[{t},{r}],\"classification\":{{\"cwe-id\":{r},\"cve-id\":{r},\"cvss-metrics\":{t}}}}},\
             \"matched-at\":{n},\"extracted-results\":[{t}],\"matcher-name\":{n}}}"
        );
        let zap = format!(
            "{{\"site\":{{\"@name\":{n},\"alerts\":[{{\"alertRef\":{r},\"name\":{n},\"desc\":{t},\"solution\":{t},\"reference\":{t},\
             \"otherinfo\":{t},\"riskcode\":\"3\",\"instances\":[{{\"uri\":{n},\"param\":{t},\"evidence\":{t}}}]}}]}}}}"
        );
        let sarif = format!(
            "{{\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":{n},\"rules\":[{{\"id\":{r},\"shortDescription\":{{\"text\":{t}}},\
             \"help\":{{\"text\":{t}}},\"helpUri\":{t},\"properties\":{{\"tags\":[{t},{r}]}}}}]}}}},\"results\":[{{\"ruleId\":{r},\"message\":{{\"text\":{t}}},\
             \"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":{n}}}}}}}]}}]}}]}}"
        );
        for file in [nuclei, zap, sarif] {
            let scan = guessed(file.as_bytes());
            prop_assert!(scan.is_ok(), "{scan:?} {file}");
            assert_valid(&scan.expect("just checked"));
        }
        let cell = |text: &str| format!("\"{}\"", text.replace('\0', "").replace('"', "\"\""));
        let table = format!("title,severity,description,asset,cwe,references\nx{},{},{},{},{},{}\n", cell(&name).replace('"', ""), cell(&text), cell(&text), cell(&name), cell(&rule), cell(&text));
        if let Ok(scan) = guessed(table.as_bytes()) {
            assert_valid(&scan);
        }
    }

    #[test]
    fn any_bytes_after_good_beginning_are_parsed_without_panic(
        start in prop::sample::select(vec!["{", "[", "<", "a,b\n", "{\"runs\":", "[{\"site\":", "\u{feff}{\"template-id\":"]),
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = guessed(&[start.as_bytes(), &bytes].concat());
    }
}
