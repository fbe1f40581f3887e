//! SANDBOX: guards. A dispatch runs only where every guard says yes.
//!
//! What must hold: [`Program::evaluate`] answers yes only if every integer on the way was computed exactly. Every
//! operation is checked 128-bit arithmetic; an overflow, a division by a divisor that isn't positive, a scalar without a
//! value or a reference to something missing makes the whole answer an error, and an error is a no. Who relies on it:
//! the runtime's dispatch, and through it the host's memory safety.

use super::apart::{Extent, Reach, apart};
use super::exprs::ScalarId;
use super::model::Footprint;
use crate::faults;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An index into [`Program::ints`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IntId(pub u32);

/// An index into [`Program::preds`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PredId(pub u32);

/// A node of the integer language: exact integers within 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Int {
    /// A constant.
    Const(i64),
    /// A scalar `i32` or `i64` read as a signed integer.
    Signed(ScalarId),
    /// A scalar `i32` or `i64` read as an unsigned integer.
    Unsigned(ScalarId),
    /// The length of a memory in bytes at dispatch.
    MemoryBytes(u32),
    /// Sum.
    Add(IntId, IntId),
    /// Difference.
    Sub(IntId, IntId),
    /// Product.
    Mul(IntId, IntId),
    /// Quotient rounded toward negative infinity; the divisor must be positive.
    FloorDiv(IntId, IntId),
    /// Smaller of two.
    Min(IntId, IntId),
    /// Larger of two.
    Max(IntId, IntId),
}

/// A node of the predicate language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Pred {
    /// `a < b`.
    Lt(IntId, IntId),
    /// `a <= b`.
    Le(IntId, IntId),
    /// `a == b`.
    Eq(IntId, IntId),
    /// The first, which must be positive, divides the second.
    Divides(IntId, IntId),
    /// Both.
    And(PredId, PredId),
    /// At least one.
    Or(PredId, PredId),
    /// The opposite.
    Not(PredId),
    /// Two memory indices denote one memory.
    SameMemory(u32, u32),
    /// The hulls of two footprints have no byte in common.
    Disjoint(u32, u32),
    /// Points that differ in a parallel dimension touch no common byte of two footprints, or of one.
    Apart(u32, u32),
}

/// A guard: a predicate that must hold, and what it stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Guard {
    /// What must hold.
    pub pred: PredId,
    /// What the guard protects, for `explain`.
    pub why: String,
}

/// The integers and predicates of a region.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Program {
    /// Integer nodes; operands have smaller indices.
    pub ints: Vec<Int>,
    /// Predicate nodes; operands have smaller indices.
    pub preds: Vec<Pred>,
}

/// What a dispatch knows when it evaluates guards.
#[derive(Clone, Copy, Debug)]
pub struct GuardEnv<'a> {
    /// For each scalar node its bits and whether it is 64 bits wide; `None` where it has no value.
    pub scalars: &'a [Option<(u64, bool)>],
    /// For each memory index an identity (equal exactly for the same memory) and the length in bytes.
    pub memories: &'a [(u64, u64)],
}

/// How often the dimensions of a region run at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dims {
    /// The parallel dimensions, then the sequential ones.
    pub counts: Vec<IntId>,
    /// How many of them are parallel.
    pub parallel: usize,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum GuardError {
    /// An intermediate result needs more than 128 bits.
    #[error("integer overflow in a guard")]
    Overflow,
    /// A divisor that isn't positive.
    #[error("division by a number that isn't positive in a guard")]
    Division,
    /// A reference to a node, scalar or memory that has no value.
    #[error("a guard refers to something that has no value")]
    Missing,
}

/// The byte range that a footprint covers, as offsets into its memory: `lo..hi`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// The first byte.
    pub lo: i128,
    /// One past the last byte.
    pub hi: i128,
}

/// All integers, hulls and the verdict of one evaluation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The value of each integer node.
    pub ints: Vec<i128>,
    /// The hull of each footprint.
    pub hulls: Vec<Bounds>,
    /// The first guard that says no, if any.
    pub refused: Option<usize>,
}

impl Program {
    /// Adds an integer node, or returns the equal one that is there.
    pub fn int(&mut self, node: Int) -> IntId {
        let found = self.ints.iter().position(|&n| n == node);
        let index = found.unwrap_or_else(|| {
            self.ints.push(node);
            self.ints.len() - 1
        });
        IntId(index as u32)
    }

    /// Adds a predicate node, or returns the equal one that is there.
    pub fn pred(&mut self, node: Pred) -> PredId {
        let found = self.preds.iter().position(|&n| n == node);
        let index = found.unwrap_or_else(|| {
            self.preds.push(node);
            self.preds.len() - 1
        });
        PredId(index as u32)
    }

