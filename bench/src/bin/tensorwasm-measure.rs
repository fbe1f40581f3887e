//! Measures one module in a process of its own and prints a JSON object, for `cargo xtask` to collect: one that brings its
//! process down hides no other.
//!
//! - `tensorwasm-measure share FILE`: how much of a WASI command's hottest loop nest runs in dispatches.
//! - `tensorwasm-measure loops FILE`: what becomes of each loop.
//! - `tensorwasm-measure module FILE`: whether a module is compiled into one that still works.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tensorwasm_bench::{published, share, verdicts};

/// What a suite's programs do for the measurement and not for their algorithm.
const ASIDE: [&str; 1] = ["digest"];

fn main() -> ExitCode {
    match measure() {
        Ok(object) => {
            println!("{object}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn measure() -> Result<serde_json::Value> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, file] = &arguments[..] else { bail!("usage: tensorwasm-measure share|loops|module FILE") };
    let bytes = std::fs::read(file).with_context(|| file.clone())?;
    match verb.as_str() {
        "share" => Ok(share::measure(&bytes, &ASIDE)?.to_json()),
        "loops" => verdicts::rows(&bytes),
        "module" => published::examine(&bytes),
        other => bail!("no verb `{other}`"),
    }
}
