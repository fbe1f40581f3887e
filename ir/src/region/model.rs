//! The parts of a region.

use super::exprs::{ScalarId, Scalars};
use super::fold::FoldOp;
use super::guards::{Dims, Guard, IntId, Program};
use crate::lowered::{Func, LoadKind, Type};
use serde::{Deserialize, Serialize};

/// Where a region came from, for people.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// The function's index in the original module.
    pub function: u32,
    /// Its name, from the name section or an export.
    pub name: Option<String>,
    /// The byte offset of the `loop` operator in the original module.
    pub offset: u32,
    /// `file:line` where the module carries DWARF.
    pub line: Option<String>,
}

/// A value that the guest passes to a dispatch: what a local or a global holds at the loop's entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LiveIn {
    /// Where it comes from.
    #[serde(flatten)]
    pub from: Source,
    /// Its type, a scalar.
    pub ty: Type,
}

/// Where a live-in comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The local with this index in the original function.
    Local(u32),
    /// The global with this index in the original module.
    Global(u32),
    /// The lower 64 bits of the vector in the local with this index.
    LocalLow(u32),
    /// The upper 64 bits of the vector in the local with this index.
    LocalHigh(u32),
    /// What memory holds when the dispatch begins, which reads it itself: guest code doesn't pass it.
    Loaded {
        /// The memory index.
        memory: u32,
        /// The address, of the memory's address type, over live-ins in front of this one.
        address: ScalarId,
        /// Bytes that are added to the address without wrapping around.
        offset: u64,
        /// How many bytes are read, and how they become a value: one of an integer type.
        kind: LoadKind,
    },
}

impl LiveIn {
    /// True if guest code passes it; else dispatch reads it.
    pub fn is_passed(&self) -> bool {
        !matches!(self.from, Source::Loaded { .. })
    }

    /// What a local holds.
    pub fn local(index: u32, ty: Type) -> LiveIn {
        LiveIn { from: Source::Local(index), ty }
    }
}

impl Source {
    /// The local's index, if it is one as a whole.
    pub fn as_local(self) -> Option<u32> {
        match self {
            Source::Local(index) => Some(index),
            Source::Global(_) | Source::LocalLow(_) | Source::LocalHigh(_) | Source::Loaded { .. } => None,
        }
    }

    /// The same part of another local, for what comes from one.
    pub fn map_local(self, map: impl FnOnce(u32) -> u32) -> Source {
        match self {
            Source::Local(index) => Source::Local(map(index)),
            Source::Global(index) => Source::Global(index),
            Source::LocalLow(index) => Source::LocalLow(map(index)),
            Source::LocalHigh(index) => Source::LocalHigh(map(index)),
            loaded @ Source::Loaded { .. } => loaded,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Local(index) => write!(f, "local {index}"),
            Source::Global(index) => write!(f, "global {index}"),
            Source::LocalLow(index) => write!(f, "low half of local {index}"),
            Source::LocalHigh(index) => write!(f, "high half of local {index}"),
            Source::Loaded { memory, address, offset, kind } => {
                write!(f, "{} at scalar {}+{offset} of memory {memory}", kind.name(), address.0)
            }
        }
    }
}

/// A part of a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// All of a scalar.
    #[default]
    Whole,
    /// The lower 64 bits of a vector, an `i64`.
    Low,
    /// The upper 64 bits.
    High,
}

impl Part {
    /// True for a local that isn't a vector.
    pub fn is_whole(&self) -> bool {
        *self == Part::Whole
    }
}

/// A value that a completed dispatch hands back to a local.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LiveOut {
    /// The local's index in the original function.
    pub local: u32,
    /// Which part of the local it is for.
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    pub part: Part,
    /// The type of the part, a scalar.
    pub ty: Type,
    /// The value, over live-ins, trip counts and returned values.
    pub value: ScalarId,
}

