//! Floating-point operations, round to nearest even, subnormals kept.
//!
//! Rust's f32 and f64 arithmetic is IEEE 754 on every host; only NaN bits are the host's business, so no host NaN
//! leaves this file: f32 arithmetic and `.NaN` give PTX's canonical 0x7fffffff, f64 payloads are unspecified. `neg` and
//! `abs` change the sign bit, except that of a NaN they are an unspecified NaN. `min` and `max` order -0 below +0 and
//! return the number where one operand is a NaN, unless `.NaN` is written. `copysign d, a, b` is b with the sign of a.
//!
//! `min` and `max` of two f32 NaNs count as unspecified although the PTX ISA calls the result canonical: ptxas folds
//! `min.f32` of the constants 0x7fc00000 to 0x7fc00000.

use super::{Binary, Compare, Junk, Ternary, Unary};
use crate::ast::{BinaryOp, Comparison, TernaryOp, Type, UnaryOp};

/// The canonical f32 NaN.
pub(super) const NAN32: u64 = 0x7fff_ffff;
const SIGN32: u64 = 1 << 31;
const SIGN64: u64 = 1 << 63;

fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn double(bits: u64) -> f64 {
    f64::from_bits(bits)
}

/// The bits of an f32 result.
fn bits32(value: f32) -> u64 {
    if value.is_nan() { NAN32 } else { u64::from(value.to_bits()) }
}

/// The bits of an f64 result.
pub(super) fn bits64(value: f64, junk: &mut Junk) -> u64 {
    if value.is_nan() { junk.nan64() } else { value.to_bits() }
}

pub(super) fn unary(op: UnaryOp, ty: Type) -> Option<Unary> {
    match (op, ty) {
        (UnaryOp::Sqrt, Type::F32) => Some(|a, _| bits32(single(a).sqrt())),
        (UnaryOp::Sqrt, Type::F64) => Some(|a, junk| bits64(double(a).sqrt(), junk)),
        (UnaryOp::Neg, Type::F32) => Some(|a, junk| if single(a).is_nan() { junk.nan32() } else { a ^ SIGN32 }),
        (UnaryOp::Abs, Type::F32) => Some(|a, junk| if single(a).is_nan() { junk.nan32() } else { a & !SIGN32 }),
        (UnaryOp::Neg, Type::F64) => Some(|a, junk| if double(a).is_nan() { junk.nan64() } else { a ^ SIGN64 }),
        (UnaryOp::Abs, Type::F64) => Some(|a, junk| if double(a).is_nan() { junk.nan64() } else { a & !SIGN64 }),
        _ => None,
    }
}

pub(super) fn binary(op: BinaryOp, ty: Type) -> Option<Binary> {
    match ty {
        Type::F32 => binary32(op),
        Type::F64 => binary64(op),
        _ => None,
    }
}

fn binary32(op: BinaryOp) -> Option<Binary> {
    match op {
        BinaryOp::Add => Some(|a, b, _| bits32(single(a) + single(b))),
        BinaryOp::Sub => Some(|a, b, _| bits32(single(a) - single(b))),
        BinaryOp::MulLo => Some(|a, b, _| bits32(single(a) * single(b))),
        BinaryOp::Div => Some(|a, b, _| bits32(single(a) / single(b))),
        BinaryOp::Min => Some(|a, b, junk| choose32(a, b, a | b, single(a) < single(b), junk)),
        BinaryOp::Max => Some(|a, b, junk| choose32(a, b, a & b, single(a) > single(b), junk)),
        BinaryOp::MinNan => Some(|a, b, junk| match either_nan32(a, b) {
            true => NAN32,
            false => choose32(a, b, a | b, single(a) < single(b), junk),
        }),
        BinaryOp::MaxNan => Some(|a, b, junk| match either_nan32(a, b) {
            true => NAN32,
            false => choose32(a, b, a & b, single(a) > single(b), junk),
        }),
        BinaryOp::CopySign => Some(|a, b, _| a & SIGN32 | b & !SIGN32),
        _ => None,
    }
}

