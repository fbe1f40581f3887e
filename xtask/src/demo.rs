//! The main job on a fresh machine: build the tool, explain a module, run it with its loops on all cores, check it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tool;

const KERNELS: &str = "corpus/wasm/clang/saxpy.wasm";
const PROGRAM: &str = "corpus/wasm/rustc/heat2d.wasm";

/// Builds the release binary and runs four commands, each shown before its output.
pub fn run(root: &Path) -> Result<()> {
    let tool = tool::tensorwasm(root)?;
    for args in [
        &["explain", KERNELS][..],
        &["run", PROGRAM, "--device", "cpu", "--stats"],
        &["oracle", KERNELS, "--cases", "200"],
    ] {
        println!("\n$ tensorwasm {}", args.join(" "));
        let mut command = Command::new(&tool);
        // A demonstration compiles what it shows, and leaves nothing behind.
        command.args(args).current_dir(root).env("TENSORWASM_CACHE", "");
        let status = command.status().context("can't run tensorwasm")?;
        ensure!(status.success(), "it ended with {status}");
    }
    Ok(())
}
