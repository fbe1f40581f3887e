//! `oracle`: the original on plain wasmtime against the bundle on every device.

use crate::output::{say, show};
use crate::{Finding, files};
use anyhow::{Context, Result};
use clap::ValueEnum;
use oracle::{DeviceKind, GeneratedOptions, Invocation, OracleOptions};
use std::path::PathBuf;

/// Compare a module with its bundle: results, every byte of memory, globals, traps.
///
/// Each region's loop is run alone with generated live-ins, then the exported functions, or the program, as a whole. Exits with 1 if
/// something differs, or if a region wasn't run often enough to say anything.
#[derive(clap::Args)]
pub struct Args {
    /// The module, or a bundle, whose baseline is then itself with every region off.
    #[arg(required_unless_present = "generated", conflicts_with = "generated")]
    input: Option<PathBuf>,
    /// Check this many generated programs instead of a file: the tool itself, on this machine.
    #[arg(long, value_name = "N", conflicts_with_all = ["invoke", "replay", "cases"])]
    generated: Option<u64>,
    /// The number of the first generated program.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "generated")]
    first: u64,
    /// Make only this call.
    #[arg(long, value_names = ["EXPORT", "ARG"], num_args = 1.., allow_negative_numbers = true)]
    invoke: Vec<String>,
    /// Cases for each region, and as many for all exports together.
    #[arg(long, value_name = "N", default_value_t = 200)]
    cases: u64,
    /// Where all cases are drawn from.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Where bundles run.
    #[arg(long, value_enum, default_value_t)]
    device: Device,
    #[command(flatten)]
    fp: super::FpArgs,
    /// Write a file for each divergence here, for --replay.
    #[arg(long, value_name = "DIR")]
    replays: Option<PathBuf>,
    /// Run the case in this file again, and nothing else.
    #[arg(long, value_name = "FILE", conflicts_with = "invoke")]
    replay: Option<PathBuf>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Where bundles run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Device {
    /// On the CPU device and on the PTX machine.
    #[default]
    All,
    /// On the CPU device.
    Cpu,
    /// Their PTX text on the PTX machine.
    PtxSim,
    /// Their PTX text on the NVIDIA GPU.
    Cuda,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let options = options(args)?;
    let Some(input) = &args.input else { return generated(args, options) };
    let bytes = files::read(input)?;
    let report = match &args.replay {
        Some(file) => oracle::replay(file, &bytes, &options),
        None => oracle::check(&bytes, &options),
    };
    let report = report.with_context(|| input.display().to_string())?;
    if args.json {
        say!("{}", serde_json::to_string(&report)?)?;
    } else {
        show(format_args!("{}", files::printable(&report.to_string())))?;
    }
    Ok(if report.is_pass() { Finding::Clean } else { Finding::Found })
}

/// Checks generated programs.
fn generated(args: &Args, options: OracleOptions) -> Result<Finding> {
    let OracleOptions { seed, devices, replays: findings, compiler, .. } = options;
    let (first, count) = (args.first, args.generated.unwrap_or_default());
    let options = GeneratedOptions { seed, first, count, devices, findings, compiler, ..GeneratedOptions::default() };
    let report = oracle::generated(&options)?;
    if args.json {
        say!("{}", serde_json::to_string(&report)?)?;
    } else {
        show(format_args!("{}", files::printable(&report.to_string())))?;
    }
    Ok(if report.findings.is_empty() { Finding::Clean } else { Finding::Found })
}

fn options(args: &Args) -> Result<OracleOptions> {
    let devices = match args.device {
        Device::All => vec![DeviceKind::Cpu, DeviceKind::PtxSim],
        Device::Cpu => vec![DeviceKind::Cpu],
        Device::PtxSim => vec![DeviceKind::PtxSim],
        Device::Cuda => vec![DeviceKind::Cuda],
    };
    if let Some(folder) = &args.replays {
        std::fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
    }
    let invoke = args.invoke.split_first();
    Ok(OracleOptions {
        cases: args.cases,
        seed: args.seed,
        devices,
        invoke: invoke.map(|(export, args)| Invocation { export: export.clone(), args: args.to_vec() }),
        replays: args.replays.clone(),
        compiler: compiler::Options { fp: args.fp.mode(), ..compiler::Options::default() },
    })
}
