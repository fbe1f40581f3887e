//! SANDBOX: native code for a kernel, through Cranelift, run over a chunk of its iteration space.
//!
//! Job: [`compile`] turns a kernel (LoweredOp for one point of the parallel iteration space) into one machine function
//! that loops over a box of points; [`NativeKernel::run`] calls it. Input is a kernel as it stands in a bundle; it is
//! verified here again, so nothing but the region's guards and footprints is assumed of it. Output is code that means
//! what `ir::lowered::interp` says, operator by operator.
//!
//! How the room is cut: `shape` checks that the kernel can be compiled at all, `transform::sink` moves the loop over the last dimension
//! inward where that pays, `skeleton` writes the loops around the body, `body` translates blocks and edges, `operators` and `vectors` the single operators, `machine` owns the executable memory.
//!
//! Why it is sound:
//! - *No faults by design.* An operator that traps in Wasm is preceded by an explicit test that leaves the function with
//!   [`Exit::Bailed`], so no signal handler is needed, and so are gathers and updates. Loads and stores are not tested: the caller of
//!   [`NativeKernel::run`] promises that they are in bounds, which the guards and footprints of the region establish.
//! - *Order.* All accesses of the kernel are in Cranelift's one default alias region and none is marked movable or
//!   read-only, so those of one iteration keep program order wherever they might touch a common byte. Accesses of
//!   different iterations don't conflict (the region's dependence rule), so the order of points is free; it is
//!   lexicographic all the same.
//! - *Exact floats.* Cranelift rounds every operation separately and never contracts, and fuses a product with a sum where the
//!   kernel says so, with an instruction or a function that rounds once; moves, `neg`, `abs`, `copysign`
//!   and `select` don't touch NaN bits; its canonicalisation pass gives arithmetic results the canonical NaN on request.
//! - *Termination.* Every cycle of the body passes a retreating edge of the depth-first order, and each of those spends
//!   one unit of a budget, unless the caller says that the region bounds its loops ([`Options::bounded`]). The loops around
//!   the body are bounded by the chunk.
//! - *Bounded compilation.* [`MAX_SIZE`] bounds the input, and large kernels get the register allocator that is linear.
//! - *Bounded stack.* The function calls nothing but leaf functions that round or fuse on old machines, [`MAX_SIZE`] bounds its
//!   frame to less than half of the smallest worker stack, and the frame is probed page by page.
#![deny(unsafe_op_in_unsafe_fn)]

mod body;
mod machine;
mod operators;
mod shape;
mod skeleton;
#[cfg(test)]
mod tests;
mod vectors;

use cranelift_module::ModuleError;
use ir::abi::Reach;
use ir::lowered::Type;
use ir::lowered::verify::VerifyError;
use ir::region::limits::MAX_BLOCKS;
use ir::region::{Kernel, ReturnRole};
use machine::Machine;
use std::ops::Range;
use thiserror::Error;

pub use shape::MAX_SIZE;

/// How code is generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Gives every NaN that arithmetic produces the canonical bits, as `ir::lowered::eval` does; otherwise they are the
    /// machine's.
    pub canonical_nan: bool,
    /// Trusts that each of the kernel's own loops ends: its back edges then cost nothing, and [`Chunk::budget`] isn't looked at.
    pub bounded: bool,
}

/// How a run over a chunk ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Exit {
    /// Every iteration of the chunk returned.
    Completed,
    /// An iteration bailed; those before it have stored, the one that bailed in part.
    Bailed,
    /// The step budget was spent inside an iteration; stores are as after a bail.
    Budget,
}

