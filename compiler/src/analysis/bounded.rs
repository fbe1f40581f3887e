//! SANDBOX: addresses that are linear but for a part of which the bounds are known.
//!
//! Such an address is a form plus `sum(factor * part)`, modulo 2^32 or 2^64 as it is wide, with integers `part` of 0 to `mask`: an element of a small
//! table, a row's element by a number with some bits flipped, a counter of a histogram in the iteration's own array. Let `low` and
//! `high` be the least and the most of the sum. Then the access is one of `high - low + width` bytes at the form plus `low`, of which it
//! touches some: its window is that wide, and nothing else about windows changes. What must hold: each part is at most its mask, by [`super::limits`].
//! Who checks it: nobody needs to. The kernel takes the part with its mask (`crate::extract`), which changes nothing if the limit is right,
//! and keeps the access in its window if it isn't; the load checker knows how large the result of a mask can be.
//!
//! A store always lies where its window says, but nobody knows which bytes of it are written. Loads could be checked in the kernel instead
//! ([`super::gathers`]). They are bounded where the program has a mask, or where something is stored at an address that begins alike.

use super::access::Access;
use super::affine::{Affine, Lin};
use super::limits::{Limits, constant};
use ir::lowered::{BinaryOp, BlockId, Const, Op, Value};
use std::collections::HashMap;

/// Parts of one address.
const MAX_PARTS: usize = 4;
/// The largest part.
const MAX_PART: u64 = 0xffff;
/// The largest factor of a part.
const MAX_FACTOR: u64 = u32::MAX as u64;
/// Bytes that a part may reach where a check would do as well.
const MAX_TABLE: i64 = 1 << 13;
/// Operations looked through.
const MAX_DEPTH: u32 = 12;

/// A part that isn't linear.
#[derive(Clone, Copy, Debug)]
struct Part {
    value: Value,
    factor: i64,
    /// The most that it can be.
    limit: u64,
    /// A mask that leaves it as it is.
    mask: u64,
    /// The program itself has the mask.
    explicit: bool,
}

/// An address: a form, and what isn't linear.
#[derive(Clone, Debug)]
pub(super) struct Bounded {
    pub form: Affine,
    parts: Vec<Part>,
}

/// The masks that a kernel takes values with.
pub type Masks = HashMap<Value, u64>;

impl Bounded {
    fn plain(form: Affine) -> Bounded {
        Bounded { form, parts: Vec::new() }
    }

    /// `self + factor * other`.
    fn add_scaled(mut self, other: Bounded, factor: i64) -> Option<Bounded> {
        for part in other.parts {
            let factor = part.factor.checked_mul(factor).filter(|f| f.unsigned_abs() <= MAX_FACTOR)?;
            self.parts.push(Part { factor, ..part });
        }
        self.form = self.form.add_scaled(&other.form, factor as u64);
        (self.parts.len() <= MAX_PARTS).then_some(self)
    }

    fn scaled(self, factor: i64) -> Option<Bounded> {
        let zero = Affine::invariant(Lin::constant(self.form.start.ty, 0));
        Bounded::plain(zero).add_scaled(self, factor)
    }

    /// The least and the most of what isn't linear.
    pub fn reach(&self) -> Option<(i64, i64)> {
        self.sums(|part| part.limit)
    }

    /// The same for all that the masks leave open.
    fn masked_reach(&self) -> Option<(i64, i64)> {
        self.sums(|part| part.mask)
    }

    fn sums(&self, most: impl Fn(&Part) -> u64) -> Option<(i64, i64)> {
        let reach = |p: &Part| p.factor.checked_mul(i64::try_from(most(p)).ok()?);
        let reaches = self.parts.iter().map(reach).collect::<Option<Vec<i64>>>()?;
        let sum = |pick: fn(i64, i64) -> i64| reaches.iter().try_fold(0i64, |sum, &r| sum.checked_add(pick(r, 0)));
        Some((sum(i64::min)?, sum(i64::max)?))
    }

    /// How many of the lowest bits of what isn't linear are zero.
    pub fn zeros(&self) -> u32 {
        let zeros = |p: &Part| (p.factor as u64).trailing_zeros() + p.mask.trailing_zeros();
        self.parts.iter().map(zeros).min().unwrap_or(u32::MAX)
    }

    /// True if the program itself bounds it, so closely that there may be a table of that size.
    pub fn is_table(&self) -> bool {
        let close = self.masked_reach().is_some_and(|(low, high)| high - low <= MAX_TABLE);
        close && self.parts.iter().all(|part| part.explicit)
    }

    /// The access with the window that it needs; none where it could be unaligned though the window isn't.
    pub fn apply(&self, mut access: Access) -> Option<Access> {
        let (low, high) = self.masked_reach()?;
        if self.zeros() < access.align.ilog2() {
            return None;
        }
        access.addr = self.form.plus(low as u64);
        access.width = u32::try_from(high - low).ok()?.checked_add(access.width)?;
        access.always = false;
        Some(access)
    }

