//! `explain`: every loop, and why it is or isn't offloaded.

use crate::{Finding, files};
use anyhow::{Context, Result};
use compiler::{LoopReport, Outcome};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Show every loop of a module: offloaded, or the reason why not and what would change that.
#[derive(clap::Args)]
pub struct Args {
    /// The module.
    input: PathBuf,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let bytes = files::read(&args.input)?;
    let loops = compiler::explain(&bytes).with_context(|| args.input.display().to_string())?;
    if args.json {
        println!("{}", json!({ "loops": loops.iter().map(loop_json).collect::<Vec<_>>() }));
        return Ok(Finding::Clean);
    }
    for report in &loops {
        println!("{}", loop_text(report));
    }
    let offloaded = loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. })).count();
    println!("{offloaded} of {} loops are offloaded", loops.len());
    Ok(Finding::Clean)
}

/// A loop as the JSON reports show it.
pub fn loop_json(report: &LoopReport) -> Value {
    let function = report.name.clone().unwrap_or_else(|| format!("function {}", report.function));
    let mut object = json!({
        "function": function,
        "function_index": report.function,
        "offset": report.offset,
        "line": report.line,
    });
    match &report.outcome {
        Outcome::Offloaded { region } => {
            object["status"] = json!("offloaded");
            object["id"] = json!(region);
            object["reason"] = Value::Null;
        }
        Outcome::Declined(reason) => {
            object["status"] = json!("declined");
            object["reason"] = json!(reason.to_string());
            object["detail"] = json!(reason);
            object["remedy"] = json!(reason.remedy());
        }
    }
    object
}

/// A loop as text.
pub fn loop_text(report: &LoopReport) -> String {
    let name = report.name.clone().unwrap_or_else(|| format!("function {}", report.function));
    let line = report.line.as_ref().map(|line| format!(", {line}")).unwrap_or_default();
    let place = format!("{name} at {:#x}{line}", report.offset);
    let text = match &report.outcome {
        Outcome::Offloaded { region } => format!("{place}: offloaded as region {region}"),
        Outcome::Declined(reason) => format!("{place}: declined, {reason}\n    to change that: {}", reason.remedy()),
    };
    files::printable(&text)
}