    /// Evaluates the integers, the hulls of `footprints` over dimensions `dims`, and `guards` in order.
    ///
    /// Integers that no guard, footprint or trip count needs are computed as well: a program holds none.
    pub fn evaluate(
        &self,
        env: GuardEnv<'_>,
        footprints: &[Footprint],
        dims: &Dims,
        guards: &[Guard],
    ) -> Result<Answer, GuardError> {
        let mut ints: Vec<i128> = Vec::with_capacity(self.ints.len());
        for node in &self.ints {
            ints.push(int_value(node, &ints, env)?);
        }
        let hulls =
            footprints.iter().map(|footprint| footprint.hull(&ints, &dims.counts)).collect::<Result<Vec<_>, _>>()?;
        let mut preds: Vec<bool> = Vec::with_capacity(self.preds.len());
        for node in &self.preds {
            let known = Known { preds: &preds, ints: &ints, hulls: &hulls, footprints, dims, env };
            preds.push(known.pred(node)?);
        }
        let consulted = if faults::on("guards-first-one-only") { 1 } else { guards.len() };
        for (index, guard) in guards.iter().enumerate().take(consulted) {
            if !*preds.get(guard.pred.0 as usize).ok_or(GuardError::Missing)? {
                return Ok(Answer { ints, hulls, refused: Some(index) });
            }
        }
        Ok(Answer { ints, hulls, refused: None })
    }
}

/// What is known when a predicate is evaluated.
struct Known<'a> {
    preds: &'a [bool],
    ints: &'a [i128],
    hulls: &'a [Bounds],
    footprints: &'a [Footprint],
    dims: &'a Dims,
    env: GuardEnv<'a>,
}

impl Known<'_> {
    fn int(&self, id: IntId) -> Result<i128, GuardError> {
        self.ints.get(id.0 as usize).copied().ok_or(GuardError::Missing)
    }

    fn memory(&self, index: u32) -> Result<(u64, u64), GuardError> {
        self.env.memories.get(index as usize).copied().ok_or(GuardError::Missing)
    }

    /// A footprint with its numbers, and the identity of its memory.
    fn reach(&self, index: u32) -> Result<(u64, Reach), GuardError> {
        let footprint = self.footprints.get(index as usize).ok_or(GuardError::Missing)?;
        Ok((self.memory(footprint.memory)?.0, footprint.reach(self.ints, self.dims)?))
    }

    fn apart(&self, a: u32, b: u32) -> Result<bool, GuardError> {
        let ((m, x), (n, y)) = (self.reach(a)?, self.reach(b)?);
        if m != n || (a != b && faults::on("guards-two-footprints-two-memories")) {
            return Ok(true);
        }
        apart(&x, &y, &self.dims.parallel_counts(self.ints)?)
    }

    fn pred(&self, node: &Pred) -> Result<bool, GuardError> {
        let int = |id: IntId| self.int(id);
        let pred = |id: PredId| self.preds.get(id.0 as usize).copied().ok_or(GuardError::Missing);
        let memory = |index: u32| self.memory(index);
        Ok(match *node {
            Pred::Lt(a, b) => int(a)? < int(b)?,
            Pred::Le(a, b) if faults::on("guards-le-with-slack") => int(a)? <= int(b)?.saturating_add(1),
            Pred::Le(a, b) => int(a)? <= int(b)?,
            Pred::Eq(a, b) => int(a)? == int(b)?,
            Pred::Divides(d, n) => {
                let (d, n) = (int(d)?, int(n)?);
                d > 0 && (n % d == 0 || faults::on("guards-divides-anything"))
            }
            Pred::And(a, b) => pred(a)? && pred(b)?,
            Pred::Or(a, b) => pred(a)? || pred(b)?,
            Pred::Not(a) => !pred(a)?,
            Pred::SameMemory(a, b) => memory(a)?.0 == memory(b)?.0,
            Pred::Disjoint(a, b) => {
                let find = |i: u32| {
                    let footprint = self.footprints.get(i as usize).ok_or(GuardError::Missing)?;
                    Ok((memory(footprint.memory)?.0, self.hulls[i as usize]))
                };
                let ((m, p), (n, q)) = (find(a)?, find(b)?);
                let end = |hull: Bounds| hull.hi - i128::from(faults::on("guards-disjoint-one-byte-less"));
                m != n || end(p) <= q.lo || end(q) <= p.lo
            }
            Pred::Apart(a, b) => self.apart(a, b)?,
        })
    }
}

