//! The scalar operators: one row each, with name, operand type, result type and whether it can trap.
//!
//! An operator's type rule, its name and its trap are written here and nowhere else; its value is written in `eval`.

use super::Type;
use serde::{Deserialize, Serialize};

macro_rules! operators {
    ($(#[$doc:meta])* $name:ident { $($op:ident $text:literal $from:ident $to:ident $traps:literal;)* }) => {
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

            /// The type of every operand.
            pub fn operand(self) -> Type {
                match self { $($name::$op => Type::$from),* }
            }

            /// The type of the result.
            pub fn result(self) -> Type {
                match self { $($name::$op => Type::$to),* }
            }

            /// True if some operand makes the operator trap in Wasm; a kernel bails there.
            pub fn can_trap(self) -> bool {
                match self { $($name::$op => $traps),* }
            }
        }
    };
}

operators! {
    /// An operator with one operand.
    UnaryOp {
        I32Clz "i32.clz" I32 I32 false; I32Ctz "i32.ctz" I32 I32 false; I32Popcnt "i32.popcnt" I32 I32 false;
        I32Eqz "i32.eqz" I32 I32 false;
        I64Clz "i64.clz" I64 I64 false; I64Ctz "i64.ctz" I64 I64 false; I64Popcnt "i64.popcnt" I64 I64 false;
        I64Eqz "i64.eqz" I64 I32 false;
        I32Extend8S "i32.extend8_s" I32 I32 false; I32Extend16S "i32.extend16_s" I32 I32 false;
        I64Extend8S "i64.extend8_s" I64 I64 false; I64Extend16S "i64.extend16_s" I64 I64 false;
        I64Extend32S "i64.extend32_s" I64 I64 false;
        I32WrapI64 "i32.wrap_i64" I64 I32 false;
        I64ExtendI32S "i64.extend_i32_s" I32 I64 false; I64ExtendI32U "i64.extend_i32_u" I32 I64 false;
        F32Abs "f32.abs" F32 F32 false; F32Neg "f32.neg" F32 F32 false; F32Ceil "f32.ceil" F32 F32 false;
        F32Floor "f32.floor" F32 F32 false; F32Trunc "f32.trunc" F32 F32 false;
        F32Nearest "f32.nearest" F32 F32 false; F32Sqrt "f32.sqrt" F32 F32 false;
        F64Abs "f64.abs" F64 F64 false; F64Neg "f64.neg" F64 F64 false; F64Ceil "f64.ceil" F64 F64 false;
        F64Floor "f64.floor" F64 F64 false; F64Trunc "f64.trunc" F64 F64 false;
        F64Nearest "f64.nearest" F64 F64 false; F64Sqrt "f64.sqrt" F64 F64 false;
        I32TruncF32S "i32.trunc_f32_s" F32 I32 true; I32TruncF32U "i32.trunc_f32_u" F32 I32 true;
        I32TruncF64S "i32.trunc_f64_s" F64 I32 true; I32TruncF64U "i32.trunc_f64_u" F64 I32 true;
        I64TruncF32S "i64.trunc_f32_s" F32 I64 true; I64TruncF32U "i64.trunc_f32_u" F32 I64 true;
        I64TruncF64S "i64.trunc_f64_s" F64 I64 true; I64TruncF64U "i64.trunc_f64_u" F64 I64 true;
        I32TruncSatF32S "i32.trunc_sat_f32_s" F32 I32 false; I32TruncSatF32U "i32.trunc_sat_f32_u" F32 I32 false;
        I32TruncSatF64S "i32.trunc_sat_f64_s" F64 I32 false; I32TruncSatF64U "i32.trunc_sat_f64_u" F64 I32 false;
        I64TruncSatF32S "i64.trunc_sat_f32_s" F32 I64 false; I64TruncSatF32U "i64.trunc_sat_f32_u" F32 I64 false;
        I64TruncSatF64S "i64.trunc_sat_f64_s" F64 I64 false; I64TruncSatF64U "i64.trunc_sat_f64_u" F64 I64 false;
        F32ConvertI32S "f32.convert_i32_s" I32 F32 false; F32ConvertI32U "f32.convert_i32_u" I32 F32 false;
        F32ConvertI64S "f32.convert_i64_s" I64 F32 false; F32ConvertI64U "f32.convert_i64_u" I64 F32 false;
        F64ConvertI32S "f64.convert_i32_s" I32 F64 false; F64ConvertI32U "f64.convert_i32_u" I32 F64 false;
        F64ConvertI64S "f64.convert_i64_s" I64 F64 false; F64ConvertI64U "f64.convert_i64_u" I64 F64 false;
        F32DemoteF64 "f32.demote_f64" F64 F32 false; F64PromoteF32 "f64.promote_f32" F32 F64 false;
        I32ReinterpretF32 "i32.reinterpret_f32" F32 I32 false; I64ReinterpretF64 "i64.reinterpret_f64" F64 I64 false;
        F32ReinterpretI32 "f32.reinterpret_i32" I32 F32 false; F64ReinterpretI64 "f64.reinterpret_i64" I64 F64 false;
    }
}

