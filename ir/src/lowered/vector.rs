//! The vector operators: one row each, with name and rule. A rule says what becomes of the lanes; types follow from it.
//!
//! A rule is the whole meaning of an operator: `lanes` spells it out in scalar operators, which is what the interpreter
//! evaluates and what a device without vectors runs; native code picks the instruction that does the same. Wasm's loads of
//! parts of a vector have no operators of their own: each is a scalar load and one of these. Operators of relaxed SIMD, of which
//! Wasm lets an engine choose among several meanings, have rows beside those that mean the same: see `relaxed`.

use super::{BinaryOp, Type, UnaryOp};
use serde::{Deserialize, Serialize};

/// How 128 bits are cut into lanes; lane 0 has the lowest bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Shape {
    I8x16,
    I16x8,
    I32x4,
    I64x2,
    F32x4,
    F64x2,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Shape; 6] = [Shape::I8x16, Shape::I16x8, Shape::I32x4, Shape::I64x2, Shape::F32x4, Shape::F64x2];

    /// The Wasm text name.
    pub fn name(self) -> &'static str {
        match self {
            Shape::I8x16 => "i8x16",
            Shape::I16x8 => "i16x8",
            Shape::I32x4 => "i32x4",
            Shape::I64x2 => "i64x2",
            Shape::F32x4 => "f32x4",
            Shape::F64x2 => "f64x2",
        }
    }

    /// How many lanes there are.
    pub fn lanes(self) -> usize {
        128 / self.bits() as usize
    }

    /// The width of a lane in bits.
    pub fn bits(self) -> u32 {
        match self {
            Shape::I8x16 => 8,
            Shape::I16x8 => 16,
            Shape::I32x4 | Shape::F32x4 => 32,
            Shape::I64x2 | Shape::F64x2 => 64,
        }
    }

    /// The type of a lane outside of a vector; lanes of 8 and 16 bits are `i32` there.
    pub fn scalar(self) -> Type {
        match self {
            Shape::I8x16 | Shape::I16x8 | Shape::I32x4 => Type::I32,
            Shape::I64x2 => Type::I64,
            Shape::F32x4 => Type::F32,
            Shape::F64x2 => Type::F64,
        }
    }

    /// The integers of lanes twice as wide; lanes of 64 bits stay as they are.
    pub fn widened(self) -> Shape {
        match self {
            Shape::I8x16 => Shape::I16x8,
            Shape::I16x8 => Shape::I32x4,
            _ => Shape::I64x2,
        }
    }

    /// The shape whose lanes are of type `ty`.
    pub fn of_lane(ty: Type) -> Shape {
        match ty {
            Type::I32 => Shape::I32x4,
            Type::F32 => Shape::F32x4,
            Type::F64 => Shape::F64x2,
            _ => Shape::I64x2,
        }
    }
}

/// Which lanes of an operand an operator takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// The first half of them.
    Low,
    /// The second half.
    High,
}

/// The reading of integer lanes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// Two's complement.
    Signed,
    /// Natural numbers.
    Unsigned,
}

/// What an operator with one operand does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryRule {
    /// The scalar in every lane.
    Splat(Shape),
    /// Every bit inverted.
    Not,
    /// 1 if some bit is set.
    AnyTrue,
    /// 1 if no lane is zero.
    AllTrue(Shape),
    /// The highest bit of each lane.
    Bitmask(Shape),
    /// Each lane by a scalar operator between types of equal width.
    Each(UnaryOp),
    /// 0 minus each integer lane.
    Negate(Shape),
    /// Each integer lane without its sign, wrapping.
    Absolute(Shape),
    /// The number of ones of each byte.
    Popcnt,
    /// Half of the lanes, twice as wide.
    Extend(Shape, Half, Sign),
    /// Sums of neighbours, twice as wide.
    ExtendAddPairs(Shape, Sign),
    /// The lower two lanes by a scalar operator to a wider type.
    LowPair(UnaryOp),
    /// Both lanes by a scalar operator to a narrower type; the upper two lanes are zero.
    ZeroPair(UnaryOp),
}

