//! Relaxed SIMD: which operators they are, and what a kernel that holds one supposes of the engine beside it.
//!
//! Wasm gives each of these operators several results to choose from, and an engine chooses once for all: what is fast on its
//! machine, or what the proposal's deterministic profile says. Here they mean the latter, which the rows of `vector` spell out; it is
//! what wasmtime computes under `Config::relaxed_simd_deterministic`. A loop and its kernel have the same results exactly if
//! the engine that runs the loop chooses alike, so a kernel runs only beside an engine of which that is known; its
//! host sees to it. Which kernels that concerns is said by the operators that they hold, and by nothing else:
//! a relaxed operator is never replaced by the one that means the same.

use super::{Func, Op, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};

/// What is supposed of an engine.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relaxed {
    /// That it rounds a product and a sum once, not twice.
    Fused,
    /// That it chooses as the deterministic profile does for the other operators.
    Chosen,
}

impl VectorUnaryOp {
    /// What a kernel with this operator supposes of an engine, if anything.
    pub fn relaxed(self) -> Option<Relaxed> {
        use VectorUnaryOp::*;
        match self {
            I32x4RelaxedTruncF32x4S
            | I32x4RelaxedTruncF32x4U
            | I32x4RelaxedTruncF64x2SZero
            | I32x4RelaxedTruncF64x2UZero => Some(Relaxed::Chosen),
            _ => None,
        }
    }
}

impl VectorBinaryOp {
    /// What a kernel with this operator supposes of an engine, if anything.
    pub fn relaxed(self) -> Option<Relaxed> {
        use VectorBinaryOp::*;
        match self {
            I8x16RelaxedSwizzle
            | F32x4RelaxedMin
            | F32x4RelaxedMax
            | F64x2RelaxedMin
            | F64x2RelaxedMax
            | I16x8RelaxedQ15mulrS
            | I16x8RelaxedDotI8x16I7x16S => Some(Relaxed::Chosen),
            _ => None,
        }
    }
}

impl VectorTernaryOp {
    /// What a kernel with this operator supposes of an engine, if anything.
    pub fn relaxed(self) -> Option<Relaxed> {
        use VectorTernaryOp::*;
        match self {
            V128Bitselect => None,
            F32x4RelaxedMadd | F32x4RelaxedNmadd | F64x2RelaxedMadd | F64x2RelaxedNmadd => Some(Relaxed::Fused),
            I8x16RelaxedLaneselect
            | I16x8RelaxedLaneselect
            | I32x4RelaxedLaneselect
            | I64x2RelaxedLaneselect
            | I32x4RelaxedDotI8x16I7x16AddS => Some(Relaxed::Chosen),
        }
    }
}

impl Op {
    /// What a kernel with this operation supposes of an engine, if anything. No guest asks for a fused scalar operator but by a
    /// relaxed one.
    pub fn relaxed(&self) -> Option<Relaxed> {
        match self {
            Op::VectorUnary(op, _) => op.relaxed(),
            Op::VectorBinary(op, ..) => op.relaxed(),
            Op::VectorTernary(op, _) => op.relaxed(),
            Op::Ternary(..) => Some(Relaxed::Fused),
            _ => None,
        }
    }
}

impl Func {
    /// The operations that suppose something of an engine, in program order.
    pub fn relaxed(&self) -> impl Iterator<Item = (Relaxed, &Op)> {
        let insts = self.blocks.iter().flat_map(|block| &block.insts);
        insts.filter_map(|inst| inst.op.relaxed().map(|supposed| (supposed, &inst.op)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_operators_with_such_names_are_relaxed() {
        let unary = VectorUnaryOp::ALL.iter().map(|op| (op.name(), op.relaxed()));
        let binary = VectorBinaryOp::ALL.iter().map(|op| (op.name(), op.relaxed()));
        let ternary = VectorTernaryOp::ALL.iter().map(|op| (op.name(), op.relaxed()));
        let all: Vec<_> = unary.chain(binary).chain(ternary).collect();
        for (name, relaxed) in &all {
            assert_eq!(name.contains(".relaxed_"), relaxed.is_some(), "{name}");
            assert_eq!(name.ends_with("madd"), *relaxed == Some(Relaxed::Fused), "{name}");
        }
        assert_eq!(all.iter().filter(|(_, relaxed)| relaxed.is_some()).count(), 20);
    }
}
