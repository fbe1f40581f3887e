//! Truncations that can't trap, because a branch on the way has tested their operand.
//!
//! Producers guard `trunc` with comparisons of the operand, since C leaves an overflow undefined and Wasm traps. Where every path
//! to the truncation passes a branch that is taken only for operands in range, the saturating form computes the same value,
//! and the kernel has no bail there. A comparison that holds also says that its operands aren't NaN.

use crate::analysis::context::Context;
use crate::analysis::shape::Shape;
use ir::lowered::{BinaryOp, BlockId, Op, Term, UnaryOp, Value};

/// The saturating form of `op`, if its operand `x` is in range wherever `block` runs.
pub fn safe_truncation(context: &Context<'_>, shape: &Shape, block: BlockId, op: UnaryOp, x: Value) -> Option<UnaryOp> {
    let (saturating, lowest, limit) = form(op)?;
    let mut facts = Vec::new();
    for &test in &shape.body {
        let Term::Branch { cond, then, otherwise } = &context.func.block(test).term else { continue };
        for (target, holds) in [(then, true), (otherwise, false)] {
            // Only this edge leads to the target, so the condition is known in everything that it dominates.
            let only = context.tree.predecessors[target.block.index()].len() == 1;
            if only && then.block != otherwise.block && context.tree.dominates(target.block, block) {
                collect(context, *cond, holds, &mut facts);
            }
        }
    }
    let magnitude =
        |v: Value| matches!(context.op(v), Some(Op::Unary(UnaryOp::F32Abs | UnaryOp::F64Abs, a)) if *a == x);
    let signed = lowest < 0.0;
    let both = facts.iter().any(|f| signed && magnitude(f.value) && f.below(limit));
    let above = facts.iter().any(|f| f.value == x && f.above(lowest));
    let below = facts.iter().any(|f| f.value == x && f.below(limit));
    (both || (above && below)).then_some(saturating)
}

/// The saturating form, a lowest operand that is in range, and the first that is too large.
fn form(op: UnaryOp) -> Option<(UnaryOp, f64, f64)> {
    use UnaryOp::*;
    const TWO_31: f64 = 2147483648.0;
    const TWO_32: f64 = 4294967296.0;
    const TWO_63: f64 = 9223372036854775808.0;
    const TWO_64: f64 = 18446744073709551616.0;
    Some(match op {
        I32TruncF32S => (I32TruncSatF32S, -TWO_31, TWO_31),
        I32TruncF32U => (I32TruncSatF32U, 0.0, TWO_32),
        I32TruncF64S => (I32TruncSatF64S, -TWO_31, TWO_31),
        I32TruncF64U => (I32TruncSatF64U, 0.0, TWO_32),
        I64TruncF32S => (I64TruncSatF32S, -TWO_63, TWO_63),
        I64TruncF32U => (I64TruncSatF32U, 0.0, TWO_64),
        I64TruncF64S => (I64TruncSatF64S, -TWO_63, TWO_63),
        I64TruncF64U => (I64TruncSatF64U, 0.0, TWO_64),
        _ => return None,
    })
}

/// `value < bound`, `value <= bound` and so on, known to hold.
struct Fact {
    value: Value,
    op: BinaryOp,
    bound: f64,
}

impl Fact {
    fn below(&self, limit: f64) -> bool {
        use BinaryOp::*;
        match self.op {
            F32Lt | F64Lt => self.bound <= limit,
            F32Le | F64Le => self.bound < limit,
            _ => false,
        }
    }

    fn above(&self, lowest: f64) -> bool {
        use BinaryOp::*;
        matches!(self.op, F32Gt | F64Gt | F32Ge | F64Ge) && self.bound >= lowest
    }
}

/// The comparisons that hold if `cond` is not zero, or zero.
fn collect(context: &Context<'_>, cond: Value, holds: bool, facts: &mut Vec<Fact>) {
    let mut work = vec![(cond, holds)];
    // Conditions are small; a shared one that is visited again and again must not cost more than that.
    for _ in 0..64 {
        let Some((cond, holds)) = work.pop() else { return };
        match context.op(cond) {
            Some(&Op::Unary(UnaryOp::I32Eqz, x)) => work.push((x, !holds)),
            Some(&Op::Binary(BinaryOp::I32And, a, b)) if holds => work.extend([(a, true), (b, true)]),
            Some(&Op::Binary(BinaryOp::I32Or, a, b)) if !holds => work.extend([(a, false), (b, false)]),
            Some(&Op::Binary(op, a, b)) if holds => match (constant(context, a), constant(context, b)) {
                (None, Some(bound)) => facts.push(Fact { value: a, op, bound }),
                (Some(bound), None) => facts.extend(mirrored(op).map(|op| Fact { value: b, op, bound })),
                _ => {}
            },
            _ => {}
        }
    }
}

fn constant(context: &Context<'_>, value: Value) -> Option<f64> {
    match context.op(value) {
        Some(Op::Const(c)) if c.ty == ir::lowered::Type::F32 => Some(f32::from_bits(c.bits as u32) as f64),
        Some(Op::Const(c)) if c.ty == ir::lowered::Type::F64 => Some(f64::from_bits(c.bits)),
        _ => None,
    }
}

fn mirrored(op: BinaryOp) -> Option<BinaryOp> {
    use BinaryOp::*;
    Some(match op {
        F32Lt => F32Gt,
        F32Gt => F32Lt,
        F32Le => F32Ge,
        F32Ge => F32Le,
        F64Lt => F64Gt,
        F64Gt => F64Lt,
        F64Le => F64Ge,
        F64Ge => F64Le,
        _ => return None,
    })
}
