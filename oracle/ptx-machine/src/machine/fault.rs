//! What can go wrong in a run.
//!
//! A fault is a bug of the kernel, of its launch, or of whoever proved it safe. It names the line of PTX text and the
//! thread. Memory keeps what was written before it.

use std::fmt;
use thiserror::Error;

/// Coordinates of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadId {
    /// `%ctaid`
    pub block: [u32; 3],
    /// `%tid`
    pub thread: [u32; 3],
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([bx, by, bz], [tx, ty, tz]) = (self.block, self.thread);
        write!(f, "block ({bx},{by},{bz}) thread ({tx},{ty},{tz})")
    }
}

/// Where a fault happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line of the PTX text.
    pub line: u32,
    /// The thread that ran it.
    pub thread: ThreadId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}", self.line, self.thread)
    }
}

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The launch doesn't fit the kernel or the limits of a device; nothing ran.
    #[error("launch refused: {0}")]
    Launch(#[from] LaunchProblem),
    /// An access isn't wholly inside one allocation.
    #[error("{at}: access of {width} bytes at {address:#x} is not inside an allocation")]
    OutOfBounds {
        /// Where.
        at: Place,
        /// First byte.
        address: u64,
        /// Bytes.
        width: u32,
    },
    /// An address isn't a multiple of the width of the access.
    #[error("{at}: access of {width} bytes at {address:#x} is misaligned")]
    Misaligned {
        /// Where.
        at: Place,
        /// First byte.
        address: u64,
        /// Bytes.
        width: u32,
    },
    /// A store to a read-only allocation.
    #[error("{at}: store of {width} bytes at {address:#x} into a read-only allocation")]
    ReadOnly {
        /// Where.
        at: Place,
        /// First byte.
        address: u64,
        /// Bytes.
        width: u32,
    },
    /// One launch both wrote an allocation and read it with `.nc`.
    #[error("{at}: access at {address:#x}: the allocation is both written and read with `.nc` in this launch")]
    NonCoherent {
        /// Where the second of the two happened.
        at: Place,
        /// First byte.
        address: u64,
    },
    /// Two threads touched a byte without an order between them, and not both only read or both updated atomically.
    #[error("{at}: access of {width} bytes at {address:#x} races with {}", name_thread(.other))]
    Race {
        /// Where the later of the two happened.
        at: Place,
        /// First byte of the later access.
        address: u64,
        /// Its bytes.
        width: u32,
        /// The other thread, unless there are several.
        other: Option<ThreadId>,
    },
    /// A register was read before anything was written to it.
    #[error("{at}: register `{register}` is read before it is written")]
    Uninitialised {
        /// Where.
        at: Place,
        /// Name of the register.
        register: String,
    },
    /// A thread waits at a barrier that another thread of its block doesn't reach.
    #[error("{at}: this thread waits at a barrier, {other} {}", name_line(.other_line))]
    DivergentBarrier {
        /// The waiting thread.
        at: Place,
        /// A thread elsewhere.
        other: ThreadId,
        /// The barrier at which the other one waits; none if it has ended.
        other_line: Option<u32>,
    },
    /// The launch took more instructions than it was given.
    #[error("{at}: the step budget is spent")]
    Budget {
        /// Where.
        at: Place,
    },
}

fn name_thread(other: &Option<ThreadId>) -> String {
    other.map_or_else(|| "several threads".to_owned(), |thread| thread.to_string())
}

fn name_line(line: &Option<u32>) -> String {
    line.map_or_else(|| "has ended".to_owned(), |line| format!("waits at line {line}"))
}

/// Why a launch was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "each variant is described by its message")]
pub enum LaunchProblem {
    #[error("the kernel takes {expected} arguments, {given} were given")]
    ArgumentCount { expected: usize, given: usize },
    #[error("argument {index} has bits above its {bits}")]
    ArgumentWidth { index: usize, bits: u32 },
    #[error("grid {grid:?} is empty or too large")]
    Grid { grid: [u32; 3] },
    #[error("block {block:?} is empty or too large")]
    Block { block: [u32; 3] },
    #[error("block {block:?} exceeds `.maxntid` {limit:?}")]
    MaxBlock { block: [u32; 3], limit: [u32; 3] },
    #[error("block {block:?} is not `.reqntid` {required:?}")]
    RequiredBlock { block: [u32; 3], required: [u32; 3] },
    #[error("more than {limit} threads")]
    TooManyThreads { limit: u64 },
    #[error("a block that waits at barriers needs {slots} register slots, the limit is {limit}")]
    BlockTooLarge { slots: usize, limit: usize },
}
