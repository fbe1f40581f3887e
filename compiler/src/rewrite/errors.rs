//! What can keep a module or a loop from being rewritten.
//!
//! [`Unsplicable`] is a decline of one loop and travels as data. [`Uncarried`] is a decline of the whole module: the
//! driver carries it unchanged with an empty manifest. Everything else is an error.

use thiserror::Error;

/// Why no dispatch can stand in front of a loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Unsplicable {
    /// The function index names no function defined in the module.
    #[error("function {0} isn't defined in the module")]
    NoFunction(u32),
    /// There is no `loop` opcode at the offset.
    #[error("no loop begins at offset {0:#x}")]
    NoLoop(u32),
    /// Control never reaches the loop, and the rewriter drops such code.
    #[error("the loop at offset {0:#x} is unreachable")]
    Unreachable(u32),
    /// The loop takes parameters, which a dispatch in front of it would have to keep on the operand stack.
    #[error("the loop at offset {0:#x} takes values from the operand stack")]
    LoopTakesValues(u32),
    /// The exit is no instruction of the loop's own sequence.
    #[error("the exit at offset {0:#x} isn't in the loop's own sequence")]
    NotInLoop(u32),
    /// Values are on the operand stack where the loop would be split.
    #[error("the operand stack isn't empty after offset {0:#x}")]
    ValuesAtSplit(u32),
    /// Control never passes the place where the loop would be split.
    #[error("control never continues after offset {0:#x}")]
    SplitUnreachable(u32),
    /// The rest of the loop's sequence branches to the loop, so it belongs to the loop.
    #[error("the code after offset {0:#x} branches back to the loop")]
    TailBranchesBack(u32),
    /// The exit's label doesn't enclose the loop.
    #[error("the construct at offset {0:#x} doesn't enclose the loop")]
    NotEnclosing(u32),
    /// The exit's label takes values.
    #[error("a branch to the construct at offset {0:#x} takes values")]
    LabelTakesValues(u32),
    /// The exit leaves a function that returns values.
    #[error("leaving the function takes values")]
    FunctionReturnsValues,
}

/// Why a module can't be written anew.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum Uncarried {
    /// Offsets don't fit 32 bits.
    #[error("the module has {0} bytes")]
    TooLarge(usize),
    /// The module isn't valid with the features that the rewriter knows.
    #[error("at offset {offset:#x}: {message}")]
    Feature {
        /// Byte offset in the module.
        offset: usize,
        /// What the validator said.
        message: String,
    },
    /// The rewriter's own reader refused the module.
    #[error("the rewriter can't read the module: {0}")]
    Unread(String),
    /// The rewriter gave up while reading or writing the module.
    #[error("the rewriter failed while {0} the module")]
    Failed(&'static str),
    /// The module came out invalid.
    #[error("the rewritten module is invalid at offset {offset:#x}: {message}")]
    Invalid {
        /// Byte offset in the rewritten module.
        offset: usize,
        /// What the validator said.
        message: String,
    },
}

/// Why an estimate can't become guest code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum EstimateError {
    /// The scalars don't fit each other, or the estimate isn't an `i64`.
    #[error("it isn't a well-formed i64 expression")]
    Malformed,
    /// It depends on something that the guest doesn't know.
    #[error("scalar {0} isn't known before the dispatch")]
    NotKnown(u32),
    /// It could trap.
    #[error("`{0}` can trap")]
    Traps(&'static str),
}

/// Why a module wasn't rewritten.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RewriteError {
    /// The module already uses a name of ours.
    #[error("the module already has {what} `{name}`, a name reserved for offloading")]
    NamespaceTaken {
        /// An import, an export or a custom section.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The module must be carried unchanged.
    #[error(transparent)]
    Uncarried(#[from] Uncarried),
    /// The region ids aren't 0, 1, 2 and so on.
    #[error("region {found} stands where region {wanted} belongs")]
    RegionId {
        /// The id expected there.
        wanted: u32,
        /// The id found.
        found: u32,
    },
    /// A region whose loop can't be spliced.
    #[error("region {region}: {reason}")]
    Unsplicable {
        /// The region's id.
        region: u32,
        /// Why.
        reason: Unsplicable,
    },
    /// A live-in or live-out that is no local of the function, and no global either if it is a live-in, or one of another type.
    #[error("region {region}: {what} {index} is nothing of its type")]
    Value {
        /// The region's id.
        region: u32,
        /// Live-in or live-out.
        what: &'static str,
        /// Its place in the list.
        index: usize,
    },
    /// A memory that the module doesn't have.
    #[error("region {region}: there is no memory {memory}")]
    Memory {
        /// The region's id.
        region: u32,
        /// The memory index.
        memory: u32,
    },
    /// A work estimate that can't become guest code.
    #[error("region {region}: estimate: {reason}")]
    Estimate {
        /// The region's id.
        region: u32,
        /// Why.
        reason: EstimateError,
    },
}
