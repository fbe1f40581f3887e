//! Integer and bitwise operations.
//!
//! Two's complement, wrapping. `div` and `rem` by zero and of the minimum by -1 are unspecified. `neg` and `abs` of the
//! minimum are the minimum. Shift amounts are unsigned 32-bit numbers and clamp at the width; `shf.wrap` takes its
//! amount modulo 32. One macro expansion per integer type keeps every operation visible in one table.

use super::{Binary, Compare, Ternary, Unary, Update};
use crate::ast::{AtomicOp, BinaryOp, Comparison, TernaryOp, Type, UnaryOp};

/// `$t`: the type, `$u`: its unsigned twin, `$wide`: a type of its signedness that holds every product.
macro_rules! arithmetic {
    ($op:expr, $t:ty, $u:ty, $wide:ty) => {{
        type Function = Binary;
        let function: Option<Function> = match $op {
            BinaryOp::Add => Some(|a, b, _| (a as $u).wrapping_add(b as $u) as u64),
            BinaryOp::Sub => Some(|a, b, _| (a as $u).wrapping_sub(b as $u) as u64),
            BinaryOp::MulLo => Some(|a, b, _| (a as $u).wrapping_mul(b as $u) as u64),
            BinaryOp::MulHi => Some(|a, b, _| {
                let product = <$wide>::from(a as $t) * <$wide>::from(b as $t);
                (product >> <$t>::BITS) as $u as u64
            }),
            BinaryOp::Div => Some(|a, b, junk| match (a as $t).checked_div(b as $t) {
                Some(quotient) => quotient as $u as u64,
                None => junk.bits(<$t>::BITS),
            }),
            BinaryOp::Rem => Some(|a, b, junk| match (a as $t).checked_rem(b as $t) {
                Some(remainder) => remainder as $u as u64,
                None => junk.bits(<$t>::BITS),
            }),
            BinaryOp::Min => Some(|a, b, _| (a as $t).min(b as $t) as $u as u64),
            BinaryOp::Max => Some(|a, b, _| (a as $t).max(b as $t) as $u as u64),
            BinaryOp::Shr => Some(|a, n, _| shift_right!($t, $u, a, n)),
            _ => None,
        };
        function
    }};
}

/// Shift right with the amount clamped to the width: zeros or copies of the sign come in.
macro_rules! shift_right {
    ($t:ty, $u:ty, $a:expr, $n:expr) => {{
        let value = $a as $t;
        let last = value >> (<$t>::BITS - 1) >> 1;
        value.checked_shr($n as u32).unwrap_or(last) as $u as u64
    }};
}

/// Operations of `.u16` to `.s64`.
pub(super) fn arithmetic(op: BinaryOp, ty: Type) -> Option<Binary> {
    match ty {
        Type::U16 => arithmetic!(op, u16, u16, u32),
        Type::S16 => arithmetic!(op, i16, u16, i32),
        Type::U32 => arithmetic!(op, u32, u32, u64),
        Type::S32 => arithmetic!(op, i32, u32, i64),
        Type::U64 => arithmetic!(op, u64, u64, u128),
        Type::S64 => arithmetic!(op, i64, u64, i128),
        _ => None,
    }
    .or_else(|| multiply_wide(op, ty))
}

fn multiply_wide(op: BinaryOp, ty: Type) -> Option<Binary> {
    match (op, ty) {
        (BinaryOp::MulWide, Type::U16) => Some(|a, b, _| wide_u16(a, b)),
        (BinaryOp::MulWide, Type::S16) => Some(|a, b, _| wide_s16(a, b)),
        (BinaryOp::MulWide, Type::U32) => Some(|a, b, _| wide_u32(a, b)),
        (BinaryOp::MulWide, Type::S32) => Some(|a, b, _| wide_s32(a, b)),
        _ => None,
    }
}

fn wide_u16(a: u64, b: u64) -> u64 {
    u64::from(a as u16) * u64::from(b as u16)
}

fn wide_s16(a: u64, b: u64) -> u64 {
    (i32::from(a as i16) * i32::from(b as i16)) as u32 as u64
}

fn wide_u32(a: u64, b: u64) -> u64 {
    u64::from(a as u32) * u64::from(b as u32)
}