    /// What the kernel must take with a mask.
    pub fn masks(&self) -> impl Iterator<Item = (Value, u64)> {
        self.parts.iter().filter(|part| !part.explicit).map(|part| (part.value, part.mask))
    }
}

/// The form of an address as `block` reads it, and what is bounded beside it.
pub(super) fn address(limits: &mut Limits<'_, '_>, addr: Value, block: BlockId) -> Option<Bounded> {
    split(limits, addr, block).filter(|found| !found.parts.is_empty())
}

/// The same, of an address that may be linear.
pub(super) fn split(limits: &mut Limits<'_, '_>, addr: Value, block: BlockId) -> Option<Bounded> {
    within(limits, addr, block, MAX_DEPTH)
}

fn within(limits: &mut Limits<'_, '_>, value: Value, block: BlockId, depth: u32) -> Option<Bounded> {
    if !limits.context.func.ty(value).is_int() {
        return None;
    }
    if let Some(form) = linear(limits, value, block) {
        return Some(Bounded::plain(form));
    }
    let whole = depth.checked_sub(1).and_then(|depth| operands(limits, value, block, depth));
    whole.or_else(|| part(limits, value, block))
}

fn linear(limits: &mut Limits<'_, '_>, value: Value, block: BlockId) -> Option<Affine> {
    let form = limits.inductions.of(limits.context, limits.shape, &mut limits.draft.symbols, value, Some(block))?;
    let bounded = form.is_known() && form.steps.keys().all(|&l| limits.draft.lasts[l].is_some());
    (bounded && (form.duties.is_empty() || !limits.unconditional)).then_some(form)
}

/// What an operator makes of an address's parts, if it is linear in them.
fn operands(limits: &mut Limits<'_, '_>, value: Value, block: BlockId, depth: u32) -> Option<Bounded> {
    use BinaryOp::*;
    let &Op::Binary(op, a, b) = limits.context.op(value)? else { return None };
    let ty = op.operand();
    if matches!(op, I32Mul | I32Shl | I64Mul | I64Shl) {
        let signed = |bits| Const { ty, bits }.signed();
        let (x, factor) = match (op, constant(limits.context, a), constant(limits.context, b)) {
            (I32Shl | I64Shl, _, Some(by)) => (a, 1i64.checked_shl(by as u32 % ty.bits()).filter(|&f| f > 0)?),
            (I32Mul | I64Mul, _, Some(factor)) => (a, signed(factor)),
            (I32Mul | I64Mul, Some(factor), _) => (b, signed(factor)),
            _ => return None,
        };
        return within(limits, x, block, depth)?.scaled(factor);
    }
    let factor = match op {
        I32Add | I64Add => 1,
        I32Sub | I64Sub => -1,
        // Where no bit is set in both.
        I32Or | I64Or
            if [(a, b), (b, a)].iter().any(|&(x, y)| limits.of(x, block) < 1 << zeros(limits, y, block).min(32)) =>
        {
            1
        }
        _ => return None,
    };
    let (x, y) = (within(limits, a, block, depth)?, within(limits, b, block, depth)?);
    x.add_scaled(y, factor)
}

/// How many of the lowest bits of a value are zero for certain.
fn zeros(limits: &mut Limits<'_, '_>, value: Value, block: BlockId) -> u32 {
    match (linear(limits, value, block), limits.context.op(value)) {
        (Some(form), _) => form.trailing_zeros(),
        (None, Some(&Op::Binary(op @ (BinaryOp::I32Shl | BinaryOp::I64Shl), _, by))) => {
            constant(limits.context, by).map_or(0, |by| by as u32 % op.operand().bits())
        }
        (None, Some(&Op::Binary(BinaryOp::I32And | BinaryOp::I64And, _, mask))) => {
            constant(limits.context, mask).map_or(0, |mask| mask.trailing_zeros())
        }
        _ => 0,
    }
}

/// A value as a part by itself.
fn part(limits: &mut Limits<'_, '_>, value: Value, block: BlockId) -> Option<Bounded> {
    // What the nest doesn't define has a form.
    if !limits.shape.defines(limits.context, value) {
        return None;
    }
    let home = limits.context.home(value).unwrap_or(block);
    let limit = limits.of(value, home);
    if limit > MAX_PART {
        return None;
    }
    let explicit = match limits.context.op(value) {
        Some(&Op::Binary(BinaryOp::I32And | BinaryOp::I64And, a, b)) => {
            constant(limits.context, b).or(constant(limits.context, a)).filter(|&mask| mask <= MAX_PART)
        }
        _ => None,
    };
    let low = (1u64 << zeros(limits, value, home).min(32)) - 1;
    let mask = explicit.unwrap_or(((limit + 1).next_power_of_two() - 1) & !low);
    let part = Part { value, factor: 1, limit, mask, explicit: explicit.is_some() };
    let zero = Lin::constant(limits.context.func.ty(value), 0);
    Some(Bounded { form: Affine::invariant(zero), parts: vec![part] })
}
