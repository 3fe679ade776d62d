//! Puts the templates and the names of the built assets into the binary.

#![allow(clippy::disallowed_methods)] // what cargo tells a build script

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?);

    let templates = root.join("templates");
    let mut files = Vec::new();
    walk(&templates, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&templates).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let _ = writeln!(
            code,
            "    ({name:?}, include_str!({:?})),",
            file.display().to_string()
        );
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

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
