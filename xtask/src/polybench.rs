//! `cargo xtask polybench`: how much of each PolyBench program's hottest loop nest runs in dispatches.
//!
//! Input: the programs of `bench/polybench`, as modules of one size: committed for small and large, else built by clang. Output:
//! a table, and how many programs reach 90%. `bench/src/share.rs` measures, and says exactly what a share is; each program
//! has a process of its own. With `--loops` the loops of nests that don't reach 90% are listed with what became of them.
//!
//! A large run takes minutes, so every result is kept as a file under `target/polybench` and used again as long as the
//! module and the measuring program are the same.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::clang::Clang;
use crate::tool;

#[derive(clap::Args)]
pub struct Options {
    /// The data set.
    #[arg(long, value_enum, default_value_t = Size::Small)]
    size: Size,
    /// Only this program.
    #[arg(long)]
    only: Option<String>,
    /// Measure everything again.
    #[arg(long)]
    fresh: bool,
    /// List the loops of nests that don't reach 90%, with what became of them.
    #[arg(long)]
    loops: bool,
    /// Rebuild the committed modules of this size with clang (CLANG overrides it), and measure nothing.
    #[arg(long)]
    build: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Size {
    Mini,
    Small,
    Medium,
    Large,
}

impl Size {
    fn name(self) -> &'static str {
        match self {
            Size::Mini => "mini",
            Size::Small => "small",
            Size::Medium => "medium",
            Size::Large => "large",
        }
    }

    fn committed(self) -> bool {
        matches!(self, Size::Small | Size::Large)
    }
}

/// What counts as a nest that runs in dispatches.
const ENOUGH: f64 = 0.9;

pub fn run(root: &Path, options: &Options) -> Result<()> {
    let programs = programs(root, options)?;
    let work = root.join("target/polybench").join(options.size.name());
    fs::create_dir_all(&work)?;
    let modules = match options.size.committed() {
        true => root.join("bench/polybench/wasm").join(options.size.name()),
        false => work.clone(),
    };
    if options.build || !options.size.committed() {
        build(root, &programs, options.size, &modules, &work)?;
    }
    if options.build {
        println!("{} modules in {}", programs.len(), modules.display());
        return Ok(());
    }
    let measuring = tool::measuring(root)?;
    let mut results = BTreeMap::new();
    let mut failures = String::new();
    for program in &programs {
        let module = modules.join(format!("{program}.wasm"));
        match measured(&measuring, &module, &work.join(format!("{program}.json")), options.fresh) {
            Ok(result) => drop(results.insert(program.clone(), result)),
            Err(error) => writeln!(failures, "{program}: {error:#}")?,
        }
    }
    print!("{}", table(&results)?);
    if options.loops {
        print!("{}", loops(&results)?);
    }
    print!("{failures}");
    let enough = results.values().filter(|result| share(result) >= ENOUGH).count();
    println!("{enough} of {} at 90%", programs.len());
    ensure!(failures.is_empty(), "{} programs fail", failures.lines().count());
    Ok(())
}

/// The names of the programs, each of which is a source file.
fn programs(root: &Path, options: &Options) -> Result<Vec<String>> {
    let folder = root.join("bench/polybench");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_program = path.extension().is_some_and(|extension| extension == "c");
        if is_program && options.only.as_ref().is_none_or(|only| *only == name) {
            names.push(name);
        }
    }
    names.sort();
    ensure!(!names.is_empty(), "there is no such program");
    Ok(names)
}

/// Builds the programs with the commands that the corpus has for programs by clang.
fn build(root: &Path, programs: &[String], size: Size, modules: &Path, work: &Path) -> Result<()> {
    let clang = Clang::new(root, "program", &format!("-DSIZE={}", size.name().to_uppercase()))?;
    for program in programs {
        let place = modules.join(format!("{program}.wasm"));
        clang.build(&format!("bench/polybench/{program}.c"), &place, work)?;
    }
    Ok(())
}

