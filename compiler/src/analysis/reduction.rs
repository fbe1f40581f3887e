//! Reductions: header parameters that only accumulate.
//!
//! A parameter `p` is a reduction by an associative and commutative operator with an identity `e` if its next value is `T(p)`,
//! where `T` is built from `p` by that operator with other operands independent of `p`, by `select`s whose arms are both such
//! values, and by joins of such values; and if nothing else in the loop depends on `p`. By induction over `T`,
//! `T(p) = p op T(e)`: each iteration contributes `T(e)`, and the contributions may be combined in any order. A minimum of
//! integers is also recognised as a comparison whose only use selects between its operands.
//!
//! Where an arm or an edge of a join isn't such a value, it replaces what was there. That is right for a constant that the
//! operator absorbs everything into, since `K = p op K`. Without any operator, the loop as a whole replaces the value by one that
//! never changes, or leaves it: each iteration contributes whether it does. Values that are cut to a narrow type every time
//! round are the subject of [`narrow`](super::narrow).
//!
//! A vector accumulates lane by lane, if every operator cuts it alike.
//!
//! Of floats only Wasm's own `min` and `max` qualify in exact mode. Their identities are the infinities. On numbers they
//! choose by a total order in which -0 lies just below +0, so they are associative, commutative and exact. With a NaN among
//! its operands the result is a NaN, whatever the order; it is one that arithmetic makes, whose bits are canonical under
//! `--nan canonical` and open otherwise. What is left are bits that the loop only moves: where `T` may hand `p` on without
//! applying the operator and the loop starts from a NaN, that NaN's own bits may be the result, which `p op T(e)` isn't.
//! So [`Reduction::passes`] says whether it may, and extraction demands that the start is a number then. Minima and maxima by
//! comparisons are the subject of [`picks`].
//!
//! Where sums of floats are relaxed, additions, subtractions and multiplications of floats qualify as well, although
//! `T(p) = p op T(e)` holds but for rounding: contributions are combined in the order of [`ir::region::fold`]. What is lost is what
//! `docs/semantics.md` permits, and nothing else: each product is rounded, and an operand that isn't the accumulator is what it was.

use super::context::Context;
use super::finals::Final;
use super::narrow::Range;
use super::picks::{self, Pick};
use super::shape::Shape;
use crate::reasons::Reason;
use ir::lowered::vector::{BinaryRule, TernaryRule};
use ir::lowered::{BinaryOp, BlockId, Inst, Op, Shape as Lanes, Term, Type, Value, VectorBinaryOp};
use ir::region::{FoldOp, ReduceOp};
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
    /// How vectors are cut, if each lane is a reduction of its own.
    pub shape: Option<Lanes>,
    /// The bits that the contribution of an iteration starts from.
    pub identity: u64,
    /// What the start must be in.
    pub range: Option<Range>,
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
    /// A minimum or maximum of floats by a comparison.
    Pick(Pick),
    /// A rounding operator on floats.
    Fold(FoldOp),
    /// Puts this value, which never changes, in the place of what was there.
    Replace(Value),
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
            Accumulator::Pick(pick) => infinity | if pick.largest() { sign } else { 0 },
            Accumulator::Fold(op) => op.identity(ty),
            Accumulator::Replace(_) => 0,
        }
    }

    /// The bits that no operand changes, if there are such.
    fn absorbing(self, ty: Type) -> Option<u64> {
        match self {
            Accumulator::Int(ReduceOp::Mul) => Some(0),
            Accumulator::Int(op @ (ReduceOp::And | ReduceOp::Or)) => Some(!op.identity(ty) & ty.mask()),
            // What absorbs in a minimum is what starts a maximum.
            Accumulator::Int(ReduceOp::MinS) => Some(ReduceOp::MaxS.identity(ty)),
            Accumulator::Int(ReduceOp::MaxS) => Some(ReduceOp::MinS.identity(ty)),
            Accumulator::Int(ReduceOp::MinU) => Some(ReduceOp::MaxU.identity(ty)),
            Accumulator::Int(ReduceOp::MaxU) => Some(ReduceOp::MinU.identity(ty)),
            _ => None,
        }
    }
}

/// What has been found of a recurrence so far.
#[derive(Default)]
struct Found {
    op: Option<Accumulator>,
    /// How vectors are cut.
    shape: Option<Lanes>,
    /// What the operator takes in.
    operands: Vec<Value>,
    /// `and`s with masks: they cut, or they are the operator.
    masks: Vec<(Range, Value)>,
    /// Where the value is cut to a narrow type.
    cuts: Vec<Range>,
    /// What replaces the value, whatever it was.
    replacements: Vec<Value>,
}

