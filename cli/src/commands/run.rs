//! `run`: a bundle, or a module that is compiled on the fly.

use super::Format;
use super::trust::{Require, TrustArgs};
use crate::cached::{CacheArgs, Opened};
use crate::output::{note, say};
use crate::{Finding, files};
use anyhow::{Context, Result, bail};
use bundle::{Demand, Kind};
use clap::ValueEnum;
use runtime::device::cuda;
use runtime::{
    DeviceChoice, Directory, End, Entry, NanMode, Outside, Program, RegionStats, RunOptions, SessionOptions, Settings,
    Skip, Stdio,
};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Run a bundle, or a plain module that is compiled on the fly.
///
/// A bundle's kernels run only under a key that you trust; otherwise its original loops run. Without --invoke the WASI command
/// `_start` is called. Exits as the program does; a trap is 134.
#[derive(clap::Args)]
pub struct Args {
    /// The bundle or module.
    input: PathBuf,
    /// Call this export with these arguments, instead of `_start`.
    #[arg(long, value_names = ["EXPORT", "ARG"], num_args = 1.., allow_negative_numbers = true)]
    invoke: Vec<String>,
    /// Where regions run.
    #[arg(long, value_enum, default_value_t)]
    device: Device,
    #[command(flatten)]
    trust: TrustArgs,
    /// Refuse a bundle that fewer than N different trusted keys (1 by default), or not `all` of them, have signed.
    #[arg(long, value_name = "N|all", num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    require: Option<Require>,
    /// Run the kernels of a bundle without a trusted signature.
    #[arg(long, conflicts_with = "require")]
    allow_unsigned: bool,
    /// Pages (64 KiB) of a memory that the module imports.
    #[arg(long, value_name = "N", default_value_t = 0)]
    memory_pages: u64,
    /// Milliseconds that a launch on the CUDA device may take.
    #[arg(long, value_name = "MS", default_value_t = cuda::TIME_LIMIT.as_millis() as u64)]
    time_limit: u64,
    /// Threads of the CPU device; 0 is one per core.
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    /// NaN bits that arithmetic produces.
    #[arg(long, value_enum, default_value_t)]
    nan: Nan,
    #[command(flatten)]
    fp: super::FpArgs,
    /// Print what ran where, to standard error.
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "text", require_equals = false)]
    stats: Option<Format>,
    /// Write the first memory to this file afterwards.
    #[arg(long, value_name = "FILE")]
    dump_memory: Option<PathBuf>,
    /// Directories that the program may use, as HOST or HOST::GUEST.
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<String>,
    /// Environment variables for the program, as NAME=VALUE.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    #[command(flatten)]
    cache: CacheArgs,
    /// Arguments for the program.
    #[arg(last = true)]
    args: Vec<String>,
}

/// Where regions run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Device {
    /// The CPU device, where it helps.
    #[default]
    Auto,
    /// Always the CPU device, also for tiny loops.
    Cpu,
    /// Always the NVIDIA GPU (not verified on one yet, see docs/gpu.md).
    Cuda,
    /// Nowhere: the original loops run.
    Off,
}

/// NaN bits that arithmetic produces.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Nan {
    /// Whatever the machine does, as plain wasmtime.
    #[default]
    Native,
    /// Always the canonical NaN.
    Canonical,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let cache = args.cache.open()?;
    let (program, trusted) = load(args, &bytes, &cache).with_context(|| args.input.display().to_string())?;
    let options = options(args, trusted, &cache)?;
    let outcome = runtime::run(&program, &options).with_context(|| args.input.display().to_string())?;
    // A reader that has left doesn't keep the memory from being written, and the regions from being counted.
    let said = report_end(&outcome.end);
    if let Some(path) = &args.dump_memory {
        let Some((_, memory)) = outcome.memories.first() else { bail!("the module exports no memory to dump") };
        files::write(path, memory)?;
    }
    match args.stats {
        Some(Format::Text) => {
            outcome.stats.iter().for_each(|s| note!("{}", stats_text(s)));
            note!("{}", cache.text());
        }
        Some(Format::Json) => {
            let regions: Vec<Value> = outcome.stats.iter().map(stats_json).collect();
            note!("{}", json!({ "regions": regions, "cache": cache.json() }));
        }
        None => {}
    }
    said?;
    Ok(Finding::Program(outcome.exit_code()))
}

/// The program, and whether its kernels may run.
fn load(args: &Args, bytes: &[u8], cache: &Opened) -> Result<(Program, bool)> {
    if bundle::classify(bytes)? == Kind::Plain {
        if args.trust.are_detached() {
            bail!("a plain module, which --signature says nothing about");
        }
        let options = compiler::Options { fp: args.fp.mode(), ..compiler::Options::default() };
        let bundle = cache.bundle(bytes, &options)?;
        return Ok((Program::Bundle(Box::new(bundle)), true));
    }
    let keys = args.trust.keys()?;
    let (signatures, bundle) = bundle::open(bytes, &args.trust.detached()?, &keys)?;
    let text = files::printable(&signatures.to_string());
    if let Some(Require(demand)) = args.require
        && !signatures.meet(demand, &keys)
    {
        bail!("refused, signature: {text}; {demand} must have signed");
    }
    let trusted = signatures.meet(Demand::AtLeast(1), &keys);
    if !trusted && !args.allow_unsigned {
        note!(
            "warning: signature: {text}; the original loops run (`keys trust`, --trust or --allow-unsigned change that)"
        );
    }
    Ok((Program::Bundle(Box::new(bundle)), trusted || args.allow_unsigned))
}

