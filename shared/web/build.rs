//! Puts the templates and the names of the built assets into the binary.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo passes settings by the environment"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env_path("CARGO_MANIFEST_DIR")?
        .join("../..")
        .canonicalize()?;
    let out = env_path("OUT_DIR")?;

    let templates = root.join("templates");
    let mut files = Vec::new();
    list_files(&templates, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&templates).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(file)?;
        // A reader needs no indentation, and a page of fifty rows has a lot of it.
        let lines = text.lines().map(str::trim_start).collect::<Vec<_>>();
        let text = if file.extension().is_some_and(|kind| kind == "html") {
            lines.join("\n")
        } else {
            text
        };
        let _ = writeln!(code, "    ({name:?}, {text:?}),");
    }
    code.push(']');
    fs::write(out.join("templates.rs"), code)?;

    // Before `npm run build` there are no assets: fine for a check, not for a release.
    let manifest = root.join("assets/dist/manifest.json");
    println!("cargo::rerun-if-changed={}", manifest.display());
    let manifest = match fs::read_to_string(&manifest) {
        Ok(text) => text,
        Err(_) if env::var("PROFILE").as_deref() != Ok("release") => "{}".to_owned(),
        Err(error) => return Err(error),
    };
    fs::write(out.join("manifest.json"), manifest)
}

fn env_path(name: &str) -> io::Result<PathBuf> {
    let value = env::var_os(name).ok_or_else(|| io::Error::other(format!("no {name}")))?;
    Ok(value.into())
}

fn list_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list_files(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
