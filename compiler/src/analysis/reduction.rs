//! Reductions: header parameters that only accumulate.
//!
//! A parameter `p` is a reduction by an associative and commutative operator with an identity `e` if its next value is `T(p)`,
//! where `T` is built from `p` by that operator with other operands independent of `p`, by `select`s whose arms are both such
//! values, and by joins of such values; and if nothing else in the loop depends on `p`. By induction over `T`,
//! `T(p) = p op T(e)`: each iteration contributes `T(e)`, and the contributions may be combined in any order. A minimum of
//! integers is also recognised as a comparison whose only use selects between its operands.
//!
//! Of floats only Wasm's own `min` and `max` qualify in exact mode. Their identities are the infinities. On numbers they
//! choose by a total order in which -0 lies just below +0, so they are associative, commutative and exact. With a NaN among
//! its operands the result is a NaN, whatever the order; it is one that arithmetic makes, whose bits are canonical under
//! `--nan canonical` and open otherwise. What is left are bits that the loop only moves: where `T` may hand `p` on without
//! applying the operator and the loop starts from a NaN, that NaN's own bits may be the result, which `p op T(e)` isn't.
//! So [`Reduction::passes`] says whether it may, and extraction demands that the start is a number then.

use super::context::Context;
use super::finals::Final;
use super::shape::Shape;
use crate::reasons::Reason;
use ir::lowered::{BinaryOp, BlockId, Inst, Op, Term, Type, Value};
use ir::region::ReduceOp;
use std::collections::{HashMap, HashSet};

/// A recognised reduction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reduction {
    /// The header parameter.
    pub param: Value,
    /// Its next value.
    pub next: Value,
    /// The operator.
    pub op: Accumulator,
    /// True if an iteration may hand the value on as it is.
    pub passes: bool,
}

/// What a reduction applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accumulator {
    /// An operator on integers.
    Int(ReduceOp),
    /// `f32.min` or `f64.min`.
    FloatMin,
    /// `f32.max` or `f64.max`.
    FloatMax,
}

impl Accumulator {
    /// The bits of the identity of a type.
    pub fn identity(self, ty: Type) -> u64 {
        let (infinity, sign) = match ty.bits() {
            32 => (u64::from(f32::INFINITY.to_bits()), 1 << 31),
            _ => (f64::INFINITY.to_bits(), 1 << 63),
        };
        match self {
            Accumulator::Int(op) => op.identity(ty),
            Accumulator::FloatMin => infinity,
            Accumulator::FloatMax => infinity | sign,
        }
    }
}

/// Decides whether `param` is a reduction with the next value `next`; `local` names it in the reason. What `finals` store isn't
/// observed in the loop.
pub fn reduction(
    context: &Context<'_>,
    shape: &Shape,
    finals: &[Final],
    (param, next): (Value, Value),
    local: u32,
) -> Result<Reduction, Reason> {
    let carried = Reason::CarriedValue { local };
    let ty = context.func.ty(param);
    let tainted = tainted(context, shape, param);
    if !tainted.contains(&next) {
        return Err(carried);
    }
    let carried = if ty.is_int() { carried } else { float_reason(context, next, carried) };
    let mut op = None;
    let mut agree = |found: Accumulator| *op.get_or_insert(found) == found;
    for &value in &tainted {
        if value == param {
            continue;
        }
        let fine = match context.op(value) {
            None => true,
            Some(&Op::Select { cond, if_true, if_false }) => match minimum(context, cond, if_true, if_false) {
                Some(found) if tainted.contains(&cond) => {
                    (tainted.contains(&if_true) != tainted.contains(&if_false)) && agree(Accumulator::Int(found))
                }
                _ => {
                    let arms = tainted.contains(&if_true) && tainted.contains(&if_false);
                    !tainted.contains(&cond) && arms
                }
            },
            Some(&Op::Binary(binary, a, b)) => match reduce_op(binary) {
                Some(found) => {
                    let one = tainted.contains(&a) != tainted.contains(&b);
                    let order = !is_sub(binary) || tainted.contains(&a);
                    one && order && agree(found)
                }
                // A comparison is fine if it only decides a minimum, which its user checks.
                None => decides_minimum(context, shape, value),
            },
            Some(_) => false,
        };
        if !fine {
            return Err(carried);
        }
    }
    if !is_closed(context, shape, finals, &tainted, param) {
        return Err(carried);
    }
    let passes = passes(context, &tainted, next);
    op.map(|op| Reduction { param, next, op, passes }).ok_or(carried)
}

/// Every value of the loop that depends on `param`, through instructions and joins.
pub fn tainted(context: &Context<'_>, shape: &Shape, param: Value) -> HashSet<Value> {
    let mut tainted = HashSet::from([param]);
    for &block in &shape.body {
        for inst in &context.func.block(block).insts {
            let mut depends = false;
            inst.op.for_each_use(|v| depends |= tainted.contains(&v));
            if let (true, Some(result)) = (depends, inst.result) {
                tainted.insert(result);
            }
        }
        for target in context.func.block(block).term.targets() {
            if target.block == shape.header || !shape.inside.contains(&target.block) {
                continue;
            }
            for (&param, arg) in context.func.block(target.block).params.iter().zip(&target.args) {
                if tainted.contains(arg) {
                    tainted.insert(param);
                }
            }
        }
    }
    tainted
}

