//! Trip counts: how often the root of a nest runs, as an expression over its live-ins.
//!
//! Let an exit test compare `a = {s, +, t}` with an invariant `b`, and let `k` be the first iteration in which it leaves.
//! The body then runs `k + 1` times if the test stands at the bottom, and `k` times if it stands at the top.
//!
//! - `a != b` goes on: with `t > 0`, `k = ((b - s) mod 2^w) / t`, provided that `t` divides it. No smaller iteration
//!   hits `b`, since all distances before are smaller than 2^w; no condition on wrapping is needed. `t < 0` mirrors this.
//! - `a < b` goes on: with `t > 0`, `k = max(0, ceil((b - s) / t))`, provided that `s + k * t` is still in range, in the
//!   reading of the comparison. The other orders follow by mirroring and by moving the bound.
//!
//! Where something with an effect stands before the test, or several tests count, the region runs `N` iterations, `N` being the
//! smallest `k`, and the original loop is *resumed* in iteration `N`: it is entered with its header parameters as they are then, does
//! what stands before the test, and leaves, or traps, or panics there as it always did (RFC 0013). All that must hold is that the
//! iterations before `N` are complete and leave by no exit: `N` may be any number that isn't larger than each `k`, so no step need
//! hit its bound. A root that isn't parallel needs none of this: the thread does what stands before the test by itself.
//!
//! Recurrences that were extended on the way to the comparison carry duties, which are demanded up to the last test. Other exits
//! of the root become bails: where one would be taken, the original loop runs.

use super::affine::{Affine, Lin, Symbols};
use super::context::Context;
use super::count::{self, Position, Relation, Test, condition};
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::{ExitEdge, Shape};
use crate::reasons::Reason;
use ir::faults;
use ir::lowered::{BinaryOp, Const, Term, Type, UnaryOp};
use ir::region::{Int, IntId, Pred, Scalar, ScalarId};

/// Nodes of an estimate.
const MAX_ESTIMATE: usize = 32;

/// What becomes of control when all iterations that count are done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It takes the loop's exit.
    Leaves,
    /// It enters the loop in the iteration that leaves.
    Resumes,
}

/// How often a loop runs and where it is left.
#[derive(Clone, Debug)]
pub struct Trip {
    /// The exit edges that count; one, if the region leaves by it.
    pub exits: Vec<ExitEdge>,
    /// Which iteration the code behind sees: at the bottom that of the last complete one, at the top the start of the next one.
    pub position: Position,
    /// The number of iterations that the region runs.
    pub count: IntId,
    /// The number of the last one.
    pub last: IntId,
    /// The guest's estimate of the number of iterations.
    pub estimate: Option<ScalarId>,
    /// Where control goes afterwards.
    pub ending: Ending,
}

/// What a root shall be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// Its iterations are independent; else a thread runs it as the original does.
    pub parallel: bool,
    /// The original loop goes on in the iteration that leaves, even if it needn't.
    pub resume: bool,
}

/// Finds the trip count; exits that don't count become bails.
pub fn trip(
    context: &Context<'_>,
    shape: &mut Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    wish: Wish,
) -> Result<Trip, Reason> {
    let Some(main) = inductions.tests[0].clone() else { return Err(no_test(context, shape)) };
    let mut counts = if wish.parallel { others(context, shape, inductions, draft, &main) } else { Vec::new() };
    let mut exits = vec![main.exit];
    exits.extend(counts.iter().map(|(exit, _)| *exit));
    let rest: Vec<ExitEdge> = shape.exits.iter().copied().filter(|e| !exits.contains(e)).collect();
    if !rest.iter().all(|exit| is_counted(context, shape, inductions, draft, exit)) {
        return Err(Reason::SideExit);
    }
    shape.leave_by(&exits);
    let position = count::position(context, shape, 0, main.exit.from);
    let resumes = wish.parallel && (wish.resume || exits.len() > 1 || position == Position::Middle);
    let (leaves_at, estimate) = leaves_at(inductions, draft, &main, resumes)?;
    counts.push((main.exit, leaves_at));
    let first = |a, b| if faults::on("trip-last-exit-counts") { b } else { draft.min(a, b) };
    let leaves_at = counts.iter().map(|&(_, count)| count).reduce(first).unwrap_or(leaves_at);
    let one = draft.number(1);
    // A thread that runs the root as the original does stops where the original stops.
    let all = !resumes && (position != Position::Top) != faults::on("trip-position-confused");
    let (count, last) =
        if all { (draft.add(leaves_at, one), leaves_at) } else { (leaves_at, draft.sub(leaves_at, one)) };
    draft.lasts[0] = Some(last);
    if let Some(test) = &mut inductions.tests[0] {
        // Every iteration that the region starts is complete.
        test.position = if resumes { Position::Bottom } else { position };
    }
    // What inner loops do isn't part of the estimate, so the host decides about nests; the smallest of several is its matter as well.
    let alone = shape.loops.len() == 1 && exits.len() == 1;
    let estimate = estimate.filter(|&estimate| alone && is_cheap(&draft.symbols, estimate));
    let position = if all { Position::Bottom } else { Position::Top };
    let ending = if resumes { Ending::Resumes } else { Ending::Leaves };
    Ok(Trip { exits, position, count, last, estimate, ending })
}

