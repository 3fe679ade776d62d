//! The memory that reading a file of 50 MB takes: far less than 256 MB, whatever the file is made of.
//! One test only, since the memory in use is the process's.
#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test may panic, and prints its figures"
)]

use std::io::{self, Read};

use domain::file::MAX_SCAN_BYTES;
use domain::import::{
    self, ColumnMapping, MAX_SCAN_FINDINGS, ScanError, ScanStreamError, ScanSummary,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that reading may take.
const MOST: usize = 160 * 1024 * 1024;
const RULES: usize = MAX_SCAN_FINDINGS - 10;

/// A file that is generated while it is read.
struct File<'a> {
    row: &'a dyn Fn(usize) -> String,
    close: &'a str,
    text: Vec<u8>,
    at: usize,
    rows: usize,
    left: usize,
}

impl<'a> File<'a> {
    fn new(open: &str, row: &'a dyn Fn(usize) -> String, close: &'a str) -> Self {
        Self {
            row,
            close,
            text: open.as_bytes().to_vec(),
            at: 0,
            rows: 0,
            left: MAX_SCAN_BYTES - open.len() - close.len(),
        }
    }
}

impl Read for File<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() {
            let row = (self.row)(self.rows);
            self.at = 0;
            self.text = if row.len() <= self.left {
                self.left -= row.len();
                self.rows += 1;
                row.into_bytes()
            } else {
                self.left = 0;
                std::mem::take(&mut self.close).as_bytes().to_vec()
            };
        }
        let n = (&self.text[self.at..]).read(buffer)?;
        self.at += n;
        Ok(n)
    }
}

/// Reads the file; gives its summary and the number of findings.
fn measured(name: &str, mut file: File<'_>) -> (Result<ScanSummary, ScanError>, usize) {
    let mapping = ColumnMapping {
        title: "title".to_owned(),
        description: "about".to_owned(),
        asset: "host".to_owned(),
        ..ColumnMapping::default()
    };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut findings = 0;
    let read = import::parse_stream(&mut file, &mapping, |_| findings += 1);
    let took = MEMORY.peak_usage() - before;
    let read = read.map_err(|error| match error {
        ScanStreamError::Refused(refusal) => refusal,
        ScanStreamError::Io(error) => panic!("{error}"),
    });
    let rows = read.as_ref().map_or(0, |summary| summary.rows);
    println!(
        "{name}: {rows} rows, {findings} findings, {:.1} MB in use at most",
        took as f64 / 1024.0 / 1024.0
    );
    assert!(took < MOST, "{name}: {took}");
    (read, findings)
}

type RowWriter = fn(usize, &str) -> String;

