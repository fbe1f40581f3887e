//! The value of every vector operator on raw bits: `lanes` carried out by `eval`.
//!
//! Operands and results have lane 0 in the lowest bits; a scalar is zero-extended.

use super::lanes::{self, Lanes, Scalars};
use super::vector::{Sign, UnaryRule};
use super::{BinaryOp, Const, Shape, TernaryOp, Type, UnaryOp, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp, eval};

/// Does scalar operators on bits.
struct Bits;

impl Scalars for Bits {
    type Value = u64;

    fn constant(&mut self, constant: Const) -> u64 {
        constant.bits
    }

    fn unary(&mut self, op: UnaryOp, a: u64) -> u64 {
        eval::unary(op, a).expect("lanes hold no operator that traps")
    }

    fn binary(&mut self, op: BinaryOp, a: u64, b: u64) -> u64 {
        eval::binary(op, a, b).expect("lanes hold no operator that traps")
    }

    fn ternary(&mut self, op: TernaryOp, operands: [u64; 3]) -> u64 {
        eval::ternary(op, operands)
    }

    fn select(&mut self, cond: u64, if_true: u64, if_false: u64) -> u64 {
        if cond as u32 != 0 { if_true } else { if_false }
    }
}

/// The lanes of 128 bits.
pub fn lanes_of(shape: Shape, bits: u128) -> Lanes<u64> {
    let width = shape.bits();
    let mask = if width == 64 { u64::MAX } else { (1 << width) - 1 };
    let values = (0..shape.lanes()).map(|lane| (bits >> (lane as u32 * width)) as u64 & mask).collect();
    Lanes::new(shape, values)
}

/// The bits of lanes.
pub fn bits_of(lanes: &Lanes<u64>) -> u128 {
    let words = lanes::reshape(&mut Bits, lanes, Shape::I64x2);
    words.values[0] as u128 | (words.values[1] as u128) << 64
}

fn whole(bits: u128) -> Lanes<u64> {
    lanes_of(Shape::I64x2, bits)
}

/// The value of an operator with one operand.
pub fn unary(op: VectorUnaryOp, a: u128) -> u128 {
    match op.rule() {
        UnaryRule::Splat(shape) => bits_of(&lanes::splat::<Bits>(shape, a as u64)),
        _ if op.result() == Type::V128 => bits_of(&lanes::unary(&mut Bits, op, &whole(a))),
        _ => lanes::test(&mut Bits, op, &whole(a)).into(),
    }
}

/// The value of an operator with two operands.
pub fn binary(op: VectorBinaryOp, a: u128, b: u128) -> u128 {
    bits_of(&match op.second() {
        Type::V128 => lanes::binary(&mut Bits, op, &whole(a), &whole(b)),
        _ => lanes::shift(&mut Bits, op, &whole(a), b as u64),
    })
}

/// The value of an operator with three operands.
pub fn ternary(op: VectorTernaryOp, [a, b, c]: [u128; 3]) -> u128 {
    bits_of(&lanes::ternary(&mut Bits, op, [&whole(a), &whole(b), &whole(c)]))
}

/// Bytes of two vectors.
pub fn shuffle(bytes: [u8; 16], a: u128, b: u128) -> u128 {
    bits_of(&lanes::shuffle(&mut Bits, bytes, &whole(a), &whole(b)))
}

/// A lane.
pub fn extract(shape: Shape, sign: Sign, lane: u8, a: u128) -> u64 {
    lanes::extract(&mut Bits, shape, sign, lane, &whole(a))
}