/// What an operator with two operands does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinaryRule {
    /// All bits at once, by the operator on 64-bit integers.
    Bits(BinaryOp),
    /// The bits of the first that aren't set in the second.
    AndNot,
    /// Each pair of lanes by a scalar operator, wrapping.
    Each(Shape, BinaryOp),
    /// All ones where the comparison holds, else zero.
    Compare(Shape, BinaryOp),
    /// The second lane where `second op first` holds, else the first, bit for bit.
    Pick(Shape, BinaryOp),
    /// Each pair of lanes by a scalar operator, limited to the lane's range.
    Saturate(Shape, BinaryOp, Sign),
    /// The mean of unsigned lanes, rounded up.
    Average(Shape),
    /// The product of fractions with 15 bits, rounded and limited to the range.
    FractionProduct,
    /// Each lane shifted by the same scalar, an `i32` modulo the lane's width.
    Shift(Shape, BinaryOp),
    /// The lanes of both, read as signed and limited to the range of lanes half as wide, which are of this shape and sign.
    Narrow(Shape, Sign),
    /// Products of half of the lanes, twice as wide.
    ExtendMul(Shape, Half, Sign),
    /// Sums of two products of neighbouring signed lanes, twice as wide, wrapping.
    Dot(Shape),
    /// Bytes of the first, chosen by the second; 0 where that is past the end.
    Swizzle,
}

/// What an operator with three operands does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TernaryRule {
    /// The bits of the first where the third is set, else of the second.
    Bitselect,
    /// The product of the first two lanes plus the third, rounded once.
    MultiplyAdd(Shape),
    /// The third lane minus the product of the first two, rounded once.
    MultiplySubtract(Shape),
    /// Sums of four products of neighbouring signed bytes, plus the third operand's lanes, wrapping.
    DotAdd,
}

macro_rules! operators {
    ($(#[$doc:meta])* $name:ident $rule:ident { $($op:ident $text:literal $meaning:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum $name { $($op),* }

        impl $name {
            /// Every operator, in table order.
            pub const ALL: &'static [$name] = &[$($name::$op),*];

            /// The Wasm text name.
            pub fn name(self) -> &'static str {
                match self { $($name::$op => $text),* }
            }

            /// What it does.
            #[allow(unused_imports)]
            pub fn rule(self) -> $rule {
                use $rule::*;
                use {BinaryOp::*, Half::*, Shape::*, Sign::*, UnaryOp::*};
                match self { $($name::$op => $meaning),* }
            }
        }
    };
}

