//! `cargo xtask oracle`: compares every module of the corpus with plain wasmtime, on every device that the machine has.
//!
//! Input: the committed modules and a `tensorwasm` binary. Output: a line for each module that isn't a pass, with what was
//! found, and a last line with the counts. A divergence and a region that wasn't exercised are findings alike, but for the
//! regions of modules that the index calls open.
//! Each module has a process of its own, so that one that brings its process down is a finding too, and hides no other.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::index::{Index, Module};
use crate::tool;

#[derive(clap::Args)]
pub struct Options {
    /// Only every N-th module.
    #[arg(long, default_value_t = 1, value_name = "N")]
    sample: usize,
    /// Cases for each region.
    #[arg(long, default_value_t = 200)]
    cases: u64,
    /// Where all cases are drawn from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Processes at a time.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// Only entries with this name.
    #[arg(long)]
    only: Option<String>,
}

/// What the oracle said of the modules.
#[derive(Default)]
struct Tally {
    passes: usize,
    open: usize,
    cases: u64,
}

/// What the oracle said of one module that isn't a finding.
enum Verdict {
    /// It passes, with that many cases.
    Pass(u64),
    /// Nothing differs, but not every region was exercised, and the index says so.
    Open,
}

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(root.join("corpus/corpus.json")).context("can't read corpus/corpus.json")?;
    let index = Index::parse(&text)?;
    let wanted = |module: &&Module| options.only.as_ref().is_none_or(|name| *name == module.name);
    let step = options.sample.max(1);
    let modules: Vec<&Module> = index.modules.iter().filter(wanted).step_by(step).collect();
    ensure!(!modules.is_empty(), "the index has no such entry");
    let tool = tool::tensorwasm(root)?;

    let (next, tally) = (AtomicUsize::new(0), Mutex::new(Tally::default()));
    let work = || {
        while let Some(module) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
            let verdict = check(&tool, root, module, options);
            let mut tally = tally.lock().expect("no thread panics while it holds the lock");
            match verdict {
                Ok(Verdict::Pass(cases)) => {
                    tally.passes += 1;
                    tally.cases += cases;
                }
                Ok(Verdict::Open) => tally.open += 1,
                Err(error) => println!("{}: {error:#}", module.wasm),
            }
        }
    };
    std::thread::scope(|scope| (0..options.jobs.max(1)).for_each(|_| drop(scope.spawn(work))));

    let Tally { passes, open, cases } = tally.into_inner().expect("no thread panics while it holds the lock");
    println!("oracle: {passes} of {} modules pass, {cases} cases; {open} are open", modules.len());
    ensure!(passes + open == modules.len(), "{} findings", modules.len() - passes - open);
    Ok(())
}

/// A pass, or an error that says what was found.
fn check(tool: &Path, root: &Path, module: &Module, options: &Options) -> Result<Verdict> {
    let output = Command::new(tool)
        .arg("oracle")
        .arg(root.join(&module.wasm))
        .args(["--cases", &options.cases.to_string(), "--seed", &options.seed.to_string(), "--json"])
        .output()
        .context("can't run tensorwasm")?;
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        bail!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    };
    if module.open.is_some() && report["verdict"] == "not-exercised" {
        return Ok(Verdict::Open);
    }
    ensure!(output.status.success() && report["verdict"] == "pass", "{}", findings(&report));
    report["cases"].as_u64().map(Verdict::Pass).context("the report has no number of cases")
}

/// The verdict, with a line for each divergence and for each region that a device didn't run often enough.
fn findings(report: &Value) -> String {
    let mut lines = vec![report["verdict"].as_str().unwrap_or("no verdict").to_owned()];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    lines.extend(list(&report["divergences"]).iter().map(Value::to_string));
    for region in list(&report["regions"]) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for device in list(&region["devices"]).iter().filter(|device| device["exercised"] == false) {
            let missing: Vec<String> = list(&device["missing"]).iter().map(text).collect();
            let (id, function) = (&region["id"], text(&region["function"]));
            lines.push(format!("region {id} in {function} on {}: {}", text(&device["device"]), missing.join(", ")));
        }
    }
    lines.join("\n    ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_name_divergences_and_regions_that_were_not_exercised() {
        let report = serde_json::json!({
            "verdict": "divergence",
            "divergences": [{"device": "cpu"}],
            "regions": [{"id": 3, "function": "f", "devices": [
                {"device": "cpu", "exercised": true, "missing": []},
                {"device": "ptx-sim", "exercised": false, "missing": ["done in 2 cases, 20 are needed"]},
            ]}],
        });
        let expected =
            "divergence\n    {\"device\":\"cpu\"}\n    region 3 in f on ptx-sim: done in 2 cases, 20 are needed";
        assert_eq!(findings(&report), expected);
    }
}
