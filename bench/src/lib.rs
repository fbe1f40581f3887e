//! Benchmarks: what compiling costs in time and memory, and what a dispatch costs.
//!
//! Input: modules of the corpus, generated ones, and a folder of the caller's own. Output: tables on standard output. Nothing
//! here is a test of a time, and no test asserts one; `docs/benchmarks.md` says how to run it and what it showed.
//!
//! The harness is our own because half of what it measures is the peak memory of a fresh process, of which a module of
//! 30 MB allows few samples; the statistics are a median and quartiles.
#![forbid(unsafe_code)]

pub mod dispatch;
pub mod generate;
pub mod load;
pub mod loops;
pub mod process;
pub mod published;
pub mod samples;
pub mod shapes;
pub mod share;
pub mod verdicts;

/// wasmtime's errors are no `std::error::Error` here.
fn told(error: wasmtime::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:#}")
}
