//! What the documents name exists: files, types, functions, tests; and their links lead somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::source::{files, workspace_root};

/// Names of other people's products that documents quote and no source of ours does.
const FOREIGN: &[&str] = &[
    "GetFunctionConfiguration", // an action of AWS Lambda
    "whsec_",                   // Stripe's prefix of signing secrets
    "n_co",                     // an attribute's name that ADR 7 shortens
    // Patterns of names.
    "XData",
    "XForm",
    "XInput",
    "XPage",
    "XQuery",
    "subject_condition_result",
];

/// Every document of the repository.
fn documents() -> Vec<PathBuf> {
    let root = workspace_root();
    let mut found = files(&root.join("docs"), "md");
    for entry in std::fs::read_dir(&root).expect("the root") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found
}

/// The text of a document without its fenced blocks.
fn prose(document: &Path) -> String {
    let text = std::fs::read_to_string(document).expect("a document");
    let parts = text.split("```").step_by(2);
    parts.collect::<Vec<_>>().join("\n")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// Every word that stands in a source of ours.
fn source_words() -> BTreeSet<String> {
    let root = workspace_root();
    let mut found = BTreeSet::new();
    let extensions = [
        "rs", "html", "txt", "js", "mjs", "py", "sh", "json", "yaml", "toml", "css",
    ];
    for extension in extensions {
        for file in files(&root, extension) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            found.extend(words(&text).map(str::to_owned));
        }
    }
    for name in ["Makefile", ".ci/run"] {
        let text = std::fs::read_to_string(root.join(name)).expect("a file");
        found.extend(words(&text).map(str::to_owned));
    }
    found
}

/// The texts between single backticks.
fn quoted(prose: &str) -> Vec<&str> {
    prose
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| !text.contains('\n'))
        .collect()
}

/// Whether a word can only be an identifier: `CamelCase` or `snake_case`.
fn is_identifier(word: &str) -> bool {
    let humps = word.chars().filter(char::is_ascii_uppercase).count();
    let camel = word.starts_with(|c: char| c.is_ascii_uppercase())
        && humps >= 2
        && word.chars().any(|c| c.is_ascii_lowercase())
        && !word.contains('_');
    let snake = word.contains('_')
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    camel || snake
}

#[test]
fn identifiers_in_documents_exist_in_the_code() {
    let known = source_words();
    let mut missing = BTreeSet::new();
    let mut checked = 0;
    for document in documents() {
        for text in quoted(&prose(&document)) {
            for word in words(text).filter(|word| is_identifier(word)) {
                checked += 1;
                if !known.contains(word) && !FOREIGN.contains(&word) {
                    let name = document.file_name().unwrap_or_default().to_string_lossy();
                    missing.insert(format!("{word} in {name}"));
                }
            }
        }
    }
    assert!(checked > 200, "{checked} identifiers were checked");
    assert!(
        missing.is_empty(),
        "documents name what doesn't exist: {missing:#?}"
    );
}

#[test]
fn tests_that_documents_name_by_file_exist() {
    let root = workspace_root();
    let mut known = BTreeSet::new();
    for folder in ["shared", "functions", "portal", "local", "tests"] {
        for file in files(&root.join(folder), "rs") {
            let text = std::fs::read_to_string(&file).expect("source");
            let stem = file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
            let folder = folder.to_string_lossy().into_owned();
            let crate_name = file.strip_prefix(&root).expect("below").components().nth(1);
            let crate_name = crate_name
                .expect("a crate")
                .as_os_str()
                .to_string_lossy()
                .into_owned();
            for name in text
                .split("fn ")
                .skip(1)
                .filter_map(|rest| words(rest).next())
            {
                for module in [&stem, &folder, &crate_name] {
                    known.insert(format!("{module}::{name}"));
                }
            }
        }
    }
    let mut missing = BTreeSet::new();
    let mut checked = 0;
    for document in documents() {
        for text in quoted(&prose(&document)) {
            let Some((module, name)) = text.rsplit_once("::") else {
                continue;
            };
            let module = module.rsplit("::").next().unwrap_or_default();
            let snake = |word: &str| {
                !word.is_empty()
                    && word
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            };
            // A test's name has several words; `web::log` is a module.
            if snake(module) && snake(name) && name.contains('_') {
                checked += 1;
                if !known.contains(&format!("{module}::{name}")) {
                    let document = document.file_name().unwrap_or_default().to_string_lossy();
                    missing.insert(format!("{text} in {document}"));
                }
            }
        }
    }
    assert!(checked > 50, "{checked} tests were checked");
    assert!(
        missing.is_empty(),
        "documents name tests that don't exist: {missing:#?}"
    );
}

#[test]
fn paths_in_documents_exist() {
    let root = workspace_root();
    let mut missing = BTreeSet::new();
    for document in documents() {
        for text in quoted(&prose(&document)) {
            let plain = text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let first = text.split('/').next().unwrap_or_default();
            let is_path = text.contains('/') && !first.is_empty() && root.join(first).exists();
            // What is built or installed need not be there.
            let built = ["target/", ".venv", ".data", "assets/dist"];
            let built = built.iter().any(|start| text.starts_with(start));
            if plain && is_path && !built && !root.join(text).exists() {
                let name = document.file_name().unwrap_or_default().to_string_lossy();
                missing.insert(format!("{text} in {name}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "documents name files that don't exist: {missing:#?}"
    );
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut broken = BTreeSet::new();
    let mut checked = 0;
    for document in documents() {
        // A link in backticks is an example of markdown.
        let text: String = prose(&document).split('`').step_by(2).collect();
        for rest in text.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let folder = document.parent().expect("a folder");
            let file = if path.is_empty() {
                document.clone()
            } else {
                folder.join(path)
            };
            let found = file.exists()
                && (fragment.is_empty()
                    || std::fs::read_to_string(&file)
                        .expect("a document")
                        .lines()
                        .filter_map(|line| line.strip_prefix('#'))
                        .any(|line| anchor(line.trim_start_matches('#').trim()) == fragment));
            if !found {
                let name = document.file_name().unwrap_or_default().to_string_lossy();
                broken.insert(format!("{target} in {name}"));
            }
        }
    }
    assert!(checked > 20, "{checked} links were checked");
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}
