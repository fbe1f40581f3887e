//! `cargo xtask oracle`: compares every module of the corpus with plain wasmtime, on every device that the machine has.
//!
//! Input: the committed modules and a `tensorwasm` binary. Output: a line for each module that isn't a pass, with what was
//! found, and a last line with the counts. A divergence and a region that wasn't exercised are findings alike, but for the
//! regions of modules that the index calls open. A region that the load checker refuses would run with its original loop, which is
//! no wrong answer and no use either: that is a finding in each module that the index doesn't call refused.
//! Each module has a process of its own, so that one that brings its process down is a finding too, and hides no other.
//!
//! With `--resume DIR` what was said of each module is kept there, a file for each, written beside its place and renamed into it.
//! A run that was interrupted goes on with the modules that have none. A file counts only for the same tool, module, cases and
//! seed, all of which its name is made of, so that one directory serves many runs.

use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
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
    /// Keeps what is found in this directory, and doesn't check again what is there.
    #[arg(long, value_name = "DIR")]
    resume: Option<PathBuf>,
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
    let kept = options.resume.as_ref().map(|directory| kept(directory, tool, root, module, options)).transpose()?;
    if let Some(report) = kept.as_ref().and_then(|path| serde_json::from_slice::<Value>(&fs::read(path).ok()?).ok()) {
        return judge(module, &report);
    }
    let output = Command::new(tool)
        .arg("oracle")
        .arg(root.join(&module.wasm))
        .args(["--cases", &options.cases.to_string(), "--seed", &options.seed.to_string(), "--json"])
        .output()
        .context("can't run tensorwasm")?;
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        bail!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    };
    if let Some(path) = kept {
        keep(&path, &output.stdout).with_context(|| format!("can't write {}", path.display()))?;
    }
    judge(module, &report)
}

/// The file that keeps what was said of a module.
fn kept(directory: &Path, tool: &Path, root: &Path, module: &Module, options: &Options) -> Result<PathBuf> {
    let stamp = fs::metadata(tool)?.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_nanos();
    let mut key = std::hash::DefaultHasher::new();
    (tool, stamp, fs::read(root.join(&module.wasm))?, options.cases, options.seed).hash(&mut key);
    Ok(directory.join(format!("{}-{}-{:016x}.json", module.producer, module.name, key.finish())))
}

/// Writes a file beside its place and renames it, so that it is there as a whole or not at all.
pub fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let partial = path.with_extension("json.partial");
    fs::write(&partial, bytes)?;
    fs::rename(&partial, path)
}

/// What a report means for a module.
fn judge(module: &Module, report: &Value) -> Result<Verdict> {
    let refused = refusals(report);
    ensure!(refused.is_empty() || module.refused.is_some(), "the load checker refuses {}", refused.join(", "));
    if module.open.is_some() && report["verdict"] == "not-exercised" {
        return Ok(Verdict::Open);
    }
    ensure!(report["verdict"] == "pass", "{}", findings(report));
    report["cases"].as_u64().map(Verdict::Pass).context("the report has no number of cases")
}

/// The regions that the load checker refuses.
fn refusals(report: &Value) -> Vec<String> {
    let regions = report["regions"].as_array().into_iter().flatten();
    let refused = regions.filter_map(|region| Some((&region["id"], region["unproven"].as_str()?)));
    refused.map(|(id, why)| format!("region {id}: {why}")).collect()
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
    fn what_is_kept_is_there_as_a_whole() {
        let directory = std::env::temp_dir().join(format!("tensorwasm-kept-{}", std::process::id()));
        let path = directory.join("zig-saxpy-0.json");
        keep(&path, b"{\"verdict\": \"pass\"}").unwrap();
        keep(&path, b"{}").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"{}");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_region_that_is_refused_is_a_finding_unless_the_index_says_so() {
        let text = |more: &str| {
            format!(
                r#"{{"tools": {{"zig": "1"}}, "builds": {{"zig": {{"program": []}}}}, "entries": [{{"name": "p", "kind": "program",
                     "stdout": "", "bench_args": [], "modules": [{{"producer": "zig", "source": "p.c", "wasm": "p.wasm"{more}}}]}}]}}"#
            )
        };
        let report =
            serde_json::json!({"verdict": "pass", "cases": 7, "regions": [{"id": 2, "unproven": "too much effort"}]});
        let judged = |more: &str| judge(&Index::parse(&text(more)).unwrap().modules[0], &report).map(|_| ());
        assert!(judged(r#", "refused": "it is large""#).is_ok());
        let message = judged("").unwrap_err().to_string();
        assert_eq!(message, "the load checker refuses region 2: too much effort");
    }

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
