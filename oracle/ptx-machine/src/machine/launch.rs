//! What a caller asks of a run, what it gets, and the limits of a launch.
//!
//! The limits are those of every NVIDIA device the subset is for: a launch that a GPU would refuse is refused here.

use super::fault::{LaunchProblem, ThreadId};
use crate::limits;
use crate::prepare::program::Program;

/// One kernel launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Blocks in x, y, z.
    pub grid: [u32; 3],
    /// Threads of a block in x, y, z.
    pub block: [u32; 3],
    /// Raw bits of each parameter, zero above its width.
    pub args: Vec<u64>,
    /// Instructions that all threads together may execute.
    pub step_budget: u64,
}

/// How adversarial the machine is. The default is not at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Run blocks, and the threads of a block between barriers, in an order drawn from this seed.
    pub shuffle_seed: Option<u64>,
    /// Draw results that PTX leaves unspecified from this seed.
    pub junk_seed: Option<u64>,
    /// Fault on data races.
    pub race_detect: bool,
}

/// What a completed run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Instructions executed, those with a false guard included.
    pub instructions: u64,
    /// Threads that ran.
    pub threads: u64,
    /// Blocks that ran.
    pub blocks: u64,
}

impl Launch {
    /// Number of blocks; exact for a launch that passed [`Launch::check`].
    pub(super) fn blocks(&self) -> u64 {
        self.grid.iter().map(|size| u64::from(*size)).product()
    }

    /// Number of threads of a block; exact for a launch that passed [`Launch::check`].
    pub(super) fn block_threads(&self) -> u64 {
        self.block.iter().map(|size| u64::from(*size)).product()
    }

    /// Coordinates of a thread from the linear numbers of its block and of itself within the block.
    pub(super) fn thread_id(&self, block: u64, thread: u64) -> ThreadId {
        ThreadId { block: coordinates(block, self.grid), thread: coordinates(thread, self.block) }
    }

    /// Whether a device could launch `program` like this.
    pub(super) fn check(&self, program: &Program) -> Result<(), LaunchProblem> {
        let (expected, given) = (program.param_bits.len(), self.args.len());
        if expected != given {
            return Err(LaunchProblem::ArgumentCount { expected, given });
        }
        for (index, (bits, value)) in program.param_bits.iter().zip(&self.args).enumerate() {
            if *bits < 64 && value >> bits != 0 {
                return Err(LaunchProblem::ArgumentWidth { index, bits: *bits });
            }
        }
        let (grid, block) = (self.grid, self.block);
        if grid.contains(&0) || grid[0] > i32::MAX as u32 || grid[1] > 65_535 || grid[2] > 65_535 {
            return Err(LaunchProblem::Grid { grid });
        }
        let fits = block[0] <= 1024 && block[1] <= 1024 && block[2] <= 64 && self.block_threads() <= 1024;
        if block.contains(&0) || !fits {
            return Err(LaunchProblem::Block { block });
        }
        if let Some(limit) = program.max_block.filter(|limit| threads(*limit) < threads(block)) {
            return Err(LaunchProblem::MaxBlock { block, limit });
        }
        if let Some(required) = program.required_block.filter(|required| *required != block) {
            return Err(LaunchProblem::RequiredBlock { block, required });
        }
        let total = grid.iter().chain(&block).try_fold(1u64, |total, size| total.checked_mul(u64::from(*size)));
        if total.is_none_or(|total| total > limits::THREADS) {
            return Err(LaunchProblem::TooManyThreads { limit: limits::THREADS });
        }
        let slots = self.block_threads() as usize * program.initial.len();
        if program.has_barrier && slots > limits::BLOCK_SLOTS {
            return Err(LaunchProblem::BlockTooLarge { slots, limit: limits::BLOCK_SLOTS });
        }
        Ok(())
    }
}

/// `.maxntid` bounds the number of threads, not each axis.
fn threads(shape: [u32; 3]) -> u128 {
    shape.iter().map(|size| u128::from(*size)).product()
}

fn coordinates(linear: u64, shape: [u32; 3]) -> [u32; 3] {
    let [x, y, _] = shape.map(u64::from);
    [(linear % x) as u32, (linear / x % y) as u32, (linear / x / y) as u32]
}
