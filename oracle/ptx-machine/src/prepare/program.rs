//! The dense form of a kernel that the machine executes.
//!
//! Every operand is a slot of one flat file: special registers first, then parameters, then registers in use and
//! constants. All but the registers never change during a thread, so an instruction reads all kinds of operands alike.
//! Operations carry the function that computes them.

use crate::ast::{Combine, Conversion};
use crate::semantics::convert::Extend;
use crate::semantics::{Binary, Compare, Ternary, Unary, Update};

/// Index into the slot file of a thread.
pub(crate) type Slot = u32;

/// Where `setp` has no second destination, and a step no guard.
pub(crate) const NO_SLOT: Slot = u32::MAX;

/// A kernel ready to run, made by [`crate::prepare`].
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
    /// Lanes of vector accesses.
    pub(crate) vectors: Vec<[Slot; 4]>,
    /// The slots when a thread starts.
    pub(crate) initial: Vec<Cell>,
    /// Name of the register in each slot; empty for other slots.
    pub(crate) names: Vec<String>,
    /// Width in bits of each parameter.
    pub(crate) param_bits: Vec<u32>,
    pub(crate) max_block: Option<[u32; 3]>,
    pub(crate) required_block: Option<[u32; 3]>,
    pub(crate) has_barrier: bool,
}

/// Number of special registers, in slot order: `%tid`, `%ntid`, `%ctaid`, `%nctaid` with three axes each, `%laneid`.
pub(crate) const SPECIALS: usize = 13;

impl Program {
    /// Name of the entry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Width in bits of each parameter, in order.
    pub fn param_bits(&self) -> &[u32] {
        &self.param_bits
    }

    /// Number of instructions.
    pub fn instructions(&self) -> usize {
        self.steps.len()
    }

    /// Number of registers in use, predicates included.
    pub fn registers(&self) -> usize {
        self.initial.iter().filter(|cell| !cell.ready).count()
    }
}

/// Content of a slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    /// Zero above the width of the register.
    pub value: u64,
    /// Whether anything was written yet; registers start without.
    pub ready: bool,
}

/// One instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub op: Op,
    /// Predicate slot, or [`NO_SLOT`].
    pub guard: Slot,
    /// Value of the predicate for which the step runs.
    pub expected: u64,
    pub line: u32,
}

/// What a step does. `d` are destinations; the rest are sources.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    Copy {
        d: Slot,
        a: Slot,
    },
    Unary {
        f: Unary,
        d: Slot,
        a: Slot,
    },
    Binary {
        f: Binary,
        d: Slot,
        a: Slot,
        b: Slot,
    },
    Ternary {
        f: Ternary,
        d: Slot,
        a: Slot,
        b: Slot,
        c: Slot,
    },
    Compare {
        f: Compare,
        d: Slot,
        a: Slot,
        b: Slot,
    },
    CompareCombine(CompareCombine),
    Select {
        d: Slot,
        a: Slot,
        b: Slot,
        p: Slot,
    },
    Convert {
        how: Conversion,
        fill: Extend,
        d: Slot,
        a: Slot,
    },
    /// `d = low | high << half`
    Pack {
        d: Slot,
        low: Slot,
        high: Slot,
        half: u8,
    },
    Unpack {
        low: Slot,
        high: Slot,
        a: Slot,
        half: u8,
    },
    Load {
        d: Slot,
        address: Address,
        fill: Extend,
        non_coherent: bool,
    },
    LoadVector {
        vector: u32,
        lanes: u8,
        address: Address,
        fill: Extend,
        non_coherent: bool,
    },
    Store {
        a: Slot,
        address: Address,
        bytes: u8,
    },
    StoreVector {
        vector: u32,
        lanes: u8,
        address: Address,
        bytes: u8,
    },
    /// `d` is [`NO_SLOT`] for `red`; `b` is only read by compare-and-swap and equals `a` otherwise.
    Atomic {
        f: Update,
        d: Slot,
        address: Address,
        a: Slot,
        b: Slot,
        bytes: u8,
    },
    Branch {
        target: u32,
    },
    Exit,
    Barrier,
}

/// `setp` with two destinations or an extra predicate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CompareCombine {
    pub f: Compare,
    pub d: Slot,
    /// Gets the combination with the negated comparison; may be [`NO_SLOT`].
    pub e: Slot,
    pub a: Slot,
    pub b: Slot,
    /// Combination with predicate `c`, negated if its last field says so.
    pub combine: Option<(Combine, Slot, bool)>,
}

/// `[base+offset]`
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address {
    pub base: Slot,
    pub offset: i32,
}
