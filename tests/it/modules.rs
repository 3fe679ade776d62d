//! No circles among the modules of a crate: an arrow leads from a file to each file that it
//! names by `crate::`, `super::`, `self::` or a child's name, outside of tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::source::{Token, code_tokens, rust_files, workspace_root};

/// A module's path within its crate; the root is empty.
type ModulePath = Vec<String>;

/// The modules of the crate in `folder`, each with its file.
fn modules(folder: &Path) -> BTreeMap<ModulePath, PathBuf> {
    let src = folder.join("src");
    let mut modules = BTreeMap::new();
    for file in rust_files(&src) {
        let relative = file
            .strip_prefix(&src)
            .expect("below src")
            .with_extension("");
        let mut path: ModulePath = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let is_test = path
            .iter()
            .any(|part| part == "tests" || part.ends_with("_tests"));
        let is_binary = path
            .first()
            .is_some_and(|first| first == "bin" || first == "main");
        if is_test || is_binary {
            continue;
        }
        if path
            .last()
            .is_some_and(|last| last == "mod" || last == "lib")
        {
            path.pop();
        }
        modules.insert(path, file);
    }
    modules
}

/// Where a path that stands in `module` leads: the deepest module that it names.
fn resolve(
    path: &[String],
    module: &ModulePath,
    modules: &BTreeMap<ModulePath, PathBuf>,
) -> Option<ModulePath> {
    let mut rest = path;
    let mut base = match path.first()?.as_str() {
        "crate" => {
            rest = &path[1..];
            vec![]
        }
        "self" => {
            rest = &path[1..];
            module.clone()
        }
        "super" => {
            let mut base = module.clone();
            while rest.first().is_some_and(|part| part == "super") {
                base.pop()?;
                rest = &rest[1..];
            }
            base
        }
        child => {
            let child = [module.as_slice(), &[child.to_owned()]].concat();
            modules.contains_key(&child).then_some(())?;
            module.clone()
        }
    };
    for part in rest {
        base.push(part.clone());
        if !modules.contains_key(&base) {
            base.pop();
            break;
        }
    }
    Some(base)
}

/// Expands the tree of a `use` from `tokens[at..]`, below `prefix`, into full paths.
fn expand_use(tokens: &[Token], at: &mut usize, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(*at) {
        match token {
            Token::Ident(name) if name == "as" => *at += 2,
            Token::Ident(name) => {
                path.push(name.clone());
                *at += 1;
            }
            Token::Open('{') => {
                *at += 1;
                while tokens
                    .get(*at)
                    .is_some_and(|token| *token != Token::Close('}'))
                {
                    expand_use(tokens, at, &path, paths);
                    if tokens.get(*at) == Some(&Token::Punct(',')) {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            Token::Punct(':' | '*') => *at += 1,
            _ => break,
        }
    }
    paths.push(path);
}

/// Every path that a file names.
fn paths(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Ident(word) if word == "use" => {
                at += 1;
                expand_use(tokens, &mut at, &[], &mut paths);
            }
            Token::Ident(first) => {
                // `name::name::name`, where nothing stands before it that it belongs to.
                let continues = at > 0 && tokens[at - 1] == Token::Punct(':');
                let mut path = vec![first.clone()];
                at += 1;
                while let [Token::Punct(':'), Token::Punct(':'), Token::Ident(next), ..] =
                    &tokens[at..]
                {
                    path.push(next.clone());
                    at += 3;
                }
                if path.len() > 1 && !continues {
                    paths.push(path);
                }
            }
            _ => at += 1,
        }
    }
    paths
}

/// The arrows of a crate, each with a path that draws it.
fn arrows(folder: &Path) -> BTreeMap<ModulePath, BTreeMap<ModulePath, String>> {
    let modules = modules(folder);
    let arrows = modules.iter().map(|(module, file)| {
        let tokens = code_tokens(file);
        let mut targets = BTreeMap::new();
        for path in paths(&tokens) {
            if let Some(target) = resolve(&path, module, &modules)
                && target != *module
            {
                targets.insert(target, path.join("::"));
            }
        }
        (module.clone(), targets)
    });
    arrows.collect()
}

/// All modules that can be reached from `start` by arrows.
fn reachable(
    start: &ModulePath,
    arrows: &BTreeMap<ModulePath, BTreeMap<ModulePath, String>>,
) -> BTreeSet<ModulePath> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(module) = open.pop() {
        for target in arrows[module].keys() {
            if seen.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    seen
}

fn circles(folder: &Path) -> Vec<String> {
    let arrows = arrows(folder);
    let reach: BTreeMap<_, _> = arrows
        .keys()
        .map(|module| (module.clone(), reachable(module, &arrows)))
        .collect();
    let mut lines = Vec::new();
    for (from, targets) in &arrows {
        for (to, path) in targets {
            if reach[to].contains(from) {
                lines.push(format!(
                    "{} -> {} by {path}",
                    from.join("::"),
                    to.join("::")
                ));
            }
        }
    }
    lines
}

#[test]
fn modules_of_each_crate_have_no_circles() {
    let root = workspace_root();
    let mut crates = Vec::new();
    for group in ["shared", "functions"] {
        let folders = std::fs::read_dir(root.join(group)).expect("a folder");
        crates.extend(folders.map(|entry| entry.expect("an entry").path()));
    }
    crates.sort();
    assert!(crates.len() >= 18, "{crates:?}");
    for folder in crates {
        assert!(
            !arrows(&folder).is_empty(),
            "{} has no modules",
            folder.display()
        );
        let circles = circles(&folder);
        assert!(
            circles.is_empty(),
            "circles among the modules of {}:\n{}",
            folder.display(),
            circles.join("\n")
        );
    }
}

#[test]
fn a_circle_is_found_by_use_trees_and_by_inline_paths() {
    let folder = std::env::temp_dir().join(format!("modules-{}", std::process::id()));
    let src = folder.join("src");
    std::fs::create_dir_all(&src).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(src.join(name), text).expect("written");
    write("lib.rs", "mod a; mod b; mod c; pub use a::{X, Y as Z};");
    write("a.rs", "use crate::{c::C, b::{self}}; struct X;");
    write("b.rs", "fn f() -> usize { crate::a::g() }");
    write(
        "c.rs",
        "#[cfg(test)] mod tests { use crate::a::X; } // crate::a::X",
    );
    let found = circles(&folder);
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(found, ["a -> b by crate::b::self", "b -> a by crate::a::g"]);
}
