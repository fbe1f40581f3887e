//! The programs of this checkout that a chore runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The `tensorwasm` binary that TENSORWASM names, else a release build of this checkout.
pub fn tensorwasm(root: &Path) -> Result<PathBuf> {
    built(root, "TENSORWASM", "tensorwasm-cli", "tensorwasm")
}

/// The `tensorwasm-measure` binary that TENSORWASM_MEASURE names, else a release build of this checkout.
pub fn measuring(root: &Path) -> Result<PathBuf> {
    built(root, "TENSORWASM_MEASURE", "tensorwasm-bench", "tensorwasm-measure")
}

fn built(root: &Path, variable: &str, package: &str, binary: &str) -> Result<PathBuf> {
    if let Some(tool) = std::env::var_os(variable) {
        return Ok(root.join(tool));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "-p", package, "--bin", binary]).current_dir(root);
    ensure!(build.status().context("can't run cargo")?.success(), "the build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    Ok(target.join("release").join(binary))
}