/// Name, beginning, a row with a text, end.
const FORMATS: [(&str, &str, RowWriter, &str); 8] = [
    (
        "Nessus",
        "<?xml version=\"1.0\"?>\n<NessusClientData_v2><Report><ReportHost name=\"h\">",
        |n, text| {
            format!(
                "</ReportHost><ReportHost name=\"host{n}.example\"><ReportItem port=\"443\" protocol=\"tcp\" severity=\"{}\" \
                 pluginID=\"{}\" pluginName=\"Plugin {}\"><description>{text}</description><plugin_output>{text}</plugin_output></ReportItem>\n",
                n % 5,
                n % RULES,
                n % RULES
            )
        },
        "</ReportHost></Report></NessusClientData_v2>",
    ),
    (
        "Burp Suite",
        "<issues>",
        |n, text| {
            format!(
                "<issue><type>{}</type><name>Kind</name><host>https://host{n}.example</host><location>/</location><severity>High</severity>\
                 <issueBackground>{text}</issueBackground><issueDetail>{text}</issueDetail></issue>\n",
                n % RULES
            )
        },
        "</issues>",
    ),
    (
        "ZAP (XML)",
        "<OWASPZAPReport><site name=\"https://a.example\"><alerts>",
        |n, text| {
            format!(
                "<alertitem><pluginid>{}</pluginid><name>Alert</name><riskcode>2</riskcode><desc>{text}</desc><instances>\
                 <instance><uri>https://a.example/{n}</uri><evidence>{text}</evidence></instance></instances></alertitem>\n",
                n % RULES
            )
        },
        "</alerts></site></OWASPZAPReport>",
    ),
    (
        "ZAP (JSON, one alert)",
        "{\"site\":[{\"@name\":\"a\",\"alerts\":[{\"pluginid\":\"1\",\"name\":\"Alert\",\"instances\":[{\"uri\":\"b\"}",
        |n, text| format!(",{{\"uri\":\"https://a.example/{n}\",\"evidence\":\"{text}\"}}\n"),
        "]}]}]}",
    ),
    (
        "Nuclei (JSON Lines)",
        "",
        |n, text| {
            format!(
                "{{\"template-id\":\"t{}\",\"info\":{{\"name\":\"Template\",\"severity\":\"low\",\"description\":\"{text}\"}},\
                 \"matched-at\":\"https://host{n}.example\",\"request\":\"{text}\"}}\n",
                n % RULES
            )
        },
        "",
    ),
    (
        "Nuclei (JSON)",
        "[{\"template-id\":\"t\",\"matched-at\":\"a\"}",
        |n, text| {
            format!(
                ",{{\"template-id\":\"t{}\",\"info\":{{\"description\":\"{text}\"}},\"matched-at\":\"https://host{n}.example\"}}\n",
                n % RULES
            )
        },
        "]",
    ),
    (
        // The rules come last, as where names are sorted.
        "SARIF",
        "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{\"ruleId\":\"r\"}",
        |n, text| {
            format!(
                ",{{\"ruleId\":\"r{}\",\"message\":{{\"text\":\"{text}\"}},\"locations\":[{{\"physicalLocation\":{{\"artifactLocation\":{{\"uri\":\"src/{n}.rs\"}}}}}}]}}\n",
                n % RULES
            )
        },
        "],\"tool\":{\"driver\":{\"name\":\"Tool\",\"rules\":[{\"id\":\"r1\"}]}}}]}",
    ),
    (
        "CSV",
        "title,about,host\n",
        |n, text| format!("Title {},\"{text}\",host{n}.example\n", n % RULES),
        "",
    ),
];

#[test]
fn fifty_megabytes_of_any_format_are_read_in_bounded_memory() {
    let long = "words *of* it ".repeat(800);
    for (name, open, row, close) in FORMATS {
        let row = |n| row(n, &long);
        let (read, findings) = measured(name, File::new(open, &row, close));
        let summary = read.expect(name);
        assert!(summary.rows >= findings && findings > 0, "{name}");
    }
    // Many small rows, each of which names another place.
    let row = |n: usize| format!("{},,{n}\n", n % RULES);
    let (read, findings) = measured(
        "CSV of small rows",
        File::new("title,about,host\n", &row, ""),
    );
    assert!(read.is_ok() && findings == RULES);
    // Parts that never end.
    let endless = |_: usize| "words ".repeat(1_000);
    for (name, open) in [
        ("XML text", "<issues><issue><name>"),
        ("XML comment", "<issues><!-- "),
        ("attribute", "<issues><issue name=\""),
        ("JSON text", "{\"template-id\":\"x\",\"info\":{\"name\":\""),
        ("text that isn't looked at", "{\"site\":[],\"other\":\""),
        ("cell", "title,host\n\""),
    ] {
        let (read, _) = measured(name, File::new(open, &endless, ""));
        assert_eq!(read, Err(ScanError::Oversized), "{name}");
    }
    let elements = |_: usize| "<a b=\"\"/>".repeat(100);
    let (read, _) = measured("elements", File::new("<issues><issue>", &elements, ""));
    assert_eq!(read, Err(ScanError::Oversized));
    let objects = |_: usize| "{},".repeat(1_000);
    let open = "{\"runs\":[{\"results\":[{\"locations\":[";
    let (read, _) = measured("locations", File::new(open, &objects, ""));
    assert!(read.is_err());
}
