//! What a guest sees of the outside: WASI preview 1, with arguments, environment, directories and standard streams.

use std::path::PathBuf;
use thiserror::Error;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// The import module of WASI preview 1.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// The most bytes that a captured stream holds; writing more traps.
const CAPTURE_LIMIT: usize = 1 << 30;

/// A host directory that the guest may use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directory {
    /// Where it is.
    pub host: PathBuf,
    /// What the guest calls it.
    pub guest: String,
}

/// Where the guest's standard streams lead.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Stdio {
    /// To those of this process.
    #[default]
    Inherit,
    /// Into the outcome; the guest reads these bytes.
    Capture {
        /// What standard input holds.
        stdin: Vec<u8>,
    },
}

/// What the guest is given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outside {
    /// The arguments, the program's name first.
    pub args: Vec<String>,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// The directories.
    pub dirs: Vec<Directory>,
    /// The standard streams.
    pub stdio: Stdio,
}

/// A directory that can't be opened.
#[derive(Debug, Error)]
#[error("can't open directory {}: {error:#}", host.display())]
pub struct DirectoryError {
    /// Where it should be.
    pub host: PathBuf,
    /// The reason.
    pub error: wasmtime::Error,
}

/// Standard output and standard error, if they are captured.
#[derive(Clone)]
pub(crate) struct Captured {
    pub stdout: MemoryOutputPipe,
    pub stderr: MemoryOutputPipe,
}

/// The context of a guest, and its captured streams.
pub(crate) fn context(outside: &Outside) -> Result<(WasiP1Ctx, Captured), DirectoryError> {
    let captured =
        Captured { stdout: MemoryOutputPipe::new(CAPTURE_LIMIT), stderr: MemoryOutputPipe::new(CAPTURE_LIMIT) };
    let mut builder = WasiCtxBuilder::new();
    builder.args(&outside.args).envs(&outside.env);
    match &outside.stdio {
        Stdio::Inherit => builder.inherit_stdio(),
        Stdio::Capture { stdin } => builder
            .stdin(MemoryInputPipe::new(stdin.clone()))
            .stdout(captured.stdout.clone())
            .stderr(captured.stderr.clone()),
    };
    for Directory { host, guest } in &outside.dirs {
        builder
            .preopened_dir(host, guest, FsPerms::ReadWrite)
            .map_err(|error| DirectoryError { host: host.clone(), error })?;
    }
    Ok((builder.build_p1(), captured))
}
