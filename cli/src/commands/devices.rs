//! `devices`: what could run regions on this machine.

use crate::Finding;
use anyhow::Result;

/// List the devices that regions can run on.
#[derive(clap::Args)]
pub struct Args {
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Finding> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    if args.json {
        let devices = serde_json::json!([
            { "name": "cpu", "available": true, "threads": threads },
            { "name": "off", "available": true },
        ]);
        println!("{}", serde_json::json!({ "devices": devices }));
        return Ok(Finding::Clean);
    }
    println!("cpu: {threads} threads");
    println!("off: regions never run, the original loops do");
    Ok(Finding::Clean)
}