impl Found {
    /// True if this operator, which takes in `operand`, is the only one so far.
    fn agrees(&mut self, op: Accumulator, operand: Value) -> bool {
        self.operands.push(operand);
        *self.op.get_or_insert(op) == op
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
    let tainted = tainted(context, shape, param);
    if !tainted.contains(&next) {
        return Err(carried);
    }
    let mut found = Found::default();
    let is_part = |&value: &Value| value == param || part(context, shape, &tainted, value, &mut found);
    if !tainted.iter().all(is_part) || !is_closed(context, shape, finals, &tainted, param, &mut found) {
        return Err(carried);
    }
    let passes = passes(context, &tainted, next);
    let lanes = found.shape;
    let settled = settle(context, shape, param, found);
    let reduction = |(op, identity, range)| Reduction { param, next, op, shape: lanes, identity, range, passes };
    let reduction = settled.map(reduction).ok_or(carried)?;
    match reduction.op {
        // Nothing but the order is in its way. Of another recurrence of floats the values are needed one by one.
        Accumulator::Fold(_) if !context.relaxed => {
            Err(Reason::FloatReduction { operator: operator(context, shape, &tainted) })
        }
        _ => Ok(reduction),
    }
}

/// True if a tainted value is made of the parameter in a way that a recurrence may have.
fn part(context: &Context<'_>, shape: &Shape, tainted: &HashSet<Value>, value: Value, found: &mut Found) -> bool {
    let is = |v: Value| tainted.contains(&v);
    let Some(op) = context.op(value) else { return true };
    if let Some((range, of)) = Range::of_cut(context, op).filter(|cut| is(cut.1)) {
        match *op {
            Op::Binary(_, a, b) => found.masks.push((range, if a == of { b } else { a })),
            _ => found.cuts.push(range),
        }
        return true;
    }
    match *op {
        Op::Select { cond, if_true, if_false } if is(cond) => {
            let (accumulator, operand) = if is(if_true) { (if_true, if_false) } else { (if_false, if_true) };
            let minimum = minimum(context, cond, if_true, if_false).map(Accumulator::Int);
            let pick = || picks::scalar(context, cond, (if_true, if_false), accumulator).map(Accumulator::Pick);
            let op = minimum.or_else(pick).filter(|_| is(if_true) != is(if_false));
            op.is_some_and(|op| found.agrees(op, operand))
        }
        Op::Select { if_true, if_false, .. } => {
            found.replacements.extend([if_true, if_false].into_iter().filter(|&arm| !is(arm)));
            true
        }
        Op::Binary(binary, a, b) => match reduce_op(binary) {
            Some(op) => {
                let operand = if is(a) { b } else { a };
                is(a) != is(b) && (!is_sub(binary) || is(a)) && found.agrees(op, operand)
            }
            // A comparison is fine if it only decides a minimum, which its user checks.
            None => decides_minimum(context, shape, value),
        },
        Op::VectorBinary(binary, a, b) => lane_op(binary, is(a)).is_some_and(|(lanes, op, is_sub)| {
            let operand = if is(a) { b } else { a };
            let one_shape = *found.shape.get_or_insert(lanes) == lanes;
            is(a) != is(b) && (!is_sub || is(a)) && one_shape && found.agrees(op, operand)
        }),
        // Sums of products, wrapping, are added to the third operand.
        Op::VectorTernary(ternary, [a, b, c]) if ternary.rule() == TernaryRule::DotAdd => {
            let one_shape = *found.shape.get_or_insert(Lanes::I32x4) == Lanes::I32x4;
            is(c) && !is(a) && !is(b) && one_shape && found.agrees(Accumulator::Int(ReduceOp::Add), a)
        }
        _ => false,
    }
}

/// The accumulator, the bits it starts from, and the range that the start must be in.
fn settle(
    context: &Context<'_>,
    shape: &Shape,
    param: Value,
    mut found: Found,
) -> Option<(Accumulator, u64, Option<Range>)> {
    let ty = context.func.ty(param);
    if ty == Type::V128 {
        let fine = found.shape.is_some() && found.cuts.is_empty() && found.replacements.is_empty();
        return found.op.filter(|_| fine).map(|op| (op, 0, None));
    }
    // Beside no other operator, an `and` with a mask is one.
    if matches!(found.op, None | Some(Accumulator::Int(ReduceOp::And))) && found.cuts.is_empty() {
        let masks = std::mem::take(&mut found.masks);
        found.op = found.op.or((!masks.is_empty()).then_some(Accumulator::Int(ReduceOp::And)));
        found.operands.extend(masks.into_iter().map(|mask| mask.1));
    }
    found.cuts.extend(found.masks.iter().map(|mask| mask.0));
    let constant = |value: Value| match context.op(value) {
        Some(&Op::Const(c)) => Some(c.bits),
        _ => None,
    };
    let Some(op) = found.op else {
        // Nothing but replacements: all of them must be by one value, which never changes.
        let &by = found.replacements.first().filter(|_| found.cuts.is_empty() && ty.is_int())?;
        let same = |&other: &Value| other == by || constant(other).is_some_and(|bits| constant(by) == Some(bits));
        let fixed = constant(by).is_some() || !shape.defines(context, by);
        return (fixed && found.replacements.iter().all(same)).then_some((Accumulator::Replace(by), 0, None));
    };
    let absorbs = |&value: &Value| op.absorbing(ty).is_some_and(|bits| constant(value) == Some(bits));
    let Some(&range) = found.cuts.first() else {
        return found.replacements.iter().all(absorbs).then(|| (op, op.identity(ty), None));
    };
    let Accumulator::Int(reduce) = op else { return None };
    let one_range = found.cuts.iter().all(|&cut| cut == range);
    let inside = found.operands.iter().all(|&operand| range.holds(context, operand));
    let identity = range.identity(reduce, ty)?;
    (one_range && inside && found.replacements.is_empty()).then_some((op, identity, Some(range)))
}

/// Every value of the loop that depends on `param`, through instructions and joins.
pub fn tainted(context: &Context<'_>, shape: &Shape, param: Value) -> HashSet<Value> {
    let mut tainted = HashSet::from([param]);
    // Once is enough, but for what goes round loops inside.
    loop {
        let before = tainted.len();
        spread(context, shape, &mut tainted);
        if tainted.len() == before {
            return tainted;
        }
    }
}

fn spread(context: &Context<'_>, shape: &Shape, tainted: &mut HashSet<Value>) {
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
}

/// Nothing but the recurrence itself observes a tainted value: no access, no branch, no other header parameter. Where a join
/// is tainted by one edge and not by another, the other replaces the value.
fn is_closed(
    context: &Context<'_>,
    shape: &Shape,
    finals: &[Final],
    tainted: &HashSet<Value>,
    param: Value,
    found: &mut Found,
) -> bool {
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
            if to_header && params.iter().zip(&target.args).any(|(p, arg)| *p != param && tainted.contains(arg)) {
                return false;
            }
            if !to_header {
                let joined = params.iter().zip(&target.args).filter(|(p, _)| tainted.contains(p));
                found.replacements.extend(joined.map(|(_, &arg)| arg).filter(|arg| !tainted.contains(arg)));
            }
        }
    }
    true
}

