//! The runtime: wasmtime with the offload imports, and the devices behind them.
//!
//! [`run`] runs a plain module or a bundle from start to end; [`Session`] does it step by step. An embedder with an engine,
//! a linker and stores of its own uses [`Offload`], which loads a bundle and makes instances of it; `docs/embedding.md` is
//! the guide. Devices implement [`device::Device`]; [`conformance`] says whether they do it right.
#![deny(unsafe_code)]

pub mod cache;
pub mod checker;
mod config;
pub mod conformance;
pub mod device;
mod dispatch;
mod link;
mod memory;
mod offload;
mod plan;
mod reach;
mod relaxed;
mod run;
mod session;
mod stats;
mod transaction;
mod values;
mod wasi;
mod windows;

pub use bundle::{Bundle, BundleError, Demand, FpMode, Keyring, KnownKeys, NamedKey, PublicKey, Signatures};
pub use cache::{Cache, CacheOptions};
pub use config::{ConfigError, NanMode, config};
pub use dispatch::{HostedRegion, Slot, Terms};
pub use ir::region::Place;
pub use link::{Dispatch, Link};
pub use memory::GuestMemory;
pub use offload::{DeviceChoice, LoadError, MIN_WORK, Offload, STEP_BUDGET, Settings, Trust};
pub use run::{Entry, RunOptions, RunOutcome, run};
pub use session::{End, Program, Session, SessionError, SessionOptions};
pub use stats::{RegionStats, Skip};
pub use transaction::Transaction;
pub use values::{Value, ValueError, parse};
pub use wasi::{Directory, DirectoryError, Outside, Stdio};
pub use windows::{CONGRUENCE, Hull, Window, covers_hull, merge};