operators! {
    /// An operator with three operands of one type. Wasm has none: vectors in scalar lanes need them.
    TernaryOp {
        F32Fma "f32.fma" F32 F32 false; F64Fma "f64.fma" F64 F64 false;
    }
}

operators! {
    /// An operator with two operands of one type.
    BinaryOp {
        I32Add "i32.add" I32 I32 false; I32Sub "i32.sub" I32 I32 false; I32Mul "i32.mul" I32 I32 false;
        I32DivS "i32.div_s" I32 I32 true; I32DivU "i32.div_u" I32 I32 true;
        I32RemS "i32.rem_s" I32 I32 true; I32RemU "i32.rem_u" I32 I32 true;
        I32And "i32.and" I32 I32 false; I32Or "i32.or" I32 I32 false; I32Xor "i32.xor" I32 I32 false;
        I32Shl "i32.shl" I32 I32 false; I32ShrS "i32.shr_s" I32 I32 false; I32ShrU "i32.shr_u" I32 I32 false;
        I32Rotl "i32.rotl" I32 I32 false; I32Rotr "i32.rotr" I32 I32 false;
        I32Eq "i32.eq" I32 I32 false; I32Ne "i32.ne" I32 I32 false;
        I32LtS "i32.lt_s" I32 I32 false; I32LtU "i32.lt_u" I32 I32 false;
        I32GtS "i32.gt_s" I32 I32 false; I32GtU "i32.gt_u" I32 I32 false;
        I32LeS "i32.le_s" I32 I32 false; I32LeU "i32.le_u" I32 I32 false;
        I32GeS "i32.ge_s" I32 I32 false; I32GeU "i32.ge_u" I32 I32 false;
        I64Add "i64.add" I64 I64 false; I64Sub "i64.sub" I64 I64 false; I64Mul "i64.mul" I64 I64 false;
        I64DivS "i64.div_s" I64 I64 true; I64DivU "i64.div_u" I64 I64 true;
        I64RemS "i64.rem_s" I64 I64 true; I64RemU "i64.rem_u" I64 I64 true;
        I64And "i64.and" I64 I64 false; I64Or "i64.or" I64 I64 false; I64Xor "i64.xor" I64 I64 false;
        I64Shl "i64.shl" I64 I64 false; I64ShrS "i64.shr_s" I64 I64 false; I64ShrU "i64.shr_u" I64 I64 false;
        I64Rotl "i64.rotl" I64 I64 false; I64Rotr "i64.rotr" I64 I64 false;
        I64Eq "i64.eq" I64 I32 false; I64Ne "i64.ne" I64 I32 false;
        I64LtS "i64.lt_s" I64 I32 false; I64LtU "i64.lt_u" I64 I32 false;
        I64GtS "i64.gt_s" I64 I32 false; I64GtU "i64.gt_u" I64 I32 false;
        I64LeS "i64.le_s" I64 I32 false; I64LeU "i64.le_u" I64 I32 false;
        I64GeS "i64.ge_s" I64 I32 false; I64GeU "i64.ge_u" I64 I32 false;
        F32Add "f32.add" F32 F32 false; F32Sub "f32.sub" F32 F32 false; F32Mul "f32.mul" F32 F32 false;
        F32Div "f32.div" F32 F32 false; F32Min "f32.min" F32 F32 false; F32Max "f32.max" F32 F32 false;
        F32Copysign "f32.copysign" F32 F32 false;
        F32Eq "f32.eq" F32 I32 false; F32Ne "f32.ne" F32 I32 false; F32Lt "f32.lt" F32 I32 false;
        F32Gt "f32.gt" F32 I32 false; F32Le "f32.le" F32 I32 false; F32Ge "f32.ge" F32 I32 false;
        F64Add "f64.add" F64 F64 false; F64Sub "f64.sub" F64 F64 false; F64Mul "f64.mul" F64 F64 false;
        F64Div "f64.div" F64 F64 false; F64Min "f64.min" F64 F64 false; F64Max "f64.max" F64 F64 false;
        F64Copysign "f64.copysign" F64 F64 false;
        F64Eq "f64.eq" F64 I32 false; F64Ne "f64.ne" F64 I32 false; F64Lt "f64.lt" F64 I32 false;
        F64Gt "f64.gt" F64 I32 false; F64Le "f64.le" F64 I32 false; F64Ge "f64.ge" F64 I32 false;
    }
}
