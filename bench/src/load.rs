//! What a figure depends on besides the code: the machine, and what else it is doing.

use std::fs;

/// One line: processor, cores, memory, and the load average of the last minute. Only Linux says; elsewhere it is `unknown`.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".into());
    format!("{processor}, {cores} cores, memory {memory}, load {}", average())
}

/// The load average of the last minute.
pub fn average() -> String {
    let text = fs::read_to_string("/proc/loadavg").ok();
    text.and_then(|text| text.split(' ').next().map(str::to_string)).unwrap_or_else(|| "unknown".into())
}

/// The value of the first line `name : value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_string())
}
