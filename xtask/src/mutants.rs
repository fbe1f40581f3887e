//! `cargo xtask mutants`: whether the oracle finds seeded faults, one after another.
//!
//! Input: `oracle/mutants.json`, which names each fault with the soundness rule that it breaks, and modules of the corpus. The
//! faults are places in the sources (`ir/src/faults.rs`) of a build that nobody else uses. Each is hunted in a process
//! of its own (`oracle/examples/mutant.rs`), because a faulty kernel may bring its process down, which is a find too.
//! Output: a line for each fault (what found it, and after how many cases), and the last line, `mutants N caught M`. A
//! fault that isn't found is a finding, and so is one whose code wasn't reached, a name in the sources that the list
//! doesn't have, or an unmutated build in which something differs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

#[derive(clap::Args)]
pub struct Options {
    /// Only faults whose names contain this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Only every N-th fault.
    #[arg(long, default_value_t = 1, value_name = "N")]
    sample: usize,
    /// Cases in which a fault must be found.
    #[arg(long, default_value_t = 2000)]
    cases: u64,
    /// Processes at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Optimise the build: for all faults at once it pays.
    #[arg(long)]
    release: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    /// Modules of the corpus, which take turns with generated programs.
    modules: Vec<PathBuf>,
    mutants: Vec<Mutant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    name: String,
    rule: String,
    about: String,
}

/// What became of a fault.
struct Hunt {
    by: Option<String>,
    cases: u64,
    reached: u64,
}

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let catalogue = read(root)?;
    let tool = build(root, options.release)?;
    let control = hunt(root, &tool, &catalogue, options.cases, "none")?;
    ensure!(control.by.is_none(), "without a fault something differs: {}", control.by.unwrap_or_default());
    let wanted = |mutant: &&Mutant| options.only.as_ref().is_none_or(|text| mutant.name.contains(text));
    let mutants: Vec<&Mutant> = catalogue.mutants.iter().filter(wanted).step_by(options.sample.max(1)).collect();
    let (next, caught) = (AtomicUsize::new(0), Mutex::new(0));
    let work = || {
        while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            let line = match hunt(root, &tool, &catalogue, options.cases, &mutant.name) {
                Ok(Hunt { by: Some(by), cases, .. }) => {
                    *caught.lock().expect("no thread panics while it holds the lock") += 1;
                    format!("caught after {cases} cases by {by}")
                }
                Ok(Hunt { cases, reached: 0, .. }) => format!("NOT REACHED in {cases} cases: {}", mutant.about),
                Ok(Hunt { cases, reached, .. }) => {
                    format!("MISSED in {cases} cases, reached {reached} times: {}", mutant.about)
                }
                Err(error) => format!("NOT RUN: {error:#}"),
            };
            println!("{} ({}): {line}", mutant.name, mutant.rule);
        }
    };
    std::thread::scope(|scope| (0..options.jobs.max(1)).for_each(|_| drop(scope.spawn(work))));
    let caught = caught.into_inner().expect("no thread panics while it holds the lock");
    println!("mutants {} caught {caught}", mutants.len());
    ensure!(caught == mutants.len(), "{} aren't caught", mutants.len() - caught);
    Ok(())
}

/// The catalogue, which names exactly the faults of the sources.
fn read(root: &Path) -> Result<Catalogue> {
    let text = fs::read_to_string(root.join("oracle/mutants.json")).context("can't read oracle/mutants.json")?;
    let catalogue: Catalogue = serde_json::from_str(&text).context("oracle/mutants.json")?;
    let mut seeded = BTreeSet::new();
    for part in ["ir/src", "compiler/src", "lowering/src", "runtime/src", "bundle/src"] {
        collect(&root.join(part), &mut seeded)?;
    }
    let listed: BTreeSet<&str> = catalogue.mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    ensure!(listed.len() == catalogue.mutants.len(), "oracle/mutants.json names a fault twice");
    // Those of guards are made of what the guards protect.
    let made = |name: &&&str| !name.starts_with("guard-");
    for name in listed.iter().filter(made) {
        ensure!(seeded.contains(*name), "oracle/mutants.json names `{name}`, which no source has");
    }
    let unlisted: Vec<&String> = seeded.iter().filter(|name| !listed.contains(name.as_str())).collect();
    ensure!(unlisted.is_empty(), "oracle/mutants.json doesn't name {unlisted:?}");
    Ok(catalogue)
}

/// The names of faults in the sources of a folder: the argument of `faults::on`, or the first of a row in a table of them.
fn collect(folder: &Path, into: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            let table =
                text.split_once("const FAULTS").and_then(|(_, rest)| rest.split_once("];")).map(|(rows, _)| rows);
            let rows = table.into_iter().flat_map(|rows| rows.split("(\"").skip(1));
            for rest in text.split("faults::on(\"").skip(1).chain(rows) {
                into.extend(rest.split_once('"').map(|(name, _)| name.to_owned()));
            }
        }
    }
    Ok(())
}

/// Builds what hunts.
fn build(root: &Path, release: bool) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--locked", "-p", "tensorwasm-oracle", "--features", "faults", "--example", "mutant"]);
    build.args(release.then_some("--release")).current_dir(root);
    ensure!(build.status().context("can't run cargo")?.success(), "the build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    Ok(target.join(if release { "release" } else { "debug" }).join("examples/mutant"))
}

/// Runs the oracle with one fault on.
fn hunt(root: &Path, tool: &Path, catalogue: &Catalogue, cases: u64, name: &str) -> Result<Hunt> {
    let output = Command::new(tool)
        .arg(cases.to_string())
        .args(&catalogue.modules)
        .current_dir(root)
        .env("TENSORWASM_FAULT", name)
        .output()
        .context("can't run the mutant")?;
    let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
    let Ok(report) = serde_json::from_str::<Value>(&last) else {
        let text = String::from_utf8_lossy(&output.stderr);
        let by = format!("its process, {}: {}", output.status, text.lines().last().unwrap_or_default());
        return Ok(Hunt { by: Some(by), cases: 0, reached: 0 });
    };
    let number = |key: &str| report[key].as_u64().with_context(|| format!("the report has no `{key}`"));
    let by = report["by"].as_str().map(str::to_owned);
    Ok(Hunt { by, cases: number("cases")?, reached: number("reached")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_names_the_faults_of_the_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let catalogue = read(root).unwrap();
        assert!(catalogue.mutants.len() >= 60, "{} faults", catalogue.mutants.len());
        assert!(catalogue.modules.iter().all(|module| root.join(module).is_file()));
        assert!(catalogue.mutants.iter().all(|mutant| mutant.about.ends_with('.') && !mutant.rule.is_empty()));
    }
}
