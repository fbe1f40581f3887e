//! The CUDA device as a stranger meets it: the real device code in the real program, over the stand-in driver.
//!
//! The program is started with the stand-in as the first `libcuda.so` that the loader finds, whether or not the machine has a
//! driver of its own. The stand-in comes with this test's build, because this crate's tests depend on it.
#![cfg(target_os = "linux")]

mod absent;
mod faults;
mod verified;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What lies where the loader looks for the driver.
pub(crate) enum Installed {
    /// Files that aren't libraries.
    Garbage,
    /// The stand-in, asked for these faults.
    StandIn(&'static str),
}

/// Names under which the loader would find a driver.
const NAMES: [&str; 2] = ["libcuda.so", "libcuda.so.1"];

/// The shared library that was built with this test.
fn stand_in() -> PathBuf {
    let path = std::env::current_exe().unwrap().with_file_name("libtensorwasm_cuda_sim.so");
    assert!(path.is_file(), "{} isn't built", path.display());
    path
}

/// A command with that driver installed.
pub(crate) fn with_driver(program: &Path, installed: &Installed) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", folder.path());
    for name in NAMES {
        let path = folder.path().join(name);
        match installed {
            Installed::Garbage => std::fs::write(path, "not a library").unwrap(),
            Installed::StandIn(_) => symlink(stand_in(), path).unwrap(),
        }
    }
    if let Installed::StandIn(faults) = installed {
        command.env("TENSORWASM_CUDA_SIM", faults);
    }
    (folder, command)
}

/// Runs the program to its end. Whatever the stand-in calls a misuse is a failure of the test.
pub(crate) fn tensorwasm(installed: &Installed, args: &[&str]) -> Output {
    let (_folder, mut command) = with_driver(Path::new(env!("CARGO_BIN_EXE_tensorwasm")), installed);
    let output = command.args(args).output().unwrap();
    let stderr = text(&output.stderr);
    assert!(!stderr.contains("stand-in driver:"), "{args:?}: {stderr}");
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    output
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn corpus(name: &str) -> String {
    format!("{}/../corpus/wasm/{name}.wasm", env!("CARGO_MANIFEST_DIR"))
}

/// What a run left behind, as far as results go.
#[derive(PartialEq, Debug)]
pub(crate) struct Results {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) memory: Option<Vec<u8>>,
}

/// Runs a module and hands out its results and the statistics of its regions.
pub(crate) fn run(installed: &Installed, device: &str, words: &[&str]) -> (Results, Vec<serde_json::Value>) {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("memory");
    let dump = dump.to_str().unwrap();
    let mut args = vec!["run", "--device", device, "--nan", "canonical", "--stats", "json"];
    // A program's memory holds what it printed and more; that of a kernel is its result.
    if words.contains(&"--invoke") {
        args.extend(["--dump-memory", dump]);
    }
    args.extend(words);
    let output = tensorwasm(installed, &args);
    let stderr = text(&output.stderr);
    let stats: serde_json::Value = serde_json::from_str(stderr.lines().last().unwrap_or_default())
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {stderr}"));
    let results =
        Results { code: output.status.code(), stdout: text(&output.stdout), memory: std::fs::read(dump).ok() };
    (results, stats["regions"].as_array().unwrap().clone())
}

/// The sum of one count over all regions: `done` on a device, or `skipped` for a cause.
pub(crate) fn total(regions: &[serde_json::Value], map: &str, key: &str) -> u64 {
    regions.iter().map(|region| region[map][key].as_u64().unwrap_or(0)).sum()
}
