//! Devices: what runs a region's kernel instead of the guest's own loop.
//!
//! A device prepares each region once, when a bundle is loaded, and launches it once per dispatch. It never writes the
//! guest's memory by itself: it works on the [`Transaction`] it is given, and the dispatch commits or discards. The
//! dispatch has evaluated the guards, checked every hull against its memory, joined the windows and computed trip counts
//! before a device is asked.
//!
//! To write a device in another crate: read the windows with [`Transaction::host`], run, and leave each written window's
//! bytes in [`Transaction::receive`]. A byte outside a window must be neither read nor written. The conformance suite
//! ([`crate::conformance`]) says whether a device does what is expected.

mod cpu;
pub mod cuda;
mod off;
mod privates;

pub use cpu::Cpu;
pub use cuda::Cuda;
pub use off::Off;

use crate::checker::Unproven;
use crate::config::NanMode;
use crate::transaction::Transaction;
use bundle::PtxImage;
use ir::abi::Reach;
use ir::region::{Kernel, Region};
use std::error::Error;
use thiserror::Error;

/// Something that runs kernels.
pub trait Device: Send + Sync {
    /// The name that statistics and messages use.
    fn name(&self) -> &str;

    /// True if the device can't access unaligned memory: a dispatch whose bases or strides aren't multiples of the
    /// footprints' alignment is then skipped.
    fn needs_alignment(&self) -> bool;

    /// The most bytes that the device takes as the reach of checked accesses; what lies beyond bails.
    fn longest_reach(&self) -> u64 {
        u64::MAX
    }

    /// True if the device runs the bundle's PTX text: it is then checked, and given to [`Device::prepare`].
    fn runs_ptx(&self) -> bool {
        false
    }

    /// False if the device never runs anything.
    fn runs(&self) -> bool {
        true
    }

    /// Makes a region ready to be launched; an error turns that region off and nothing else.
    fn prepare(&self, task: &Task<'_>) -> Result<Box<dyn Prepared>, PrepareError>;
}

/// What a device prepares.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// The region, verified.
    pub region: &'a Region,
    /// Its kernel, verified against the region.
    pub kernel: &'a Kernel,
    /// The PTX images of the region, for any mapping and target, if the device runs such.
    pub ptx: &'a [PtxImage],
    /// The mapping that the schedule launches, an index into [`Region::mappings`].
    pub mapping: u32,
    /// How arithmetic treats NaN bits; a device may always produce canonical ones.
    pub nan: NanMode,
}

/// A region that a device is ready to launch.
pub trait Prepared: Send + Sync {
    /// Runs every iteration on the bytes of `transaction`.
    ///
    /// A device that asked [`Transaction::place`] where to work and was sent to the guest's own memory
    /// ([`Transaction::is_in_place`]) must complete; in that case the kernel can't bail and its work is bounded.
    fn launch(&self, launch: &Launch<'_>, transaction: &mut Transaction<'_>) -> Outcome;
}

/// The values of one dispatch.
#[derive(Clone, Copy, Debug)]
pub struct Launch<'a> {
    /// The trip count of each parallel dimension: at least 1 each, and their product fits 63 bits.
    pub trips: &'a [u64],
    /// The live-ins as raw bits.
    pub live_ins: &'a [u64],
    /// For each footprint the guest addresses that its accesses may touch, inside of its window. If the kernel checks them, there
    /// are at least as many as the footprint is wide.
    pub reaches: &'a [Reach],
    /// How many steps (back edges inside a thread's body) a worker may take before the launch counts as overdue.
    pub budget: u64,
}

/// How a launch ended.
#[derive(Debug)]
pub enum Outcome {
    /// Every thread finished; the combined returned values, one per role of the region.
    Completed(Vec<u64>),
    /// Some thread bailed; the transaction is discarded.
    Bailed,
    /// The step budget or a time limit was spent; the transaction is discarded.
    TimedOut,
    /// The device couldn't; the transaction is discarded.
    Failed(DeviceError),
    /// The device doesn't take this launch now, for this reason; nothing was tried.
    Declined(Box<dyn Error + Send + Sync>),
}

/// Why a device couldn't complete a launch.
#[derive(Debug, Error)]
pub enum DeviceError {
    /// No host memory for a staging buffer.
    #[error("no memory for a staging buffer of {bytes} bytes")]
    OutOfMemory {
        /// Its size.
        bytes: u64,
    },
    /// A window that the transaction doesn't have.
    #[error("the transaction has no window {window}")]
    NoWindow {
        /// The index asked for.
        window: usize,
    },
    /// A window past the end of its memory.
    #[error("a window ends at {end:#x}, past the end of memory {memory}")]
    OutsideMemory {
        /// The memory index.
        memory: u32,
        /// One past the window's last byte.
        end: u64,
    },
    /// A device that completed without leaving the bytes of a written window.
    #[error("the device left no bytes for window {window}")]
    NotStaged {
        /// The window.
        window: usize,
    },
    /// A device that completed with the wrong number of returned values.
    #[error("the device returned {found} values, the region has {wanted}")]
    Returns {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// A device that panicked; it is turned off.
    #[error("the device panicked")]
    Panicked,
    /// A device that is gone for good; it is turned off.
    #[error("the device is lost: {0}")]
    Lost(#[source] Box<dyn Error + Send + Sync>),
    /// A failure of this launch alone.
    #[error(transparent)]
    Launch(Box<dyn Error + Send + Sync>),
}

impl DeviceError {
    /// True if the device must not be asked again.
    pub fn turns_off(&self) -> bool {
        matches!(self, DeviceError::Panicked | DeviceError::Lost(_))
    }
}

/// Why a device can't run a region.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// The device runs nothing.
    #[error("the device is off")]
    Off,
    /// The engine counts fuel.
    #[error("the engine counts fuel, which kernels don't consume")]
    Fuel,
    /// The bundle's signature doesn't make its kernels trusted.
    #[error("no trusted key has signed the bundle")]
    Untrusted,
    /// The loop holds relaxed SIMD, and the engine chooses as its machine does.
    #[error("the loop holds relaxed SIMD, and the engine doesn't have Config::relaxed_simd_deterministic")]
    Chosen,
    /// The loop fuses products with sums, and nothing says that the engine's code for it does so as well.
    #[error("the loop holds fused products, and the engine isn't known to round them once and to the NaNs of kernels")]
    Fused,
    /// The bundle carries no code that the device can use.
    #[error("there is no image for this device")]
    NoImage,
    /// The region adds floats up in another order, and the settings don't permit that.
    #[error("its sums of floats are made in another order, which isn't permitted here")]
    Relaxed,
    /// The load checker doesn't accept the region.
    #[error("refused by the load checker: {0}")]
    Unproven(#[from] Unproven),
    /// The schedule has a form that this build doesn't run.
    #[error("the schedule has {launches} launches, exactly one is supported")]
    Schedule {
        /// How many it has.
        launches: usize,
    },
    /// The device panicked while it prepared the region.
    #[error("the device panicked")]
    Panicked,
    /// The device's own refusal.
    #[error(transparent)]
    Device(Box<dyn Error + Send + Sync>),
}

/// The values that the combination of all threads' returns starts from: the identity of each reduction, 0 elsewhere.
pub fn initial_returns(region: &Region) -> Vec<u64> {
    region.returns.iter().map(|&(ty, role)| role.initial(ty)).collect()
}
