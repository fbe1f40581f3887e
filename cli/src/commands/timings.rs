//! `--timings`: how long each stage of a command took, and the most memory the process had used by then.

use crate::output::note;
use std::time::Instant;

/// A running clock; prints to standard error what each stage took.
pub struct Timings {
    wanted: bool,
    begun: Instant,
    last: Instant,
}

impl Timings {
    /// Starts the clock; prints nothing unless `wanted`.
    pub fn start(wanted: bool) -> Timings {
        let now = Instant::now();
        Timings { wanted, begun: now, last: now }
    }

    /// A stage has ended.
    pub fn ended(&mut self, stage: &str) {
        let now = Instant::now();
        self.line(stage, (now - self.last).as_secs_f64());
        self.last = now;
    }

    /// All stages have ended.
    pub fn total(&self) {
        self.line("total", self.begun.elapsed().as_secs_f64());
    }

    fn line(&self, what: &str, seconds: f64) {
        if self.wanted {
            let peak = peak_memory().map_or_else(|| "unknown".into(), |bytes| format!("{:.0} MB", bytes as f64 / 1e6));
            note!("{what:<10} {seconds:9.3} s   peak memory so far {peak}");
        }
    }
}

/// The most physical memory that this process has used, in bytes; only Linux says.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