/// Why a kernel has no native code.
#[derive(Debug, Error)]
pub enum NativeError {
    /// The kernel fails the verifier.
    #[error("the kernel is invalid: {0}")]
    Invalid(#[from] VerifyError),
    /// A number of parallel dimensions outside 1 to 3.
    #[error("{found} parallel dimensions, 1 to 3 are possible")]
    Dimensions {
        /// How many there are.
        found: u32,
    },
    /// An entry parameter that should be an index.
    #[error("entry parameter {index} isn't an i64 index")]
    Index {
        /// The parameter's position.
        index: u32,
    },
    /// As many return roles as results are needed.
    #[error("{roles} return roles for {results} results")]
    Returns {
        /// Roles given.
        roles: usize,
        /// Results of the function.
        results: usize,
    },
    /// A reduction over a type that has none.
    #[error("returned value {index} is a reduction over {ty}")]
    Reduction {
        /// The returned value's position.
        index: usize,
        /// Its type.
        ty: Type,
    },
    /// A kernel larger than [`MAX_SIZE`].
    #[error("the kernel's size is {size}, at most {MAX_SIZE} is compiled")]
    TooLarge {
        /// Values, instructions, edges and edge arguments together.
        size: usize,
    },
    /// A kernel with more blocks than a region allows.
    #[error("the kernel has {found} blocks, at most {MAX_BLOCKS} are compiled")]
    Blocks {
        /// How many there are.
        found: usize,
    },
    /// A machine that Cranelift has no backend for, or that lacks what the backend needs.
    #[error("no native code on this machine: {0}")]
    Host(&'static str),
    /// Cranelift's own refusal, or no executable memory.
    #[error("code generation failed: {0}")]
    Codegen(#[source] Box<ModuleError>),
}

impl From<ModuleError> for NativeError {
    fn from(error: ModuleError) -> NativeError {
        NativeError::Codegen(Box::new(error))
    }
}

/// One run's share of the iteration space, with what the iterations read.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The iterations of each dimension; the chunk is their product. Dimension 0 is the outermost loop.
    pub ranges: &'a [Range<u64>],
    /// The trip count of each dimension, which tells where the last iteration is.
    pub trips: &'a [u64],
    /// For each footprint, host address minus guest address, modulo 2^64.
    pub deltas: &'a [u64],
    /// For each footprint, where checked accesses and those with addresses of 64 bits may be: at least as many bytes as the widest of
    /// them touches.
    pub reaches: &'a [Reach],
    /// The live-ins as raw bits; bits above a type's width are ignored.
    pub live_ins: &'a [u64],
    /// How many back edges all iterations together may take inside their bodies.
    pub budget: u64,
}

impl Chunk<'_> {
    /// True if there is no iteration in the chunk.
    pub fn is_empty(&self) -> bool {
        self.ranges.iter().any(|r| r.start >= r.end)
    }

    /// True if the chunk contains the last iteration of the whole space, the one that [`ReturnRole::Last`] keeps.
    pub fn holds_last(&self) -> bool {
        !self.is_empty() && self.ranges.iter().zip(self.trips).all(|(r, &trip)| r.end == trip)
    }
}

/// Compiled code of a kernel. It may be run by several threads at a time, and frees its memory when dropped.
#[derive(Debug)]
pub struct NativeKernel {
    machine: Machine,
    dims: usize,
    spaces: usize,
    live_ins: usize,
    returns: Vec<(Type, ReturnRole)>,
}

/// Compiles `kernel`, whose accesses name one of `spaces` footprints.
pub fn compile(kernel: &Kernel, spaces: u32, options: &Options) -> Result<NativeKernel, NativeError> {
    compile_for(kernel, spaces, options, true)
}

/// The same, with all instructions of this machine or only with those that every machine like it has.
fn compile_for(kernel: &Kernel, spaces: u32, options: &Options, all: bool) -> Result<NativeKernel, NativeError> {
    let shape = shape::check(kernel, spaces)?;
    let isa = machine::isa(options, shape.large, all)?;
    // The loop over a row would spend a budget.
    let row = if options.bounded { crate::transform::sink(kernel) } else { None };
    let function = match row {
        Some(func) => {
            let rows = Kernel { func, ..kernel.clone() };
            skeleton::build(&rows, &shape.again(&rows.func), &*isa, options, true)
        }
        None => skeleton::build(kernel, &shape, &*isa, options, false),
    };
    let machine = Machine::new(isa, function)?;
    Ok(NativeKernel {
        machine,
        dims: kernel.dims as usize,
        spaces: spaces as usize,
        live_ins: shape.live_ins,
        returns: kernel.func.results.iter().copied().zip(kernel.returns.iter().copied()).collect(),
    })
}

impl NativeKernel {
    /// The values that `returns` of [`NativeKernel::run`] start from: the identity of each reduction, 0 elsewhere.
    pub fn initial_returns(&self) -> Vec<u64> {
        self.returns.iter().map(|&(ty, role)| role.initial(ty)).collect()
    }

    /// Adds the values returned by another chunk, for a fold the next of [`ir::region::fold::parts`]; `holds_last` says whether that chunk held the last iteration.
    pub fn merge(&self, into: &mut [u64], from: &[u64], holds_last: bool) {
        for ((slot, &value), &(ty, role)) in into.iter_mut().zip(from).zip(&self.returns) {
            match role {
                ReturnRole::Reduce(op) => *slot = op.combine(ty, *slot, value),
                ReturnRole::Fold(op) => *slot = op.combine(ty, *slot, value),
                ReturnRole::Last if holds_last => *slot = value,
                ReturnRole::Last => {}
            }
        }
    }

    /// Runs every iteration of `chunk`, in lexicographic order.
    ///
    /// A completed run combines each reduction into its slot of `returns` and, if the chunk holds the last iteration,
    /// writes the slots of [`ReturnRole::Last`]; any other exit leaves `returns` as it was. Values are zero-extended bits.
    ///
    /// # Safety
    ///
    /// For every iteration in the chunk and every access that the kernel executes there, through footprint `s` at guest
    /// address `a` (the zero-extended address operand plus the memarg offset), the bytes at `chunk.deltas[s] + a` modulo
    /// 2^64, as many as the access is wide, must be valid to read for a load and to write for a store; those of a gather must
    /// be valid to read wherever they lie within its reach, those of an update to read and to write, and the reach must be as
    /// long as each of them is wide. Where the address operand has 64 bits, the bytes must lie within the reach. No other
    /// thread may write bytes that the chunk accesses, nor read bytes that it writes, while `run` lasts. They must not
    /// overlap the slices passed here.
    ///
    /// # Panics
    ///
    /// If a slice doesn't have the length that the kernel calls for.
    #[allow(unsafe_code)]
    pub unsafe fn run(&self, chunk: &Chunk<'_>, returns: &mut [u64]) -> Exit {
        assert_eq!(chunk.ranges.len(), self.dims, "a range for each dimension");
        assert_eq!(chunk.trips.len(), self.dims, "a trip count for each dimension");
        assert_eq!(chunk.deltas.len(), self.spaces, "a delta for each footprint");
        assert_eq!(chunk.reaches.len(), self.spaces, "a reach for each footprint");
        assert_eq!(chunk.live_ins.len(), self.live_ins, "the kernel's live-ins");
        assert_eq!(returns.len(), self.returns.len(), "a slot for each returned value");
        if chunk.is_empty() {
            return Exit::Completed;
        }
        let mut bounds = [0; 2 * shape::MAX_DIMS as usize];
        for (pair, range) in bounds.chunks_exact_mut(2).zip(chunk.ranges) {
            pair.copy_from_slice(&[range.start, range.end]);
        }
        // SAFETY: the lengths were checked above and no range is empty, which is what the code assumes of its arguments;
        // the accesses of the kernel itself are the caller's promise.
        unsafe { self.machine.call(&bounds, chunk, returns) }
    }
}