/// True for a subtraction, which adds the negated second operand.
pub fn is_sub(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::I32Sub | BinaryOp::I64Sub | BinaryOp::F32Sub | BinaryOp::F64Sub)
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
pub fn reduce_op(op: BinaryOp) -> Option<Accumulator> {
    use BinaryOp::*;
    Some(Accumulator::Int(match op {
        I32Add | I64Add | I32Sub | I64Sub => ReduceOp::Add,
        I32Mul | I64Mul => ReduceOp::Mul,
        I32And | I64And => ReduceOp::And,
        I32Or | I64Or => ReduceOp::Or,
        I32Xor | I64Xor => ReduceOp::Xor,
        F32Min | F64Min => return Some(Accumulator::FloatMin),
        F32Max | F64Max => return Some(Accumulator::FloatMax),
        F32Add | F64Add | F32Sub | F64Sub => return Some(Accumulator::Fold(FoldOp::Add)),
        F32Mul | F64Mul => return Some(Accumulator::Fold(FoldOp::Mul)),
        _ => return None,
    }))
}

/// The reduction that each lane of a vector accumulates, in the first operand if so, and whether it is written as a subtraction. Bits
/// are taken by halves.
fn lane_op(vector: VectorBinaryOp, first: bool) -> Option<(Lanes, Accumulator, bool)> {
    match vector.rule() {
        BinaryRule::Bits(op) => Some((Lanes::I64x2, reduce_op(op)?, false)),
        BinaryRule::Each(lanes, op) => Some((lanes, reduce_op(op)?, is_sub(op))),
        BinaryRule::Pick(lanes, op) => {
            let op = match op {
                BinaryOp::I32LtS => ReduceOp::MinS,
                BinaryOp::I32LtU => ReduceOp::MinU,
                BinaryOp::I32GtS => ReduceOp::MaxS,
                BinaryOp::I32GtU => ReduceOp::MaxU,
                _ => return picks::lanes(vector, first).map(|(lanes, pick)| (lanes, Accumulator::Pick(pick), false)),
            };
            Some((lanes, Accumulator::Int(op), false))
        }
        _ => None,
    }
}

/// The minimum or maximum that `select(cond, if_true, if_false)` computes, if `cond` compares exactly its arms.
pub fn minimum(context: &Context<'_>, cond: Value, if_true: Value, if_false: Value) -> Option<ReduceOp> {
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
                && (minimum(context, c, if_true, if_false).is_some() || picks::is_pick(context, c, if_true, if_false))
            {
                decided += 1;
            }
        }
        context.func.block(block).term.for_each_use(|v| *uses.entry(block).or_default() += usize::from(v == cond));
    }
    decided > 0 && uses.values().sum::<usize>() == decided
}

/// The first operator that makes the next value, as it is written in the loop.
fn operator(context: &Context<'_>, shape: &Shape, tainted: &HashSet<Value>) -> String {
    let insts = shape.body.iter().flat_map(|&block| &context.func.block(block).insts);
    let insts = insts.filter(|inst| inst.result.is_some_and(|result| tainted.contains(&result)));
    let mut names = insts.filter_map(|inst| match inst.op {
        Op::Binary(op, ..) => Some(op.name()),
        Op::VectorBinary(op, ..) => Some(op.name()),
        _ => None,
    });
    names.next().unwrap_or_default().to_string()
}
