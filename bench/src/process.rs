//! One measurement in a process of its own.
//!
//! Peak memory belongs to a process, and a process that has compiled once keeps what its allocator holds; so every sample is a
//! new process, which measures itself and prints one line. Time is that of the work alone, without reading the file.

use crate::told;
use anyhow::{Context, Result, bail};
use runtime::{NanMode, config};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use wasmtime::Engine;

/// What a process does with a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// Nothing but reading the file: the memory that every other work has too.
    Read,
    /// What `tensorwasm explain` does.
    Explain,
    /// What `tensorwasm compile` does.
    Compile,
    /// What `wasmtime compile` does, under the configuration of the runtime.
    Wasmtime,
}

impl Work {
    /// Every kind.
    pub const ALL: [Work; 4] = [Work::Read, Work::Explain, Work::Compile, Work::Wasmtime];

    /// As it stands on the command line of the process.
    pub fn name(self) -> &'static str {
        match self {
            Work::Read => "read",
            Work::Explain => "explain",
            Work::Compile => "compile",
            Work::Wasmtime => "wasmtime",
        }
    }
}

/// What one process took.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cost {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of all cores, of the program and of the kernel for it.
    pub cpu: f64,
    /// The most physical memory in use, in bytes; 0 where the system doesn't say.
    pub peak: u64,
}

/// Has this program, as a new process, do `work` on the module in `file`.
pub fn measure(work: Work, file: &Path) -> Result<Cost> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).arg("child").arg(work.name()).arg(file).output()?;
    if !output.status.success() {
        bail!("{} of {}: {}", work.name(), file.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let line = String::from_utf8(output.stdout)?;
    let fields: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [wall, cpu, peak] = fields[..] else { bail!("the process printed `{line}`") };
    Ok(Cost { wall, cpu, peak: peak as u64 })
}

/// Does `work` in this process and prints its cost.
pub fn child(work: &str, file: &Path) -> Result<()> {
    let work = Work::ALL.into_iter().find(|w| w.name() == work).with_context(|| format!("no work `{work}`"))?;
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let begun = Instant::now();
    match work {
        Work::Read => {}
        Work::Explain => drop(compiler::explain(&bytes, compiler::FpMode::Exact)?),
        Work::Compile => {
            bundle::classify(&bytes)?;
            drop(compiler::compile(&bytes, &compiler::Options::default())?);
        }
        Work::Wasmtime => {
            let engine = Engine::new(&config(NanMode::Native)).map_err(told)?;
            drop(engine.precompile_module(&bytes).map_err(told)?);
        }
    }
    let wall = begun.elapsed().as_secs_f64();
    println!("{wall} {} {}", cpu_seconds().unwrap_or(0.0), peak_memory().unwrap_or(0));
    Ok(())
}

/// The most physical memory that this process has used, in bytes.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The time that all threads of this process have run, in seconds.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may hold spaces; user and system time are the 12th and 13th field behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11..13)?.iter().map(|field| field.parse::<u64>().unwrap_or(0)).sum();
    // Linux counts in hundredths of a second toward programs, whatever its own clock does.
    Some(ticks as f64 / 100.0)
}