/// Nothing but the recurrence itself observes a tainted value: no access, no branch, no other header parameter; and a join
/// that one edge taints is tainted by every edge.
fn is_closed(context: &Context<'_>, shape: &Shape, finals: &[Final], tainted: &HashSet<Value>, param: Value) -> bool {
    for &id in &shape.body {
        let block = context.func.block(id);
        let acts = |inst: &Inst| inst.result.is_none() || inst.op.can_trap() || matches!(inst.op, Op::Load { .. });
        let remains = |at: usize| !finals.iter().any(|f| f.places.contains(&(id, at)));
        let effects = block.insts.iter().enumerate().filter(|&(at, inst)| acts(inst) && remains(at));
        for (_, inst) in effects {
            let mut observed = false;
            inst.op.for_each_use(|v| observed |= tainted.contains(&v));
            if observed {
                return false;
            }
        }
        match &block.term {
            Term::Branch { cond: v, .. } | Term::Switch { index: v, .. } if tainted.contains(v) => return false,
            _ => {}
        }
        for target in block.term.targets() {
            if !shape.inside.contains(&target.block) {
                continue;
            }
            let to_header = target.block == shape.header;
            let params = &context.func.block(target.block).params;
            let closed = params.iter().zip(&target.args).all(|(p, arg)| match to_header {
                true => *p == param || !tainted.contains(arg),
                false => tainted.contains(p) == tainted.contains(arg),
            });
            if !closed {
                return false;
            }
        }
    }
    true
}

fn is_sub(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::I32Sub | BinaryOp::I64Sub)
}

/// True if `value`, one of `tainted`, may be the parameter that taints it: no operator of the recurrence is on every way.
fn passes(context: &Context<'_>, tainted: &HashSet<Value>, value: Value) -> bool {
    // A join of the loop may be anything that it joins; that it does is a claim that needn't be exact.
    match context.op(value) {
        None => true,
        Some(&Op::Select { cond, if_true, if_false }) if !tainted.contains(&cond) => {
            passes(context, tainted, if_true) || passes(context, tainted, if_false)
        }
        Some(_) => false,
    }
}

/// The reduction that an operator accumulates; a subtraction adds the negated operand.
fn reduce_op(op: BinaryOp) -> Option<Accumulator> {
    use BinaryOp::*;
    Some(Accumulator::Int(match op {
        I32Add | I64Add | I32Sub | I64Sub => ReduceOp::Add,
        I32Mul | I64Mul => ReduceOp::Mul,
        I32And | I64And => ReduceOp::And,
        I32Or | I64Or => ReduceOp::Or,
        I32Xor | I64Xor => ReduceOp::Xor,
        F32Min | F64Min => return Some(Accumulator::FloatMin),
        F32Max | F64Max => return Some(Accumulator::FloatMax),
        _ => return None,
    }))
}

/// The minimum or maximum that `select(cond, if_true, if_false)` computes, if `cond` compares exactly its arms.
fn minimum(context: &Context<'_>, cond: Value, if_true: Value, if_false: Value) -> Option<ReduceOp> {
    use BinaryOp::*;
    let Some(&Op::Binary(op, a, b)) = context.op(cond) else { return None };
    let straight = (a, b) == (if_true, if_false);
    if !straight && (a, b) != (if_false, if_true) {
        return None;
    }
    let (less, signed) = match op {
        I32LtS | I32LeS | I64LtS | I64LeS => (true, true),
        I32LtU | I32LeU | I64LtU | I64LeU => (true, false),
        I32GtS | I32GeS | I64GtS | I64GeS => (false, true),
        I32GtU | I32GeU | I64GtU | I64GeU => (false, false),
        _ => return None,
    };
    Some(match (less == straight, signed) {
        (true, true) => ReduceOp::MinS,
        (true, false) => ReduceOp::MinU,
        (false, true) => ReduceOp::MaxS,
        (false, false) => ReduceOp::MaxU,
    })
}

/// True if every use of `cond` in the loop is the condition of a select that computes a minimum.
fn decides_minimum(context: &Context<'_>, shape: &Shape, cond: Value) -> bool {
    let mut uses: HashMap<BlockId, usize> = HashMap::new();
    let mut decided = 0;
    for &block in &shape.body {
        for inst in &context.func.block(block).insts {
            inst.op.for_each_use(|v| *uses.entry(block).or_default() += usize::from(v == cond));
            if let Op::Select { cond: c, if_true, if_false } = inst.op
                && c == cond
                && minimum(context, c, if_true, if_false).is_some()
            {
                decided += 1;
            }
        }
        context.func.block(block).term.for_each_use(|v| *uses.entry(block).or_default() += usize::from(v == cond));
    }
    decided > 0 && uses.values().sum::<usize>() == decided
}

fn float_reason(context: &Context<'_>, next: Value, otherwise: Reason) -> Reason {
    match context.op(next) {
        Some(Op::Binary(op, ..)) if reduce_op(*op).is_none() => {
            Reason::FloatReduction { operator: op.name().to_string() }
        }
        _ => otherwise,
    }
}