fn wide_s32(a: u64, b: u64) -> u64 {
    (i64::from(a as i32) * i64::from(b as i32)) as u64
}

/// Operations of `.pred` and `.b16` to `.b64`.
pub(super) fn bitwise(op: BinaryOp, ty: Type) -> Option<Binary> {
    if ty == Type::B8 {
        return None;
    }
    match (op, ty) {
        (BinaryOp::And, _) => Some(|a, b, _| a & b),
        (BinaryOp::Or, _) => Some(|a, b, _| a | b),
        (BinaryOp::Xor, _) => Some(|a, b, _| a ^ b),
        (BinaryOp::Shl, Type::B16) => Some(|a, n, _| (a as u16).checked_shl(n as u32).unwrap_or(0) as u64),
        (BinaryOp::Shl, Type::B32) => Some(|a, n, _| (a as u32).checked_shl(n as u32).unwrap_or(0) as u64),
        (BinaryOp::Shl, Type::B64) => Some(|a, n, _| a.checked_shl(n as u32).unwrap_or(0)),
        (BinaryOp::Shr, Type::B16) => arithmetic(op, Type::U16),
        (BinaryOp::Shr, Type::B32) => arithmetic(op, Type::U32),
        (BinaryOp::Shr, Type::B64) => arithmetic(op, Type::U64),
        _ => None,
    }
}

/// `not`, `clz`, `popc`, `brev` of bits; `neg` and `abs` of signed integers.
pub(super) fn unary(op: UnaryOp, ty: Type) -> Option<Unary> {
    match (op, ty) {
        (UnaryOp::Not, Type::Pred) => Some(|a, _| a ^ 1),
        (UnaryOp::Not, Type::B16) => Some(|a, _| u64::from(!(a as u16))),
        (UnaryOp::Not, Type::B32) => Some(|a, _| u64::from(!(a as u32))),
        (UnaryOp::Not, Type::B64) => Some(|a, _| !a),
        (UnaryOp::Neg, Type::S16) => Some(|a, _| u64::from((a as u16).wrapping_neg())),
        (UnaryOp::Neg, Type::S32) => Some(|a, _| u64::from((a as u32).wrapping_neg())),
        (UnaryOp::Neg, Type::S64) => Some(|a, _| a.wrapping_neg()),
        (UnaryOp::Abs, Type::S16) => Some(|a, _| u64::from((a as i16).unsigned_abs())),
        (UnaryOp::Abs, Type::S32) => Some(|a, _| u64::from((a as i32).unsigned_abs())),
        (UnaryOp::Abs, Type::S64) => Some(|a, _| (a as i64).unsigned_abs()),
        (UnaryOp::Clz, Type::B32) => Some(|a, _| u64::from((a as u32).leading_zeros())),
        (UnaryOp::Clz, Type::B64) => Some(|a, _| u64::from(a.leading_zeros())),
        (UnaryOp::Popc, Type::B32) => Some(|a, _| u64::from((a as u32).count_ones())),
        (UnaryOp::Popc, Type::B64) => Some(|a, _| u64::from(a.count_ones())),
        (UnaryOp::Brev, Type::B32) => Some(|a, _| u64::from((a as u32).reverse_bits())),
        (UnaryOp::Brev, Type::B64) => Some(|a, _| a.reverse_bits()),
        _ => None,
    }
}

/// Multiply-add, and the funnel shifts over the 64 bits `b:a`.
pub(super) fn ternary(op: TernaryOp, ty: Type) -> Option<Ternary> {
    match (op, ty) {
        (TernaryOp::MadLo, Type::U16 | Type::S16) => {
            Some(|a, b, c, _| u64::from((a as u16).wrapping_mul(b as u16).wrapping_add(c as u16)))
        }
        (TernaryOp::MadLo, Type::U32 | Type::S32) => {
            Some(|a, b, c, _| u64::from((a as u32).wrapping_mul(b as u32).wrapping_add(c as u32)))
        }
        (TernaryOp::MadLo, Type::U64 | Type::S64) => Some(|a, b, c, _| a.wrapping_mul(b).wrapping_add(c)),
        (TernaryOp::MadWide, Type::U16) => Some(|a, b, c, _| u64::from((wide_u16(a, b) as u32).wrapping_add(c as u32))),
        (TernaryOp::MadWide, Type::S16) => Some(|a, b, c, _| u64::from((wide_s16(a, b) as u32).wrapping_add(c as u32))),
        (TernaryOp::MadWide, Type::U32) => Some(|a, b, c, _| wide_u32(a, b).wrapping_add(c)),
        (TernaryOp::MadWide, Type::S32) => Some(|a, b, c, _| wide_s32(a, b).wrapping_add(c)),
        (TernaryOp::ShfLeftWrap, Type::B32) => Some(|a, b, n, _| ((b << 32 | a) << (n & 31)) >> 32),
        (TernaryOp::ShfRightWrap, Type::B32) => Some(|a, b, n, _| u64::from(((b << 32 | a) >> (n & 31)) as u32)),
        _ => None,
    }
}

