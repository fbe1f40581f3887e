//! SANDBOX: extents. How often each loop inside a nest runs at most, each time it is entered.
//!
//! The test that every iteration passes compares `a`, which moves by a constant `t`, with `b`. Let `Z` be the distance that is left in
//! iteration 0. It is a form over the loops around, and its extremes are at the corners of their iteration space.
//!
//! - A loop that goes on while `a != b` ends after `Z / t` steps if `t` divides `Z`, taken modulo 2^w. If `Z` doesn't change in the
//!   nest, that is all. Else `Z` is demanded to be an integer form without wrap-around: at no corner below 0 or above 2^w. Where
//!   the loop tests at the bottom, `Z = -t` means that it should not have been entered; that corner is allowed if a branch in front
//!   of the loop is taken only for a value that differs from the bound.
//! - A loop that goes on while `a < b` ends after `ceil(Z / t)` steps, at most at once; both sides are demanded not to wrap.
//!
//! Other exits make a loop end earlier, never later. Who relies on it: footprints, which move along these dimensions, and everything
//! that trusts a region to end.

use super::affine::Affine;
use super::context::Context;
use super::count::{Position, Relation, Test, condition};
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use ir::lowered::{BlockId, Op, Term};
use ir::region::{IntId, Pred};

/// Bounds every loop inside the root that can be bounded; gives the extents of those, by loop.
pub fn extents(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
) -> Vec<Option<IntId>> {
    let mut extents = vec![None];
    // A loop comes after the one around it.
    for l in 1..shape.loops.len() {
        let guards = draft.guards.len();
        let bound = bound(context, shape, inductions, draft, l);
        if bound.is_none() {
            // What the guards of a loop that turns out not to be bounded demand is taken back.
            draft.guards.truncate(guards);
            draft.counted[l] = false;
        }
        draft.lasts[l] = bound.map(|(_, last)| last);
        extents.push(bound.map(|(extent, _)| extent));
    }
    extents
}

/// How often loop `l` runs at most, and the number of its last iteration then.
fn bound(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    l: usize,
) -> Option<(IntId, IntId)> {
    let test = inductions.tests[l].clone()?;
    draft.lasts[shape.loops[l].parent?]?;
    let k = leaves_at(context, shape, inductions, draft, l, &test)?;
    let one = draft.number(1);
    let again = test.position == Position::Bottom || works_before(context, shape, l, &test);
    Some(if again { (draft.add(k, one), k) } else { (k, draft.sub(k, one)) })
}

/// The largest number that the iteration that leaves can have.
fn leaves_at(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    l: usize,
    test: &Test,
) -> Option<IntId> {
    let step = test.a.step(l).as_const()?.signed();
    if step == 0 || step == i64::MIN {
        return None;
    }
    let k = match test.relation {
        Relation::Ne => until_equal(context, shape, inductions, draft, l, test, step)?,
        Relation::Lt { or_equal, signed } if step > 0 => until_past(draft, l, test, step, or_equal, signed)?,
        Relation::Gt { or_equal, signed } if step < 0 => until_past(draft, l, test, step, or_equal, signed)?,
        _ => return None,
    };
    let holds = [&test.a, &test.b].iter().all(|form| inductions.demand(draft, form, Some((l, k))));
    holds.then_some(k)
}

fn until_equal(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    l: usize,
    test: &Test,
    step: i64,
) -> Option<IntId> {
    let first = test.first(l);
    let left = if step > 0 { test.b.minus(&first) } else { first.minus(&test.b) };
    let size = draft.number(step.abs());
    if left.is_invariant() {
        let distance = draft.read(&left.start, false);
        divides(draft, step.abs(), distance)?;
        draft.counted[l] = true;
        return Some(draft.floor_div(distance, size));
    }
    let start = draft.read(&left.start, true);
    divides(draft, step.abs(), start)?;
    for by in left.steps.values() {
        let by = draft.read(by, true);
        divides(draft, step.abs(), by)?;
    }
    let (lowest, highest) = (draft.extreme(&left, true, false, None)?, draft.extreme(&left, true, true, None)?);
    let below = match test.position {
        Position::Bottom if enters_only_apart(context, shape, inductions, draft, l, &left, step) => -step.abs(),
        _ => 0,
    };
    let below = draft.number(below);
    if draft.known(lowest).zip(draft.known(below)).is_some_and(|(lowest, below)| lowest < below) {
        return None;
    }
    draft.demand_le(below, lowest, "an inner loop ends");
    let (_, most) = draft.range(left.start.ty, false);
    draft.demand_le(highest, most, "no-wrap");
    draft.counted[l] = true;
    Some(draft.floor_div(highest, size))
}

