//! The differential oracle: the original module on plain wasmtime against its bundle on every device.
//!
//! [`check`] is the one verb: a file and options in, a [`Report`] out. It compiles a plain module, drives each region alone
//! in a harness and the module as a whole through its exports, and after every call compares results, traps, every byte
//! of every memory, globals and calls of imports. A region that wasn't run enough to say anything is reported as such,
//! never as passed. [`replay`] runs one reported case again. [`PtxSim`] is the device that runs a bundle's PTX text on the
//! PTX machine; a fault there is a divergence, even though the dispatch recovers from it.
//!
//! NaNs are canonical on both sides, so that everything compares byte for byte. Only what a relaxed region folds is compared within
//! an error bound, where that region's loop runs alone; elsewhere such regions are off. Nothing is shared with the compiler's
//! analysis but the manifest, which steers what cases are drawn, never what they must give.
#![forbid(unsafe_code)]

mod bytes;
mod check;
mod compare;
mod contents;
mod duel;
mod exports;
mod generate;
mod guest;
mod harness;
mod judge;
mod magnitude;
mod needs;
mod options;
mod programs;
mod ptx_sim;
mod random;
mod regions;
mod replay;
mod report;
mod rerun;
mod roles;
mod shots;
mod slack;
mod solve;
mod summary;
mod tally;
mod trace;
mod tune;

pub use check::{check, check_bundle};
pub use compare::Difference;
pub use generate::{Generated, GeneratedFinding, GeneratedOptions, generated};
pub use guest::GuestError;
pub use harness::Unfit;
pub use options::{DeviceKind, Invocation, OracleError, OracleOptions};
pub use ptx_sim::{Finding, ImageError, LaunchError, PtxSim};
pub use replay::ReplayError;
pub use report::{Baseline, Coverage, Divergence, Driver, RegionReport, Report, Verdict};
pub use rerun::replay;
