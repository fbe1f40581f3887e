//! The value of every scalar operator on raw bits (WebAssembly core specification 2.0, section 4.3).
//!
//! Operands and results are zero-extended bit patterns. An arithmetic float result that is a NaN is the canonical
//! one, which is what every device produces in canonical mode.

use super::{BinaryOp, TernaryOp, UnaryOp};
use thiserror::Error;

/// Why an operator has no value for its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Trap {
    /// Integer division or remainder by zero.
    #[error("integer divide by zero")]
    DivideByZero,
    /// A quotient or a truncated float that the type can't hold.
    #[error("integer overflow")]
    Overflow,
    /// Truncation of a NaN.
    #[error("invalid conversion to integer")]
    InvalidConversion,
}

/// Bits of the canonical `f32` NaN.
pub const CANONICAL_F32: u64 = 0x7fc0_0000;
/// Bits of the canonical `f64` NaN.
pub const CANONICAL_F64: u64 = 0x7ff8_0000_0000_0000;

fn f32_of(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn f64_of(bits: u64) -> f64 {
    f64::from_bits(bits)
}

fn of_f32(value: f32) -> u64 {
    if value.is_nan() { CANONICAL_F32 } else { value.to_bits() as u64 }
}

fn of_f64(value: f64) -> u64 {
    if value.is_nan() { CANONICAL_F64 } else { value.to_bits() }
}

fn of_i32(value: i32) -> u64 {
    value as u32 as u64
}

/// Truncation toward zero into `[min, max]`; the bounds are exact in `f64` or compared with the open interval.
fn trunc(value: f64, below: f64, above: f64) -> Result<f64, Trap> {
    if value.is_nan() {
        return Err(Trap::InvalidConversion);
    }
    let whole = value.trunc();
    if whole > below && whole < above { Ok(whole) } else { Err(Trap::Overflow) }
}

const TWO_31: f64 = 2147483648.0;
const TWO_32: f64 = 4294967296.0;
const TWO_63: f64 = 9223372036854775808.0;
const TWO_64: f64 = 18446744073709551616.0;

/// The largest `f64` below -2^63.
const BELOW_I64: f64 = -9223372036854777856.0;

/// The value of a unary operator.
pub fn unary(op: UnaryOp, a: u64) -> Result<u64, Trap> {
    use UnaryOp::*;
    let (s32, u32v, s64) = (a as u32 as i32, a as u32, a as i64);
    Ok(match op {
        I32Clz => u32v.leading_zeros() as u64,
        I32Ctz => u32v.trailing_zeros() as u64,
        I32Popcnt => u32v.count_ones() as u64,
        I32Eqz => (u32v == 0) as u64,
        I64Clz => a.leading_zeros() as u64,
        I64Ctz => a.trailing_zeros() as u64,
        I64Popcnt => a.count_ones() as u64,
        I64Eqz => (a == 0) as u64,
        I32Extend8S => of_i32(a as i8 as i32),
        I32Extend16S => of_i32(a as i16 as i32),
        I64Extend8S => a as i8 as i64 as u64,
        I64Extend16S => a as i16 as i64 as u64,
        I64Extend32S | I64ExtendI32S => s32 as i64 as u64,
        I32WrapI64 | I64ExtendI32U => u32v as u64,
        F32Abs => a & 0x7fff_ffff,
        F32Neg => (a ^ 0x8000_0000) & 0xffff_ffff,
        F32Ceil => of_f32(f32_of(a).ceil()),
        F32Floor => of_f32(f32_of(a).floor()),
        F32Trunc => of_f32(f32_of(a).trunc()),
        F32Nearest => of_f32(f32_of(a).round_ties_even()),
        F32Sqrt => of_f32(f32_of(a).sqrt()),
        F64Abs => a & (u64::MAX >> 1),
        F64Neg => a ^ (1 << 63),
        F64Ceil => of_f64(f64_of(a).ceil()),
        F64Floor => of_f64(f64_of(a).floor()),
        F64Trunc => of_f64(f64_of(a).trunc()),
        F64Nearest => of_f64(f64_of(a).round_ties_even()),
        F64Sqrt => of_f64(f64_of(a).sqrt()),
        I32TruncF32S => of_i32(trunc(f32_of(a) as f64, -TWO_31 - 1.0, TWO_31)? as i32),
        I32TruncF32U => trunc(f32_of(a) as f64, -1.0, TWO_32)? as u32 as u64,
        I32TruncF64S => of_i32(trunc(f64_of(a), -TWO_31 - 1.0, TWO_31)? as i32),
        I32TruncF64U => trunc(f64_of(a), -1.0, TWO_32)? as u32 as u64,
        I64TruncF32S => trunc(f32_of(a) as f64, BELOW_I64, TWO_63)? as i64 as u64,
        I64TruncF32U => trunc(f32_of(a) as f64, -1.0, TWO_64)? as u64,
        I64TruncF64S => trunc(f64_of(a), BELOW_I64, TWO_63)? as i64 as u64,
        I64TruncF64U => trunc(f64_of(a), -1.0, TWO_64)? as u64,
        I32TruncSatF32S => of_i32(f32_of(a) as i32),
        I32TruncSatF32U => f32_of(a) as u32 as u64,
        I32TruncSatF64S => of_i32(f64_of(a) as i32),
        I32TruncSatF64U => f64_of(a) as u32 as u64,
        I64TruncSatF32S => f32_of(a) as i64 as u64,
        I64TruncSatF32U => f32_of(a) as u64,
        I64TruncSatF64S => f64_of(a) as i64 as u64,
        I64TruncSatF64U => f64_of(a) as u64,
        F32ConvertI32S => of_f32(s32 as f32),
        F32ConvertI32U => of_f32(u32v as f32),
        F32ConvertI64S => of_f32(s64 as f32),
        F32ConvertI64U => of_f32(a as f32),
        F64ConvertI32S => of_f64(s32 as f64),
        F64ConvertI32U => of_f64(u32v as f64),
        F64ConvertI64S => of_f64(s64 as f64),
        F64ConvertI64U => of_f64(a as f64),
        F32DemoteF64 => of_f32(f64_of(a) as f32),
        F64PromoteF32 => of_f64(f32_of(a) as f64),
        I32ReinterpretF32 | F32ReinterpretI32 => u32v as u64,
        I64ReinterpretF64 | F64ReinterpretI64 => a,
    })
}

macro_rules! float_min_max {
    ($name:ident, $ty:ident, $of:ident, $pick:ident, $zero_bits:expr) => {
        fn $name(a: $ty, b: $ty) -> u64 {
            if a.is_nan() || b.is_nan() {
                $of($ty::NAN)
            } else if a == b {
                // Equal values with different bits are the two zeros.
                $zero_bits(a.to_bits(), b.to_bits()) as u64
            } else {
                $of(a.$pick(b))
            }
        }
    };
}

float_min_max!(f32_min, f32, of_f32, min, |a: u32, b: u32| a | b);
float_min_max!(f32_max, f32, of_f32, max, |a: u32, b: u32| a & b);
float_min_max!(f64_min, f64, of_f64, min, |a: u64, b: u64| a | b);
float_min_max!(f64_max, f64, of_f64, max, |a: u64, b: u64| a & b);

/// The value of a binary operator.
pub fn binary(op: BinaryOp, a: u64, b: u64) -> Result<u64, Trap> {
    use BinaryOp::*;
    if op.operand().is_int() {
        return if op.operand().bits() == 32 { binary_i32(op, a as u32, b as u32) } else { binary_i64(op, a, b) };
    }
    let (x, y, p, q) = (f32_of(a), f32_of(b), f64_of(a), f64_of(b));
    Ok(match op {
        F32Add => of_f32(x + y),
        F32Sub => of_f32(x - y),
        F32Mul => of_f32(x * y),
        F32Div => of_f32(x / y),
        F32Min => f32_min(x, y),
        F32Max => f32_max(x, y),
        F32Copysign => (a & 0x7fff_ffff) | (b & 0x8000_0000),
        F32Eq => (x == y) as u64,
        F32Ne => (x != y) as u64,
        F32Lt => (x < y) as u64,
        F32Gt => (x > y) as u64,
        F32Le => (x <= y) as u64,
        F32Ge => (x >= y) as u64,
        F64Add => of_f64(p + q),
        F64Sub => of_f64(p - q),
        F64Mul => of_f64(p * q),
        F64Div => of_f64(p / q),
        F64Min => f64_min(p, q),
        F64Max => f64_max(p, q),
        F64Copysign => (a & (u64::MAX >> 1)) | (b & (1 << 63)),
        F64Eq => (p == q) as u64,
        F64Ne => (p != q) as u64,
        F64Lt => (p < q) as u64,
        F64Gt => (p > q) as u64,
        F64Le => (p <= q) as u64,
        F64Ge => (p >= q) as u64,
        _ => unreachable!("integer operators return above"),
    })
}

/// The value of an operator with three operands: the product of the first two plus the third, rounded once.
pub fn ternary(op: TernaryOp, [a, b, c]: [u64; 3]) -> u64 {
    match op {
        TernaryOp::F32Fma => of_f32(f32_of(a).mul_add(f32_of(b), f32_of(c))),
        TernaryOp::F64Fma => of_f64(f64_of(a).mul_add(f64_of(b), f64_of(c))),
    }
}

macro_rules! int_binary {
    ($name:ident, $u:ident, $s:ident, $div_s:ident, $div_u:ident, $rem_s:ident, $rem_u:ident, [$($op:ident),*]) => {
        fn $name(op: BinaryOp, a: $u, b: $u) -> Result<u64, Trap> {
            let (sa, sb) = (a as $s, b as $s);
            match op {
                BinaryOp::$div_s | BinaryOp::$div_u | BinaryOp::$rem_s | BinaryOp::$rem_u if b == 0 => {
                    return Err(Trap::DivideByZero);
                }
                BinaryOp::$div_s if sa == $s::MIN && sb == -1 => return Err(Trap::Overflow),
                _ => {}
            }
            let kind = [$(BinaryOp::$op),*].iter().position(|&o| o == op);
            let value: $u = match kind.expect("an operator of this width") {
                0 => a.wrapping_add(b),
                1 => a.wrapping_sub(b),
                2 => a.wrapping_mul(b),
                3 => sa.wrapping_div(sb) as $u,
                4 => a / b,
                5 => sa.wrapping_rem(sb) as $u,
                6 => a % b,
                7 => a & b,
                8 => a | b,
                9 => a ^ b,
                10 => a.wrapping_shl(b as u32),
                11 => sa.wrapping_shr(b as u32) as $u,
                12 => a.wrapping_shr(b as u32),
                13 => a.rotate_left(b as u32 % $u::BITS),
                14 => a.rotate_right(b as u32 % $u::BITS),
                15 => (a == b) as $u,
                16 => (a != b) as $u,
                17 => (sa < sb) as $u,
                18 => (a < b) as $u,
                19 => (sa > sb) as $u,
                20 => (a > b) as $u,
                21 => (sa <= sb) as $u,
                22 => (a <= b) as $u,
                23 => (sa >= sb) as $u,
                _ => (a >= b) as $u,
            };
            Ok(value as u64)
        }
    };
}

int_binary!(
    binary_i32,
    u32,
    i32,
    I32DivS,
    I32DivU,
    I32RemS,
    I32RemU,
    [
        I32Add, I32Sub, I32Mul, I32DivS, I32DivU, I32RemS, I32RemU, I32And, I32Or, I32Xor, I32Shl, I32ShrS, I32ShrU,
        I32Rotl, I32Rotr, I32Eq, I32Ne, I32LtS, I32LtU, I32GtS, I32GtU, I32LeS, I32LeU, I32GeS, I32GeU
    ]
);
int_binary!(
    binary_i64,
    u64,
    i64,
    I64DivS,
    I64DivU,
    I64RemS,
    I64RemU,
    [
        I64Add, I64Sub, I64Mul, I64DivS, I64DivU, I64RemS, I64RemU, I64And, I64Or, I64Xor, I64Shl, I64ShrS, I64ShrU,
        I64Rotl, I64Rotr, I64Eq, I64Ne, I64LtS, I64LtU, I64GtS, I64GtU, I64LeS, I64LeU, I64GeS, I64GeU
    ]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_integer_division() {
        assert_eq!(binary(BinaryOp::I32DivS, 0x8000_0000, 0xffff_ffff), Err(Trap::Overflow));
        assert_eq!(binary(BinaryOp::I32RemS, 0x8000_0000, 0xffff_ffff), Ok(0));
        assert_eq!(binary(BinaryOp::I64RemU, 7, 0), Err(Trap::DivideByZero));
        assert_eq!(binary(BinaryOp::I64DivS, (-7i64) as u64, 2), Ok((-3i64) as u64));
    }

    #[test]
    fn shifts_take_the_count_modulo_the_width() {
        assert_eq!(binary(BinaryOp::I32Shl, 1, 33), Ok(2));
        assert_eq!(binary(BinaryOp::I32ShrS, 0x8000_0000, 63), Ok(0xffff_ffff));
        assert_eq!(binary(BinaryOp::I64Rotl, 1 << 63, 65), Ok(1));
    }

    #[test]
    fn min_and_max_order_the_zeros_and_spread_nan() {
        let (pos, neg) = (0u64, 0x8000_0000u64);
        assert_eq!(binary(BinaryOp::F32Min, pos, neg), Ok(neg));
        assert_eq!(binary(BinaryOp::F32Max, neg, pos), Ok(pos));
        assert_eq!(binary(BinaryOp::F32Min, 0x7f80_0001, pos), Ok(CANONICAL_F32));
        assert_eq!(binary(BinaryOp::F64Max, 1.0f64.to_bits(), f64::NAN.to_bits() | 1), Ok(CANONICAL_F64));
    }

    #[test]
    fn a_fused_product_is_rounded_with_the_sum() {
        let (a, b) = (1.0f32 + f32::EPSILON, -1.0f32 - 2.0 * f32::EPSILON);
        let [a, b] = [a, b].map(|v| u64::from(v.to_bits()));
        assert_eq!(ternary(TernaryOp::F32Fma, [a, a, b]), u64::from((f32::EPSILON * f32::EPSILON).to_bits()));
        assert_eq!(ternary(TernaryOp::F32Fma, [a, a, 0xffc0_1234]), CANONICAL_F32);
        let lowest = f64::from_bits(1);
        assert_eq!(ternary(TernaryOp::F64Fma, [lowest.to_bits(), 0.25f64.to_bits(), lowest.to_bits()]), 1);
    }

    #[test]
    fn truncation_traps_just_past_the_range() {
        let f = |v: f64| unary(UnaryOp::I32TruncF64S, v.to_bits());
        assert_eq!(f(2147483647.9), Ok(0x7fff_ffff));
        assert_eq!(f(2147483648.0), Err(Trap::Overflow));
        assert_eq!(f(-2147483648.9), Ok(0x8000_0000));
        assert_eq!(f(-2147483649.0), Err(Trap::Overflow));
        assert_eq!(f(f64::NAN), Err(Trap::InvalidConversion));
        let g = |v: f64| unary(UnaryOp::I64TruncF64S, v.to_bits());
        assert_eq!(g(-9223372036854775808.0), Ok(1 << 63));
        assert_eq!(g(9223372036854775808.0), Err(Trap::Overflow));
        assert_eq!(unary(UnaryOp::I32TruncF64U, (-0.9f64).to_bits()), Ok(0));
        assert_eq!(unary(UnaryOp::I64TruncSatF32U, f32::NAN.to_bits() as u64), Ok(0));
    }

    #[test]
    fn moving_bits_keeps_nan_payloads_and_arithmetic_canonicalises() {
        let payload = 0xff80_0123u64;
        assert_eq!(unary(UnaryOp::F32Neg, payload), Ok(0x7f80_0123));
        assert_eq!(unary(UnaryOp::F32Abs, payload), Ok(0x7f80_0123));
        assert_eq!(binary(BinaryOp::F32Add, payload, 0), Ok(CANONICAL_F32));
        assert_eq!(unary(UnaryOp::F64PromoteF32, payload), Ok(CANONICAL_F64));
    }
}
