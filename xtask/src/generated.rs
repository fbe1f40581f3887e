//! `cargo xtask generated`: compares generated programs with plain wasmtime, in shards that can be resumed.
//!
//! Input: a `tensorwasm` binary. Output: a line for each finding, and a last line with the counts. A shard is a process of
//! its own, so that a program that brings it down is a finding of its shard, and is the only one of it that is lost sight of.
//! With `--resume DIR` what a shard found is kept there; a run that was interrupted, or one for more programs, goes on with
//! those that are missing. A file counts only for the same tool and seed. Findings go to the same directory, shrunk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{oracle, tool};

/// Programs of a shard.
const SHARD: u64 = 1000;

#[derive(clap::Args)]
pub struct Options {
    /// How many programs.
    #[arg(long, default_value_t = 10_000)]
    programs: u64,
    /// The number of the first one.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Where all programs are drawn from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Keeps what is found in this directory, and doesn't check again what is there.
    #[arg(long, value_name = "DIR", default_value = "target/generated")]
    resume: PathBuf,
}

/// The counts that are added up.
const COUNTS: [&str; 7] = ["programs", "offloaded", "ran", "regions", "cases", "discarded", "done"];

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let tool = tool::tensorwasm(root)?;
    let (mut sums, mut findings, mut checked) = ([0; COUNTS.len()], 0, 0);
    let start = Instant::now();
    let end = options.first.saturating_add(options.programs);
    let mut first = options.first;
    while first < end {
        let count = SHARD.min(end - first);
        match shard(&tool, first, count, options) {
            Ok((report, new)) => {
                checked += if new { count } else { 0 };
                for (sum, name) in sums.iter_mut().zip(COUNTS) {
                    *sum += report[name].as_u64().with_context(|| format!("the report has no `{name}`"))?;
                }
                for finding in report["findings"].as_array().into_iter().flatten() {
                    findings += 1;
                    println!("program {}: {}", finding["number"], finding["what"].as_str().unwrap_or_default());
                }
            }
            Err(error) => {
                findings += 1;
                println!("programs {first} to {}: {error:#}", first + count - 1);
            }
        }
        first += count;
    }
    let counts: Vec<String> = COUNTS.iter().zip(sums).map(|(name, sum)| format!("{name} {sum}")).collect();
    let rate = checked as f64 / start.elapsed().as_secs_f64();
    println!(
        "seed {}: {}, findings {findings}; {checked} checked now, {rate:.0} a second",
        options.seed,
        counts.join(", ")
    );
    ensure!(findings == 0, "{findings} findings; {} has their modules and replay files", options.resume.display());
    Ok(())
}

/// What became of a shard, and whether it was run just now.
fn shard(tool: &Path, first: u64, count: u64, options: &Options) -> Result<(Value, bool)> {
    let stamp = fs::metadata(tool)?.modified()?.duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let path = options.resume.join(format!("{stamp}-{}-{first}-{count}.json", options.seed));
    if let Some(report) = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        return Ok((report, false));
    }
    let arguments = [("--generated", count), ("--first", first), ("--seed", options.seed)];
    let mut command = Command::new(tool);
    command.args(["oracle", "--json", "--replays"]).arg(&options.resume);
    for (name, value) in arguments {
        command.arg(name).arg(value.to_string());
    }
    let output = command.output().context("can't run tensorwasm")?;
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        bail!("{}, {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    };
    oracle::keep(&path, &output.stdout).with_context(|| format!("can't write {}", path.display()))?;
    Ok((report, true))
}
