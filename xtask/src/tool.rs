//! The `tensorwasm` binary that a chore uses.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The binary that TENSORWASM names, else a release build of this checkout.
pub fn tensorwasm(root: &Path) -> Result<PathBuf> {
    if let Some(tool) = std::env::var_os("TENSORWASM") {
        return Ok(root.join(tool));
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "-p", "tensorwasm-cli"]).current_dir(root);
    ensure!(build.status().context("can't run cargo")?.success(), "the build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    Ok(target.join("release/tensorwasm"))
}