fn binary64(op: BinaryOp) -> Option<Binary> {
    match op {
        BinaryOp::Add => Some(|a, b, junk| bits64(double(a) + double(b), junk)),
        BinaryOp::Sub => Some(|a, b, junk| bits64(double(a) - double(b), junk)),
        BinaryOp::MulLo => Some(|a, b, junk| bits64(double(a) * double(b), junk)),
        BinaryOp::Div => Some(|a, b, junk| bits64(double(a) / double(b), junk)),
        BinaryOp::Min => Some(|a, b, junk| choose64(a, b, a | b, double(a) < double(b), junk)),
        BinaryOp::Max => Some(|a, b, junk| choose64(a, b, a & b, double(a) > double(b), junk)),
        BinaryOp::CopySign => Some(|a, b, _| a & SIGN64 | b & !SIGN64),
        _ => None,
    }
}

/// `equal` is the result for equal operands: it differs from both only by preferring one zero's sign.
fn choose32(a: u64, b: u64, equal: u64, first: bool, junk: &mut Junk) -> u64 {
    match (single(a).is_nan(), single(b).is_nan()) {
        (true, true) => junk.nan32(),
        (true, false) => b,
        (false, true) => a,
        (false, false) if single(a) == single(b) => equal,
        (false, false) if first => a,
        (false, false) => b,
    }
}

fn choose64(a: u64, b: u64, equal: u64, first: bool, junk: &mut Junk) -> u64 {
    match (double(a).is_nan(), double(b).is_nan()) {
        (true, true) => junk.nan64(),
        (true, false) => b,
        (false, true) => a,
        (false, false) if double(a) == double(b) => equal,
        (false, false) if first => a,
        (false, false) => b,
    }
}

fn either_nan32(a: u64, b: u64) -> bool {
    single(a).is_nan() || single(b).is_nan()
}

pub(super) fn ternary(op: TernaryOp, ty: Type) -> Option<Ternary> {
    match (op, ty) {
        (TernaryOp::Fma, Type::F32) => Some(|a, b, c, _| bits32(single(a).mul_add(single(b), single(c)))),
        (TernaryOp::Fma, Type::F64) => Some(|a, b, c, junk| bits64(double(a).mul_add(double(b), double(c)), junk)),
        _ => None,
    }
}

macro_rules! comparison {
    ($op:expr, $read:ident) => {{
        let function: Option<Compare> = match $op {
            Comparison::Eq => Some(|a, b| $read(a) == $read(b)),
            Comparison::Ne => Some(|a, b| $read(a) < $read(b) || $read(a) > $read(b)),
            Comparison::Lt => Some(|a, b| $read(a) < $read(b)),
            Comparison::Le => Some(|a, b| $read(a) <= $read(b)),
            Comparison::Gt => Some(|a, b| $read(a) > $read(b)),
            Comparison::Ge => Some(|a, b| $read(a) >= $read(b)),
            Comparison::Equ => Some(|a, b| $read(a) == $read(b) || $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Neu => Some(|a, b| $read(a) != $read(b)),
            Comparison::Ltu => Some(|a, b| $read(a) < $read(b) || $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Leu => Some(|a, b| $read(a) <= $read(b) || $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Gtu => Some(|a, b| $read(a) > $read(b) || $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Geu => Some(|a, b| $read(a) >= $read(b) || $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Num => Some(|a, b| !$read(a).is_nan() && !$read(b).is_nan()),
            Comparison::Nan => Some(|a, b| $read(a).is_nan() || $read(b).is_nan()),
            Comparison::Lo | Comparison::Ls | Comparison::Hi | Comparison::Hs => None,
        };
        function
    }};
}

pub(super) fn comparison(op: Comparison, ty: Type) -> Option<Compare> {
    match ty {
        Type::F32 => comparison!(op, single),
        Type::F64 => comparison!(op, double),
        _ => None,
    }
}