operators! {
    /// An operator with one operand, a vector or a scalar for every lane.
    VectorUnaryOp UnaryRule {
        I8x16Splat "i8x16.splat" Splat(I8x16); I16x8Splat "i16x8.splat" Splat(I16x8);
        I32x4Splat "i32x4.splat" Splat(I32x4); I64x2Splat "i64x2.splat" Splat(I64x2);
        F32x4Splat "f32x4.splat" Splat(F32x4); F64x2Splat "f64x2.splat" Splat(F64x2); V128Not "v128.not" Not;
        V128AnyTrue "v128.any_true" AnyTrue; I8x16AllTrue "i8x16.all_true" AllTrue(I8x16);
        I8x16Bitmask "i8x16.bitmask" Bitmask(I8x16); I16x8AllTrue "i16x8.all_true" AllTrue(I16x8);
        I16x8Bitmask "i16x8.bitmask" Bitmask(I16x8); I32x4AllTrue "i32x4.all_true" AllTrue(I32x4);
        I32x4Bitmask "i32x4.bitmask" Bitmask(I32x4); I64x2AllTrue "i64x2.all_true" AllTrue(I64x2);
        I64x2Bitmask "i64x2.bitmask" Bitmask(I64x2); I8x16Abs "i8x16.abs" Absolute(I8x16);
        I8x16Neg "i8x16.neg" Negate(I8x16); I16x8Abs "i16x8.abs" Absolute(I16x8);
        I16x8Neg "i16x8.neg" Negate(I16x8); I32x4Abs "i32x4.abs" Absolute(I32x4);
        I32x4Neg "i32x4.neg" Negate(I32x4); I64x2Abs "i64x2.abs" Absolute(I64x2);
        I64x2Neg "i64x2.neg" Negate(I64x2); I8x16Popcnt "i8x16.popcnt" Popcnt;
        I16x8ExtendLowI8x16S "i16x8.extend_low_i8x16_s" Extend(I8x16, Low, Signed);
        I16x8ExtendLowI8x16U "i16x8.extend_low_i8x16_u" Extend(I8x16, Low, Unsigned);
        I16x8ExtendHighI8x16S "i16x8.extend_high_i8x16_s" Extend(I8x16, High, Signed);
        I16x8ExtendHighI8x16U "i16x8.extend_high_i8x16_u" Extend(I8x16, High, Unsigned);
        I32x4ExtendLowI16x8S "i32x4.extend_low_i16x8_s" Extend(I16x8, Low, Signed);
        I32x4ExtendLowI16x8U "i32x4.extend_low_i16x8_u" Extend(I16x8, Low, Unsigned);
        I32x4ExtendHighI16x8S "i32x4.extend_high_i16x8_s" Extend(I16x8, High, Signed);
        I32x4ExtendHighI16x8U "i32x4.extend_high_i16x8_u" Extend(I16x8, High, Unsigned);
        I64x2ExtendLowI32x4S "i64x2.extend_low_i32x4_s" Extend(I32x4, Low, Signed);
        I64x2ExtendLowI32x4U "i64x2.extend_low_i32x4_u" Extend(I32x4, Low, Unsigned);
        I64x2ExtendHighI32x4S "i64x2.extend_high_i32x4_s" Extend(I32x4, High, Signed);
        I64x2ExtendHighI32x4U "i64x2.extend_high_i32x4_u" Extend(I32x4, High, Unsigned);
        I16x8ExtAddPairwiseI8x16S "i16x8.extadd_pairwise_i8x16_s" ExtendAddPairs(I8x16, Signed);
        I16x8ExtAddPairwiseI8x16U "i16x8.extadd_pairwise_i8x16_u" ExtendAddPairs(I8x16, Unsigned);
        I32x4ExtAddPairwiseI16x8S "i32x4.extadd_pairwise_i16x8_s" ExtendAddPairs(I16x8, Signed);
        I32x4ExtAddPairwiseI16x8U "i32x4.extadd_pairwise_i16x8_u" ExtendAddPairs(I16x8, Unsigned);
        F32x4Ceil "f32x4.ceil" Each(F32Ceil); F32x4Floor "f32x4.floor" Each(F32Floor);
        F32x4Trunc "f32x4.trunc" Each(F32Trunc); F32x4Nearest "f32x4.nearest" Each(F32Nearest);
        F32x4Abs "f32x4.abs" Each(F32Abs); F32x4Neg "f32x4.neg" Each(F32Neg); F32x4Sqrt "f32x4.sqrt" Each(F32Sqrt);
        F64x2Ceil "f64x2.ceil" Each(F64Ceil); F64x2Floor "f64x2.floor" Each(F64Floor);
        F64x2Trunc "f64x2.trunc" Each(F64Trunc); F64x2Nearest "f64x2.nearest" Each(F64Nearest);
        F64x2Abs "f64x2.abs" Each(F64Abs); F64x2Neg "f64x2.neg" Each(F64Neg); F64x2Sqrt "f64x2.sqrt" Each(F64Sqrt);
        I32x4TruncSatF32x4S "i32x4.trunc_sat_f32x4_s" Each(I32TruncSatF32S);
        F32x4ConvertI32x4S "f32x4.convert_i32x4_s" Each(F32ConvertI32S);
        I32x4TruncSatF64x2SZero "i32x4.trunc_sat_f64x2_s_zero" ZeroPair(I32TruncSatF64S);
        F64x2ConvertLowI32x4S "f64x2.convert_low_i32x4_s" LowPair(F64ConvertI32S);
        I32x4TruncSatF32x4U "i32x4.trunc_sat_f32x4_u" Each(I32TruncSatF32U);
        F32x4ConvertI32x4U "f32x4.convert_i32x4_u" Each(F32ConvertI32U);
        I32x4TruncSatF64x2UZero "i32x4.trunc_sat_f64x2_u_zero" ZeroPair(I32TruncSatF64U);
        F64x2ConvertLowI32x4U "f64x2.convert_low_i32x4_u" LowPair(F64ConvertI32U);
        F32x4DemoteF64x2Zero "f32x4.demote_f64x2_zero" ZeroPair(F32DemoteF64);
        F64x2PromoteLowF32x4 "f64x2.promote_low_f32x4" LowPair(F64PromoteF32);
        I32x4RelaxedTruncF32x4S "i32x4.relaxed_trunc_f32x4_s" Each(I32TruncSatF32S);
        I32x4RelaxedTruncF32x4U "i32x4.relaxed_trunc_f32x4_u" Each(I32TruncSatF32U);
        I32x4RelaxedTruncF64x2SZero "i32x4.relaxed_trunc_f64x2_s_zero" ZeroPair(I32TruncSatF64S);
        I32x4RelaxedTruncF64x2UZero "i32x4.relaxed_trunc_f64x2_u_zero" ZeroPair(I32TruncSatF64U);
    }
}

