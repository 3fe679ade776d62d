//! `docs/REFERENCE.md` is made from the code: settings, limits and rate limits.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use web::log::LogSettings;
use web::{Config, SETTINGS, StripeConfig};

use crate::golden::assert_golden;
use crate::source::{rust_files, workspace_root};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/REFERENCE.md");

/// A constant with its documentation, as the source has it.
struct Constant {
    name: String,
    value: String,
    meaning: String,
    file: String,
}

/// Whether a constant's name says that it bounds something.
fn is_limit(name: &str) -> bool {
    let ends = [
        "_LIFETIME",
        "_WINDOW",
        "RETENTION",
        "_PERIOD",
        "_INTERVAL",
        "_DAYS",
        "_TRIES",
    ];
    name.starts_with("MAX_") || name == "PAGE_SIZE" || ends.iter().any(|end| name.ends_with(end))
}

/// The documentation comment that ends at `line`.
fn doc_comment(lines: &[&str], line: usize) -> String {
    let above = lines[..line].iter().rev();
    let mut doc: Vec<&str> = above
        .map_while(|line| line.trim().strip_prefix("///"))
        .map(str::trim)
        .collect();
    doc.reverse();
    doc.join(" ")
}

/// The constants of a file that bound something.
fn constants(file: &Path, root: &Path) -> Vec<Constant> {
    let text = std::fs::read_to_string(file).expect("source");
    let text = text.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let declared = line
            .trim()
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ");
        let Some((name, rest)) = declared
            .strip_prefix("const ")
            .and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        let Some((_, value)) = rest.split_once(" = ") else {
            continue;
        };
        let doc = doc_comment(&lines, at);
        if is_limit(name) && value.ends_with(';') && !doc.is_empty() {
            let value = value
                .trim_end_matches(';')
                .replace("SignedDuration::from_", "");
            found.push(Constant {
                name: name.to_owned(),
                value: value.replace("jiff::", ""),
                meaning: doc.replace('|', "\\|"),
                file: file
                    .strip_prefix(root)
                    .expect("below the root")
                    .display()
                    .to_string(),
            });
        }
    }
    found
}

/// The rate limits of a file: rule, most, window.
fn rate_limits(text: &str) -> Vec<[String; 3]> {
    let field = |block: &str, name: &str| {
        let start = block.find(&format!("{name}: "))? + name.len() + 2;
        let value = block[start..].split([',', '\n']).next()?;
        Some(value.trim_matches('"').to_owned())
    };
    let blocks = text.split("rule: \"").skip(1).filter_map(|rest| {
        let block = format!("rule: \"{}", rest.split('}').next()?);
        let window = field(&block, "window")?.replace("jiff::", "");
        let window = window.replace("SignedDuration::from_", "");
        Some([field(&block, "rule")?, field(&block, "most")?, window])
    });
    blocks.collect()
}

fn document() -> String {
    let root = workspace_root();
    let mut text = String::from(
        "# Reference\n\nMade from the code by `tests/it/reference.rs`; `make golden` writes it.\n\n\
         ## Settings of a function\n\nRead from the environment once, at the start. A missing \
         setting ends the process and is named.\n\n| setting | meaning |\n|---|---|\n",
    );
    for (name, meaning) in SETTINGS {
        let _ = writeln!(text, "| `{name}` | {meaning} |");
    }
    let mut files = Vec::new();
    for folder in ["shared", "functions"] {
        files.extend(rust_files(&root.join(folder)));
    }
    files.retain(|file| {
        let path = file.strip_prefix(&root).expect("below the root");
        !path.ends_with("tests.rs") && !path.components().any(|part| part.as_os_str() == "tests")
    });
    text.push_str("\n## Limits\n\n| constant | value | meaning | file |\n|---|---|---|---|\n");
    let mut count = 0;
    for file in &files {
        for Constant {
            name,
            value,
            meaning,
            file,
        } in constants(file, &root)
        {
            let _ = writeln!(text, "| `{name}` | `{value}` | {meaning} | `{file}` |");
            count += 1;
        }
    }
    assert!(count > 40, "{count} limits were found");
    text.push_str("\n## Rate limits\n\n| rule | uses | within | file |\n|---|---|---|---|\n");
    for file in &files {
        let source = std::fs::read_to_string(file).expect("source");
        let name = file.strip_prefix(&root).expect("below the root").display();
        for [rule, most, window] in rate_limits(&source) {
            let _ = writeln!(text, "| `{rule}` | {most} | `{window}` | `{name}` |");
        }
    }
    text
}

#[test]
fn settings_table_names_exactly_the_settings_that_are_read() {
    let asked = RefCell::new(BTreeSet::new());
    let get = |name: &'static str| {
        asked.borrow_mut().insert(name);
        Some(match name {
            "SECRET_KEY" => "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
            "MAIL_FROM" => "portal@secportal.example".to_owned(),
            "STRIPE_FEE_PERCENT" => "1.5".to_owned(),
            name => name.to_owned(),
        })
    };
    Config::read(get).expect("settings");
    StripeConfig::read(&get).expect("settings");
    let _ = LogSettings::read(get, LogSettings::default());
    let listed: BTreeSet<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, *asked.borrow());
    assert_golden(REFERENCE, &document());
}
