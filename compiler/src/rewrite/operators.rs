//! LoweredOp's trap-free operators as walrus operators: a flat table.

use ir::lowered::{BinaryOp, UnaryOp};
use walrus::ir::{BinaryOp as WasmBinary, UnaryOp as WasmUnary};

macro_rules! table {
    ($(#[$doc:meta])* $name:ident: $from:ident => $to:ident { $($same:ident)* ; $($op:ident = $other:ident)* }) => {
        $(#[$doc])*
        pub fn $name(op: $from) -> Option<$to> {
            match op {
                $($from::$same => Some($to::$same),)*
                $($from::$op => Some($to::$other),)*
                op => {
                    debug_assert!(op.can_trap(), "{} is missing from the table", op.name());
                    None
                }
            }
        }
    };
}

table! {
    /// The walrus operator; `None` if the operator can trap.
    unary: UnaryOp => WasmUnary {
        I32Clz I32Ctz I32Popcnt I32Eqz I64Clz I64Ctz I64Popcnt I64Eqz
        I32Extend8S I32Extend16S I64Extend8S I64Extend16S I64Extend32S I32WrapI64
        F32Abs F32Neg F32Ceil F32Floor F32Trunc F32Nearest F32Sqrt
        F64Abs F64Neg F64Ceil F64Floor F64Trunc F64Nearest F64Sqrt
        F32DemoteF64 F64PromoteF32 I32ReinterpretF32 I64ReinterpretF64 F32ReinterpretI32 F64ReinterpretI64
        ;
        I64ExtendI32S = I64ExtendSI32 I64ExtendI32U = I64ExtendUI32
        I32TruncSatF32S = I32TruncSSatF32 I32TruncSatF32U = I32TruncUSatF32
        I32TruncSatF64S = I32TruncSSatF64 I32TruncSatF64U = I32TruncUSatF64
        I64TruncSatF32S = I64TruncSSatF32 I64TruncSatF32U = I64TruncUSatF32
        I64TruncSatF64S = I64TruncSSatF64 I64TruncSatF64U = I64TruncUSatF64
        F32ConvertI32S = F32ConvertSI32 F32ConvertI32U = F32ConvertUI32
        F32ConvertI64S = F32ConvertSI64 F32ConvertI64U = F32ConvertUI64
        F64ConvertI32S = F64ConvertSI32 F64ConvertI32U = F64ConvertUI32
        F64ConvertI64S = F64ConvertSI64 F64ConvertI64U = F64ConvertUI64
    }
}

table! {
    /// The walrus operator; `None` if the operator can trap.
    binary: BinaryOp => WasmBinary {
        I32Add I32Sub I32Mul I32And I32Or I32Xor I32Shl I32ShrS I32ShrU I32Rotl I32Rotr
        I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU
        I64Add I64Sub I64Mul I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl I64Rotr
        I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU
        F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign F32Eq F32Ne F32Lt F32Gt F32Le F32Ge
        F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign F64Eq F64Ne F64Lt F64Gt F64Le F64Ge
        ;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_trapping_operators_are_missing() {
        for &op in UnaryOp::ALL {
            assert_eq!(unary(op).is_none(), op.can_trap(), "{}", op.name());
        }
        for &op in BinaryOp::ALL {
            assert_eq!(binary(op).is_none(), op.can_trap(), "{}", op.name());
        }
    }
}