fn int_value(node: &Int, ints: &[i128], env: GuardEnv<'_>) -> Result<i128, GuardError> {
    let int = |id: IntId| ints.get(id.0 as usize).copied().ok_or(GuardError::Missing);
    let scalar = |id: ScalarId| env.scalars.get(id.0 as usize).copied().flatten().ok_or(GuardError::Missing);
    let exact = |value: Option<i128>| value.ok_or(GuardError::Overflow);
    match *node {
        Int::Const(value) => Ok(value as i128),
        Int::Signed(id) if !faults::on("guards-signed-read-unsigned") => {
            let (bits, wide) = scalar(id)?;
            Ok(if wide { bits as i64 as i128 } else { bits as u32 as i32 as i128 })
        }
        Int::Unsigned(id) if faults::on("guards-unsigned-read-signed") => {
            let (bits, wide) = scalar(id)?;
            Ok(if wide { bits as i64 as i128 } else { bits as u32 as i32 as i128 })
        }
        Int::Unsigned(id) | Int::Signed(id) => {
            let (bits, wide) = scalar(id)?;
            Ok(if wide { bits as i128 } else { bits as u32 as i128 })
        }
        Int::MemoryBytes(index) => env.memories.get(index as usize).map(|m| m.1 as i128).ok_or(GuardError::Missing),
        Int::Add(a, b) => exact(int(a)?.checked_add(int(b)?)),
        Int::Sub(a, b) => exact(int(a)?.checked_sub(int(b)?)),
        Int::Mul(a, b) => exact(int(a)?.checked_mul(int(b)?)),
        Int::FloorDiv(a, b) => {
            let (a, b) = (int(a)?, int(b)?);
            match b {
                ..=0 => Err(GuardError::Division),
                _ if faults::on("guards-division-truncates") => Ok(a / b),
                _ if faults::on("guards-division-rounds-up") => Ok((a + b - 1).div_euclid(b)),
                _ => Ok(a.div_euclid(b)),
            }
        }
        Int::Min(a, _) | Int::Max(a, _) if faults::on("guards-extreme-is-the-first") => int(a),
        Int::Min(a, b) => Ok(int(a)?.min(int(b)?)),
        Int::Max(a, b) => Ok(int(a)?.max(int(b)?)),
    }
}

impl Dims {
    /// The parallel dimensions with how often they run, given the integer nodes.
    pub fn parallel_counts(&self, ints: &[i128]) -> Result<Vec<(u32, i128)>, GuardError> {
        let count =
            |(dim, id): (usize, &IntId)| Ok((dim as u32, ints.get(id.0 as usize).copied().ok_or(GuardError::Missing)?));
        self.counts.iter().take(self.parallel).enumerate().map(count).collect()
    }
}

impl Footprint {
    /// The footprint with its numbers, given the integer nodes.
    pub fn reach(&self, ints: &[i128], dims: &Dims) -> Result<Reach, GuardError> {
        let int = |id: IntId| ints.get(id.0 as usize).copied().ok_or(GuardError::Missing);
        let mut extents = Vec::with_capacity(self.dims.len());
        for d in &self.dims {
            let count = *dims.counts.get(d.dim as usize).ok_or(GuardError::Missing)?;
            extents.push(Extent { dim: d.dim, stride: int(d.stride)?, count: int(count)? });
        }
        let width = if faults::on("apart-widths-are-one") { 1 } else { self.width as i128 };
        Ok(Reach { base: int(self.base)?, width, dims: extents })
    }

    /// The smallest byte range that holds every access, given the integer nodes and the count of each dimension.
    ///
    /// A dimension without iterations makes the hull empty. That of a footprint whose accesses are checked is chosen at dispatch;
    /// what this gives for one is the hint.
    pub fn hull(&self, ints: &[i128], counts: &[IntId]) -> Result<Bounds, GuardError> {
        let int = |id: IntId| ints.get(id.0 as usize).copied().ok_or(GuardError::Missing);
        let base = int(self.base)?;
        let (mut lo, mut hi) = (base, base.checked_add(self.width as i128).ok_or(GuardError::Overflow)?);
        for dim in &self.dims {
            let count = int(*counts.get(dim.dim as usize).ok_or(GuardError::Missing)?)?;
            if count <= 0 {
                return Ok(Bounds { lo: base, hi: base });
            }
            let last = if faults::on("hull-one-iteration-short") { (count - 2).max(0) } else { count - 1 };
            let reach = int(dim.stride)?.checked_mul(last).ok_or(GuardError::Overflow)?;
            let end = if reach < 0 && !faults::on("hull-grows-upwards-only") { &mut lo } else { &mut hi };
            *end = end.checked_add(reach).ok_or(GuardError::Overflow)?;
        }
        Ok(Bounds { lo, hi })
    }
}