/// A store that every iteration makes to the same bytes, so that only the last one shows.
///
/// The kernel leaves it out; dispatch makes it once, after a launch that completed. Dispatch also sees to it that no footprint
/// and no other final store has a byte of it, so that no iteration can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FinalStore {
    /// The memory index.
    pub memory: u32,
    /// The address of the first byte.
    pub base: IntId,
    /// The number of bytes: 1, 2, 4 or 8.
    pub width: u32,
    /// The value, of whose bits the lowest are stored, the least significant byte first; over live-ins, trip counts and
    /// returned values.
    pub value: ScalarId,
}

/// A value that only the last iteration leaves behind, and that it loads from a place that no iteration stores to.
///
/// The kernel doesn't load it: other iterations may load there what their neighbours store. Dispatch reads it, and sees to it
/// that no footprint that is written and no final store has a byte of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FinalLoad {
    /// The memory index.
    pub memory: u32,
    /// The address of the first byte.
    pub base: IntId,
    /// How many bytes are read, and how they become a value: a scalar.
    pub kind: LoadKind,
}

/// What a kernel does to a footprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Access {
    /// Only loads.
    Read,
    /// Only stores.
    Write,
    /// Both.
    ReadWrite,
    /// Loads at addresses that only the kernel knows. Dispatch chooses a range of the memory for them, and the kernel bails
    /// where one leaves it.
    Gather,
    /// Integers that are combined in place by one operator, at addresses that only the kernel knows; checked like those of
    /// [`Access::Gather`]. Nothing else touches them, so the updates may happen in any order.
    Update(ReduceOp),
}

impl Access {
    /// True if the kernel may change bytes there.
    pub fn writes(self) -> bool {
        matches!(self, Access::Write | Access::ReadWrite | Access::Update(_))
    }

    /// True if the kernel may load there without a check.
    pub fn reads(self) -> bool {
        matches!(self, Access::Read | Access::ReadWrite)
    }

    /// True if the kernel checks each address, and dispatch chooses where they may lie.
    pub fn is_checked(self) -> bool {
        matches!(self, Access::Gather | Access::Update(_))
    }
}

/// One dimension of a footprint: `base` moves by `stride` bytes with every iteration of `dim`.
///
/// The parallel dimensions come first, the sequential ones of a thread after them, as [`Region::counts`] lists them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FootprintDim {
    /// The dimension, an index into [`Region::counts`].
    pub dim: u32,
    /// Bytes per iteration, negative for a walk downwards.
    pub stride: IntId,
}

/// The bytes a group of accesses can touch: `width` bytes at `base + sum(stride * i)` for every iteration of every dimension.
///
/// A thread may touch fewer of them, since its own loops may run less often than their extents say.
///
/// Of a footprint whose accesses are checked ([`Access::is_checked`]) `base` is only a hint, the place around which dispatch
/// chooses the range that they may touch, and `span` says how long that range need be; it has no dimensions, and `width` is that
/// of the widest access.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Footprint {
    /// The memory index.
    pub memory: u32,
    /// True if the kernel's addresses are 64 bits wide; else they are 32 bits wide, and no hull reaches past 2^32.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    /// The address of the first byte in iteration 0.
    pub base: IntId,
    /// How it moves.
    pub dims: Vec<FootprintDim>,
    /// Bytes touched per iteration, from the lowest to the highest.
    pub width: u64,
    /// Loads, stores or both.
    pub access: Access,
    /// True if every iteration writes all `width` bytes and reads none of them.
    pub must_write: bool,
    /// The widest natural alignment in bytes among the accesses; a device that can't access unaligned memory runs the
    /// region only if `base` and all strides are multiples of it.
    pub align: u32,
    /// Of a footprint whose accesses are checked, how many bytes from `base` on they are likely to lie in; `None` if nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<IntId>,
}

/// How the values of all threads become one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ReduceOp {
    /// Wrapping sum.
    Add,
    /// Wrapping product.
    Mul,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Signed minimum.
    MinS,
    /// Unsigned minimum.
    MinU,
    /// Signed maximum.
    MaxS,
    /// Unsigned maximum.
    MaxU,
}

