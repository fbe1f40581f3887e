//! The runtime: wasmtime with the offload imports, and the devices behind them.
//!
//! [`run`] runs a plain module or a bundle from start to end; [`Session`] does it step by step. An embedder with an engine
//! and a store of its own uses [`Offload`], which adds the imports of a bundle to a linker. Devices implement
//! [`device::Device`]; [`conformance`] says whether they do it right.
#![deny(unsafe_code)]

mod config;
pub mod conformance;
pub mod device;
mod dispatch;
mod memory;
mod offload;
mod plan;
mod run;
mod session;
mod stats;
mod transaction;
mod values;
mod wasi;
mod windows;

pub use config::{NanMode, config};
pub use dispatch::{HostedRegion, Slot, Terms};
pub use memory::GuestMemory;
pub use offload::{DeviceChoice, LoadError, MIN_WORK, Offload, STEP_BUDGET, Settings};
pub use run::{Entry, RunOptions, RunOutcome, run};
pub use session::{End, Program, Session, SessionError, SessionOptions};
pub use stats::{RegionStats, Skip};
pub use transaction::Transaction;
pub use values::{Value, ValueError, parse};
pub use wasi::{Directory, DirectoryError, Outside, Stdio};
pub use windows::{CONGRUENCE, Hull, Window, covers_hull, merge};
