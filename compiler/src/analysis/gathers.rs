//! Loads whose addresses aren't linear in iteration numbers: gathers, checked in the kernel (`rfcs/0009-gathers.md`).
//!
//! Nothing is proven of such an address. What is known of it, the values from outside of the nest that are added up in it, is the
//! hint around which dispatch chooses where the loads may go; loads with one hint share a footprint. A wrong hint costs a skip or a
//! bail. Where an array is stored to that begins like the hint, dispatch would refuse each time, so that is the reason not to begin.

use super::access::{Access, Window, address, is_wide};
use super::affine::{Affine, Lin, Sym};
use super::context::Context;
use super::draft::Draft;
use super::induction::Inductions;
use super::shape::Shape;
use crate::reasons::Reason;
use ir::lowered::{BinaryOp, BlockId, Op, Value};
use ir::region::{Access as Effect, Footprint, IntId};
use std::collections::BTreeMap;

/// Operators that an address is looked through.
const MAX_PARTS: usize = 16;
/// Bytes from where an array begins to where a loop over it may begin.
const NEAR: u64 = 256;

/// The windows of `loads`, beside the accesses whose addresses are linear.
pub(super) fn windows(
    context: &Context<'_>,
    loads: Vec<Access>,
    others: &[Access],
    draft: &mut Draft<'_>,
) -> Result<Vec<Window>, Reason> {
    let mut groups: Vec<((u32, Lin), Vec<Access>)> = Vec::new();
    for load in loads {
        let hint = invariant(&load.addr.start);
        let stored = |a: &&Access| a.is_store && a.memory == load.memory && begins_like(a, &hint);
        if !hint.terms.is_empty() && others.iter().any(|a| stored(&a)) {
            return Err(address(context, &load));
        }
        let key = (load.memory, hint);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, accesses)) => accesses.push(load),
            None => groups.push((key, vec![load])),
        }
    }
    Ok(groups.into_iter().map(|((memory, hint), accesses)| hinted(draft, memory, hint, accesses)).collect())
}

/// True if an array begins where a hint is, or so close that an index may lead there.
pub(super) fn begins_like(access: &Access, hint: &Lin) -> bool {
    let start = &access.addr.start;
    let distance = start.add_scaled(&Lin::constant(hint.ty, hint.constant), u64::MAX).distance();
    start.terms == hint.terms && distance.unsigned_abs() < NEAR
}

/// An address as a sum of what is known and of values of the nest that nothing is known of. It holds, modulo 2^32 or 2^64, where the
/// iteration numbers of the loops around the access are what they are there; nothing but a guess is made of it.
pub(super) fn likely(
    context: &Context<'_>,
    shape: &Shape,
    inductions: &mut Inductions,
    draft: &mut Draft<'_>,
    (address, block): (Value, BlockId),
) -> Affine {
    use BinaryOp::*;
    let ty = context.func.ty(address);
    let mut sum = Affine::invariant(Lin::constant(ty, 0));
    let mut work = vec![(address, 1u64)];
    for _ in 0..MAX_PARTS {
        let Some((value, factor)) = work.pop() else { break };
        let known = inductions.of(context, shape, &mut draft.symbols, value, Some(block)).filter(Affine::is_known);
        let constant = |v: Value| match context.op(v) {
            Some(Op::Const(c)) => Some(c.bits),
            _ => None,
        };
        match (known, context.op(value)) {
            (Some(form), _) => sum = sum.add_scaled(&form, factor),
            (None, Some(&Op::Binary(I32Add | I64Add, a, b))) => work.extend([(a, factor), (b, factor)]),
            (None, Some(&Op::Binary(I32Sub | I64Sub, a, b))) => work.extend([(a, factor), (b, factor.wrapping_neg())]),
            (None, Some(&Op::Binary(I32Shl | I64Shl, a, b))) if let Some(by) = constant(b) => {
                work.push((a, factor.wrapping_shl(by as u32 % ty.bits())));
            }
            (None, Some(&Op::Binary(I32Mul | I64Mul, a, b))) if let Some(by) = constant(b).or(constant(a)) => {
                let other = if constant(b).is_some() { a } else { b };
                work.push((other, factor.wrapping_mul(by)));
            }
            _ => sum = sum.add_scaled(&Affine::invariant(Lin::symbol(ty, Sym::Value(value))), factor),
        }
    }
    // What hasn't been looked at counts as nothing.
    sum
}

/// The part of a form that is made of values from outside of the nest.
pub(super) fn invariant(start: &Lin) -> Lin {
    let known = |(sym, _): &(&Sym, &u64)| matches!(sym, Sym::Scalar(_));
    let terms = start.terms.iter().filter(known).map(|(sym, c)| (*sym, *c)).collect();
    Lin { ty: start.ty, terms, constant: start.constant }
}

fn hinted(draft: &mut Draft<'_>, memory: u32, hint: Lin, accesses: Vec<Access>) -> Window {
    // A constant is more likely a negative distance than a far one.
    let nearest = accesses.iter().map(|a| a.offset).min().unwrap_or(0);
    let distance = hint.distance().saturating_add_unsigned(nearest);
    let base = draft.read(&Lin { constant: 0, ..hint }, false);
    let distance = draft.number(distance);
    let base = draft.add(base, distance);
    window(memory, base, accesses, Effect::Gather, None)
}

/// A window of accesses that the kernel checks.
pub(super) fn window(memory: u32, base: IntId, accesses: Vec<Access>, access: Effect, span: Option<IntId>) -> Window {
    let width = accesses.iter().map(|a| a.width).max().unwrap_or(1);
    let (wide, dims, must_write) = (is_wide(&accesses), Vec::new(), false);
    let footprint = Footprint { memory, wide, base, dims, width: width.into(), access, must_write, align: width, span };
    let (steps, group) = (BTreeMap::new(), usize::MAX);
    Window { memory, steps, accesses, group, group_offset: 0, key: usize::MAX, footprint }
}
