//! The test that ends a loop, and its count as a form.
//!
//! A loop goes on while `a` relates to `b`, of which only `a` changes in the loop, by a step `t` per iteration. Let `k` be the first
//! iteration in which it leaves. If the test stands at the bottom, the body runs `k + 1` times; if it stands before the rest of the
//! body, `k` times, and what comes before the test once more, which matters where that has an effect. In modular arithmetic `k` is a form where `t` is 1 or -1, or where
//! the distance doesn't change in the nest; whether the loop really ends there is for `trip` to demand.

use super::affine::{Affine, Lin, Symbols};
use super::context::Context;
use super::shape::{ExitEdge, Shape};
use ir::lowered::{BinaryOp, BlockId, Const, Op, Term, Type, UnaryOp, Value};

/// Where the exit test stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// At the end, with nothing behind it but the way back: every iteration that starts is complete.
    Bottom,
    /// Before the body: the last iteration ends at the test.
    Top,
    /// In the middle: the last iteration does what stands before the test as well.
    Middle,
}

/// How a loop goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// While equal.
    Eq,
    /// While different.
    Ne,
    /// While less.
    Lt {
        /// Or equal.
        or_equal: bool,
        /// Compared as signed integers.
        signed: bool,
    },
    /// While greater.
    Gt {
        /// Or equal.
        or_equal: bool,
        /// Compared as signed integers.
        signed: bool,
    },
}

impl Relation {
    fn negated(self) -> Relation {
        match self {
            Relation::Eq => Relation::Ne,
            Relation::Ne => Relation::Eq,
            Relation::Lt { or_equal, signed } => Relation::Gt { or_equal: !or_equal, signed },
            Relation::Gt { or_equal, signed } => Relation::Lt { or_equal: !or_equal, signed },
        }
    }

    fn swapped(self) -> Relation {
        match self {
            Relation::Lt { or_equal, signed } => Relation::Gt { or_equal, signed },
            Relation::Gt { or_equal, signed } => Relation::Lt { or_equal, signed },
            other => other,
        }
    }

    /// True if it holds for no value and itself.
    pub fn is_strict(self) -> bool {
        matches!(self, Relation::Ne | Relation::Lt { or_equal: false, .. } | Relation::Gt { or_equal: false, .. })
    }
}

/// The test that ends a loop.
#[derive(Clone, PartialEq, Debug)]
pub struct Test {
    /// The edge by which it leaves.
    pub exit: ExitEdge,
    /// Where it stands.
    pub position: Position,
    /// The loop goes on while this holds between `a` and `b`.
    pub relation: Relation,
    /// The side that changes.
    pub a: Affine,
    /// The side that doesn't.
    pub b: Affine,
}

/// Finds the test of loop `l` that every iteration passes and that counts; `form` reads a value in a block. Of several the one at
/// the bottom is taken: what stands before it is more likely a check.
pub fn test(
    context: &Context<'_>,
    shape: &Shape,
    l: usize,
    form: impl FnMut(Value, BlockId) -> Option<Affine>,
) -> Option<Test> {
    let mut tests = tests(context, shape, l, form);
    let bottom = tests.iter().position(|test| test.position == Position::Bottom);
    match bottom {
        Some(bottom) => Some(tests.swap_remove(bottom)),
        None => tests.into_iter().next(),
    }
}

/// All tests of loop `l` that every iteration passes and that count.
pub fn tests(
    context: &Context<'_>,
    shape: &Shape,
    l: usize,
    mut form: impl FnMut(Value, BlockId) -> Option<Affine>,
) -> Vec<Test> {
    let latches = &shape.loops[l].latches;
    let mut tests = Vec::new();
    for exit in shape.exits_of(context, l) {
        let every = latches.iter().all(|&latch| context.tree.dominates(exit.from, latch));
        let Term::Branch { cond, .. } = context.func.block(exit.from).term else { continue };
        if !every || shape.home[&exit.from] != l {
            continue;
        }
        // Target 0 is taken for a true condition; if that leaves, the loop goes on when it is false.
        let (relation, a, b) = condition(context, cond, exit.target == 0);
        let Some(a) = form(a, exit.from) else { continue };
        let b = match b {
            Some(b) => form(b, exit.from),
            None => Some(Affine::invariant(Lin::constant(a.start.ty, 0))),
        };
        let Some(b) = b else { continue };
        let (relation, a, b) = match (a.steps.contains_key(&l), b.steps.contains_key(&l), relation) {
            (true, false, _) => (relation, a, b),
            (false, true, _) => (relation.swapped(), b, a),
            // Both change: for a test of equality only their difference counts.
            (true, true, Relation::Ne) => {
                let difference = a.minus(&b);
                let zero = Affine::invariant(Lin::constant(a.start.ty, 0));
                (relation, difference, zero)
            }
            _ => continue,
        };
        if relation == Relation::Eq || !a.steps.contains_key(&l) {
            continue;
        }
        let position = position(context, shape, l, exit.from);
        tests.push(Test { exit, position, relation, a, b });
    }
    tests
}