impl ReduceOp {
    /// Every operator.
    pub const ALL: [ReduceOp; 9] = [
        ReduceOp::Add,
        ReduceOp::Mul,
        ReduceOp::And,
        ReduceOp::Or,
        ReduceOp::Xor,
        ReduceOp::MinS,
        ReduceOp::MinU,
        ReduceOp::MaxS,
        ReduceOp::MaxU,
    ];

    /// The name that texts use.
    pub fn name(self) -> &'static str {
        match self {
            ReduceOp::Add => "add",
            ReduceOp::Mul => "mul",
            ReduceOp::And => "and",
            ReduceOp::Or => "or",
            ReduceOp::Xor => "xor",
            ReduceOp::MinS => "min_s",
            ReduceOp::MinU => "min_u",
            ReduceOp::MaxS => "max_s",
            ReduceOp::MaxU => "max_u",
        }
    }

    /// True if cells of so many bytes are updated by it. What becomes of the low bits must depend on low bits alone where cells are
    /// narrower than what is combined.
    pub fn updates(self, width: u64) -> bool {
        match self {
            ReduceOp::Mul => false,
            ReduceOp::Add | ReduceOp::And | ReduceOp::Or | ReduceOp::Xor => matches!(width, 1 | 2 | 4 | 8),
            _ => matches!(width, 4 | 8),
        }
    }

    /// The value that changes nothing, for an integer type.
    pub fn identity(self, ty: Type) -> u64 {
        let sign = 1u64 << (ty.bits().max(1) - 1);
        let bits = match self {
            ReduceOp::Add | ReduceOp::Or | ReduceOp::Xor | ReduceOp::MaxU => 0,
            ReduceOp::Mul => 1,
            ReduceOp::And | ReduceOp::MinU => u64::MAX,
            ReduceOp::MinS => sign - 1,
            ReduceOp::MaxS => sign,
        };
        bits & ty.mask()
    }

    /// Combines two values of an integer type.
    pub fn combine(self, ty: Type, a: u64, b: u64) -> u64 {
        let signed = |v: u64| if ty.bits() == 32 { v as u32 as i32 as i64 } else { v as i64 };
        let pick = |first: bool| if first { a } else { b };
        let bits = match self {
            ReduceOp::Add => a.wrapping_add(b),
            ReduceOp::Mul => a.wrapping_mul(b),
            ReduceOp::And => a & b,
            ReduceOp::Or => a | b,
            ReduceOp::Xor => a ^ b,
            ReduceOp::MinS => pick(signed(a) <= signed(b)),
            ReduceOp::MaxS => pick(signed(a) >= signed(b)),
            ReduceOp::MinU => a.min(b),
            ReduceOp::MaxU => a.max(b),
        };
        bits & ty.mask()
    }
}

/// What the device does with a value that every thread returns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ReturnRole {
    /// Combines all of them, starting from the identity.
    Reduce(ReduceOp),
    /// Combines floats in the order of [`super::fold`], which isn't that of the original loop.
    Fold(FoldOp),
    /// Keeps that of the last iteration in program order.
    Last,
}

impl ReturnRole {
    /// The bits of what values of a type are combined into: the identity, or 0 where nothing is combined.
    pub fn initial(self, ty: Type) -> u64 {
        match self {
            ReturnRole::Reduce(op) => op.identity(ty),
            ReturnRole::Fold(op) => op.identity(ty),
            ReturnRole::Last => 0,
        }
    }
}

/// A grid program: a LoweredOp function for one point of the parallel iteration space.
///
/// Its entry parameters are the `dims` indices (`i64`, counting from 0), then the live-ins. Its spaces are the region's
/// footprints. It returns one value per role.
#[derive(Clone, PartialEq, Debug)]
pub struct Kernel {
    /// The body.
    pub func: Func,
    /// The number of parallel dimensions, 1 to 3.
    pub dims: u32,
    /// What becomes of each returned value.
    pub returns: Vec<ReturnRole>,
}