/// Demands that `step` divides an integer; none if it is known not to.
fn divides(draft: &mut Draft<'_>, step: i64, distance: IntId) -> Option<()> {
    if step == 1 {
        return Some(());
    }
    if let Some(distance) = draft.known(distance) {
        return (distance % step == 0).then_some(());
    }
    let step = draft.number(step);
    let pred = draft.program.pred(Pred::Divides(step, distance));
    draft.demand(pred, "the step hits the bound");
    Some(())
}

/// True if control gets to the loop only over a branch that tells the value before iteration 0 from the bound.
fn enters_only_apart(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    l: usize,
    left: &Affine,
    step: i64,
) -> bool {
    let entry = left.plus(step.unsigned_abs());
    let mut block = shape.loops[l].header;
    while let Some(split) = context.tree.above(block) {
        if !shape.inside.contains(&split) {
            return false;
        }
        if let Term::Branch { cond, then, otherwise } = &context.func.block(split).term {
            let only = |target: BlockId| {
                let edges = context.tree.predecessors[target.index()].len();
                (edges == 1 && context.tree.dominates(target, shape.loops[l].header))
                    || enters(context, shape, l, split, target)
            };
            let sides = [(then.block, false), (otherwise.block, true)];
            for (_, negated) in sides.into_iter().filter(|&(target, _)| then.block != otherwise.block && only(target)) {
                let (relation, x, y) = condition(context, *cond, negated);
                let mut form = |value| inductions.of(context, shape, &mut draft.symbols, value, Some(split));
                let x = form(x);
                let y = match y {
                    Some(y) => form(y),
                    None => x.as_ref().map(|x| Affine::invariant(super::affine::Lin::constant(x.start.ty, 0))),
                };
                if let (Some(x), Some(y), true) = (x, y, relation.is_strict())
                    && x.start.ty == y.start.ty
                    && x.start.ty == entry.start.ty
                    && [x.minus(&y), y.minus(&x)].iter().any(|d| d.start == entry.start && d.steps == entry.steps)
                {
                    return true;
                }
            }
        }
        block = split;
    }
    false
}

/// True if the edge from `from` to `to` is the only one that enters loop `l`.
fn enters(context: &Context<'_>, shape: &Shape, l: usize, from: BlockId, to: BlockId) -> bool {
    let nest_loop = &shape.loops[l];
    to == nest_loop.header
        && context.tree.predecessors[to.index()].iter().filter(|p| !nest_loop.latches.contains(p)).eq([&from])
}

/// The iteration in which `a` is past `b`, at most.
fn until_past(draft: &mut Draft<'_>, l: usize, test: &Test, step: i64, or_equal: bool, signed: bool) -> Option<IntId> {
    let first = test.first(l);
    let (low, high) = if step > 0 { (&first, &test.b) } else { (&test.b, &first) };
    let spread = draft.spread(high, low, signed)?;
    let (zero, one, size) = (draft.number(0), draft.number(1), draft.number(step.abs()));
    let reach = if or_equal { spread.1 } else { draft.sub(spread.1, one) };
    let rounded = draft.floor_div(reach, size);
    let steps = draft.add(rounded, one);
    let k = draft.max(zero, steps);
    if !draft.demand_no_wrap(&test.b, signed, None) || !draft.demand_no_wrap(&test.a, signed, Some((l, k))) {
        return None;
    }
    // Where the loop may not be meant to run at all, its count isn't the distance.
    draft.counted[l] = draft.known(spread.0).is_some_and(|least| least >= 0);
    Some(k)
}

/// True if something before a test that isn't at the bottom accesses memory, in the iteration that leaves as well.
pub(super) fn works_before(context: &Context<'_>, shape: &Shape, l: usize, test: &Test) -> bool {
    let from = test.exit.from;
    shape.body.iter().filter(|&&b| shape.holds(l, b)).any(|&block| {
        let before = block == from || !context.tree.dominates(from, block);
        let access = |op: &Op| matches!(op, Op::Load { .. } | Op::Store { .. });
        before && context.func.block(block).insts.iter().any(|i| access(&i.op))
    })
}
