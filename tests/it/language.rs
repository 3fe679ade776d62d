//! One term for one thing: the names of types, functions and files against the glossary.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Token, code_tokens, rust_files, workspace_root};

/// Names that were retired: riddles, or one name for several things. The glossary has the term.
const RETIRED: &[&str] = &[
    "Ask",
    "Around",
    "Both",
    "Came",
    "Deed",
    "Dossier",
    "Frame",
    "Happening",
    "Hearer",
    "Inside",
    "Lane",
    "Leaving",
    "Letter",
    "Life",
    "Machine",
    "Move",
    "Opening",
    "Parts",
    "Payee",
    "Place",
    "Redeemable",
    "Remark",
    "Row",
    "Said",
    "Seen",
    "Shelfful",
    "Shot",
    "Shots",
    "Shown",
    "Side",
    "Sought",
    "Spoken",
    "Spot",
    "Step",
    "Till",
    "Told",
    "Visit",
    "Voice",
    "Wanted",
    "Wish",
    "about",
    "because",
    "books",
    "by_itself",
    "crossing",
    "done_here",
    "dossier",
    "earlier",
    "entrance",
    "fate",
    "fence",
    "fenced",
    "hand_over",
    "kills",
    "letters",
    "look",
    "moves",
    "nights",
    "paper",
    "papers",
    "park",
    "press",
    "ring",
    "rounds",
    "shots",
    "silence",
    "stretch",
    "tell",
    "telling",
    "third_fence",
    "till",
    "told",
    "took",
    "trace",
    "walk",
    "ways",
];

/// Public type names that two shared crates may have, each with its reason.
const SHARED_NAMES: &[(&str, &str)] = &[];

/// A declaration: its keyword, its name, and whether it is `pub` without a restriction.
struct Declaration {
    keyword: String,
    name: String,
    public: bool,
}

fn declarations(tokens: &[Token]) -> Vec<Declaration> {
    let keywords = ["struct", "enum", "trait", "type", "fn", "mod", "union"];
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let [Token::Ident(keyword), Token::Ident(name)] = pair else {
            continue;
        };
        if keywords.contains(&keyword.as_str()) {
            let public = at > 0 && tokens[at - 1] == Token::Ident("pub".to_owned());
            let (keyword, name) = (keyword.clone(), name.clone());
            found.push(Declaration {
                keyword,
                name,
                public,
            });
        }
    }
    found
}

#[test]
fn public_type_names_of_the_shared_crates_are_unique() {
    let shared = workspace_root().join("shared");
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&shared) {
        // An associated type of a trait's implementation is indented, and not `pub`.
        for declaration in declarations(&code_tokens(&file)) {
            let is_type = ["struct", "enum", "trait", "type", "union"]
                .contains(&declaration.keyword.as_str());
            if is_type && declaration.public {
                let place = file.strip_prefix(&shared).expect("below shared");
                let place = place.display().to_string();
                let new = places
                    .entry(declaration.name.clone())
                    .or_default()
                    .insert(place);
                assert!(
                    new,
                    "{} is declared twice in {}",
                    declaration.name,
                    file.display()
                );
            }
        }
    }
    assert!(places.len() > 300, "{} types were found", places.len());
    assert!(
        SHARED_NAMES.len() <= 5,
        "at most five names are allowed twice"
    );
    places.retain(|name, places| {
        places.len() > 1 && !SHARED_NAMES.iter().any(|(allowed, _)| allowed == name)
    });
    assert!(places.is_empty(), "names with two meanings: {places:#?}");
}

#[test]
fn declarations_use_no_retired_name() {
    let root = workspace_root();
    let mut retired = Vec::new();
    for folder in ["shared", "functions", "portal", "local", "tests"] {
        for file in rust_files(&root.join(folder)) {
            let stem = file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if RETIRED.contains(&stem.as_str()) {
                retired.push(format!("the file {}", file.display()));
            }
            for declaration in declarations(&code_tokens(&file)) {
                if RETIRED.contains(&declaration.name.as_str()) {
                    let Declaration { keyword, name, .. } = declaration;
                    retired.push(format!("{keyword} {name} in {}", file.display()));
                }
            }
        }
    }
    assert!(
        retired.is_empty(),
        "retired names, see docs/GLOSSARY.md:\n{}",
        retired.join("\n")
    );
}

#[test]
fn types_of_the_glossary_exist() {
    let root = workspace_root();
    let mut declared = BTreeSet::new();
    for folder in ["shared", "functions"] {
        for file in rust_files(&root.join(folder)) {
            let names = declarations(&code_tokens(&file)).into_iter();
            declared.extend(names.map(|declaration| declaration.name));
        }
    }
    let glossary = std::fs::read_to_string(root.join("docs/GLOSSARY.md")).expect("the glossary");
    let mut terms = 0;
    for line in glossary.lines() {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (Some(_), Some(name), Some(_)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        if let Some(name) = name
            .strip_prefix('`')
            .and_then(|name| name.strip_suffix('`'))
        {
            terms += 1;
            assert!(
                declared.contains(name),
                "the glossary names {name}, which no code declares"
            );
        }
    }
    assert!(terms >= 60, "the glossary has {terms} terms");
}
