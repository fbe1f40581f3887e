//! Why there is no PTX.

use ir::region::verify::RegionError;
use thiserror::Error;

/// Why a kernel has no PTX text.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum PtxError {
    /// The kernel isn't one, or doesn't fit its region.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// Something that only guest functions hold, or a reference to what isn't reachable.
    #[error("`{0}` may not stand in a kernel")]
    NotAKernel(String),
    /// The mapping doesn't place each dimension once, or its blocks are too large.
    #[error("a mapping of dimensions {grid:?} in blocks of {block} threads doesn't fit {dims} dimensions")]
    Mapping {
        /// The dimensions on x, y and z.
        grid: Vec<u32>,
        /// Threads of a block.
        block: u32,
        /// The region's dimensions.
        dims: usize,
    },
    /// A name that PTX doesn't take for an entry.
    #[error("`{0}` can't name a PTX entry")]
    EntryName(String),
    /// A target that isn't known.
    #[error("`{0}` isn't a known PTX target")]
    Target(String),
    /// More parameter bytes than a launch carries.
    #[error("{found} bytes of parameters, a launch carries {limit}")]
    Parameters {
        /// How many there are.
        found: u32,
        /// How many are allowed.
        limit: u32,
    },
    /// The pliron form fails verification or a pass: a defect of this room, told apart by the step.
    #[error("the kernel is broken after `{step}`: {message}")]
    Dialect {
        /// The step that just ended.
        step: &'static str,
        /// What pliron says.
        message: String,
    },
}