operators! {
    /// An operator with a vector and a second operand, which is a vector too or the count of a shift.
    VectorBinaryOp BinaryRule {
        V128And "v128.and" Bits(I64And); V128AndNot "v128.andnot" AndNot; V128Or "v128.or" Bits(I64Or);
        V128Xor "v128.xor" Bits(I64Xor); I8x16Eq "i8x16.eq" Compare(I8x16, I32Eq);
        I8x16Ne "i8x16.ne" Compare(I8x16, I32Ne); I8x16LtS "i8x16.lt_s" Compare(I8x16, I32LtS);
        I8x16LtU "i8x16.lt_u" Compare(I8x16, I32LtU); I8x16GtS "i8x16.gt_s" Compare(I8x16, I32GtS);
        I8x16GtU "i8x16.gt_u" Compare(I8x16, I32GtU); I8x16LeS "i8x16.le_s" Compare(I8x16, I32LeS);
        I8x16LeU "i8x16.le_u" Compare(I8x16, I32LeU); I8x16GeS "i8x16.ge_s" Compare(I8x16, I32GeS);
        I8x16GeU "i8x16.ge_u" Compare(I8x16, I32GeU); I16x8Eq "i16x8.eq" Compare(I16x8, I32Eq);
        I16x8Ne "i16x8.ne" Compare(I16x8, I32Ne); I16x8LtS "i16x8.lt_s" Compare(I16x8, I32LtS);
        I16x8LtU "i16x8.lt_u" Compare(I16x8, I32LtU); I16x8GtS "i16x8.gt_s" Compare(I16x8, I32GtS);
        I16x8GtU "i16x8.gt_u" Compare(I16x8, I32GtU); I16x8LeS "i16x8.le_s" Compare(I16x8, I32LeS);
        I16x8LeU "i16x8.le_u" Compare(I16x8, I32LeU); I16x8GeS "i16x8.ge_s" Compare(I16x8, I32GeS);
        I16x8GeU "i16x8.ge_u" Compare(I16x8, I32GeU); I32x4Eq "i32x4.eq" Compare(I32x4, I32Eq);
        I32x4Ne "i32x4.ne" Compare(I32x4, I32Ne); I32x4LtS "i32x4.lt_s" Compare(I32x4, I32LtS);
        I32x4LtU "i32x4.lt_u" Compare(I32x4, I32LtU); I32x4GtS "i32x4.gt_s" Compare(I32x4, I32GtS);
        I32x4GtU "i32x4.gt_u" Compare(I32x4, I32GtU); I32x4LeS "i32x4.le_s" Compare(I32x4, I32LeS);
        I32x4LeU "i32x4.le_u" Compare(I32x4, I32LeU); I32x4GeS "i32x4.ge_s" Compare(I32x4, I32GeS);
        I32x4GeU "i32x4.ge_u" Compare(I32x4, I32GeU); I64x2Eq "i64x2.eq" Compare(I64x2, I64Eq);
        I64x2Ne "i64x2.ne" Compare(I64x2, I64Ne); I64x2LtS "i64x2.lt_s" Compare(I64x2, I64LtS);
        I64x2GtS "i64x2.gt_s" Compare(I64x2, I64GtS); I64x2LeS "i64x2.le_s" Compare(I64x2, I64LeS);
        I64x2GeS "i64x2.ge_s" Compare(I64x2, I64GeS); F32x4Eq "f32x4.eq" Compare(F32x4, F32Eq);
        F32x4Ne "f32x4.ne" Compare(F32x4, F32Ne); F32x4Lt "f32x4.lt" Compare(F32x4, F32Lt);
        F32x4Gt "f32x4.gt" Compare(F32x4, F32Gt); F32x4Le "f32x4.le" Compare(F32x4, F32Le);
        F32x4Ge "f32x4.ge" Compare(F32x4, F32Ge); F64x2Eq "f64x2.eq" Compare(F64x2, F64Eq);
        F64x2Ne "f64x2.ne" Compare(F64x2, F64Ne); F64x2Lt "f64x2.lt" Compare(F64x2, F64Lt);
        F64x2Gt "f64x2.gt" Compare(F64x2, F64Gt); F64x2Le "f64x2.le" Compare(F64x2, F64Le);
        F64x2Ge "f64x2.ge" Compare(F64x2, F64Ge); I8x16Add "i8x16.add" Each(I8x16, I32Add);
        I8x16Sub "i8x16.sub" Each(I8x16, I32Sub); I8x16Shl "i8x16.shl" Shift(I8x16, I32Shl);
        I8x16ShrS "i8x16.shr_s" Shift(I8x16, I32ShrS); I8x16ShrU "i8x16.shr_u" Shift(I8x16, I32ShrU);
        I8x16MinS "i8x16.min_s" Pick(I8x16, I32LtS); I8x16MinU "i8x16.min_u" Pick(I8x16, I32LtU);
        I8x16MaxS "i8x16.max_s" Pick(I8x16, I32GtS); I8x16MaxU "i8x16.max_u" Pick(I8x16, I32GtU);
        I16x8Add "i16x8.add" Each(I16x8, I32Add); I16x8Sub "i16x8.sub" Each(I16x8, I32Sub);
        I16x8Mul "i16x8.mul" Each(I16x8, I32Mul); I16x8Shl "i16x8.shl" Shift(I16x8, I32Shl);
        I16x8ShrS "i16x8.shr_s" Shift(I16x8, I32ShrS); I16x8ShrU "i16x8.shr_u" Shift(I16x8, I32ShrU);
        I16x8MinS "i16x8.min_s" Pick(I16x8, I32LtS); I16x8MinU "i16x8.min_u" Pick(I16x8, I32LtU);
        I16x8MaxS "i16x8.max_s" Pick(I16x8, I32GtS); I16x8MaxU "i16x8.max_u" Pick(I16x8, I32GtU);
        I32x4Add "i32x4.add" Each(I32x4, I32Add); I32x4Sub "i32x4.sub" Each(I32x4, I32Sub);
        I32x4Mul "i32x4.mul" Each(I32x4, I32Mul); I32x4Shl "i32x4.shl" Shift(I32x4, I32Shl);
        I32x4ShrS "i32x4.shr_s" Shift(I32x4, I32ShrS); I32x4ShrU "i32x4.shr_u" Shift(I32x4, I32ShrU);
        I32x4MinS "i32x4.min_s" Pick(I32x4, I32LtS); I32x4MinU "i32x4.min_u" Pick(I32x4, I32LtU);
        I32x4MaxS "i32x4.max_s" Pick(I32x4, I32GtS); I32x4MaxU "i32x4.max_u" Pick(I32x4, I32GtU);
        I64x2Add "i64x2.add" Each(I64x2, I64Add); I64x2Sub "i64x2.sub" Each(I64x2, I64Sub);
        I64x2Mul "i64x2.mul" Each(I64x2, I64Mul); I64x2Shl "i64x2.shl" Shift(I64x2, I64Shl);
        I64x2ShrS "i64x2.shr_s" Shift(I64x2, I64ShrS); I64x2ShrU "i64x2.shr_u" Shift(I64x2, I64ShrU);
        I8x16AddSatS "i8x16.add_sat_s" Saturate(I8x16, I32Add, Signed);
        I8x16AddSatU "i8x16.add_sat_u" Saturate(I8x16, I32Add, Unsigned);
        I8x16SubSatS "i8x16.sub_sat_s" Saturate(I8x16, I32Sub, Signed);
        I8x16SubSatU "i8x16.sub_sat_u" Saturate(I8x16, I32Sub, Unsigned); I8x16AvgrU "i8x16.avgr_u" Average(I8x16);
        I16x8AddSatS "i16x8.add_sat_s" Saturate(I16x8, I32Add, Signed);
        I16x8AddSatU "i16x8.add_sat_u" Saturate(I16x8, I32Add, Unsigned);
        I16x8SubSatS "i16x8.sub_sat_s" Saturate(I16x8, I32Sub, Signed);
        I16x8SubSatU "i16x8.sub_sat_u" Saturate(I16x8, I32Sub, Unsigned); I16x8AvgrU "i16x8.avgr_u" Average(I16x8);
        I16x8Q15MulrSatS "i16x8.q15mulr_sat_s" FractionProduct;
        I8x16NarrowI16x8S "i8x16.narrow_i16x8_s" Narrow(I8x16, Signed);
        I8x16NarrowI16x8U "i8x16.narrow_i16x8_u" Narrow(I8x16, Unsigned);
        I16x8NarrowI32x4S "i16x8.narrow_i32x4_s" Narrow(I16x8, Signed);
        I16x8NarrowI32x4U "i16x8.narrow_i32x4_u" Narrow(I16x8, Unsigned);
        I16x8ExtMulLowI8x16S "i16x8.extmul_low_i8x16_s" ExtendMul(I8x16, Low, Signed);
        I16x8ExtMulLowI8x16U "i16x8.extmul_low_i8x16_u" ExtendMul(I8x16, Low, Unsigned);
        I16x8ExtMulHighI8x16S "i16x8.extmul_high_i8x16_s" ExtendMul(I8x16, High, Signed);
        I16x8ExtMulHighI8x16U "i16x8.extmul_high_i8x16_u" ExtendMul(I8x16, High, Unsigned);
        I32x4ExtMulLowI16x8S "i32x4.extmul_low_i16x8_s" ExtendMul(I16x8, Low, Signed);
        I32x4ExtMulLowI16x8U "i32x4.extmul_low_i16x8_u" ExtendMul(I16x8, Low, Unsigned);
        I32x4ExtMulHighI16x8S "i32x4.extmul_high_i16x8_s" ExtendMul(I16x8, High, Signed);
        I32x4ExtMulHighI16x8U "i32x4.extmul_high_i16x8_u" ExtendMul(I16x8, High, Unsigned);
        I64x2ExtMulLowI32x4S "i64x2.extmul_low_i32x4_s" ExtendMul(I32x4, Low, Signed);
        I64x2ExtMulLowI32x4U "i64x2.extmul_low_i32x4_u" ExtendMul(I32x4, Low, Unsigned);
        I64x2ExtMulHighI32x4S "i64x2.extmul_high_i32x4_s" ExtendMul(I32x4, High, Signed);
        I64x2ExtMulHighI32x4U "i64x2.extmul_high_i32x4_u" ExtendMul(I32x4, High, Unsigned);
        I32x4DotI16x8S "i32x4.dot_i16x8_s" Dot(I16x8); I8x16Swizzle "i8x16.swizzle" Swizzle;
        F32x4Add "f32x4.add" Each(F32x4, F32Add); F32x4Sub "f32x4.sub" Each(F32x4, F32Sub);
        F32x4Mul "f32x4.mul" Each(F32x4, F32Mul); F32x4Div "f32x4.div" Each(F32x4, F32Div);
        F32x4Min "f32x4.min" Each(F32x4, F32Min); F32x4Max "f32x4.max" Each(F32x4, F32Max);
        F32x4PMin "f32x4.pmin" Pick(F32x4, F32Lt); F32x4PMax "f32x4.pmax" Pick(F32x4, F32Gt);
        F64x2Add "f64x2.add" Each(F64x2, F64Add); F64x2Sub "f64x2.sub" Each(F64x2, F64Sub);
        F64x2Mul "f64x2.mul" Each(F64x2, F64Mul); F64x2Div "f64x2.div" Each(F64x2, F64Div);
        F64x2Min "f64x2.min" Each(F64x2, F64Min); F64x2Max "f64x2.max" Each(F64x2, F64Max);
        F64x2PMin "f64x2.pmin" Pick(F64x2, F64Lt); F64x2PMax "f64x2.pmax" Pick(F64x2, F64Gt);
        I8x16RelaxedSwizzle "i8x16.relaxed_swizzle" Swizzle;
        F32x4RelaxedMin "f32x4.relaxed_min" Each(F32x4, F32Min);
        F32x4RelaxedMax "f32x4.relaxed_max" Each(F32x4, F32Max);
        F64x2RelaxedMin "f64x2.relaxed_min" Each(F64x2, F64Min);
        F64x2RelaxedMax "f64x2.relaxed_max" Each(F64x2, F64Max);
        I16x8RelaxedQ15mulrS "i16x8.relaxed_q15mulr_s" FractionProduct;
        I16x8RelaxedDotI8x16I7x16S "i16x8.relaxed_dot_i8x16_i7x16_s" Dot(I8x16);
    }
}

