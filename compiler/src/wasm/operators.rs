//! The table of Wasm operators: which LoweredOp operation each one is. That of the vectors is `vectors`.
//!
//! An operator that stands in no table is foreign: a function may hold it, a kernel may not.

use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type, UnaryOp};
use wasmparser::{MemArg, Operator};

/// What an operator does, for those a kernel may hold.
pub enum Meaning {
    /// Pushes a constant.
    Const(Const),
    /// Pops one, pushes one.
    Unary(UnaryOp),
    /// Pops two, pushes one.
    Binary(BinaryOp),
    /// Pops an address, pushes a value.
    Load(LoadKind, MemArg),
    /// Pops an address and a value.
    Store(StoreKind, MemArg),
}

macro_rules! same_name {
    ($operator:expr, $kind:ident: $($op:ident)*) => {
        match $operator {
            $(Operator::$op => return Some(Meaning::$kind(same_name!(@$kind $op))),)*
            _ => {}
        }
    };
    (@Unary $op:ident) => { UnaryOp::$op };
    (@Binary $op:ident) => { BinaryOp::$op };
}

/// The meaning of `operator`, if a kernel may hold it.
pub fn meaning(operator: &Operator<'_>) -> Option<Meaning> {
    same_name!(operator, Unary: I32Clz I32Ctz I32Popcnt I32Eqz I64Clz I64Ctz I64Popcnt I64Eqz I32Extend8S I32Extend16S
        I64Extend8S I64Extend16S I64Extend32S I32WrapI64 I64ExtendI32S I64ExtendI32U F32Abs F32Neg F32Ceil F32Floor F32Trunc
        F32Nearest F32Sqrt F64Abs F64Neg F64Ceil F64Floor F64Trunc F64Nearest F64Sqrt I32TruncF32S I32TruncF32U I32TruncF64S
        I32TruncF64U I64TruncF32S I64TruncF32U I64TruncF64S I64TruncF64U I32TruncSatF32S I32TruncSatF32U I32TruncSatF64S
        I32TruncSatF64U I64TruncSatF32S I64TruncSatF32U I64TruncSatF64S I64TruncSatF64U F32ConvertI32S F32ConvertI32U
        F32ConvertI64S F32ConvertI64U F64ConvertI32S F64ConvertI32U F64ConvertI64S F64ConvertI64U F32DemoteF64 F64PromoteF32
        I32ReinterpretF32 I64ReinterpretF64 F32ReinterpretI32 F64ReinterpretI64);
    same_name!(operator, Binary: I32Add I32Sub I32Mul I32DivS I32DivU I32RemS I32RemU I32And I32Or I32Xor I32Shl I32ShrS
        I32ShrU I32Rotl I32Rotr I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU I64Add I64Sub I64Mul I64DivS
        I64DivU I64RemS I64RemU I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl I64Rotr I64Eq I64Ne I64LtS I64LtU I64GtS
        I64GtU I64LeS I64LeU I64GeS I64GeU F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign F32Eq F32Ne F32Lt F32Gt F32Le
        F32Ge F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign F64Eq F64Ne F64Lt F64Gt F64Le F64Ge);
    constant(operator).map(Meaning::Const).or_else(|| access(operator))
}

/// The constant that `operator` pushes.
pub fn constant(operator: &Operator<'_>) -> Option<Const> {
    Some(match operator {
        Operator::I32Const { value } => Const::i32(*value),
        Operator::I64Const { value } => Const::i64(*value),
        Operator::F32Const { value } => Const { ty: Type::F32, bits: value.bits() as u64 },
        Operator::F64Const { value } => Const { ty: Type::F64, bits: value.bits() },
        _ => return None,
    })
}

fn access(operator: &Operator<'_>) -> Option<Meaning> {
    use Operator as O;
    Some(match operator {
        O::I32Load { memarg } => Meaning::Load(LoadKind::I32, *memarg),
        O::I64Load { memarg } => Meaning::Load(LoadKind::I64, *memarg),
        O::F32Load { memarg } => Meaning::Load(LoadKind::F32, *memarg),
        O::F64Load { memarg } => Meaning::Load(LoadKind::F64, *memarg),
        O::I32Load8S { memarg } => Meaning::Load(LoadKind::I32S8, *memarg),
        O::I32Load8U { memarg } => Meaning::Load(LoadKind::I32U8, *memarg),
        O::I32Load16S { memarg } => Meaning::Load(LoadKind::I32S16, *memarg),
        O::I32Load16U { memarg } => Meaning::Load(LoadKind::I32U16, *memarg),
        O::I64Load8S { memarg } => Meaning::Load(LoadKind::I64S8, *memarg),
        O::I64Load8U { memarg } => Meaning::Load(LoadKind::I64U8, *memarg),
        O::I64Load16S { memarg } => Meaning::Load(LoadKind::I64S16, *memarg),
        O::I64Load16U { memarg } => Meaning::Load(LoadKind::I64U16, *memarg),
        O::I64Load32S { memarg } => Meaning::Load(LoadKind::I64S32, *memarg),
        O::I64Load32U { memarg } => Meaning::Load(LoadKind::I64U32, *memarg),
        O::I32Store { memarg } => Meaning::Store(StoreKind::I32, *memarg),
        O::I64Store { memarg } => Meaning::Store(StoreKind::I64, *memarg),
        O::F32Store { memarg } => Meaning::Store(StoreKind::F32, *memarg),
        O::F64Store { memarg } => Meaning::Store(StoreKind::F64, *memarg),
        O::I32Store8 { memarg } => Meaning::Store(StoreKind::I32As8, *memarg),
        O::I32Store16 { memarg } => Meaning::Store(StoreKind::I32As16, *memarg),
        O::I64Store8 { memarg } => Meaning::Store(StoreKind::I64As8, *memarg),
        O::I64Store16 { memarg } => Meaning::Store(StoreKind::I64As16, *memarg),
        O::I64Store32 { memarg } => Meaning::Store(StoreKind::I64As32, *memarg),
        _ => return None,
    })
}

macro_rules! operator_names {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($arity:tt)*))*) => {
        /// The name of the visitor method of an operator, `visit_i32_add` for `i32.add`.
        fn visitor(operator: &Operator<'_>) -> &'static str {
            match operator {
                $(Operator::$op $({ $($arg: _),* })? => stringify!($visit),)*
                _ => "visit_unknown",
            }
        }
    };
}
wasmparser::for_each_operator!(operator_names);

/// The Wasm text name of an operator, `memory.grow` for `MemoryGrow`.
pub fn name(operator: &Operator<'_>) -> String {
    let snake = visitor(operator).trim_start_matches("visit_");
    let groups = [
        "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2", "v128", "i32", "i64", "f32", "f64", "memory", "table",
        "data", "elem", "local", "global", "ref", "struct", "array", "i31", "atomic", "cont",
    ];
    for group in groups {
        if let Some(rest) = snake.strip_prefix(group).and_then(|r| r.strip_prefix('_')) {
            return format!("{group}.{rest}");
        }
    }
    snake.to_string()
}

/// True if the operator reads or writes a linear memory.
pub fn accesses_memory(operator: &Operator<'_>) -> bool {
    if access(operator).is_some() {
        return true;
    }
    let name = visitor(operator);
    name.contains("load") || name.contains("store") || name.contains("atomic") || name.contains("visit_memory")
}
