//! `cargo xtask published --out DIR`: compiles modules that other people publish on npm.
//!
//! Input: the packages of [`PACKAGES`], newest version. Output: their modules in DIR, and a table in Markdown, which
//! `docs/published.md` holds as of a day: how many loops each module has, how many are regions, what declines the others. Each
//! module has a process of its own (`bench/src/published.rs`), which compiles it, validates the result and instantiates it; one
//! that doesn't get through is a finding. A module that a package holds twice counts once; a module inside of a script is
//! skipped with a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{npm, tool};

const PACKAGES: [&str; 11] = [
    "@tensorflow/tfjs-backend-wasm",
    "opencv-wasm",
    "@dimforge/rapier3d",
    "@echogarden/pffft-wasm",
    "@silvia-odwyer/photon",
    "@jsquash/avif",
    "@jsquash/jpeg",
    "@jsquash/oxipng",
    "@jsquash/png",
    "@jsquash/resize",
    "@jsquash/webp",
];

/// The first bytes of every module, as scripts carry them.
const MODULE_IN_BASE64: &str = "AGFzbQ";

#[derive(clap::Args)]
pub struct Options {
    /// The folder that receives the modules.
    #[arg(long)]
    out: PathBuf,
    /// Only this package.
    #[arg(long)]
    only: Option<String>,
}

/// A module that was fetched.
struct Fetched {
    package: String,
    version: String,
    file: String,
    path: PathBuf,
}

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let measuring = tool::measuring(root)?;
    fs::create_dir_all(&options.out)?;
    let wanted = |package: &&&str| options.only.as_ref().is_none_or(|only| *only == **package);
    let mut fetched = Vec::new();
    for package in PACKAGES.iter().filter(wanted) {
        fetched.extend(fetch(package, &options.out).with_context(|| (*package).to_owned())?);
    }
    ensure!(!fetched.is_empty(), "there is nothing to look at");
    let mut rows = Vec::new();
    let mut failures = 0;
    for module in &fetched {
        match examine(&measuring, &module.path) {
            Ok(object) => rows.push((module, object)),
            Err(error) => {
                failures += 1;
                println!("{} {}: {error:#}", module.package, module.file);
            }
        }
    }
    print!("{}", page(&rows)?);
    println!("\n{} of {} modules get through", rows.len(), fetched.len());
    ensure!(failures == 0, "{failures} modules fail");
    Ok(())
}

/// Fetches the modules of one package into `out`, flat, each content once.
fn fetch(package: &str, out: &Path) -> Result<Vec<Fetched>> {
    let short = package.trim_start_matches('@').replace('/', "-");
    let work = std::env::temp_dir().join(format!("tensorwasm-published-{}-{short}", std::process::id()));
    let outcome = fetch_into(package, &short, &work, out);
    fs::remove_dir_all(&work).ok();
    outcome
}

fn fetch_into(package: &str, short: &str, work: &Path, out: &Path) -> Result<Vec<Fetched>> {
    let folder = npm::fetch(package, work)?;
    let about: Value = serde_json::from_slice(&fs::read(folder.join("package.json"))?)?;
    let version = about["version"].as_str().unwrap_or("?").to_owned();
    let mut seen = BTreeSet::new();
    let mut fetched = Vec::new();
    for file in npm::files(&folder, "wasm")? {
        let bytes = fs::read(folder.join(&file))?;
        let file = file.to_string_lossy().into_owned();
        let path = out.join(format!("{short}-{}", file.replace('/', "-")));
        if seen.insert(bytes.clone()) {
            fs::write(&path, bytes)?;
            fetched.push(Fetched { package: package.to_owned(), version: version.clone(), file, path });
        }
    }
    for script in npm::files(&folder, "js")? {
        if String::from_utf8_lossy(&fs::read(folder.join(&script))?).contains(MODULE_IN_BASE64) {
            println!("skipped: {package} holds a module inside of {}", script.display());
        }
    }
    Ok(fetched)
}

fn examine(measuring: &Path, module: &Path) -> Result<Value> {
    let output = Command::new(measuring).arg("module").arg(module).output().context("can't run the measurement")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}, {}", output.status, told.trim());
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn page(rows: &[(&Fetched, Value)]) -> Result<String> {
    let mut page = String::from(
        "| package | version | module | MB | loops | regions | off | shared memory | start |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let (mut reasons, mut off): (BTreeMap<String, u64>, BTreeMap<String, u64>) = Default::default();
    let (mut loops, mut regions, mut shared) = (0, 0, 0);
    for (module, object) in rows {
        let number = |key: &str| object[key].as_u64().with_context(|| format!("no {key}"));
        let is_shared = object["shared_memory"] == true;
        writeln!(
            page,
            "| {} | {} | `{}` | {:.2} | {} | {} | {} | {} | {} |",
            module.package,
            module.version,
            module.file,
            number("bytes")? as f64 / 1e6,
            number("loops")?,
            number("regions")?,
            texts(&object["off"]).count(),
            if is_shared { "yes" } else { "" },
            object["start"].as_str().unwrap_or_default()
        )?;
        loops += number("loops")?;
        regions += number("regions")?;
        shared += u64::from(is_shared);
        for text in texts(&object["off"]) {
            *off.entry(without_numbers(text)).or_default() += 1;
        }
        for (kind, count) in object["reasons"].as_object().into_iter().flatten() {
            *reasons.entry(kind.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }
    writeln!(page, "\n{} modules, {loops} loops, {regions} regions; {shared} have a shared memory.\n", rows.len())?;
    ranking(&mut page, "| reason | loops |", reasons)?;
    if !off.is_empty() {
        page.push('\n');
        ranking(&mut page, "| why a region is off | regions |", off)?;
    }
    Ok(page)
}

/// A table of two columns, the largest count first.
fn ranking(page: &mut String, head: &str, counts: BTreeMap<String, u64>) -> Result<()> {
    writeln!(page, "{head}\n|---|---|")?;
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(text, count)| (u64::MAX - count, text.clone()));
    for (text, count) in counts {
        writeln!(page, "| {text} | {count} |")?;
    }
    Ok(())
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The text with an `N` in place of each number, so that texts that differ in places alone are one.
fn without_numbers(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if plain.ends_with('N') => {}
            true => plain.push('N'),
            false => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each_module_and_a_sum_of_reasons() {
        let module = |file: &str| Fetched {
            package: "p".into(),
            version: "1.2.3".into(),
            file: file.into(),
            path: PathBuf::new(),
        };
        let object = |shared: bool| {
            serde_json::json!({"bytes": 1_234_567, "loops": 10, "regions": 3, "off": ["value 12 is wide"], "shared_memory": shared,
                "start": "instantiates", "reasons": {"address": 2, "operator": 5}})
        };
        let (a, b) = (module("a.wasm"), module("b.wasm"));
        let page = page(&[(&a, object(false)), (&b, object(true))]).unwrap();
        let expected = "| p | 1.2.3 | `a.wasm` | 1.23 | 10 | 3 | 1 |  | instantiates |\n\
            | p | 1.2.3 | `b.wasm` | 1.23 | 10 | 3 | 1 | yes | instantiates |\n\n\
            2 modules, 20 loops, 6 regions; 1 have a shared memory.\n\n\
            | reason | loops |\n|---|---|\n| operator | 10 |\n| address | 4 |\n\n\
            | why a region is off | regions |\n|---|---|\n| value N is wide | 2 |\n";
        assert_eq!(page.split_once("---|\n").unwrap().1, expected);
    }
}
