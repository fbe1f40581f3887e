//! `cvt`, and the extension of narrow values into wider registers.
//!
//! Float to integer rounds, then clamps to the destination's range; a NaN becomes 0 from f32 to destinations below 64
//! bits and `1 << (width - 1)` otherwise. A NaN that is a float result is an unspecified one. Directed roundings to floats start from the nearest value, which Rust's casts
//! give, and step one float back where it lies on the wrong side; that the comparison is exact is argued at each.

use super::Junk;
use super::float::bits64;
use crate::ast::{Conversion, Rounding, Type};

/// How a value of a narrow type fills a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extend {
    /// Width of the value.
    pub bits: u8,
    /// Whether its sign is copied upwards.
    pub signed: bool,
    /// Width of the register.
    pub register: u8,
}

impl Extend {
    /// The register's content after a value of type `ty`, given in its low bits, was put there.
    pub(crate) fn apply(self, value: u64) -> u64 {
        let unused = 64 - u32::from(self.bits);
        let widened = if self.signed { ((value << unused) as i64 >> unused) as u64 } else { value << unused >> unused };
        let above = 64 - u32::from(self.register);
        widened << above >> above
    }
}

/// The value of type `how.to` made from the low bits of `value`.
pub(crate) fn convert(how: Conversion, value: u64, junk: &mut Junk) -> u64 {
    match (how.from, how.to) {
        (Type::F32, Type::F32) => single_bits(round32(f32::from_bits(value as u32), how.rounding), junk),
        (Type::F64, Type::F64) => bits64(round64(f64::from_bits(value), how.rounding), junk),
        (Type::F32, Type::F64) => bits64(f64::from(f32::from_bits(value as u32)), junk),
        (Type::F64, Type::F32) => single_bits(narrow(f64::from_bits(value), how.rounding), junk),
        (Type::F32, to) => {
            let source = f32::from_bits(value as u32);
            let nan = if to.bits() == 64 { 1 << 63 } else { 0 };
            if source.is_nan() { nan } else { clamp(f64::from(round32(source, how.rounding)), to) }
        }
        (Type::F64, to) => {
            let source = f64::from_bits(value);
            if source.is_nan() { 1 << (to.bits() - 1) } else { clamp(round64(source, how.rounding), to) }
        }
        (from, Type::F32) => u64::from(single_from(integer(value, from), how.rounding).to_bits()),
        (from, Type::F64) => double_from(integer(value, from), how.rounding).to_bits(),
        (from, to) => {
            let unused = 64 - to.bits();
            (integer(value, from) as u64) << unused >> unused
        }
    }
}

/// ptxas folds `cvt.rn.f32.f64` of 0x7ff8000000000000 to 0x7fc00000, so that no f32 NaN of a conversion is canonical.
fn single_bits(value: f32, junk: &mut Junk) -> u64 {
    if value.is_nan() { junk.nan32() } else { u64::from(value.to_bits()) }
}

/// The number that the low bits of `value` stand for at an integer type.
fn integer(value: u64, ty: Type) -> i128 {
    let unused = 64 - ty.bits();
    let high = value << unused;
    if ty.is_signed() { i128::from(high as i64 >> unused) } else { i128::from(high >> unused) }
}

/// An integral float to an integer type, clamped. Rust's casts clamp to the range of the 64-bit type they name.
fn clamp(value: f64, ty: Type) -> u64 {
    if ty.is_signed() {
        let unused = 64 - ty.bits();
        let (low, high) = (i64::MIN >> unused, i64::MAX >> unused);
        let clamped = (value as i64).clamp(low, high) as u64;
        clamped << unused >> unused
    } else {
        (value as u64).min(u64::MAX >> (64 - ty.bits()))
    }
}

fn round32(value: f32, rounding: Rounding) -> f32 {
    match rounding {
        Rounding::Nearest => value.round_ties_even(),
        Rounding::Zero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    }
}

fn round64(value: f64, rounding: Rounding) -> f64 {
    match rounding {
        Rounding::Nearest => value.round_ties_even(),
        Rounding::Zero => value.trunc(),
        Rounding::Down => value.floor(),
        Rounding::Up => value.ceil(),
    }
}

/// Every f32 is an f64, so the nearest f32 compares exactly with the source. A NaN compares false and stays.
fn narrow(value: f64, rounding: Rounding) -> f32 {
    let nearest = value as f32;
    let above = f64::from(nearest) > value;
    let below = f64::from(nearest) < value;
    match rounding {
        Rounding::Down if above => nearest.next_down(),
        Rounding::Up if below => nearest.next_up(),
        Rounding::Zero if above && value > 0.0 => nearest.next_down(),
        Rounding::Zero if below && value < 0.0 => nearest.next_up(),
        _ => nearest,
    }
}

/// The source has at most 64 bits and a sign. A float that differs from it is at least 2^24 (2^53 for f64) in
/// magnitude, hence an integer, and at most 2^64, so it compares exactly as an `i128`.
fn single_from(value: i128, rounding: Rounding) -> f32 {
    let nearest = value as f32;
    let (above, below) = (nearest as i128 > value, (nearest as i128) < value);
    match rounding {
        Rounding::Down if above => nearest.next_down(),
        Rounding::Up if below => nearest.next_up(),
        Rounding::Zero if above && value > 0 => nearest.next_down(),
        Rounding::Zero if below && value < 0 => nearest.next_up(),
        _ => nearest,
    }
}

/// As [`single_from`].
fn double_from(value: i128, rounding: Rounding) -> f64 {
    let nearest = value as f64;
    let (above, below) = (nearest as i128 > value, (nearest as i128) < value);
    match rounding {
        Rounding::Down if above => nearest.next_down(),
        Rounding::Up if below => nearest.next_up(),
        Rounding::Zero if above && value > 0 => nearest.next_down(),
        Rounding::Zero if below && value < 0 => nearest.next_up(),
        _ => nearest,
    }
}
