//! Checks that never fail: branches to a bail whose condition is decided for the whole iteration space before it begins.
//!
//! A check of an index goes on while `x` is below `y`, both forms over the loops around it. If every iteration of these loops makes the
//! check, and they all run as often as their extents say, then a point at which it fails is one at which the original loop leaves. So
//! nothing is lost by demanding as a guard that `x` stays below `y` at the corners where they come closest, and the kernel
//! needs neither the check nor the way out. What must hold: neither side wraps around in the reading of the comparison, which is
//! demanded as well. A check that isn't made in every iteration, or that is known to fail, stays.
//!
//! A check that a number isn't zero needs no guard where control comes only over a branch which has told it from zero.

use super::affine::Affine;
use super::context::Context;
use super::count::{Position, Relation, condition};
use super::draft::Draft;
use super::extent::works_before;
use super::induction::Inductions;
use super::shape::{ExitEdge, Shape};
use crate::wasm::is_left;
use ir::lowered::{BlockId, Const, Op, Term, Value};

/// Demands what makes cold edges impossible; gives those edges.
pub fn decided(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
) -> Vec<ExitEdge> {
    let mut decided = Vec::new();
    for &edge in &shape.cold {
        let guards = draft.guards.len();
        match decide(context, shape, inductions, draft, edge) {
            Some(()) => decided.push(edge),
            None => draft.guards.truncate(guards),
        }
    }
    decided
}

fn decide(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    edge: ExitEdge,
) -> Option<()> {
    let Term::Branch { cond, ref then, ref otherwise } = context.func.block(edge.from).term else { return None };
    if then.block == otherwise.block {
        return None;
    }
    // Target 0 is taken for a true condition.
    let check = condition(context, cond, edge.target == 0);
    if not_zero(context, check).is_some_and(|value| is_known(context, edge.from, value)) {
        return Some(());
    }
    if !is_always_made(context, shape, inductions, edge.from) && !is_left(context.func, edge.to) {
        return None;
    }
    let (relation, x, y) = check;
    let x = inductions.of(context, shape, &mut draft.symbols, x, Some(edge.from))?;
    let y = match y {
        Some(y) => inductions.of(context, shape, &mut draft.symbols, y, Some(edge.from))?,
        None => return None,
    };
    if ![&x, &y].iter().all(|form| inductions.demand(draft, form, None)) {
        return None;
    }
    match relation {
        Relation::Lt { or_equal, signed } => stays_below(draft, &x, &y, or_equal, signed),
        Relation::Gt { or_equal, signed } => stays_below(draft, &y, &x, or_equal, signed),
        Relation::Eq | Relation::Ne => None,
    }
}

/// The value that isn't zero if this holds between `x` and `y`, or zero; said only where nothing else is said.
fn not_zero(context: &Context<'_>, (relation, x, y): (Relation, Value, Option<Value>)) -> Option<Value> {
    let is_zero = |value: Value| matches!(context.op(value), Some(Op::Const(Const { bits: 0, .. })));
    match (relation, y) {
        (Relation::Ne, None) => Some(x),
        (Relation::Ne | Relation::Gt { or_equal: false, signed: false }, Some(y)) if is_zero(y) => Some(x),
        (Relation::Ne | Relation::Lt { or_equal: false, signed: false }, Some(y)) if is_zero(x) => Some(y),
        _ => None,
    }
}

/// Branches looked at above a check.
const MAX_ABOVE: usize = 64;

/// True if control comes to `block` only over a branch that is taken because `value` isn't zero.
fn is_known(context: &Context<'_>, block: BlockId, value: Value) -> bool {
    let above = std::iter::successors(context.tree.above(block), |&split| context.tree.above(split));
    above.take(MAX_ABOVE).any(|split| {
        let Term::Branch { cond, then, otherwise } = &context.func.block(split).term else { return false };
        let only = |target: BlockId| {
            context.tree.predecessors[target.index()].len() == 1 && context.tree.dominates(target, block)
        };
        let sides = [(then.block, false), (otherwise.block, true)].into_iter();
        then.block != otherwise.block
            && sides
                .filter(|side| only(side.0))
                .any(|(_, negated)| not_zero(context, condition(context, *cond, negated)) == Some(value))
    })
}

/// True if every iteration of every loop around it passes the block, and the loops run as often as their extents say.
fn is_always_made(context: &Context<'_>, shape: &Shape, inductions: &Inductions, block: BlockId) -> bool {
    let (mut block, mut l) = (block, shape.home[&block]);
    loop {
        let nest_loop = &shape.loops[l];
        let Some(test) = &inductions.tests[l] else { return false };
        let every = nest_loop.latches.iter().all(|&latch| context.tree.dominates(block, latch));
        // The iteration that leaves passes what stands before the test, which the extent covers if there are accesses.
        let from = test.exit.from;
        let complete = match test.position {
            Position::Bottom => true,
            Position::Middle if works_before(context, shape, l, test) => context.tree.dominates(block, from),
            Position::Middle | Position::Top => block != from && context.tree.dominates(from, block),
        };
        let steady = test.first(l).is_invariant() && test.b.is_invariant();
        let one_exit = l == 0 || shape.exits_of(context, l) == [test.exit];
        if !every || !complete || !steady || !one_exit {
            return false;
        }
        match nest_loop.parent {
            None => return true,
            Some(parent) => (block, l) = (nest_loop.header, parent),
        }
    }
}

/// Demands that `low` is below `high` at every point.
fn stays_below(draft: &mut Draft<'_>, low: &Affine, high: &Affine, or_equal: bool, signed: bool) -> Option<()> {
    let (least, _) = draft.spread(high, low, signed)?;
    let gap = draft.number(if or_equal { 0 } else { 1 });
    if draft.known(least).zip(draft.known(gap)).is_some_and(|(least, gap)| least < gap) {
        return None;
    }
    let exact = draft.demand_no_wrap(low, signed, None) && draft.demand_no_wrap(high, signed, None);
    draft.demand_le(gap, least, "no index check fails");
    exact.then_some(())
}