/// The tests beside the main one that every iteration passes, each with the iteration in which it leaves, at the earliest.
fn others(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    main: &Test,
) -> Vec<(ExitEdge, IntId)> {
    let form = |value, block| inductions.of(context, shape, &mut draft.symbols, value, Some(block));
    let mut tests = count::tests(context, shape, 0, form);
    tests.retain(|test| test.exit != main.exit);
    let mut counts = Vec::new();
    for test in tests {
        let guards = draft.guards.len();
        match leaves_at(inductions, draft, &test, true) {
            Ok((count, _)) => counts.push((test.exit, count)),
            Err(_) => draft.guards.truncate(guards),
        }
    }
    counts
}

/// The iteration in which a test leaves, at the earliest, and an estimate of it; exactly that one, unless the loop is resumed.
fn leaves_at(
    inductions: &Inductions,
    draft: &mut Draft<'_>,
    test: &Test,
    resumes: bool,
) -> Result<(IntId, Option<ScalarId>), Reason> {
    let (leaves_at, estimate) = match test.relation {
        Relation::Ne => until_equal(draft, &test.a.minus(&test.b), !resumes)?,
        order => until_past(draft, order, &test.a, &test.b)?,
    };
    if ![&test.a, &test.b].iter().all(|form| inductions.demand(draft, form, Some((0, leaves_at)))) {
        return Err(unknown("the exit test depends on the count of an inner loop"));
    }
    Ok((leaves_at, estimate))
}

/// True if an exit is decided by the iteration number, as a check of an index is. One that data decides is there to be taken.
fn is_counted(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    exit: &ExitEdge,
) -> bool {
    let Term::Branch { cond, .. } = context.func.block(exit.from).term else { return false };
    let (_, a, b) = condition(context, cond, false);
    let mut form = |value| inductions.of(context, shape, &mut draft.symbols, value, Some(exit.from)).is_some();
    form(a) && b.is_none_or(form)
}

fn no_test(context: &Context<'_>, shape: &Shape) -> Reason {
    match shape.exits[..] {
        [] => Reason::Irregular { what: "it is left only by a trap".into() },
        [exit] if context.tree.dominates(exit.from, shape.latch) => {
            unknown("the exit test depends on a value that isn't linear in the iteration number")
        }
        _ => Reason::SideExit,
    }
}

/// The guest evaluates the estimate at every entry of the loop, so it must not trap and must stay small; where it isn't
/// so, the host decides.
fn is_cheap(symbols: &Symbols<'_>, estimate: ScalarId) -> bool {
    let mut seen = vec![estimate];
    let mut at = 0;
    while let Some(&id) = seen.get(at) {
        at += 1;
        let operands = match symbols.scalars.0[id.0 as usize] {
            Scalar::Unary(op, a) if !op.can_trap() => vec![a],
            Scalar::Binary(op, a, b) if !op.can_trap() => vec![a, b],
            Scalar::LiveIn(i) if symbols.live_ins[i as usize].is_passed() => Vec::new(),
            Scalar::Const(_) => Vec::new(),
            _ => return false,
        };
        for operand in operands {
            if !seen.contains(&operand) {
                seen.push(operand);
            }
        }
        if seen.len() > MAX_ESTIMATE {
            return false;
        }
    }
    true
}

fn unknown(why: &str) -> Reason {
    Reason::TripCount { why: why.into() }
}

