//! `ptx-sim`: a runtime device that runs the PTX text of a bundle on the PTX machine.
//!
//! Input: the images of a region and the transactions of its dispatches. Each window becomes one allocation whose address
//! agrees with the guest's modulo 256, read-only where the region doesn't write; the bail flag and the returned values get
//! allocations of their own; parameters and grid are those of `ir::abi`. The machine is as hostile as it can be: threads
//! in a shuffled order, junk where PTX leaves a result unspecified or a window isn't copied in, and a fault for every
//! race, misalignment, stray access or register without a value. Seeds come from [`PtxSim::set_seed`], so that a case
//! replays.
//!
//! A fault is a bug of the compiler or of a guard. The dispatch sees it as a failed launch and falls back to the original
//! loop, which would hide it; so every fault is also kept as a [`Finding`], and whoever drives the device asks for them.

use ir::abi::{self, Param};
use ir::region::{Mapping, Region};
use ptx_machine::{Access, Fault, Handle, Launch, Memory, MemoryError, Options, Program};
use runtime::device::{
    Device, DeviceError, Launch as Dispatch, Outcome, PrepareError, Prepared, Task, initial_returns,
};
use runtime::{CONGRUENCE, Transaction};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

use crate::random::Random;

/// The longest reach of checked accesses; each launch copies it.
const LONGEST_REACH: u64 = 1 << 26;
/// The most instructions that one launch may take.
const STEPS: u64 = 1 << 29;
/// Instructions granted for each back edge of the dispatch's budget, and for each thread.
const STEPS_PER_EDGE: u64 = 64;

/// Something that must not happen on a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The region.
    pub region: u32,
    /// What happened.
    pub what: String,
}

/// The PTX machine as a device. Clones share their seed and their findings.
#[derive(Clone, Debug, Default)]
pub struct PtxSim {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    seed: AtomicU64,
    findings: Mutex<Vec<Finding>>,
    /// Launches that no device could make, which is nobody's mistake.
    refused: AtomicU64,
}

impl PtxSim {
    /// A device that has found nothing yet.
    pub fn new() -> PtxSim {
        PtxSim::default()
    }

    /// Says where the next launches draw their order and junk from.
    pub fn set_seed(&self, seed: u64) {
        self.shared.seed.store(seed, Ordering::Relaxed);
    }