operators! {
    /// An operator with three vectors.
    VectorTernaryOp TernaryRule {
        V128Bitselect "v128.bitselect" Bitselect;
        I8x16RelaxedLaneselect "i8x16.relaxed_laneselect" Bitselect;
        I16x8RelaxedLaneselect "i16x8.relaxed_laneselect" Bitselect;
        I32x4RelaxedLaneselect "i32x4.relaxed_laneselect" Bitselect;
        I64x2RelaxedLaneselect "i64x2.relaxed_laneselect" Bitselect;
        F32x4RelaxedMadd "f32x4.relaxed_madd" MultiplyAdd(F32x4);
        F32x4RelaxedNmadd "f32x4.relaxed_nmadd" MultiplySubtract(F32x4);
        F64x2RelaxedMadd "f64x2.relaxed_madd" MultiplyAdd(F64x2);
        F64x2RelaxedNmadd "f64x2.relaxed_nmadd" MultiplySubtract(F64x2);
        I32x4RelaxedDotI8x16I7x16AddS "i32x4.relaxed_dot_i8x16_i7x16_add_s" DotAdd;
    }
}

impl VectorUnaryOp {
    /// The type of the operand.
    pub fn operand(self) -> Type {
        match self.rule() {
            UnaryRule::Splat(shape) => shape.scalar(),
            _ => Type::V128,
        }
    }

    /// The type of the result.
    pub fn result(self) -> Type {
        match self.rule() {
            UnaryRule::AnyTrue | UnaryRule::AllTrue(_) | UnaryRule::Bitmask(_) => Type::I32,
            _ => Type::V128,
        }
    }
}

impl VectorBinaryOp {
    /// The type of the second operand; the first is a vector, and so is the result.
    pub fn second(self) -> Type {
        match self.rule() {
            BinaryRule::Shift(..) => Type::I32,
            _ => Type::V128,
        }
    }
}