fn options(args: &Args, trusted: bool, cache: &Opened) -> Result<RunOptions> {
    let device = match args.device {
        _ if !trusted => DeviceChoice::Off,
        Device::Auto => DeviceChoice::Auto,
        Device::Cpu => DeviceChoice::Cpu,
        Device::Cuda => DeviceChoice::Cuda,
        Device::Off => DeviceChoice::Off,
    };
    let nan = match args.nan {
        Nan::Native => NanMode::Native,
        Nan::Canonical => NanMode::Canonical,
    };
    let name = args.input.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let outside = Outside {
        args: std::iter::once(name).chain(args.args.iter().cloned()).collect(),
        env: args.env.iter().map(|text| pair(text)).collect::<Result<_>>()?,
        dirs: args.dir.iter().map(|text| directory(text)).collect(),
        stdio: Stdio::Inherit,
    };
    let entry = match args.invoke.split_first() {
        Some((name, rest)) => Entry::Export { name: name.clone(), args: rest.to_vec() },
        None => Entry::Command,
    };
    let time_limit = Duration::from_millis(args.time_limit);
    let cache = cache.cache().cloned();
    let fp = args.fp.mode();
    let settings = Settings { device, nan, fp, threads: args.threads, time_limit, cache, ..Settings::default() };
    let session = SessionOptions { settings, outside, memory_pages: args.memory_pages };
    Ok(RunOptions { session, entry, dump_memories: args.dump_memory.is_some() })
}

fn pair(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').with_context(|| format!("`{text}` isn't NAME=VALUE"))?;
    Ok((name.to_string(), value.to_string()))
}

fn directory(text: &str) -> Directory {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    Directory { host: Path::new(host).to_path_buf(), guest: guest.to_string() }
}

fn report_end(end: &End) -> Result<()> {
    match end {
        End::Returned(values) => values.iter().try_for_each(|value| say!("{value}"))?,
        End::Exited(_) => {}
        End::Trapped { kind, backtrace } => note!("trap: {kind}\n{}", files::printable(backtrace)),
    }
    Ok(())
}

fn name_of(stats: &RegionStats) -> String {
    stats.place.name.clone().unwrap_or_else(|| format!("function {}", stats.place.function))
}

fn stats_json(stats: &RegionStats) -> Value {
    // Alignment is a guard that only some devices have; a region that is off was never asked.
    let count = |cause: Skip| stats.skipped.get(&cause).copied().unwrap_or(0);
    let mut skipped = Map::new();
    skipped.insert("guard".into(), json!(count(Skip::Guard) + count(Skip::Alignment)));
    skipped.insert("profit".into(), json!(count(Skip::Profit)));
    skipped.insert("bail".into(), json!(count(Skip::Bail)));
    skipped.insert("error".into(), json!(count(Skip::Error)));
    skipped.insert("timeout".into(), json!(count(Skip::Timeout)));
    skipped.insert("off".into(), json!(count(Skip::Off)));
    json!({
        "id": stats.id,
        "function": name_of(stats),
        "offset": stats.place.offset,
        "relaxed": stats.relaxed,
        "dispatches": stats.dispatches,
        "done": stats.done,
        "skipped": skipped,
        "off": stats.off,
        "failure": stats.failure,
        "time_ns": stats.time_ns,
    })
}

fn stats_text(stats: &RegionStats) -> String {
    let counts = |map: Vec<(String, u64)>| -> String {
        let parts: Vec<String> = map.into_iter().map(|(name, n)| format!("{n} {name}")).collect();
        if parts.is_empty() { "none".into() } else { parts.join(", ") }
    };
    let done = counts(stats.done.iter().map(|(d, n)| (d.clone(), *n)).collect());
    let skipped = counts(stats.skipped.iter().map(|(c, n)| (format!("{c:?}").to_lowercase(), *n)).collect());
    let line = stats.place.line.as_ref().map(|l| format!(", {l}")).unwrap_or_default();
    let time = stats.time_ns as f64 / 1e6;
    let reason = match (&stats.off, &stats.failure) {
        (Some(off), _) => format!(", off: {off}"),
        (None, Some(failure)) => format!(", last failure: {failure}"),
        (None, None) => String::new(),
    };
    let relaxed = if stats.relaxed { ", floats in another order" } else { "" };
    files::printable(&format!(
        "region {} ({} at {:#x}{line}{relaxed}): {} dispatches, done: {done}, skipped: {skipped}, {time:.3} ms{reason}",
        stats.id,
        name_of(stats),
        stats.place.offset,
        stats.dispatches
    ))
}