    /// Hands out what was found since the last call.
    pub fn take_findings(&self) -> Vec<Finding> {
        std::mem::take(&mut self.shared.findings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many launches so far had a grid that no device takes.
    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }
}

/// Text that can't be run.
#[derive(Debug, Error)]
pub enum ImageError {
    /// It isn't PTX, or not the part of it that the machine knows.
    #[error("the PTX can't be read: {0}")]
    Parse(#[from] ptx_machine::ParseError),
    /// An instruction doesn't fit its declarations.
    #[error("the PTX is wrong: {0}")]
    Prepare(#[from] ptx_machine::PrepareError),
    /// The entry that the image names isn't in it.
    #[error("the PTX has no entry `{0}`")]
    Entry(String),
    /// The schedule launches a mapping that the region doesn't have.
    #[error("there is no mapping {0}")]
    Mapping(u32),
}

/// A launch that went wrong.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// No device takes a grid of this size.
    #[error("no device takes a grid for {trips:?} iterations")]
    Grid {
        /// The trip count of each dimension.
        trips: Vec<u64>,
    },
    /// The machine stopped.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The machine has no room.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// The transaction has no such window.
    #[error(transparent)]
    Transaction(#[from] DeviceError),
    /// The kernel changed a byte of a window that no footprint writes.
    #[error("the kernel changed the byte at guest address {address:#x}, which no footprint writes")]
    Stray {
        /// The address.
        address: u64,
    },
    /// The bail flag holds something else than 0 or 1.
    #[error("the bail flag holds {0:#x}")]
    Flag(u32),
}

impl Device for PtxSim {
    fn name(&self) -> &str {
        "ptx-sim"
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
        let image = task.ptx.iter().find(|image| image.mapping == task.mapping).ok_or(PrepareError::NoImage)?;
        let program = program(&image.text, &image.entry).map_err(|error| PrepareError::Device(Box::new(error)))?;
        let mapping = task.region.mappings.get(task.mapping as usize);
        let mapping = mapping.ok_or_else(|| PrepareError::Device(Box::new(ImageError::Mapping(task.mapping))))?;
        let (region, mapping, shared) = (task.region.clone(), mapping.clone(), self.shared.clone());
        Ok(Box::new(PtxRegion { program, region, mapping, shared }))
    }
}

fn program(text: &str, entry: &str) -> Result<Program, ImageError> {
    let module = ptx_machine::parse(text)?;
    let kernel = module.kernels.iter().find(|kernel| kernel.name == entry);
    Ok(ptx_machine::prepare(kernel.ok_or_else(|| ImageError::Entry(entry.into()))?)?)
}

struct PtxRegion {
    program: Program,
    region: Region,
    mapping: Mapping,
    shared: Arc<Shared>,
}

/// The allocations of one launch.
struct Placed {
    memory: Memory,
    windows: Vec<Handle>,
    flag: Handle,
    returns: Handle,
}

impl Prepared for PtxRegion {
    fn launch(&self, launch: &Dispatch<'_>, transaction: &mut Transaction<'_>) -> Outcome {
        let error = match self.run(launch, transaction) {
            Ok(outcome) => return outcome,
            Err(LaunchError::Fault(Fault::Budget { .. })) => return Outcome::TimedOut,
            Err(error) => error,
        };
        if matches!(error, LaunchError::Grid { .. }) {
            self.shared.refused.fetch_add(1, Ordering::Relaxed);
        } else {
            let finding = Finding { region: self.region.id, what: error.to_string() };
            self.shared.findings.lock().unwrap_or_else(PoisonError::into_inner).push(finding);
        }
        Outcome::Failed(DeviceError::Launch(Box::new(error)))
    }
}

impl PtxRegion {
    fn run(&self, dispatch: &Dispatch<'_>, transaction: &mut Transaction<'_>) -> Result<Outcome, LaunchError> {
        let trips: Vec<i128> = dispatch.trips.iter().map(|&trip| trip as i128).collect();
        let grid = abi::grid(&self.mapping, &trips).ok_or(LaunchError::Grid { trips: dispatch.trips.to_vec() })?;
        let mut random = Random::new(self.shared.seed.load(Ordering::Relaxed));
        let returned = abi::returned_bytes(&self.region, dispatch.trips);
        let returned = returned.ok_or(LaunchError::Grid { trips: dispatch.trips.to_vec() })? as usize;
        let mut placed = self.place(returned, transaction, &mut random)?;
        let block = [self.mapping.block, 1, 1];
        let threads = grid.iter().chain(&block).fold(1u64, |all, &size| all.saturating_mul(size as u64));
        let edges = dispatch.budget.saturating_add(threads).saturating_mul(STEPS_PER_EDGE);
        let launch =
            Launch { grid, block, args: self.args(dispatch, transaction, &placed), step_budget: edges.min(STEPS) };
        let options = Options { shuffle_seed: Some(random.next()), junk_seed: Some(random.next()), race_detect: true };
        ptx_machine::run(&self.program, &mut placed.memory, &launch, &options)?;
        match word(placed.memory.bytes(placed.flag)) {
            0 => {}
            1 => return Ok(Outcome::Bailed),
            other => return Err(LaunchError::Flag(other as u32)),
        }
        collect(&placed, transaction)?;
        let bytes = placed.memory.bytes(placed.returns);
        Ok(Outcome::Completed(abi::returned(&self.region, dispatch.trips, bytes)))
    }

    /// Puts everything that the kernel may touch into a new memory.
    fn place(
        &self,
        returned: usize,
        transaction: &Transaction<'_>,
        random: &mut Random,
    ) -> Result<Placed, LaunchError> {
        let mut memory = Memory::new();
        let mut windows = Vec::with_capacity(transaction.windows().len());
        for (index, window) in transaction.windows().iter().enumerate() {
            let access = if window.is_read_only() { Access::ReadOnly } else { Access::ReadWrite };
            let mut bytes = transaction.host(index)?.to_vec();
            if !window.copy_in {
                bytes
                    .chunks_mut(8)
                    .for_each(|chunk| chunk.copy_from_slice(&random.next().to_le_bytes()[..chunk.len()]));
            }
            windows.push(memory.alloc_congruent(bytes, window.range.start % CONGRUENCE, CONGRUENCE, access)?);
        }
        let flag = memory.alloc(vec![0; 4], CONGRUENCE, Access::ReadWrite)?;
        let mut initial: Vec<u8> = initial_returns(&self.region).iter().flat_map(|bits| bits.to_le_bytes()).collect();
        // A record that no thread stores is a NaN that it shows.
        initial.resize(returned, u8::MAX);
        let returns = memory.alloc(initial, CONGRUENCE, Access::ReadWrite)?;
        Ok(Placed { memory, windows, flag, returns })
    }

    fn args(&self, dispatch: &Dispatch<'_>, transaction: &Transaction<'_>, placed: &Placed) -> Vec<u64> {
        let delta = |footprint: u32| {
            let Some(window) = transaction.window_of(footprint) else { return 0 };
            placed.memory.base(placed.windows[window]).wrapping_sub(transaction.windows()[window].range.start)
        };
        let value = |param: &Param| match *param {
            Param::BailFlag => placed.memory.base(placed.flag),
            Param::Returns => placed.memory.base(placed.returns),
            Param::Trip(dim) => dispatch.trips[dim as usize],
            Param::Delta(footprint) => delta(footprint),
            Param::Low(footprint) => dispatch.reaches[footprint as usize].low,
            Param::Length(footprint) => dispatch.reaches[footprint as usize].length,
            Param::LiveIn(index, ty) => dispatch.live_ins[index as usize] & ty.mask(),
        };
        abi::params(&self.region).iter().map(value).collect()
    }
}

/// Hands the written windows to the transaction, after a look at the bytes that nothing may write.
fn collect(placed: &Placed, transaction: &mut Transaction<'_>) -> Result<(), LaunchError> {
    for (index, &handle) in placed.windows.iter().enumerate() {
        let window = transaction.windows()[index].clone();
        if window.is_read_only() {
            continue;
        }
        let bytes = placed.memory.bytes(handle);
        let before = transaction.host(index)?;
        let written = |at: u64| window.written.iter().any(|range| range.contains(&at));
        let changed = (window.range.start..).zip(bytes.iter().zip(before)).find(|&(at, (a, b))| a != b && !written(at));
        if let Some((address, _)) = changed.filter(|_| window.copy_in) {
            return Err(LaunchError::Stray { address });
        }
        transaction.receive(index)?.copy_from_slice(bytes);
    }
    Ok(())
}

/// The little-endian number in up to 8 bytes.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | byte as u64)
}
