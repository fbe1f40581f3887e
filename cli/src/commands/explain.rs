//! `explain`: every loop, and why it is or isn't offloaded; on demand with its kernel's text.

use crate::output::{say, show};
use crate::{Finding, files};
use anyhow::{Context, Result, bail};
use compiler::{Compiled, LoopReport, Options, Outcome, Spot};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Show every loop of a module: offloaded, or the reason why not and what would change that.
///
/// With --ir or --ptx the kernel of each offloaded loop follows. Lines are those of the module's DWARF, where it has any.
#[derive(clap::Args)]
pub struct Args {
    /// The module.
    input: PathBuf,
    /// Show each offloaded loop's region and kernel: live-ins, footprints, guards, and the code of one iteration.
    #[arg(long)]
    ir: bool,
    /// Show each offloaded loop's PTX text.
    #[arg(long)]
    ptx: bool,
    /// GPU generations to show PTX for.
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "sm_80", requires = "ptx")]
    target: Vec<String>,
    #[command(flatten)]
    fp: super::FpArgs,
    /// Only the loop with this number.
    #[arg(long = "loop", value_name = "N")]
    number: Option<u32>,
    /// Only loops of functions whose name is, or else holds, this text.
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let name = || args.input.display().to_string();
    let (loops, compiled) = if args.ir || args.ptx {
        let options = Options { targets: args.target.clone(), fp: args.fp.mode() };
        let compiled = super::compile::compile(&bytes, &options, |_| {}).with_context(name)?;
        (compiled.loops.clone(), Some(compiled))
    } else {
        (compiler::explain(&bytes, args.fp.mode()).with_context(name)?, None)
    };
    let total = loops.len();
    let loops = wanted(args, loops)?;
    let kernels = compiled.as_ref().map(|compiled| Kernels { compiled, ir: args.ir, ptx: args.ptx });
    if args.json {
        let one = |report: &LoopReport| {
            let mut object = loop_json(report);
            if let (Some(kernels), Outcome::Offloaded { region }) = (&kernels, &report.outcome) {
                kernels.add_json(*region, &mut object);
            }
            object
        };
        say!("{}", json!({ "loops": loops.iter().map(one).collect::<Vec<_>>() }))?;
        return Ok(Finding::Clean);
    }
    for report in &loops {
        say!("{}", loop_text(report))?;
        if let (Some(kernels), Outcome::Offloaded { region }) = (&kernels, &report.outcome) {
            show(format_args!("{}", kernels.text(*region)))?;
        }
    }
    let offloaded = loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. })).count();
    match loops.len() {
        shown if shown == total => say!("{offloaded} of {total} loops are offloaded")?,
        shown => say!("{offloaded} of {shown} loops shown are offloaded; the module has {total}")?,
    }
    Ok(Finding::Clean)
}

/// The loops that the filters let through; none is a mistake in the filter.
fn wanted(args: &Args, mut loops: Vec<LoopReport>) -> Result<Vec<LoopReport>> {
    let total = loops.len();
    if let Some(text) = &args.function {
        let exact = loops.iter().any(|l| function_name(l) == *text);
        loops.retain(|l| if exact { function_name(l) == *text } else { function_name(l).contains(text.as_str()) });
        if loops.is_empty() {
            bail!("no function with a loop has a name like `{text}`");
        }
    }
    if let Some(number) = args.number {
        loops.retain(|l| l.number == number);
        if loops.is_empty() && args.function.is_some() {
            bail!("loop {number} isn't in that function");
        } else if loops.is_empty() {
            bail!("there is no loop {number}; the module has {total}, counted from 0");
        }
    }
    Ok(loops)
}

/// The texts of kernels.
struct Kernels<'a> {
    compiled: &'a Compiled,
    ir: bool,
    ptx: bool,
}

