//! Recurrences of narrow integers, which are cut to their width every time round: `best = max(best & 255, x)`.
//!
//! Cutting changes nothing as long as the value is in the narrow type's range. If the start is, and everything that a minimum, a
//! maximum, an `or` or an `xor` takes in is, then so is every value of the recurrence, and the cuts can be ignored. The
//! contributions of iterations start from an identity that must be in the range as well: its lower or upper end. Extraction
//! demands that the start is in range; the operands are looked at here.

use super::context::Context;
use ir::lowered::{BinaryOp, LoadKind, Op, Type, UnaryOp, Value};
use ir::region::ReduceOp;

/// The range of a narrow type, and how bits are read for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    /// Read as a signed integer.
    pub signed: bool,
    /// Bits of the narrow type.
    bits: u32,
}

/// Operations between a cut value and where its range shows.
const MAX_DEPTH: u32 = 16;

impl Range {
    /// The range to which an operation cuts its first operand, if it is one that cuts.
    pub fn of_cut(context: &Context<'_>, op: &Op) -> Option<(Range, Value)> {
        let signed = |bits| Range { signed: true, bits };
        match *op {
            Op::Unary(UnaryOp::I32Extend8S | UnaryOp::I64Extend8S, a) => Some((signed(8), a)),
            Op::Unary(UnaryOp::I32Extend16S | UnaryOp::I64Extend16S, a) => Some((signed(16), a)),
            Op::Binary(BinaryOp::I32And | BinaryOp::I64And, a, b) => {
                let mask = |v: Value| match context.op(v) {
                    Some(&Op::Const(c)) if c.bits != 0 && c.bits & (c.bits + 1) == 0 => Some(c.bits.trailing_ones()),
                    _ => None,
                };
                let cut = mask(b).map(|bits| (bits, a)).or_else(|| mask(a).map(|bits| (bits, b)));
                cut.filter(|cut| cut.0 < 32).map(|(bits, value)| (Range { signed: false, bits }, value))
            }
            _ => None,
        }
    }

    /// The least and the largest integer.
    pub fn ends(self) -> (i64, i64) {
        match self.signed {
            true => (-1 << (self.bits - 1), (1 << (self.bits - 1)) - 1),
            false => (0, (1 << self.bits) - 1),
        }
    }

    /// The identity of an operator within the range, as bits of a type; none if the operator leads out of the range.
    pub fn identity(self, op: ReduceOp, ty: Type) -> Option<u64> {
        let (low, high) = self.ends();
        let end = match op {
            ReduceOp::MinS => high,
            ReduceOp::MaxS => low,
            // In the unsigned reading negative numbers lie above the others.
            ReduceOp::MinU if !self.signed => high,
            ReduceOp::MaxU | ReduceOp::Or | ReduceOp::Xor if !self.signed => low,
            _ => return None,
        };
        Some(end as u64 & ty.mask())
    }

    /// True if `value` is known to be in the range.
    pub fn holds(self, context: &Context<'_>, value: Value) -> bool {
        self.known(context, value, MAX_DEPTH)
    }

    fn known(self, context: &Context<'_>, value: Value, depth: u32) -> bool {
        let (Some(op), Some(depth)) = (context.op(value), depth.checked_sub(1)) else { return false };
        let within = |signed: bool, bits: u32| match (self.signed, signed) {
            (true, false) => bits < self.bits,
            (false, true) => false,
            _ => bits <= self.bits,
        };
        if Range::of_cut(context, op).is_some_and(|(cut, _)| within(cut.signed, cut.bits)) {
            return true;
        }
        match *op {
            Op::Const(c) => {
                let (low, high) = self.ends();
                (low..=high).contains(&c.signed())
            }
            Op::Load { kind, .. } => match kind {
                LoadKind::I32U8 | LoadKind::I64U8 => within(false, 8),
                LoadKind::I32U16 | LoadKind::I64U16 => within(false, 16),
                LoadKind::I32S8 | LoadKind::I64S8 => within(true, 8),
                LoadKind::I32S16 | LoadKind::I64S16 => within(true, 16),
                _ => false,
            },
            Op::Select { if_true, if_false, .. } => {
                self.known(context, if_true, depth) && self.known(context, if_false, depth)
            }
            _ => false,
        }
    }
}
