//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Input: the working tree. Output: one line per finding, with file and line. The rules: crates depend on each other
//! only along the edges of [`EDGES`]; no Rust file exceeds [`LONGEST_FILE`] lines; every path that `README.md` and
//! `docs` name exists; every crate forbids unsafe code, except those of [`UNSAFE_CRATES`]; nothing is left undone
//! (`todo!`, `unimplemented!`, `#[ignore]`). Build output, hidden folders and installed packages aren't looked at.

use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::rust_text::{code_only, is_word};

/// Which of our crates each of our crates may depend on. Development dependencies are free.
const EDGES: &[(&str, &[&str])] = &[
    ("ir", &[]),
    ("lowering", &["ir"]),
    ("bundle", &["ir"]),
    ("compiler", &["ir", "lowering", "bundle"]),
    ("runtime", &["ir", "lowering", "bundle", "ptx-machine"]),
    ("ptx-machine", &[]),
    ("cuda-sim", &["ptx-machine"]),
    ("oracle", &["ir", "lowering", "bundle", "compiler", "runtime", "ptx-machine"]),
    ("cli", ALL),
    ("xtask", ALL),
    ("bench", ALL),
];
const ALL: &[&str] = &["ir", "lowering", "bundle", "compiler", "runtime", "ptx-machine", "oracle"];
const PREFIX: &str = "tensorwasm-";

/// Crates that may contain unsafe code: they run machine code, talk to drivers, or are one.
const UNSAFE_CRATES: &[&str] = &["runtime", "lowering", "cuda-sim"];

const LONGEST_FILE: usize = 800;
/// Flat tables that may be longer, by path.
const LONG_TABLES: &[&str] = &[];

const NOT_OURS: &[&str] = &["target", "node_modules"];

#[derive(Debug, PartialEq)]
struct Finding {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path.display(), self.message),
            None => write!(f, "{}: {}", self.path.display(), self.message),
        }
    }
}

pub fn run(root: &Path) -> Result<()> {
    let (files, findings) = inspect(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    ensure!(findings.is_empty(), "{} findings", findings.len());
    println!("tidy: {files} files, nothing found");
    Ok(())
}

/// Applies every rule to the tree; the number of files comes with the findings.
fn inspect(root: &Path) -> Result<(usize, Vec<Finding>)> {
    let mut files = Vec::new();
    walk(root, Path::new(""), &mut files)?;
    files.sort();
    let mut findings = Vec::new();
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_document = path == Path::new("README.md") || (path.starts_with("docs") && name.ends_with(".md"));
        if !(is_document || name == "Cargo.toml" || name.ends_with(".rs")) {
            continue;
        }
        let text = fs::read_to_string(root.join(path)).with_context(|| path.display().to_string())?;
        let mut report = |line: Option<usize>, message: String| {
            findings.push(Finding { path: path.clone(), line, message });
        };
        if is_document {
            dead_paths(root, path, &text, &mut report);
        } else if name == "Cargo.toml" {
            crate_edges(&text, &mut report);
            unsafe_code(root, path, &text, &mut report)?;
        } else {
            file_size(path, &text, &mut report);
            leftovers(&text, &mut report);
        }
    }
    Ok((files.len(), findings))
}

fn walk(root: &Path, inner: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let folder = root.join(inner);
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() && !name.starts_with('.') && !NOT_OURS.contains(&name.as_str()) {
            walk(root, &inner.join(&name), files)?;
        } else if kind.is_file() {
            files.push(inner.join(&name));
        }
    }
    Ok(())
}

type Report<'a> = dyn FnMut(Option<usize>, String) + 'a;

/// The short name of a manifest's package, where it is one of ours.
fn our_crate(manifest: &str) -> Option<&str> {
    let package = manifest.split("[package]").nth(1)?;
    let name = package.lines().find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('='))?;
    name.trim().trim_matches('"').strip_prefix(PREFIX)
}

fn crate_edges(manifest: &str, report: &mut Report) {
    let Some(name) = our_crate(manifest) else { return };
    let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
        report(None, format!("{name} is not in the table of crate edges"));
        return;
    };
    for (line, dependency) in dependencies(manifest) {
        let ours = EDGES.iter().any(|(known, _)| *known == dependency);
        if ours && !allowed.contains(&dependency.as_str()) {
            report(Some(line), format!("{name} must not depend on {dependency}"));
        }
    }
}

