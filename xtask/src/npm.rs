//! Fetches packages from npm by name, for chores that measure on other people's modules.
//!
//! Input: the npm client (NPM overrides it) and `tar`. Output: a package unpacked in a folder of the caller's, and the files in it.
//! Nothing of a package is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Unpacks a package into `work` and gives its folder. npm takes `name` or `name@version`.
pub fn fetch(package: &str, work: &Path) -> Result<PathBuf> {
    let npm = std::env::var("NPM").unwrap_or_else(|_| "npm".to_owned());
    fs::create_dir_all(work)?;
    let packed = Command::new(&npm)
        .args(["pack", package, "--silent"])
        .current_dir(work)
        .output()
        .with_context(|| format!("{npm} does not run"))?;
    ensure!(packed.status.success(), "npm pack failed: {}", String::from_utf8_lossy(&packed.stderr));
    let printed = String::from_utf8_lossy(&packed.stdout);
    let archive = printed.lines().last().context("npm pack printed no file name")?.trim().to_owned();
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).current_dir(work).status().context("tar")?;
    ensure!(unpacked.success(), "tar could not unpack {archive}");
    Ok(work.join("package"))
}

/// The files under `top` whose names end so, as paths relative to it, in order.
pub fn files(top: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(top, Path::new(""), extension, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(top: &Path, inner: &Path, wanted: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(top.join(inner)).with_context(|| top.join(inner).display().to_string())? {
        let entry = entry?;
        let path = inner.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(top, &path, wanted, found)?;
        } else if path.extension().is_some_and(|extension| extension == wanted) {
            found.push(path);
        }
    }
    Ok(())
}