impl Kernels<'_> {
    /// What was asked for, indented below its loop.
    fn text(&self, region: u32) -> String {
        let mut text = String::new();
        if let (true, Some((header, kernel))) = (self.ir, self.ir_of(region)) {
            text.push_str(&header);
            text.push_str(&kernel);
        }
        for (target, ptx) in self.ptx_of(region) {
            match ptx {
                Ok(ptx) => text.push_str(&format!("PTX for {target}\n{ptx}")),
                Err(error) => text.push_str(&format!("no PTX for {target}: {error}\n")),
            }
        }
        let indented = text.lines().map(|line| if line.is_empty() { "\n".into() } else { format!("    {line}\n") });
        // Tabs would be escaped with the other control characters.
        files::printable(&indented.collect::<String>().replace('\t', "    "))
    }

    fn add_json(&self, region: u32, object: &mut Value) {
        if let (true, Some((header, kernel))) = (self.ir, self.ir_of(region)) {
            object["region"] = json!(header);
            object["kernel"] = json!(kernel);
        }
        if self.ptx {
            let (mut texts, mut errors) = (Map::new(), Map::new());
            for (target, ptx) in self.ptx_of(region) {
                match ptx {
                    Ok(ptx) => texts.insert(target.into(), json!(ptx)),
                    Err(error) => errors.insert(target.into(), json!(error)),
                };
            }
            object["ptx"] = Value::Object(texts);
            object["ptx_errors"] = Value::Object(errors);
        }
    }

    /// The region with its guards, and its kernel.
    fn ir_of(&self, region: u32) -> Option<(String, String)> {
        let index = region as usize;
        let (region, kernel) = (self.compiled.regions.get(index)?, self.compiled.kernels.get(index)?);
        Some((region.to_string(), kernel.func.to_string()))
    }

    /// The text, or why there is none, for each target.
    fn ptx_of(&self, region: u32) -> Vec<(&str, Result<&str, String>)> {
        if !self.ptx {
            return Vec::new();
        }
        let images = self.compiled.ptx.iter().filter(|image| image.region == region);
        let failures = self.compiled.ptx_failures.iter().filter(|failure| failure.region == region);
        let images = images.map(|image| (image.target.as_str(), Ok(image.text.as_str())));
        images.chain(failures.map(|f| (f.target.as_str(), Err(f.error.to_string())))).collect()
    }
}

/// A function's name, or its index in words.
pub fn function_name(report: &LoopReport) -> String {
    report.name.clone().unwrap_or_else(|| format!("function {}", report.function))
}

/// A loop as the JSON reports show it.
pub fn loop_json(report: &LoopReport) -> Value {
    let mut object = json!({
        "loop": report.number,
        "function": function_name(report),
        "function_index": report.function,
        "offset": report.offset,
        "end": report.end,
        "line": report.line,
    });
    match &report.outcome {
        Outcome::Offloaded { region } => {
            object["status"] = json!("offloaded");
            object["id"] = json!(region);
            object["reason"] = Value::Null;
            object["parallel"] = json!(report.parallel);
            object["guards"] = json!(report.guards);
            object["relaxed"] = json!(report.relaxed);
        }
        Outcome::Declined(reason) => {
            object["status"] = json!("declined");
            object["reason"] = json!(reason.to_string());
            object["detail"] = json!(reason);
            object["remedy"] = json!(reason.remedy());
            object["places"] = json!(report.spots.iter().map(spot_json).collect::<Vec<_>>());
        }
    }
    object
}

fn spot_json(spot: &Spot) -> Value {
    let Spot { offset, line, operator, role } = spot;
    json!({ "offset": offset, "line": line, "operator": operator, "role": role })
}

fn spot_text(spot: &Spot) -> String {
    let line = spot.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
    format!("    `{}` at {:#x}{line}: {}\n", spot.operator, spot.offset, spot.role)
}

/// A loop as text.
pub fn loop_text(report: &LoopReport) -> String {
    let line = report.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
    let place = format!("loop {}: {} at {:#x}{line}", report.number, function_name(report), report.offset);
    let text = match &report.outcome {
        Outcome::Offloaded { region } => {
            let relaxed = if report.relaxed { ", its floats accumulate in another order" } else { "" };
            format!("{place}: offloaded as region {region}{relaxed}")
        }
        Outcome::Declined(reason) => {
            let spots: String = report.spots.iter().map(spot_text).collect();
            format!("{place}: declined, {reason}\n{spots}    to change that: {}", reason.remedy())
        }
    };
    files::printable(&text)
}