/// The crates that a manifest depends on at build time or run time, by line; ours by their short names.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let kinds = ["dependencies", "build-dependencies"];
    let mut found: Vec<(usize, String)> = Vec::new();
    // Within `[dependencies]` every key is a crate; `[dependencies.name]` is one, its keys describe it.
    let mut in_list = false;
    let mut in_single = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let parts: Vec<&str> = header.trim_end_matches(']').split('.').collect();
            in_list = parts.last().is_some_and(|last| kinds.contains(last));
            in_single = parts.len() > 1 && kinds.contains(&parts[parts.len() - 2]);
            if in_single {
                found.push((index + 1, parts[parts.len() - 1].to_owned()));
            }
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let key = key.trim();
            if in_list {
                found.push((index + 1, key.split('.').next().unwrap_or(key).to_owned()));
            }
            let renamed = value.split("package").nth(1).and_then(|after| after.split('"').nth(1));
            let single = (in_single && key == "package").then(|| value.trim().trim_matches('"'));
            if let (Some(package), Some(last)) = (renamed.filter(|_| in_list).or(single), found.last_mut()) {
                last.1 = package.to_owned();
            }
        }
    }
    for (_, name) in &mut found {
        *name = name.trim_matches('"').trim_start_matches(PREFIX).to_owned();
    }
    found
}

fn unsafe_code(root: &Path, path: &Path, manifest: &str, report: &mut Report) -> Result<()> {
    let Some(name) = our_crate(manifest).filter(|name| !UNSAFE_CRATES.contains(name)) else { return Ok(()) };
    let folder = root.join(path).with_file_name("src");
    let Some(top) = ["lib.rs", "main.rs"].iter().map(|file| folder.join(file)).find(|file| file.is_file()) else {
        return Ok(());
    };
    if !code_only(&fs::read_to_string(&top)?).contains("#![forbid(unsafe_code)]") {
        report(None, format!("{name} lacks #![forbid(unsafe_code)] in its top file"));
    }
    Ok(())
}

fn file_size(path: &Path, text: &str, report: &mut Report) {
    let lines = text.lines().count();
    let is_table = LONG_TABLES.iter().any(|table| path == Path::new(table));
    if lines > LONGEST_FILE && !is_table {
        report(None, format!("{lines} lines, {LONGEST_FILE} at most"));
    }
}

fn leftovers(text: &str, report: &mut Report) {
    for (index, line) in code_only(text).lines().enumerate() {
        for name in ["todo!", "unimplemented!"] {
            let mut places = line.match_indices(name).map(|(at, _)| at);
            if places.any(|at| at == 0 || !is_word(line.as_bytes()[at - 1])) {
                report(Some(index + 1), format!("{name} stands here"));
            }
        }
        if line.contains("#[ignore") {
            report(Some(index + 1), "an ignored test".to_owned());
        }
    }
}

/// Paths in a document: the targets of its links, and code spans that start with one of the root's folders.
fn dead_paths(root: &Path, document: &Path, text: &str, report: &mut Report) {
    let folder = document.parent().unwrap_or(Path::new(""));
    let mut in_fence = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
            continue;
        }
        if in_fence {
            continue;
        }
        for target in link_targets(line) {
            let target = target.split('#').next().unwrap_or_default();
            let base = if target.starts_with('/') { Path::new("") } else { folder };
            if !target.is_empty() && !exists(root, base, target) {
                report(Some(index + 1), format!("{target} does not exist"));
            }
        }
        for span in line.split('`').skip(1).step_by(2).filter_map(|span| path_span(root, span)) {
            if !exists(root, Path::new(""), span) && !exists(root, folder, span) {
                report(Some(index + 1), format!("{span} does not exist"));
            }
        }
    }
}

/// Local link targets of a line: `[text](target)` outside code spans, and `[name]: target`.
fn link_targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for prose in line.split('`').step_by(2) {
        targets.extend(prose.split("](").skip(1).filter_map(|after| after.split(')').next()));
    }
    if let Some((name, target)) = line.trim_start().split_once("]: ").filter(|(name, _)| name.starts_with('[')) {
        targets.extend((!name.contains(' ')).then_some(target));
    }
    let targets = targets.into_iter().filter_map(|target| target.split_whitespace().next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

/// A code span as a path, where it is one: its first part is a folder of the root that holds sources, not output.
fn path_span<'a>(root: &Path, span: &'a str) -> Option<&'a str> {
    let (path, line) = span.rsplit_once(':').unwrap_or((span, "0"));
    let path = if line.bytes().all(|byte| byte.is_ascii_digit()) { path } else { span };
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let (first, rest) = path.split_once('/')?;
    let is_path = path.chars().all(plain) && !rest.is_empty() && !first.is_empty() && !first.starts_with('.');
    (is_path && !NOT_OURS.contains(&first) && root.join(first).is_dir()).then_some(path)
}

/// Whether a path exists below the root, `..` included, as long as it doesn't leave it.
fn exists(root: &Path, base: &Path, target: &str) -> bool {
    let mut path = PathBuf::new();
    for part in base.join(target.trim_start_matches('/')).components() {
        let stays_inside = match part {
            Component::ParentDir => path.pop(),
            Component::Normal(part) => {
                path.push(part);
                true
            }
            _ => true,
        };
        if !stays_inside {
            return false;
        }
    }
    root.join(path).exists()
}

#[cfg(test)]
#[path = "tidy_tests.rs"]
mod tests;
