//! Picks: minima and maxima of floats as programs write them, by a comparison that chooses between its operands.
//!
//! `x < m ? x : m` isn't Wasm's `min`: where an operand is a NaN the comparison is false, and of equal operands, which zeros of either
//! sign are, it says which one is taken. Written with the accumulator `m` and another operand `x`, whatever the order and the arms, such
//! an operator `f(m, x)` chooses one of the two in one of two ways where the comparison is false:
//! - it *keeps* `m`. A NaN among the operands changes nothing, and an `m` that is a NaN stays for good;
//! - it *adopts* `x`. A NaN is taken, and is replaced by the next operand.
//!
//! Among numbers `f` is associative, bits included: it chooses the extreme value, and among several that are equal, so zeros, always the
//! first or always the last. So with the recurrence `T(p)` of an iteration and the infinity `e` that any number replaces,
//! `T(p) = f(p, T(e))`, and what iterations contribute may be combined two by two, as long as their order stays. It needn't stay
//! where no two contributions are equal with different bits. Hence the rules:
//! - *Zeros.* Contributions are ordered as numbers, but with -0 nearer to the extreme than +0. If the extreme is -0, there may be a +0
//!   as well, and the dispatch bails: the original loop decides. If it is anything else, all contributions that are equal to it have
//!   its bits. The start comes before them, and `f` itself combines the two.
//! - *NaNs where `f` keeps.* No contribution is a NaN, because `e` isn't. A start that is a NaN stays, as `f` has it.
//! - *NaNs where `f` adopts.* The kernel's `f` keeps an accumulator that is a NaN ([`Pick::adopts`]), so that a contribution is one if some
//!   operand of its iteration is; NaNs go before everything in the order, and if there is one, the dispatch bails. A start that is a
//!   NaN is replaced by the first operand, as `f` has it, unless iterations may hand the start on: then it must be a number.
//!
//! Bailing is a division by zero among the scalars that make the live-out ([`crate::extract`]): such a region never works in place.

use super::context::Context;
use super::reduction::Accumulator;
use ir::lowered::vector::BinaryRule;
use ir::lowered::{BinaryOp, Op, Shape, Value, VectorBinaryOp};

/// What an operator chooses between its accumulator and another operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pick {
    /// The comparison.
    pub op: BinaryOp,
    /// True if the accumulator is its first operand.
    pub accumulator_first: bool,
    /// True if the accumulator is chosen where it holds, so that the other operand is adopted where it doesn't.
    pub adopts: bool,
}

impl Pick {
    /// True for a maximum.
    pub fn largest(self) -> bool {
        use BinaryOp::{F32Ge, F32Gt, F64Ge, F64Gt};
        let greater = matches!(self.op, F32Gt | F32Ge | F64Gt | F64Ge);
        // Where the comparison says that its first operand is the greater one, and chooses it, the choice is the greatest.
        greater == (self.accumulator_first == self.adopts)
    }
}

/// True for a comparison by which floats are chosen.
fn orders_floats(op: BinaryOp) -> bool {
    use BinaryOp::{F32Ge, F32Gt, F32Le, F32Lt, F64Ge, F64Gt, F64Le, F64Lt};
    matches!(op, F32Lt | F32Gt | F32Le | F32Ge | F64Lt | F64Gt | F64Le | F64Ge)
}

/// True if `select(cond, if_true, if_false)` chooses between the two floats that `cond` compares.
pub fn is_pick(context: &Context<'_>, cond: Value, if_true: Value, if_false: Value) -> bool {
    let Some(&Op::Binary(op, a, b)) = context.op(cond) else { return false };
    orders_floats(op) && ((a, b) == (if_true, if_false) || (a, b) == (if_false, if_true))
}

/// The pick that a `select` is whose arm `accumulator` accumulates.
pub fn scalar(
    context: &Context<'_>,
    cond: Value,
    (if_true, if_false): (Value, Value),
    accumulator: Value,
) -> Option<Pick> {
    let &Op::Binary(op, a, _) = context.op(cond)? else { return None };
    let found = is_pick(context, cond, if_true, if_false) && if_true != if_false;
    found.then_some(Pick { op, accumulator_first: a == accumulator, adopts: if_true == accumulator })
}

/// The pick that a vector operator is on each lane, if its first operand accumulates, or else its second.
pub fn lanes(op: VectorBinaryOp, accumulator_first: bool) -> Option<(Shape, Pick)> {
    match op.rule() {
        // The second where `second op first`, else the first.
        BinaryRule::Pick(shape, op) if orders_floats(op) => {
            let adopts = !accumulator_first;
            Some((shape, Pick { op, accumulator_first: !accumulator_first, adopts }))
        }
        _ => None,
    }
}

/// The accumulating operand of each operator of a recurrence that adopts, by its result: `tainted` are the recurrence's values.
pub fn adopting(context: &Context<'_>, op: Accumulator, tainted: impl Iterator<Item = Value>) -> Vec<(Value, Value)> {
    let Accumulator::Pick(Pick { adopts: true, .. }) = op else { return Vec::new() };
    let accumulating = |result: Value| match *context.op(result)? {
        Op::Select { cond, if_true, if_false } => {
            is_pick(context, cond, if_true, if_false).then_some((result, if_true))
        }
        Op::VectorBinary(op, _, second) => lanes(op, false).map(|_| (result, second)),
        _ => None,
    };
    tainted.filter_map(accumulating).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_end_is_picked() {
        let largest = |op, accumulator_first, adopts| Pick { op, accumulator_first, adopts }.largest();
        // `x < m ? x : m`, `m < x ? x : m`, `m <= x ? m : x`, `m > x ? m : x`, `x >= m ? m : x`.
        assert!(!largest(BinaryOp::F32Lt, false, false));
        assert!(largest(BinaryOp::F32Lt, true, false));
        assert!(!largest(BinaryOp::F64Le, true, true));
        assert!(largest(BinaryOp::F64Gt, true, true));
        assert!(!largest(BinaryOp::F64Ge, false, true));
    }
}