/// The vector with another lane.
pub fn replace(shape: Shape, lane: u8, a: u128, value: u64) -> u128 {
    bits_of(&lanes::replace(&mut Bits, shape, lane, &whole(a), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lanes as a vector.
    fn v(shape: Shape, lanes: &[i64]) -> u128 {
        let mask = if shape.bits() == 64 { u64::MAX } else { (1 << shape.bits()) - 1 };
        bits_of(&Lanes::new(shape, lanes.iter().map(|&l| l as u64 & mask).collect()))
    }

    #[test]
    fn narrow_lanes_wrap_saturate_and_compare_in_their_own_width() {
        use VectorBinaryOp::*;
        let (a, b) =
            (v(Shape::I16x8, &[32767, -32768, 1, -1, 0, 5, 6, 7]), v(Shape::I16x8, &[1, -1, 2, -2, 0, 5, 5, 8]));
        assert_eq!(binary(I16x8Add, a, b), v(Shape::I16x8, &[-32768, 32767, 3, -3, 0, 10, 11, 15]));
        assert_eq!(binary(I16x8AddSatS, a, b), v(Shape::I16x8, &[32767, -32768, 3, -3, 0, 10, 11, 15]));
        assert_eq!(binary(I16x8SubSatU, a, b), v(Shape::I16x8, &[32766, 0, 0, 1, 0, 0, 1, 0]));
        assert_eq!(binary(I16x8LtU, a, b), v(Shape::I16x8, &[0, -1, -1, 0, 0, 0, 0, -1]));
        assert_eq!(binary(I16x8MaxS, a, b), v(Shape::I16x8, &[32767, -1, 2, -1, 0, 5, 6, 8]));
        assert_eq!(binary(I16x8ShrS, a, 0x11), v(Shape::I16x8, &[16383, -16384, 0, -1, 0, 2, 3, 3]));
    }

    #[test]
    fn halves_are_widened_and_vectors_narrowed() {
        let a = v(Shape::I32x4, &[-1, 2, i32::MIN as i64, 70000]);
        assert_eq!(unary(VectorUnaryOp::I64x2ExtendHighI32x4S, a), v(Shape::I64x2, &[i32::MIN as i64, 70000]));
        assert_eq!(unary(VectorUnaryOp::I64x2ExtendLowI32x4U, a), v(Shape::I64x2, &[0xffff_ffff, 2]));
        let narrow = binary(VectorBinaryOp::I16x8NarrowI32x4U, a, a);
        assert_eq!(narrow, v(Shape::I16x8, &[0, 2, 0, 65535, 0, 2, 0, 65535]));
        let product = binary(VectorBinaryOp::I64x2ExtMulHighI32x4S, a, a);
        assert_eq!(product, v(Shape::I64x2, &[1 << 62, 4_900_000_000]));
    }

    #[test]
    fn pseudo_minimum_moves_bits_and_minimum_computes() {
        let lanes = |a: f32, b: u32| v(Shape::I32x4, &[a.to_bits() as i64, b as i64, 0, 0]);
        let (a, b) = (lanes(0.0, 0x7f80_0123), lanes(-0.0, 0x3f80_0000));
        assert_eq!(binary(VectorBinaryOp::F32x4PMin, a, b), a);
        assert_eq!(binary(VectorBinaryOp::F32x4Min, a, b), lanes(-0.0, 0x7fc0_0000));
    }

    #[test]
    fn bytes_are_shuffled_swizzled_and_selected() {
        let a = u128::from_le_bytes(std::array::from_fn(|i| 0x10 + i as u8));
        let b = u128::from_le_bytes(std::array::from_fn(|i| 0x20 + i as u8));
        let odd: [u8; 16] = std::array::from_fn(|i| (31 - 2 * i as i32).max(0) as u8);
        let wanted: [u8; 16] = std::array::from_fn(|i| [0x10, 0x20][(odd[i] >> 4) as usize] + (odd[i] & 15));
        assert_eq!(shuffle(odd, a, b), u128::from_le_bytes(wanted));
        let words: [u8; 16] = [4, 5, 6, 7, 16, 17, 18, 19, 0, 1, 2, 3, 28, 29, 30, 31];
        let wanted: [u8; 16] = std::array::from_fn(|i| [0x10, 0x20][(words[i] >> 4) as usize] + (words[i] & 15));
        assert_eq!(shuffle(words, a, b), u128::from_le_bytes(wanted));
        let chosen = u128::from_le_bytes([0, 15, 16, 255, 3, 8, 7, 1, 2, 2, 128, 9, 10, 11, 12, 13]);
        let wanted = [0x10, 0x1f, 0, 0, 0x13, 0x18, 0x17, 0x11, 0x12, 0x12, 0, 0x19, 0x1a, 0x1b, 0x1c, 0x1d];
        assert_eq!(binary(VectorBinaryOp::I8x16Swizzle, a, chosen), u128::from_le_bytes(wanted));
        assert_eq!(ternary(VectorTernaryOp::V128Bitselect, [a, b, 0xff00]), (b & !0xff00) | (a & 0xff00));
    }

    #[test]
    fn products_are_summed_in_pairs_that_wrap_and_in_fours_that_do_not() {
        let lowest = v(Shape::I8x16, &[-128; 16]);
        let pairs = binary(VectorBinaryOp::I16x8RelaxedDotI8x16I7x16S, lowest, lowest);
        assert_eq!(pairs, v(Shape::I16x8, &[-32768; 8]));
        let more = v(Shape::I32x4, &[i32::MAX as i64, -65536, 0, 1]);
        let fours = ternary(VectorTernaryOp::I32x4RelaxedDotI8x16I7x16AddS, [lowest, lowest, more]);
        assert_eq!(fours, v(Shape::I32x4, &[i32::MIN as i64 + 65535, 0, 65536, 65537]));
    }

    #[test]
    fn a_product_is_added_or_subtracted_with_one_rounding() {
        let all = |value: f32| v(Shape::I32x4, &[i64::from(value.to_bits()); 4]);
        let (near, square) = (all(1.0 + f32::EPSILON), all(1.0 + 2.0 * f32::EPSILON));
        let rest = f32::EPSILON * f32::EPSILON;
        assert_eq!(ternary(VectorTernaryOp::F32x4RelaxedNmadd, [near, near, square]), all(-rest));
        let negated = all(-1.0 - 2.0 * f32::EPSILON);
        assert_eq!(ternary(VectorTernaryOp::F32x4RelaxedMadd, [near, near, negated]), all(rest));
        assert_eq!(ternary(VectorTernaryOp::F32x4RelaxedMadd, [near, near, all(-f32::NAN)]), all(f32::NAN));
    }

    #[test]
    fn lanes_are_tested_and_replaced() {
        let a = v(Shape::I8x16, &[-1, 0, -128, 127, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -2]);
        assert_eq!(unary(VectorUnaryOp::I8x16Bitmask, a), 0b1000_0000_0000_0101);
        assert_eq!(unary(VectorUnaryOp::I8x16AllTrue, a), 0);
        assert_eq!(unary(VectorUnaryOp::I64x2AllTrue, a), 1);
        assert_eq!(unary(VectorUnaryOp::V128AnyTrue, 1 << 127), 1);
        assert_eq!(extract(Shape::I8x16, Sign::Signed, 2, a), 0xffff_ff80);
        assert_eq!(extract(Shape::I8x16, Sign::Unsigned, 2, a), 0x80);
        assert_eq!(replace(Shape::I64x2, 1, 7, u64::MAX), 7 | (u64::MAX as u128) << 64);
        assert_eq!(unary(VectorUnaryOp::I16x8Splat, 0x1_8001), 0x8001_8001_8001_8001_8001_8001_8001_8001);
    }
}