macro_rules! comparison {
    ($op:expr, $t:ty) => {{
        let function: Option<Compare> = match $op {
            Comparison::Eq => Some(|a, b| a as $t == b as $t),
            Comparison::Ne => Some(|a, b| a as $t != b as $t),
            Comparison::Lt | Comparison::Lo => Some(|a, b| (a as $t) < b as $t),
            Comparison::Le | Comparison::Ls => Some(|a, b| a as $t <= b as $t),
            Comparison::Gt | Comparison::Hi => Some(|a, b| a as $t > b as $t),
            Comparison::Ge | Comparison::Hs => Some(|a, b| a as $t >= b as $t),
            _ => None,
        };
        function
    }};
}

/// `lo`, `ls`, `hi`, `hs` are for unsigned types only; bits only compare for equality.
pub(super) fn comparison(op: Comparison, ty: Type) -> Option<Compare> {
    let unsigned_only = matches!(op, Comparison::Lo | Comparison::Ls | Comparison::Hi | Comparison::Hs);
    let equality = matches!(op, Comparison::Eq | Comparison::Ne);
    match ty {
        Type::B16 | Type::B32 | Type::B64 if equality => comparison!(op, u64),
        Type::U16 => comparison!(op, u16),
        Type::U32 => comparison!(op, u32),
        Type::U64 => comparison!(op, u64),
        Type::S16 if !unsigned_only => comparison!(op, i16),
        Type::S32 if !unsigned_only => comparison!(op, i32),
        Type::S64 if !unsigned_only => comparison!(op, i64),
        _ => None,
    }
}

/// The types are those of the PTX ISA: `add` has no `.s64`, logic and exchange take bits.
pub(super) fn atomic(op: AtomicOp, ty: Type) -> Option<Update> {
    match (op, ty) {
        (AtomicOp::Add, Type::U32 | Type::S32) => Some(|old, a, _| u64::from((old as u32).wrapping_add(a as u32))),
        (AtomicOp::Add, Type::U64) => Some(|old, a, _| old.wrapping_add(a)),
        (AtomicOp::And, Type::B32 | Type::B64) => Some(|old, a, _| old & a),
        (AtomicOp::Or, Type::B32 | Type::B64) => Some(|old, a, _| old | a),
        (AtomicOp::Xor, Type::B32 | Type::B64) => Some(|old, a, _| old ^ a),
        (AtomicOp::Exchange, Type::B32 | Type::B64) => Some(|_, a, _| a),
        (AtomicOp::CompareAndSwap, Type::B32 | Type::B64) => Some(|old, a, b| if old == a { b } else { old }),
        (AtomicOp::Min, Type::U32 | Type::U64) => Some(|old, a, _| old.min(a)),
        (AtomicOp::Max, Type::U32 | Type::U64) => Some(|old, a, _| old.max(a)),
        (AtomicOp::Min, Type::S32) => Some(|old, a, _| (old as i32).min(a as i32) as u32 as u64),
        (AtomicOp::Max, Type::S32) => Some(|old, a, _| (old as i32).max(a as i32) as u32 as u64),
        (AtomicOp::Min, Type::S64) => Some(|old, a, _| (old as i64).min(a as i64) as u64),
        (AtomicOp::Max, Type::S64) => Some(|old, a, _| (old as i64).max(a as i64) as u64),
        _ => None,
    }
}
