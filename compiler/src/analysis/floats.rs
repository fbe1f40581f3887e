//! Counters in floats: a header parameter that starts at an integer and grows by one.
//!
//! Compilers keep such a counter where an index is converted in every iteration. In general a sum of floats keeps its order, but here
//! there is nothing to round: let it start at the integer `s` and grow by the integer `t` in each iteration, by one or more additions of
//! integers. As long as no sum on the way is larger than 2^p in magnitude, for the `p` bits of the type's significand, each of
//! them is an integer that the type holds exactly. So the value in iteration `i` is `s + i * t`, converted. A sum that cancels is
//! a positive zero, like the conversion of 0; a counter that starts at a negative zero isn't one.
//!
//! The bound is demanded as a guard over the trip count. What makes several additions is bounded by the sum of their magnitudes.

use super::context::Context;
use super::draft::Draft;
use ir::lowered::{BinaryOp, Op, Type, UnaryOp, Value};
use ir::region::IntId;

/// Additions of one iteration.
const MAX_STEPS: usize = 64;

/// A counter: `start + i * step` in iteration `i`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter {
    /// Its type.
    pub ty: Type,
    /// Its first value.
    pub start: i64,
    /// What each iteration adds.
    pub step: i64,
    /// The most that the sums within an iteration move.
    reach: i64,
}

/// Recognises a header parameter that starts as `start` and becomes `next`.
pub fn counter(context: &Context<'_>, param: Value, (start, next): (Value, Value)) -> Option<Counter> {
    let ty = context.func.ty(param);
    let start = integer(context, start)?;
    let (mut at, mut step, mut reach) = (next, 0i64, 0i64);
    for _ in 0..MAX_STEPS {
        if at == param {
            return (step != 0).then_some(Counter { ty, start, step, reach });
        }
        let &Op::Binary(op, a, b) = context.op(at)? else { return None };
        let by = match op {
            BinaryOp::F32Add | BinaryOp::F64Add => {
                let by = integer(context, b).map(|by| (a, by));
                by.or_else(|| integer(context, a).map(|by| (b, by)))?
            }
            BinaryOp::F32Sub | BinaryOp::F64Sub => (a, -integer(context, b)?),
            _ => return None,
        };
        (at, step, reach) = (by.0, step.checked_add(by.1)?, reach.checked_add(by.1.abs())?);
    }
    None
}

/// A float constant that is an integer, and no negative zero.
fn integer(context: &Context<'_>, value: Value) -> Option<i64> {
    let &Op::Const(c) = context.op(value)? else { return None };
    let float = match c.ty {
        Type::F32 => f64::from(f32::from_bits(c.bits as u32)),
        Type::F64 => f64::from_bits(c.bits),
        _ => return None,
    };
    let whole =
        float.abs() <= (1u64 << 24) as f64 && float.fract() == 0.0 && !(float == 0.0 && float.is_sign_negative());
    whole.then_some(float as i64)
}

impl Counter {
    /// What makes a float of an integer, exactly where the counter is exact.
    pub fn conversion(&self) -> UnaryOp {
        if self.ty == Type::F32 { UnaryOp::F32ConvertI64S } else { UnaryOp::F64ConvertI64S }
    }

    /// Demands that it is exact over so many iterations.
    pub fn demand(&self, draft: &mut Draft<'_>, count: IntId) {
        let (reach, start) = (draft.number(self.reach), draft.number(self.start.abs()));
        let moved = draft.mul(reach, count);
        let largest = draft.add(start, moved);
        let exact = draft.number(1 << if self.ty == Type::F32 { 24 } else { 53 });
        draft.demand_le(largest, exact, "a counter in floats is exact");
    }
}