/// The result that is kept for this module and this measuring program, else a new one.
fn measured(measuring: &Path, module: &Path, kept: &Path, fresh: bool) -> Result<Value> {
    let key = key(&[&fs::read(measuring)?, &fs::read(module).with_context(|| module.display().to_string())?]);
    let old = fs::read(kept).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    if let Some(old) = old.filter(|old| !fresh && old["key"] == key.as_str()) {
        return Ok(old);
    }
    let output = Command::new(measuring).arg("share").arg(module).output().context("can't run the measurement")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}, {}", output.status, told.trim());
    let mut result: Value = serde_json::from_slice(&output.stdout)?;
    result["key"] = key.into();
    let partial = kept.with_extension("json.new");
    fs::write(&partial, result.to_string())?;
    fs::rename(&partial, kept)?;
    Ok(result)
}

fn key(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn share(result: &Value) -> f64 {
    result["share"].as_f64().unwrap_or(0.0)
}

/// A share as it may be claimed: rounded down.
fn percent(share: f64) -> String {
    format!("{:.1}%", (share * 1000.0).floor() / 10.0)
}

fn table(results: &BTreeMap<String, Value>) -> Result<String> {
    let mut table = String::from(
        "| program | hottest nest | of all work | iterations | share | share of work | dispatches done | skipped |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (program, result) in results {
        let offset = result["nest"][0]["offset"].as_u64().context("a result has no nest")?;
        let function = result["function"].as_str().unwrap_or_default();
        let weight = percent(result["weight"].as_f64().unwrap_or(0.0));
        let skipped: Vec<String> = result["skipped"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(cause, count)| format!("{cause} {count}"))
            .collect();
        writeln!(
            table,
            "| {program} | `{function}` at {offset:#x} | {weight} | {} | {} | {} | {} | {} |",
            result["iterations"],
            percent(share(result)),
            percent(result["work_share"].as_f64().unwrap_or(0.0)),
            result["done"],
            skipped.join(", ")
        )?;
    }
    Ok(table)
}

/// The loops of the nests that don't reach 90%, indented by depth.
fn loops(results: &BTreeMap<String, Value>) -> Result<String> {
    let mut text = String::new();
    for (program, result) in results.iter().filter(|(_, result)| share(result) < ENOUGH) {
        writeln!(text, "\n{program}")?;
        for part in result["nest"].as_array().into_iter().flatten() {
            let depth = part["depth"].as_u64().unwrap_or(0) as usize;
            let (offset, outcome) =
                (part["offset"].as_u64().unwrap_or(0), part["outcome"].as_str().unwrap_or_default());
            let (original, guest) = (&part["original"], &part["guest"]);
            writeln!(text, "  {}{offset:#x}: {guest} of {original} left; {outcome}", "  ".repeat(depth))?;
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> BTreeMap<String, Value> {
        let part = |depth: u64, original: u64, guest: u64, outcome: &str| {
            serde_json::json!({"offset": 256 + depth, "depth": depth, "innermost": depth == 1, "original": original,
                "guest": guest, "outcome": outcome})
        };
        let result = serde_json::json!({
            "function": "main", "weight": 0.98765, "iterations": 2000, "share": 0.8999, "work_share": 0.95, "done": 18,
            "skipped": {"guard": 2, "profit": 0},
            "nest": [part(0, 20, 20, "another loop stands inside it"), part(1, 2000, 200, "region 0")],
        });
        BTreeMap::from([("gemm".to_owned(), result)])
    }

    #[test]
    fn a_row_for_each_program() {
        let table = table(&results()).unwrap();
        assert_eq!(
            table.lines().last(),
            Some("| gemm | `main` at 0x100 | 98.7% | 2000 | 89.9% | 95.0% | 18 | guard 2, profit 0 |")
        );
    }

    #[test]
    fn loops_of_nests_below_the_mark() {
        let expected =
            "\ngemm\n  0x100: 20 of 20 left; another loop stands inside it\n    0x101: 200 of 2000 left; region 0\n\n";
        assert_eq!(loops(&results()).unwrap(), expected);
        let mut good = results();
        good.get_mut("gemm").unwrap()["share"] = 0.9.into();
        assert_eq!(loops(&good).unwrap(), "");
    }

    #[test]
    fn a_key_tells_its_parts_apart() {
        assert_eq!(key(&[b"a", b"b"]), key(&[b"a", b"b"]));
        assert_ne!(key(&[b"a", b"b"]), key(&[b"ab", b""]));
    }

    #[test]
    fn shares_are_rounded_down() {
        assert_eq!((percent(0.89999), percent(1.0), percent(0.0)), ("89.9%".into(), "100.0%".into(), "0.0%".into()));
    }
}
