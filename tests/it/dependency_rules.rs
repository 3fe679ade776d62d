//! Who may depend on whom: `domain ← store ← web ← functions`, `domain ←
//! adapters ← web`; `portal` puts the functions together, `local` runs them, `tests` stands
//! on everything, `hello` on nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::function::FUNCTIONS;

use crate::source::{files, workspace_root};

/// What each crate may use of ours.
fn allowed(name: &str) -> Vec<&'static str> {
    match name {
        "domain" | "hello" => vec![],
        "store" | "adapters" => vec!["domain"],
        "web" => vec!["domain", "store", "adapters"],
        "portal" => [&FUNCTIONS[..], &["web"]].concat(),
        "local" => vec![
            "domain", "store", "adapters", "web", "webhooks", "worker", "portal",
        ],
        "tests" => [
            &FUNCTIONS[..],
            &["domain", "store", "adapters", "web", "portal", "local"],
        ]
        .concat(),
        name if FUNCTIONS.contains(&name) => vec!["domain", "store", "web"],
        name => {
            panic!("{name} has no place in the layers: give it one here and in ARCHITECTURE.md")
        }
    }
}

/// What the rules must never know of.
const IMPURE: [&str; 8] = [
    "tokio",
    "axum",
    "tera",
    "http",
    "lambda_http",
    "rand",
    "futures",
    "hyper",
];

fn metadata() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = Command::new("cargo")
        .args([
            "metadata",
            "--format-version=1",
            "--no-deps",
            "--offline",
            "--locked",
        ])
        .current_dir(root)
        .output();
    let output = cargo.expect("cargo");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("its answer")
}

#[test]
fn crate_dependencies_point_one_way() {
    let metadata = metadata();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let names = dependencies
            .iter()
            .filter(|dependency| dependency["kind"].is_null());
        let names = names
            .filter_map(|dependency| dependency["name"].as_str())
            .map(str::to_owned);
        uses.insert(name, names.collect());
    }
    let ours: BTreeSet<_> = uses.keys().cloned().collect();
    assert_eq!(ours.len(), FUNCTIONS.len() + 8, "{ours:?}");
    for (name, uses) in &uses {
        let allowed = allowed(name);
        for one in uses.intersection(&ours) {
            assert!(allowed.contains(&one.as_str()), "{name} may not use {one}");
        }
    }
    for one in &uses["domain"] {
        assert!(
            !IMPURE.contains(&one.as_str()) && !one.starts_with("aws"),
            "domain uses {one}"
        );
    }
    for (name, uses) in uses
        .iter()
        .filter(|(name, _)| FUNCTIONS.contains(&name.as_str()))
    {
        let sdk = uses.iter().find(|name| name.starts_with("aws"));
        assert_eq!(sdk, None, "{name} speaks to a service past its adapter");
    }
}

#[test]
fn table_keys_and_sdk_calls_stay_in_their_modules() {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/store/src");
    let mut folders = vec![store];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path).expect("source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let spells = [
                "W#", "SES#", "INV#", "SLUG#", "LOGIN#", "RL#", "USER#", "OUTBOX#", "SUP#", "HND#",
            ];
            let spelled = spells.iter().find(|key| code.contains(&format!("\"{key}")));
            assert!(
                spelled.is_none() || path.parent().is_some_and(|it| it.ends_with("keys")),
                "{name} spells {spelled:?}"
            );
            if !["table.rs", "transaction.rs", "schema.rs"].contains(&name.as_str()) {
                assert!(!code.contains(".send()"), "{name} calls the SDK");
            }
        }
    }
}

/// Manifests leave targets without tests out, so that no empty test programs are linked.
#[test]
fn manifest_that_leaves_tests_out_has_none() {
    let mut left_out = 0;
    for manifest in files(&workspace_root(), "toml") {
        if !manifest.ends_with("Cargo.toml") {
            continue;
        }
        let package = manifest.parent().expect("a folder");
        let text = std::fs::read_to_string(&manifest).expect("a manifest");
        let table: toml::Table = toml::from_str(&text).expect("TOML");
        let bins = table.get("bin").and_then(toml::Value::as_array);
        let bins = bins.into_iter().flatten().map(|bin| {
            let path = bin["path"].as_str().expect("a path");
            (bin, vec![package.join(path)])
        });
        let lib = table.get("lib");
        let lib = lib.map(|lib| {
            let root = lib.get("path").and_then(toml::Value::as_str);
            let root = package.join(root.unwrap_or("src/lib.rs"));
            (lib, files(root.parent().expect("a folder"), "rs"))
        });
        for (target, sources) in bins.chain(lib) {
            for (key, marks) in [
                ("test", ["#[test]", "#[tokio::test"]),
                ("doctest", ["/// ```\n", "//! ```\n"]),
            ] {
                if target.get(key).and_then(toml::Value::as_bool) != Some(false) {
                    continue;
                }
                for path in &sources {
                    let text = std::fs::read_to_string(path).expect("a source file");
                    let is_tested = marks.iter().any(|mark| text.contains(mark));
                    assert!(!is_tested, "{key} = false leaves out {}", path.display());
                }
                left_out += 1;
            }
        }
    }
    assert!(left_out > 20, "{left_out} targets");
}