/// The iteration in which `{s, +, t}` becomes zero; if it needn't be `exact`, the last one before it would pass zero.
fn until_equal(draft: &mut Draft<'_>, difference: &Affine, exact: bool) -> Result<(IntId, Option<ScalarId>), Reason> {
    let ty = difference.start.ty;
    let zero = Lin::constant(ty, 0);
    let below = zero.add_scaled(&difference.start, u64::MAX);
    let step = draft.read(&difference.step(0), true);
    if let Some(t) = draft.known(step) {
        if t == 0 || t == i64::MIN {
            return Err(unknown("nothing in the exit test changes"));
        }
        let distance = if t > 0 { below } else { difference.start.clone() };
        let count = draft.read(&distance, false);
        let width = draft.number(t.abs());
        if t.abs() != 1 && exact {
            let pred = draft.program.pred(Pred::Divides(width, count));
            draft.demand(pred, "the step hits the bound");
        }
        let distance = draft.symbols.materialise(&distance);
        let estimate = estimate(draft, distance, ty, t.unsigned_abs());
        return Ok((draft.floor_div(count, width), Some(estimate)));
    }
    // The direction is known only at dispatch: `up` is 1 for a positive step and 0 otherwise.
    let (nought, one) = (draft.number(0), draft.number(1));
    let positive = draft.max(step, nought);
    let up = draft.min(positive, one);
    let down = draft.sub(one, up);
    let (ahead, behind) = (draft.read(&below, false), draft.read(&difference.start, false));
    let (ahead, behind) = (draft.mul(up, ahead), draft.mul(down, behind));
    let distance = draft.add(ahead, behind);
    let size = draft.magnitude(step);
    draft.demand_le(one, size, "the step isn't zero");
    if exact {
        let pred = draft.program.pred(Pred::Divides(size, distance));
        draft.demand(pred, "the step hits the bound");
    }
    let divisor = draft.max(size, one);
    Ok((draft.floor_div(distance, divisor), None))
}

/// The first iteration in which `a` is past `b`.
fn until_past(
    draft: &mut Draft<'_>,
    order: Relation,
    a: &Affine,
    b: &Affine,
) -> Result<(IntId, Option<ScalarId>), Reason> {
    let (up, or_equal, signed) = match order {
        Relation::Lt { or_equal, signed } => (true, or_equal, signed),
        Relation::Gt { or_equal, signed } => (false, or_equal, signed),
        _ => return Err(unknown("the exit test isn't an order")),
    };
    let step = draft.read(&a.step(0), true);
    let (zero, one) = (draft.number(0), draft.number(1));
    let stride = if up { step } else { draft.sub(zero, step) };
    if draft.known(stride).is_some_and(|s| s <= 0) {
        return Err(unknown("the counter moves away from its bound"));
    }
    draft.demand_le(one, stride, "the counter moves toward its bound");
    let (first, bound) = (draft.read(&a.start, signed), draft.read(&b.start, signed));
    let distance = if up { draft.sub(bound, first) } else { draft.sub(first, bound) };
    let divisor = draft.max(stride, one);
    let rounded = match or_equal || faults::on("trip-equal-counts-too") {
        true => draft.floor_div(distance, divisor),
        false => {
            let short = draft.sub(distance, one);
            draft.floor_div(short, divisor)
        }
    };
    let steps = draft.add(rounded, one);
    let leaves_at = draft.program.int(Int::Max(zero, steps));
    if !faults::on("trip-counter-may-wrap") {
        draft.demand_no_wrap(a, signed, Some((0, leaves_at)));
    }
    let estimate = draft.known(stride).map(|stride| {
        let (from, to) = if up { (&a.start, &b.start) } else { (&b.start, &a.start) };
        let distance = wide_difference(draft, to, from, signed);
        estimate(draft, distance, Type::I64, stride.unsigned_abs())
    });
    Ok((leaves_at, estimate))
}

/// `max(0, a - b)` as an `i64` scalar.
fn wide_difference(draft: &mut Draft<'_>, a: &Lin, b: &Lin, signed: bool) -> ScalarId {
    let extend = if signed { UnaryOp::I64ExtendI32S } else { UnaryOp::I64ExtendI32U };
    let mut wide = |lin: &Lin| {
        let scalar = draft.symbols.materialise(lin);
        if lin.ty == Type::I32 { draft.symbols.unary(extend, scalar) } else { scalar }
    };
    let (a, b) = (wide(a), wide(b));
    let symbols = &mut draft.symbols;
    let difference = symbols.binary(BinaryOp::I64Sub, a, b);
    let shift = symbols.constant(Const::i64(63));
    let ones = symbols.constant(Const::i64(-1));
    let sign = symbols.binary(BinaryOp::I64ShrS, difference, shift);
    let keep = symbols.binary(BinaryOp::I64Xor, sign, ones);
    symbols.binary(BinaryOp::I64And, difference, keep)
}

/// `distance / step`, to within a factor of two and without an operator that can trap, as an `i64` scalar.
fn estimate(draft: &mut Draft<'_>, distance: ScalarId, ty: Type, step: u64) -> ScalarId {
    let symbols = &mut draft.symbols;
    let wide = if ty == Type::I32 { symbols.unary(UnaryOp::I64ExtendI32U, distance) } else { distance };
    let shift = symbols.constant(Const::i64(step.max(1).ilog2() as i64));
    if matches!(symbols.scalars.0[shift.0 as usize], Scalar::Const(c) if c.bits == 0) {
        return wide;
    }
    symbols.binary(BinaryOp::I64ShrU, wide, shift)
}
