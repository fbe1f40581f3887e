//! The CUDA device: a region's PTX on an NVIDIA GPU, through the driver alone.
//!
//! Input is a launch with its transaction, output what the kernel left in its buffers. The order, one file each:
//!
//! 1. `driver` finds the driver library and its functions; without one there is a reason, never a panic;
//! 2. `context` holds the device's primary context and every call into it;
//! 3. `engine` lets one launch at a time use the device, and keeps what belongs to an overdue one;
//! 4. `module` picks and loads a region's image when the region is prepared;
//! 5. `buffers` puts each window into device memory and brings written ones back into staging;
//! 6. `launch` packs the parameters of `ir::abi`, starts the kernel, waits with a time limit, and reads the bail flag first.
//!
//! What must hold for a launch to be sound: every access of the kernel lies in a window (the dispatch has checked hulls and
//! guards; the emitter adds a footprint's delta to the guest address and nothing else), each window is one allocation of its
//! own that lives until the kernel has ended, and addresses agree with the guest's modulo [`CONGRUENCE`](crate::CONGRUENCE), so
//! that what was aligned for the guest is aligned here. A GPU checks little of this; the PTX machine checks all of it, and the
//! stand-in driver of `oracle/cuda-sim` runs this very code on it.
//!
//! The guest's memory is read for uploads and otherwise left alone. A device that is lost, overdue or out of memory costs
//! time: the dispatch runs the original loop.
//!
//! No GPU has run this yet.
#![allow(unsafe_code)]

mod buffers;
mod context;
mod driver;
mod engine;
mod launch;
mod module;

pub use context::{Description, NEEDED, devices};
pub use driver::{DriverError, Unavailable};
pub use engine::Refusal;
pub use launch::LaunchError;
pub use module::ImageError;

use super::{Device, Launch, Outcome, PrepareError, Prepared, Task};
use crate::transaction::Transaction;
use engine::Engine;
use ir::region::{Mapping, Region};
use module::Module;
use std::time::Duration;

/// How long a launch may take by default.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The longest reach of checked accesses. Each launch copies all of it to the device, which costs some 40 ms at this length; with
/// memories that stay on the device it would cost what has changed.
const LONGEST_REACH: u64 = 1 << 30;

/// An NVIDIA GPU: the first of this machine on which kernels can run. All of a process share it.
#[derive(Clone, Debug)]
pub struct Cuda {
    engine: &'static Engine,
    time_limit: Duration,
}

impl Cuda {
    /// The device, whose launches may take `time_limit` each; a longer one is given up.
    pub fn open(time_limit: Duration) -> Result<Cuda, Unavailable> {
        Ok(Cuda { engine: Engine::get()?, time_limit })
    }

    /// What the driver says about it.
    pub fn description(&self) -> &Description {
        self.engine.context().description()
    }
}

impl Device for Cuda {
    fn name(&self) -> &str {
        "cuda"
    }

    fn needs_alignment(&self) -> bool {
        true
    }

    fn longest_reach(&self) -> u64 {
        LONGEST_REACH
    }

    fn runs_ptx(&self) -> bool {
        true
    }

    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError> {
        let mapping = task.region.mappings.get(task.mapping as usize);
        let mapping = mapping.ok_or(PrepareError::NoImage)?.clone();
        let module =
            Module::load(self.engine, task.ptx, task.mapping).map_err(|error| PrepareError::Device(Box::new(error)))?;
        let (region, time_limit) = (task.region.clone(), self.time_limit);
        Ok(Box::new(CudaRegion { module, region, mapping, time_limit }))
    }
}

/// A region whose kernel is loaded.
#[derive(Debug)]
struct CudaRegion {
    module: std::sync::Arc<Module>,
    region: Region,
    mapping: Mapping,
    time_limit: Duration,
}

impl Prepared for CudaRegion {
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        self.run(launch, transaction).unwrap_or_else(|error| error.outcome(self.module.engine()))
    }
}
