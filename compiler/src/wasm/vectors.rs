//! The table of Wasm's vector operators: which LoweredOp operations each one is.
//!
//! Most are one row of `ir::lowered::vector`. Loads and stores of parts of a vector are those of scalars, with an operator on
//! vectors beside them. Relaxed operators have rows of their own, by which a host knows what a kernel supposes of its engine
//! (`ir::lowered::relaxed`). The alignment hint of a whole access says in which pieces a device that needs alignment makes it.

use super::translate::Translator;
use ir::lowered::{Inst, LoadKind, Op, Shape, StoreKind, Type, Value, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
use wasmparser::{MemArg, Operator};

/// What an operator from or to a vector does.
pub enum VectorMeaning {
    /// Pushes a constant.
    Const([u8; 16]),
    /// Pops one, pushes one.
    Unary(VectorUnaryOp),
    /// Pops two, pushes one.
    Binary(VectorBinaryOp),
    /// Pops three, pushes one.
    Ternary(VectorTernaryOp),
    /// Pops two, pushes bytes of both.
    Shuffle([u8; 16]),
    /// Pops a vector, pushes a lane, sign-extended or not.
    Extract(Shape, bool, u8),
    /// Pops a vector and a lane, pushes a vector.
    Replace(Shape, u8),
    /// Pops an address, loads a vector.
    Load(LoadKind, MemArg),
    /// Pops an address and a vector.
    Store(StoreKind, MemArg),
    /// Pops an address, loads a scalar, to which these are applied.
    LoadThen(LoadKind, &'static [VectorUnaryOp], MemArg),
    /// Pops an address, loads the lowest lane; the others are zero.
    LoadZero(LoadKind, Shape, MemArg),
    /// Pops an address and a vector, loads a lane of it.
    LoadLane(LoadKind, Shape, u8, MemArg),
    /// Pops an address and a vector, stores a lane of it.
    StoreLane(StoreKind, Shape, u8, MemArg),
}

macro_rules! same_name {
    ($operator:expr, $kind:ident $table:ident: $($op:ident)*) => {
        match $operator {
            $(Operator::$op => return Some(VectorMeaning::$kind($table::$op)),)*
            _ => {}
        }
    };
}

/// The meaning of `operator`, if it has to do with vectors and a kernel may hold it.
pub fn meaning(operator: &Operator<'_>) -> Option<VectorMeaning> {
    same_name!(operator, Unary VectorUnaryOp: I8x16Splat I16x8Splat I32x4Splat I64x2Splat F32x4Splat F64x2Splat V128Not V128AnyTrue I8x16AllTrue
        I8x16Bitmask I16x8AllTrue I16x8Bitmask I32x4AllTrue I32x4Bitmask I64x2AllTrue I64x2Bitmask I8x16Abs
        I8x16Neg I16x8Abs I16x8Neg I32x4Abs I32x4Neg I64x2Abs I64x2Neg I8x16Popcnt I16x8ExtendLowI8x16S
        I16x8ExtendLowI8x16U I16x8ExtendHighI8x16S I16x8ExtendHighI8x16U I32x4ExtendLowI16x8S
        I32x4ExtendLowI16x8U I32x4ExtendHighI16x8S I32x4ExtendHighI16x8U I64x2ExtendLowI32x4S
        I64x2ExtendLowI32x4U I64x2ExtendHighI32x4S I64x2ExtendHighI32x4U I16x8ExtAddPairwiseI8x16S
        I16x8ExtAddPairwiseI8x16U I32x4ExtAddPairwiseI16x8S I32x4ExtAddPairwiseI16x8U F32x4Ceil F32x4Floor
        F32x4Trunc F32x4Nearest F32x4Abs F32x4Neg F32x4Sqrt F64x2Ceil F64x2Floor F64x2Trunc F64x2Nearest
        F64x2Abs F64x2Neg F64x2Sqrt I32x4TruncSatF32x4S F32x4ConvertI32x4S I32x4TruncSatF64x2SZero
        F64x2ConvertLowI32x4S I32x4TruncSatF32x4U F32x4ConvertI32x4U I32x4TruncSatF64x2UZero
        F64x2ConvertLowI32x4U F32x4DemoteF64x2Zero F64x2PromoteLowF32x4 I32x4RelaxedTruncF32x4S
        I32x4RelaxedTruncF32x4U I32x4RelaxedTruncF64x2SZero I32x4RelaxedTruncF64x2UZero);
    same_name!(operator, Binary VectorBinaryOp: V128And V128AndNot V128Or V128Xor I8x16Eq I8x16Ne I8x16LtS I8x16LtU I8x16GtS I8x16GtU I8x16LeS I8x16LeU
        I8x16GeS I8x16GeU I16x8Eq I16x8Ne I16x8LtS I16x8LtU I16x8GtS I16x8GtU I16x8LeS I16x8LeU I16x8GeS
        I16x8GeU I32x4Eq I32x4Ne I32x4LtS I32x4LtU I32x4GtS I32x4GtU I32x4LeS I32x4LeU I32x4GeS I32x4GeU I64x2Eq
        I64x2Ne I64x2LtS I64x2GtS I64x2LeS I64x2GeS F32x4Eq F32x4Ne F32x4Lt F32x4Gt F32x4Le F32x4Ge F64x2Eq
        F64x2Ne F64x2Lt F64x2Gt F64x2Le F64x2Ge I8x16Add I8x16Sub I8x16Shl I8x16ShrS I8x16ShrU I8x16MinS
        I8x16MinU I8x16MaxS I8x16MaxU I16x8Add I16x8Sub I16x8Mul I16x8Shl I16x8ShrS I16x8ShrU I16x8MinS
        I16x8MinU I16x8MaxS I16x8MaxU I32x4Add I32x4Sub I32x4Mul I32x4Shl I32x4ShrS I32x4ShrU I32x4MinS
        I32x4MinU I32x4MaxS I32x4MaxU I64x2Add I64x2Sub I64x2Mul I64x2Shl I64x2ShrS I64x2ShrU I8x16AddSatS
        I8x16AddSatU I8x16SubSatS I8x16SubSatU I8x16AvgrU I16x8AddSatS I16x8AddSatU I16x8SubSatS I16x8SubSatU
        I16x8AvgrU I16x8Q15MulrSatS I8x16NarrowI16x8S I8x16NarrowI16x8U I16x8NarrowI32x4S I16x8NarrowI32x4U
        I16x8ExtMulLowI8x16S I16x8ExtMulLowI8x16U I16x8ExtMulHighI8x16S I16x8ExtMulHighI8x16U
        I32x4ExtMulLowI16x8S I32x4ExtMulLowI16x8U I32x4ExtMulHighI16x8S I32x4ExtMulHighI16x8U
        I64x2ExtMulLowI32x4S I64x2ExtMulLowI32x4U I64x2ExtMulHighI32x4S I64x2ExtMulHighI32x4U I32x4DotI16x8S
        I8x16Swizzle F32x4Add F32x4Sub F32x4Mul F32x4Div F32x4Min F32x4Max F32x4PMin F32x4PMax F64x2Add F64x2Sub
        F64x2Mul F64x2Div F64x2Min F64x2Max F64x2PMin F64x2PMax I8x16RelaxedSwizzle F32x4RelaxedMin F32x4RelaxedMax
        F64x2RelaxedMin F64x2RelaxedMax I16x8RelaxedQ15mulrS I16x8RelaxedDotI8x16I7x16S);
    same_name!(operator, Ternary VectorTernaryOp: V128Bitselect I8x16RelaxedLaneselect I16x8RelaxedLaneselect I32x4RelaxedLaneselect
        I64x2RelaxedLaneselect F32x4RelaxedMadd F32x4RelaxedNmadd F64x2RelaxedMadd F64x2RelaxedNmadd
        I32x4RelaxedDotI8x16I7x16AddS);
    access(operator).or_else(|| lane(operator))
}

fn lane(operator: &Operator<'_>) -> Option<VectorMeaning> {
    use Operator as O;
    use VectorMeaning::{Extract, Replace};
    Some(match *operator {
        O::V128Const { value } => VectorMeaning::Const(*value.bytes()),
        O::I8x16Shuffle { lanes } => VectorMeaning::Shuffle(lanes),
        O::I8x16ExtractLaneS { lane } => Extract(Shape::I8x16, true, lane),
        O::I8x16ExtractLaneU { lane } => Extract(Shape::I8x16, false, lane),
        O::I16x8ExtractLaneS { lane } => Extract(Shape::I16x8, true, lane),
        O::I16x8ExtractLaneU { lane } => Extract(Shape::I16x8, false, lane),
        O::I32x4ExtractLane { lane } => Extract(Shape::I32x4, false, lane),
        O::I64x2ExtractLane { lane } => Extract(Shape::I64x2, false, lane),
        O::F32x4ExtractLane { lane } => Extract(Shape::F32x4, false, lane),
        O::F64x2ExtractLane { lane } => Extract(Shape::F64x2, false, lane),
        O::I8x16ReplaceLane { lane } => Replace(Shape::I8x16, lane),
        O::I16x8ReplaceLane { lane } => Replace(Shape::I16x8, lane),
        O::I32x4ReplaceLane { lane } => Replace(Shape::I32x4, lane),
        O::I64x2ReplaceLane { lane } => Replace(Shape::I64x2, lane),
        O::F32x4ReplaceLane { lane } => Replace(Shape::F32x4, lane),
        O::F64x2ReplaceLane { lane } => Replace(Shape::F64x2, lane),
        _ => return None,
    })
}

/// The loads and stores of vectors and of parts of them.
fn access(operator: &Operator<'_>) -> Option<VectorMeaning> {
    use Operator as O;
    use VectorMeaning::{LoadLane, LoadThen, LoadZero, StoreLane};
    use VectorUnaryOp::*;
    let extended = |op: &'static [VectorUnaryOp], memarg| Some(LoadThen(LoadKind::I64, op, memarg));
    match *operator {
        O::V128Load { memarg } => Some(VectorMeaning::Load(load_kind(memarg), memarg)),
        O::V128Store { memarg } => Some(VectorMeaning::Store(store_kind(memarg), memarg)),
        O::V128Load8Splat { memarg } => Some(LoadThen(LoadKind::I32U8, &[I8x16Splat], memarg)),
        O::V128Load16Splat { memarg } => Some(LoadThen(LoadKind::I32U16, &[I16x8Splat], memarg)),
        O::V128Load32Splat { memarg } => Some(LoadThen(LoadKind::I32, &[I32x4Splat], memarg)),
        O::V128Load64Splat { memarg } => Some(LoadThen(LoadKind::I64, &[I64x2Splat], memarg)),
        O::V128Load8x8S { memarg } => extended(&[I64x2Splat, I16x8ExtendLowI8x16S], memarg),
        O::V128Load8x8U { memarg } => extended(&[I64x2Splat, I16x8ExtendLowI8x16U], memarg),
        O::V128Load16x4S { memarg } => extended(&[I64x2Splat, I32x4ExtendLowI16x8S], memarg),
        O::V128Load16x4U { memarg } => extended(&[I64x2Splat, I32x4ExtendLowI16x8U], memarg),
        O::V128Load32x2S { memarg } => extended(&[I64x2Splat, I64x2ExtendLowI32x4S], memarg),
        O::V128Load32x2U { memarg } => extended(&[I64x2Splat, I64x2ExtendLowI32x4U], memarg),
        O::V128Load32Zero { memarg } => Some(LoadZero(LoadKind::I32, Shape::I32x4, memarg)),
        O::V128Load64Zero { memarg } => Some(LoadZero(LoadKind::I64, Shape::I64x2, memarg)),
        O::V128Load8Lane { memarg, lane } => Some(LoadLane(LoadKind::I32U8, Shape::I8x16, lane, memarg)),
        O::V128Load16Lane { memarg, lane } => Some(LoadLane(LoadKind::I32U16, Shape::I16x8, lane, memarg)),
        O::V128Load32Lane { memarg, lane } => Some(LoadLane(LoadKind::I32, Shape::I32x4, lane, memarg)),
        O::V128Load64Lane { memarg, lane } => Some(LoadLane(LoadKind::I64, Shape::I64x2, lane, memarg)),
        O::V128Store8Lane { memarg, lane } => Some(StoreLane(StoreKind::I32As8, Shape::I8x16, lane, memarg)),
        O::V128Store16Lane { memarg, lane } => Some(StoreLane(StoreKind::I32As16, Shape::I16x8, lane, memarg)),
        O::V128Store32Lane { memarg, lane } => Some(StoreLane(StoreKind::I32, Shape::I32x4, lane, memarg)),
        O::V128Store64Lane { memarg, lane } => Some(StoreLane(StoreKind::I64, Shape::I64x2, lane, memarg)),
        _ => None,
    }
}

fn load_kind(memarg: MemArg) -> LoadKind {
    match memarg.align {
        0 => LoadKind::V128By8,
        1 => LoadKind::V128By16,
        2 => LoadKind::V128By32,
        _ => LoadKind::V128By64,
    }
}

fn store_kind(memarg: MemArg) -> StoreKind {
    match memarg.align {
        0 => StoreKind::V128By8,
        1 => StoreKind::V128By16,
        2 => StoreKind::V128By32,
        _ => StoreKind::V128By64,
    }
}

impl Translator<'_> {
    /// Appends the operations; the value to push, if there is one.
    pub fn vector(&mut self, meaning: VectorMeaning, at: u32) -> Option<Value> {
        let op = match meaning {
            VectorMeaning::Const(bytes) => Op::VectorConst(bytes),
            VectorMeaning::Unary(op) => {
                let op = Op::VectorUnary(op, self.pop());
                return Some(self.computed(op, at));
            }
            VectorMeaning::Binary(op) => {
                let b = self.pop();
                Op::VectorBinary(op, self.pop(), b)
            }
            VectorMeaning::Ternary(op) => {
                let (c, b) = (self.pop(), self.pop());
                Op::VectorTernary(op, [self.pop(), b, c])
            }
            VectorMeaning::Shuffle(bytes) => {
                let b = self.pop();
                Op::Shuffle(bytes, self.pop(), b)
            }
            VectorMeaning::Extract(shape, signed, lane) => {
                let op = Op::ExtractLane { shape, signed, lane, vector: self.pop() };
                return Some(self.computed(op, at));
            }
            VectorMeaning::Replace(shape, lane) => {
                let value = self.pop();
                Op::ReplaceLane { shape, lane, vector: self.pop(), value }
            }
            access => return self.vector_access(access, at),
        };
        Some(self.computed(op, at))
    }

    fn computed(&mut self, op: Op, at: u32) -> Value {
        let ty = match &op {
            Op::VectorUnary(op, _) => op.result(),
            Op::ExtractLane { shape, .. } => shape.scalar(),
            Op::Load { kind, .. } => kind.ty(),
            _ => Type::V128,
        };
        self.define(op, ty, at)
    }

    fn vector_access(&mut self, access: VectorMeaning, at: u32) -> Option<Value> {
        let load =
            |kind: LoadKind, arg: MemArg, addr: Value| Op::Load { kind, space: arg.memory, offset: arg.offset, addr };
        let store = |kind: StoreKind, arg: MemArg, addr: Value, value: Value| {
            let op = Op::Store { kind, space: arg.memory, offset: arg.offset, addr, value };
            Inst { result: None, op, at }
        };
        match access {
            VectorMeaning::Load(kind, arg) => {
                let addr = self.pop();
                Some(self.computed(load(kind, arg, addr), at))
            }
            VectorMeaning::LoadThen(kind, ops, arg) => {
                let addr = self.pop();
                let loaded = self.computed(load(kind, arg, addr), at);
                Some(ops.iter().fold(loaded, |value, &op| self.computed(Op::VectorUnary(op, value), at)))
            }
            VectorMeaning::LoadZero(kind, shape, arg) => {
                let addr = self.pop();
                let value = self.computed(load(kind, arg, addr), at);
                let vector = self.computed(Op::VectorConst([0; 16]), at);
                Some(self.computed(Op::ReplaceLane { shape, lane: 0, vector, value }, at))
            }
            VectorMeaning::LoadLane(kind, shape, lane, arg) => {
                let vector = self.pop();
                let addr = self.pop();
                let value = self.computed(load(kind, arg, addr), at);
                Some(self.computed(Op::ReplaceLane { shape, lane, vector, value }, at))
            }
            VectorMeaning::StoreLane(kind, shape, lane, arg) => {
                let vector = self.pop();
                let addr = self.pop();
                let value = self.computed(Op::ExtractLane { shape, signed: false, lane, vector }, at);
                self.push(store(kind, arg, addr, value));
                None
            }
            VectorMeaning::Store(kind, arg) => {
                let value = self.pop();
                let addr = self.pop();
                self.push(store(kind, arg, addr, value));
                None
            }
            _ => None,
        }
    }
}
