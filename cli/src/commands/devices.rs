//! `devices`: what could run regions on this machine, and whether it does so correctly.

use crate::output::{say, show};
use crate::{Finding, files};
use anyhow::{Context, Result, bail};
use bundle::PtxImage;
use clap::ValueEnum;
use ir::region::{Kernel, Region};
use lowering::ptx;
use runtime::conformance::{self, Report, Verdict};
use runtime::device::cuda::{self, Description, Unavailable};
use runtime::device::{Cpu, Cuda, Device};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// List the devices that regions can run on, or check them.
///
/// With --check each device runs the conformance suite: small regions with known results. Exits with 1 if a case isn't passed.
#[derive(clap::Args)]
pub struct Args {
    /// Run the conformance suite.
    #[arg(long)]
    check: bool,
    /// Check this device, and it has to be there; without it all that are there.
    #[arg(long, value_enum, requires = "check")]
    device: Option<Kind>,
    /// Milliseconds that a launch on the CUDA device may take.
    #[arg(long, value_name = "MS", requires = "check", default_value_t = cuda::TIME_LIMIT.as_millis() as u64)]
    time_limit: u64,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// A device that can be checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    /// The CPU device.
    Cpu,
    /// The NVIDIA GPU.
    Cuda,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    if args.check {
        return check(args);
    }
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let gpus = cuda::devices();
    if args.json {
        let mut devices = vec![json!({ "name": "cpu", "available": true, "threads": threads })];
        match &gpus {
            Ok(gpus) => devices.extend(gpus.iter().map(gpu_json)),
            Err(reason) => devices.push(unavailable_json(reason)),
        }
        devices.push(json!({ "name": "off", "available": true }));
        say!("{}", json!({ "devices": devices }))?;
        return Ok(Finding::Clean);
    }
    say!("cpu: {threads} threads")?;
    match &gpus {
        Ok(gpus) => gpus.iter().try_for_each(|gpu| say!("{}", files::printable(&gpu_text(gpu))))?,
        Err(reason) => say!("cuda: not available: {}", files::printable(&reason.to_string()))?,
    }
    say!("off: regions never run, the original loops do")?;
    Ok(Finding::Clean)
}

fn gpu_text(gpu: &Description) -> String {
    let Description { ordinal, name, capability: (major, minor), memory, driver } = gpu;
    let use_it = if gpu.is_usable() {
        "not verified yet; `tensorwasm devices --check --device cuda` does it".to_string()
    } else {
        format!("can't be used, kernels need {}.{}", cuda::NEEDED.0, cuda::NEEDED.1)
    };
    format!(
        "cuda {ordinal}: {name}, compute capability {major}.{minor}, {:.1} GiB, CUDA {}.{}; {use_it}",
        *memory as f64 / (1u64 << 30) as f64,
        driver.0,
        driver.1,
    )
}

fn gpu_json(gpu: &Description) -> Value {
    json!({
        "name": "cuda",
        "available": gpu.is_usable(),
        "ordinal": gpu.ordinal,
        "model": gpu.name,
        "compute_capability": format!("{}.{}", gpu.capability.0, gpu.capability.1),
        "memory_bytes": gpu.memory,
        "cuda": format!("{}.{}", gpu.driver.0, gpu.driver.1),
    })
}

fn unavailable_json(reason: &Unavailable) -> Value {
    json!({ "name": "cuda", "available": false, "reason": reason.to_string() })
}

/// Runs the suite on the devices that are asked for.
fn check(args: &Args) -> Result<Finding> {
    let mut devices: Vec<Arc<dyn Device>> = Vec::new();
    let mut absent = Vec::new();
    if args.device != Some(Kind::Cuda) {
        devices.push(Arc::new(Cpu::new(0).context("the CPU device has no threads")?));
    }
    if args.device != Some(Kind::Cpu) {
        match Cuda::open(Duration::from_millis(args.time_limit)) {
            Ok(device) => devices.push(Arc::new(device)),
            Err(reason) if args.device.is_some() => bail!(reason),
            Err(reason) => absent.push(reason),
        }
    }
    let reports: Vec<Report> = devices.iter().map(|device| conformance::run(device, &images)).collect();
    if args.json {
        let checks: Vec<Value> = reports.iter().map(report_json).collect();
        say!("{}", json!({ "checks": checks, "absent": absent.iter().map(unavailable_json).collect::<Vec<_>>() }))?;
    } else {
        reports.iter().try_for_each(|report| show(format_args!("{}", files::printable(&report_text(report)))))?;
        absent.iter().try_for_each(|reason| say!("cuda: skipped: {}", files::printable(&reason.to_string())))?;
    }
    let all = reports.iter().all(|report| report.passed() == report.verdicts.len());
    Ok(if all { Finding::Clean } else { Finding::Found })
}

/// The PTX of a region of the suite, for every target; a region without it is one that the device declines.
fn images(region: &Region, kernel: &Kernel) -> Vec<PtxImage> {
    let image = |(mapping, target): (u32, ptx::Target)| {
        let entry = "entry".to_string();
        let of = region.mappings.get(mapping as usize)?;
        let text = ptx::emit(region, kernel, of, &entry, ptx::Options { target }).ok()?;
        Some(PtxImage { region: region.id, mapping, target: target.to_string(), entry, text })
    };
    let mappings = 0..region.mappings.len() as u32;
    mappings.flat_map(|mapping| ptx::Target::ALL.map(|target| (mapping, target))).filter_map(image).collect()
}

fn verdict_text(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed => "passed".into(),
        Verdict::Skipped(reason) => format!("skipped: {reason}"),
        Verdict::Failed(difference) => format!("FAILED: {difference:?}"),
    }
}

fn report_text(report: &Report) -> String {
    let mut text = String::new();
    for (name, verdict) in &report.verdicts {
        text += &format!("{}: {name}: {}\n", report.device, verdict_text(verdict));
    }
    text + &format!("{}: {} of {} passed\n", report.device, report.passed(), report.verdicts.len())
}

fn report_json(report: &Report) -> Value {
    let case = |(name, verdict): &(String, Verdict)| json!({ "name": name, "verdict": verdict_text(verdict) });
    json!({
        "device": report.device,
        "passed": report.passed(),
        "cases": report.verdicts.iter().map(case).collect::<Vec<_>>(),
    })
}
