//! NVIDIA's assembler, where it is installed: what it makes of a kernel's text, in registers and spills.
//!
//! Input: a PTX file and a target. Output: the assembler's own words in a file, and the figures in them. The assembler is a
//! program that others install; nothing here needs it, and it is given a time limit, because long straight-line code costs it
//! seconds. No shell stands between.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use thiserror::Error;

/// The most that is read of the assembler's words, in bytes.
const MAX_REPORT: u64 = 1 << 20;

/// An installed assembler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ptxas {
    path: PathBuf,
}

/// What a kernel needs of a multiprocessor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Registers of a thread, 32 bits each.
    pub registers: u32,
    /// Bytes of a thread's stack frame.
    pub stack: u32,
    /// Bytes that a thread stores because registers ran out.
    pub spill_stores: u32,
    /// Bytes that it loads back.
    pub spill_loads: u32,
    /// Bytes of constant memory, parameters included; the assembler doesn't say for newer targets.
    pub constant: Option<u32>,
    /// Bytes of shared memory.
    pub shared: u32,
}

/// Why there are no figures.
#[derive(Debug, Error)]
pub enum PtxasError {
    /// The assembler can't be run.
    #[error("can't run {}: {error}", path.display())]
    Run {
        /// Its path.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// It ran longer than it may.
    #[error("ptxas took longer than {} s", .0.as_secs())]
    TimedOut(Duration),
    /// It refused the text.
    #[error("ptxas refuses the text ({status}): {message}")]
    Refused {
        /// How it ended.
        status: ExitStatus,
        /// The first thing it said.
        message: String,
    },
    /// It didn't say how many registers the kernel uses.
    #[error("ptxas reports no register count")]
    NoFigures,
}

impl Ptxas {
    /// The assembler that the environment variable `PTXAS` names, else the one on `PATH`.
    pub fn find() -> Option<Ptxas> {
        if let Some(path) = std::env::var_os("PTXAS").filter(|path| !path.is_empty()) {
            return Some(Ptxas { path: path.into() });
        }
        let folders = std::env::var_os("PATH")?;
        let name = format!("ptxas{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&folders).map(|folder| folder.join(&name)).find(|path| path.is_file()).map(Ptxas::at)
    }

    /// The assembler at a path.
    pub fn at(path: PathBuf) -> Ptxas {
        Ptxas { path }
    }

    /// Its version, in its own words; `log` is a file to use on the way.
    pub fn version(&self, log: &Path, limit: Duration) -> Result<String, PtxasError> {
        let (status, text) = self.run(Command::new(&self.path).arg("--version"), log, limit)?;
        let line = text.lines().find(|line| line.contains("release")).or(text.lines().last());
        match line {
            Some(line) if status.success() => Ok(line.trim().to_string()),
            _ => Err(PtxasError::Refused { status, message: first_line(&text) }),
        }
    }

    /// Assembles a file for a target, such as `sm_80`, into `cubin`. What the assembler says goes to `log`.
    pub fn assemble(
        &self,
        target: &str,
        ptx: &Path,
        cubin: &Path,
        log: &Path,
        limit: Duration,
    ) -> Result<Usage, PtxasError> {
        let mut command = Command::new(&self.path);
        command.arg("-v").arg(format!("-arch={target}")).arg(ptx).arg("-o").arg(cubin);
        let (status, text) = self.run(&mut command, log, limit)?;
        if !status.success() {
            return Err(PtxasError::Refused { status, message: first_line(&text) });
        }
        usage(&text).ok_or(PtxasError::NoFigures)
    }

    /// Runs a command with its output in `log`, and reads that.
    fn run(&self, command: &mut Command, log: &Path, limit: Duration) -> Result<(ExitStatus, String), PtxasError> {
        let fail = |error| PtxasError::Run { path: self.path.clone(), error };
        let file = File::create(log).map_err(fail)?;
        command.stdin(Stdio::null()).stdout(file.try_clone().map_err(fail)?).stderr(file);
        let mut child = command.spawn().map_err(fail)?;
        let begin = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = child.try_wait().map_err(fail)? {
                return Ok((status, read(log).map_err(fail)?));
            }
            if begin.elapsed() >= limit {
                // A process that ended just now can't be killed, which is as good.
                let _ = child.kill();
                child.wait().map_err(fail)?;
                return Err(PtxasError::TimedOut(limit));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

fn read(log: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(File::open(log)?, MAX_REPORT), &mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no message").to_string()
}

/// The figures in what `ptxas -v` says of a file with one entry; `None` without a register count.
fn usage(text: &str) -> Option<Usage> {
    // Each figure stands between commas, in front of what it counts.
    let before = |what: &str| {
        let part = text.split([',', '\n']).find(|part| part.contains(what))?;
        let number = part[..part.find(what)?].trim_end().rsplit(' ').next()?;
        number.parse::<u32>().ok()
    };
    let or_none = |what: &str| before(what).unwrap_or(0);
    Some(Usage {
        registers: before("registers")?,
        stack: or_none("bytes stack frame"),
        spill_stores: or_none("bytes spill stores"),
        spill_loads: or_none("bytes spill loads"),
        constant: before("bytes cmem[0]"),
        shared: or_none("bytes smem"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'region_1' for 'sm_80'
ptxas info    : Function properties for region_1
    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
ptxas info    : Used 14 registers, used 1 barriers, 2048 bytes smem, 400 bytes cmem[0]
ptxas info    : Compile time = 59.691 ms
";

    #[test]
    fn figures_are_read_where_they_are_said() {
        let all =
            Usage { registers: 14, stack: 16, spill_stores: 8, spill_loads: 12, constant: Some(400), shared: 2048 };
        assert_eq!(usage(SAID), Some(all));
        let few = usage("ptxas info    : Used 13 registers, used 0 barriers\n");
        assert_eq!(few, Some(Usage { registers: 13, ..Usage::default() }));
        assert_eq!(usage("nothing of the kind"), None);
    }

    #[cfg(unix)]
    #[test]
    fn an_assembler_that_is_missing_slow_or_unwilling_is_an_error() {
        let folder = std::env::temp_dir().join(format!("tensorwasm-ptxas-test-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let log = folder.join("log");
        let stand_in = Ptxas::at(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assembler.sh").into());
        let run = |target, limit| stand_in.assemble(target, Path::new("in"), Path::new("out"), &log, limit);
        let minute = Duration::from_secs(60);
        assert_eq!(stand_in.version(&log, minute).unwrap(), "a tool, release 99.9, V99.9.9");
        assert_eq!(run("sm_80", minute).unwrap().registers, 21);
        let refused = run("sm_1", minute).unwrap_err();
        assert_eq!(refused.to_string(), "ptxas refuses the text (exit status: 255): ptxas fatal   : no");
        assert!(matches!(run("sm_silent", minute), Err(PtxasError::NoFigures)));
        let slow = run("sm_slow", Duration::from_millis(50));
        assert!(matches!(slow, Err(PtxasError::TimedOut(_))), "{slow:?}");
        let missing = Ptxas::at(folder.join("missing"));
        assert!(matches!(missing.version(&log, minute), Err(PtxasError::Run { .. })));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
