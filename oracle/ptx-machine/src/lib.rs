//! A machine without a GPU that runs PTX text.
//!
//! Job: tell whether emitted PTX is right, by reading the text itself and giving it PTX's meaning, with nothing taken
//! from the emitter. Three verbs, in order:
//!
//! 1. [`parse`]: text to a typed [`Module`]; anything outside the accepted subset is an error with its line.
//! 2. [`prepare`]: a [`Kernel`] to a [`Program`], with labels and registers resolved and operand types checked.
//! 3. [`run`]: a program over a [`Memory`] for one [`Launch`], ending in [`Stats`] or a [`Fault`].
//!
//! What PTX leaves unspecified is a fixed value by default and seeded junk under [`Options::junk_seed`]. What a GPU
//! would turn into a lost context or silent corruption (misalignment, stray accesses, uninitialised registers, races,
//! divergent barriers) is a fault with a line and a thread.
//!
//! Assumptions: the PTX ISA as of version 9, `.address_size 64`, targets from sm_80 on in mind, subnormals kept.
//! Left to others: performance of any kind, shared memory, warp-level instructions, and whether `ptxas` accepts the
//! text in every detail.
#![forbid(unsafe_code)]

pub mod ast;
mod error;
mod machine;
mod parse;
mod prepare;
mod random;
mod semantics;

pub use ast::{Kernel, Module};
pub use error::{ParseError, ParseProblem, PrepareError, PrepareProblem};
pub use machine::fault::{Fault, LaunchProblem, Place, ThreadId};
pub use machine::launch::{Launch, Options, Stats};
pub use machine::memory::{Access, Handle, Memory, MemoryError};
pub use machine::run;
pub use parse::parse;
pub use prepare::prepare;
pub use prepare::program::Program;

/// Upper bounds on what the machine takes in, so that no text can exhaust it.
pub mod limits {
    /// Bytes of PTX text.
    pub const TEXT: usize = 16 << 20;
    /// Labels, instructions and register declarations of one module.
    pub const STATEMENTS: usize = 1 << 20;
    /// Registers that one declaration may introduce.
    pub const DECLARED_REGISTERS: u32 = 1 << 24;
    /// Registers, parameters and constants that one kernel may use.
    pub const SLOTS: usize = 1 << 18;
    /// Parameter bytes of one kernel.
    pub const PARAMETER_BYTES: u32 = 32_764;
    /// Parameter bytes of one kernel before PTX 8.1.
    pub const PARAMETER_BYTES_BEFORE_8_1: u32 = 4_352;
    /// Threads of one launch.
    pub const THREADS: u64 = 1 << 31;
    /// Register slots of all threads of one block that waits at barriers.
    pub const BLOCK_SLOTS: usize = 1 << 25;
}