/// Where a test stands that every iteration of loop `l` passes. A branch out in front of a branch back is a test at the bottom.
pub(super) fn position(context: &Context<'_>, shape: &Shape, l: usize, test: BlockId) -> Position {
    if let [latch] = shape.loops[l].latches[..] {
        let mut back = latch;
        while back != test && is_way_back(context, back) {
            back = context.tree.predecessors[back.index()][0];
        }
        if back == test {
            return Position::Bottom;
        }
    }
    if has_effects_before(context, shape, l, test) { Position::Middle } else { Position::Top }
}

/// True if a block does nothing but pass on what comes from the one block before it.
fn is_way_back(context: &Context<'_>, block: BlockId) -> bool {
    let alone = context.tree.predecessors[block.index()].len() == 1;
    let block = context.func.block(block);
    alone && block.params.is_empty() && block.insts.is_empty() && matches!(block.term, Term::Jump(_))
}

/// True if something before a test accesses memory, may trap, or leaves for good: it happens once more than what stands behind.
fn has_effects_before(context: &Context<'_>, shape: &Shape, l: usize, test: BlockId) -> bool {
    let before = |block: BlockId| block == test || !context.tree.dominates(test, block);
    let effect = |op: &Op| matches!(op, Op::Load { .. } | Op::Store { .. }) || context.can_trap(op);
    shape.body.iter().filter(|&&block| shape.holds(l, block) && before(block)).any(|&block| {
        let insts = &context.func.block(block).insts;
        insts.iter().any(|inst| effect(&inst.op)) || shape.cold.iter().any(|e| e.from == block)
    })
}

impl Test {
    /// The changing side as it is in iteration 0 of loop `l`.
    pub fn first(&self, l: usize) -> Affine {
        let mut first = self.a.clone();
        first.steps.remove(&l);
        first
    }

    /// The number of the iteration that leaves, as a form.
    pub fn last_iteration(&self, symbols: &mut Symbols<'_>, l: usize) -> Option<Affine> {
        let step = self.a.step(l).as_const()?.signed();
        let (up, extra) = match self.relation {
            Relation::Ne => (step > 0, 0),
            Relation::Lt { or_equal, .. } if step > 0 => (true, u64::from(or_equal)),
            Relation::Gt { or_equal, .. } if step < 0 => (false, u64::from(or_equal)),
            _ => return None,
        };
        let first = self.first(l);
        let distance = if up { self.b.minus(&first) } else { first.minus(&self.b) };
        let size = step.unsigned_abs();
        if size == 1 {
            return Some(distance.plus(extra));
        }
        if !distance.is_invariant() || !distance.is_known() {
            return None;
        }
        // Rounded up for an order; an equality is hit exactly.
        let rounding = if self.relation == Relation::Ne { 0 } else { size - 1 };
        let ty = distance.start.ty;
        let distance = distance.plus(extra.wrapping_add(rounding));
        let scalar = symbols.materialise(&distance.start);
        let divisor = symbols.constant(Const { ty, bits: size });
        let divide = if ty == Type::I64 { BinaryOp::I64DivU } else { BinaryOp::I32DivU };
        let quotient = symbols.binary(divide, scalar, divisor);
        Some(Affine::invariant(symbols.opaque(quotient, ty)).under(&distance))
    }
}

/// The comparison behind a condition; the second operand is `None` for zero.
pub fn condition(context: &Context<'_>, mut value: Value, mut negate: bool) -> (Relation, Value, Option<Value>) {
    loop {
        let (relation, a, b) = match context.op(value) {
            Some(&Op::Unary(UnaryOp::I32Eqz, x)) if is_comparison(context, x) => {
                (value, negate) = (x, !negate);
                continue;
            }
            Some(&Op::Unary(UnaryOp::I32Eqz | UnaryOp::I64Eqz, x)) => (Relation::Eq, x, None),
            Some(&Op::Binary(op, a, b)) => match relation_of(op) {
                Some(relation) => (relation, a, Some(b)),
                None => (Relation::Ne, value, None),
            },
            _ => (Relation::Ne, value, None),
        };
        return (if negate { relation.negated() } else { relation }, a, b);
    }
}

fn is_comparison(context: &Context<'_>, value: Value) -> bool {
    match context.op(value) {
        Some(Op::Unary(UnaryOp::I32Eqz | UnaryOp::I64Eqz, _)) => true,
        Some(&Op::Binary(op, ..)) => relation_of(op).is_some(),
        _ => false,
    }
}

fn relation_of(op: BinaryOp) -> Option<Relation> {
    use BinaryOp::*;
    Some(match op {
        I32Eq | I64Eq => Relation::Eq,
        I32Ne | I64Ne => Relation::Ne,
        I32LtS | I64LtS => Relation::Lt { or_equal: false, signed: true },
        I32LtU | I64LtU => Relation::Lt { or_equal: false, signed: false },
        I32LeS | I64LeS => Relation::Lt { or_equal: true, signed: true },
        I32LeU | I64LeU => Relation::Lt { or_equal: true, signed: false },
        I32GtS | I64GtS => Relation::Gt { or_equal: false, signed: true },
        I32GtU | I64GtU => Relation::Gt { or_equal: false, signed: false },
        I32GeS | I64GeS => Relation::Gt { or_equal: true, signed: true },
        I32GeU | I64GeU => Relation::Gt { or_equal: true, signed: false },
        _ => return None,
    })
}