/// Which loops become grid dimensions, vector lanes and tiles.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// The parallel dimensions that become grid x, y and z, in that order.
    pub grid: Vec<u32>,
    /// Threads of a block along grid x.
    pub block: u32,
}

/// A step of a region's host-side program.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Step {
    /// One after another.
    Seq(Vec<Step>),
    /// `body` for each value of a counter.
    For {
        /// How often.
        count: IntId,
        /// What.
        body: Box<Step>,
    },
    /// A launch of the region's kernel under one of its mappings.
    Launch {
        /// Index into [`Region::mappings`].
        mapping: u32,
    },
    /// Everything before ends before anything after begins.
    Barrier,
}

/// A region: one dispatch's worth of work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Region {
    /// The N of `region-N`.
    pub id: u32,
    /// Where it came from.
    pub place: Place,
    /// The values passed, in order.
    pub live_ins: Vec<LiveIn>,
    /// Wrapping expressions.
    pub scalars: Scalars,
    /// Integers and predicates.
    pub program: Program,
    /// The trip count of each parallel dimension.
    pub trips: Vec<IntId>,
    /// Of each sequential dimension, a loop inside a thread, how often it runs at most each time it is entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extents: Vec<IntId>,
    /// What must hold for a dispatch.
    pub guards: Vec<Guard>,
    /// The bytes touched; the spaces of the kernel.
    pub footprints: Vec<Footprint>,
    /// The types of the values that the kernel returns, with what becomes of them.
    pub returns: Vec<(Type, ReturnRole)>,
    /// The values handed back, in order.
    pub live_outs: Vec<LiveOut>,
    /// What is stored after the launch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finals: Vec<FinalStore>,
    /// What is read for live-outs; these values follow those that the kernel returns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub final_loads: Vec<FinalLoad>,
    /// What to run.
    pub schedule: Step,
    /// The ways to run it.
    pub mappings: Vec<Mapping>,
    /// The estimate that guest code compares with `min-work`: an `i64` scalar over live-ins made of operators that can't
    /// trap; `None` where the host must do it.
    pub estimate: Option<ScalarId>,
    /// True if the loop goes on after a dispatch: live-outs are its locals at the start of the iteration behind the last one that the
    /// dispatch has run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumes: bool,
    /// True if some thread may bail.
    pub can_bail: bool,
    /// True if a thread's work isn't bounded by the size of its body and the extents.
    pub unbounded: bool,
}

impl Region {
    /// How often each dimension runs at most: the trip counts of the parallel ones, then the extents of the sequential ones.
    pub fn dims(&self) -> Dims {
        Dims { counts: self.counts(), parallel: self.trips.len() }
    }

    /// The types of the values that [`super::Scalar::Returned`] numbers: what the kernel returns, then what dispatch reads.
    pub fn returned_types(&self) -> Vec<Type> {
        self.returns.iter().map(|r| r.0).chain(self.final_loads.iter().map(|load| load.kind.ty())).collect()
    }

    /// The live-ins that guest code passes, in order.
    pub fn passed(&self) -> impl Iterator<Item = &LiveIn> {
        self.live_ins.iter().filter(|live_in| live_in.is_passed())
    }

    /// True if its results are those of another order of float operations than the original's.
    pub fn is_relaxed(&self) -> bool {
        self.folds().next().is_some()
    }

    /// The positions among the returned values of those that are folded.
    pub fn folds(&self) -> impl Iterator<Item = usize> {
        let is_fold = |&(_, (_, role)): &(usize, &(Type, ReturnRole))| matches!(role, ReturnRole::Fold(_));
        self.returns.iter().enumerate().filter(is_fold).map(|(index, _)| index)
    }

    /// The counts of [`Region::dims`].
    pub fn counts(&self) -> Vec<IntId> {
        self.trips.iter().chain(&self.extents).copied().collect()
    }
}
