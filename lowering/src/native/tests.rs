//! Kernels on machines that lack instructions: functions stand in for them.

use super::{Chunk, Exit, Options, compile_for};
use ir::abi::Reach;
use ir::lowered::{BinaryOp, BlockId, Const, Func, Inst, LoadKind, Op, StoreKind, TernaryOp, Type, VectorTernaryOp};
use ir::lowered::{Term, UnaryOp, eval_vector};
use ir::region::Kernel;

/// Fuses the three vectors that lie at 0 into a fourth, as vectors of `f32` and as scalars of `f64`, and rounds the results.
fn kernel() -> Kernel {
    let mut func = Func::default();
    let at = func.new_block();
    let index = func.new_value(Type::I64);
    func.block_mut(at).params.push(index);
    let zero = func.push(at, Op::Const(Const::i64(0)), Type::I64, 0);
    let addr = func.push(at, Op::Binary(BinaryOp::I64And, index, zero), Type::I64, 0);
    let mut load = |kind: LoadKind, offset| func.push(at, Op::Load { kind, space: 0, offset, addr }, kind.ty(), 0);
    let vectors = [0, 16, 32].map(|offset| load(LoadKind::V128By64, offset));
    let scalars = [0, 16, 32].map(|offset| load(LoadKind::F64, offset));
    let vector = func.push(at, Op::VectorTernary(VectorTernaryOp::F32x4RelaxedNmadd, vectors), Type::V128, 0);
    let scalar = func.push(at, Op::Ternary(TernaryOp::F64Fma, scalars), Type::F64, 0);
    let whole = func.push(at, Op::Unary(UnaryOp::F64Nearest, scalar), Type::F64, 0);
    let stored = [(StoreKind::V128By64, 48, vector), (StoreKind::F64, 64, scalar), (StoreKind::F64, 72, whole)];
    for (kind, offset, value) in stored {
        let op = Op::Store { kind, space: 0, offset, addr, value };
        func.block_mut(at).insts.push(Inst { result: None, op, at: 0 });
    }
    func.block_mut(BlockId::ENTRY).term = Term::Return(Vec::new());
    Kernel { func, dims: 1, returns: Vec::new() }
}

#[test]
fn functions_round_and_fuse_as_instructions_do() {
    let [one, nan, infinity] = [0x3f80_0000u32, 0x7fa0_1234, 0x7f80_0000];
    let (near, square) = (one + 1, one + 2);
    // The lower halves are doubles as well: products whose last bits a sum of another sign brings to light.
    let rows = [
        [[near, near, nan, infinity], [near, near, one, 0], [square, square, one, one]],
        [[5, 0x3ff0_0000, one, one], [5, 0x3ff0_0000, one, nan], [10, 0xbff0_0000, infinity, one]],
        [[1, 0x4004_0000, near, 3], [0, 0x4000_0000, near, one], [0, 0x3fe0_0000, square, 1]],
    ];
    let options = Options { canonical_nan: true, bounded: true };
    for row in rows {
        let operands = row.map(|words| words.iter().rev().fold(0, |bits, &word| bits << 32 | u128::from(word)));
        let vector = eval_vector::ternary(VectorTernaryOp::F32x4RelaxedNmadd, operands);
        let [a, b, c] = operands.map(|bits| f64::from_bits(bits as u64));
        let fused = a.mul_add(b, c);
        let ends = [fused, fused.round_ties_even()].map(|end| u128::from(end.to_bits()));
        for all in [false, true] {
            let code = compile_for(&kernel(), 1, &options, all).unwrap();
            let mut memory = [operands[0], operands[1], operands[2], 0, 0];
            let start = memory.as_mut_ptr() as u64;
            let reaches = [Reach { low: 0, length: 80 }];
            let chunk = Chunk {
                ranges: std::slice::from_ref(&(0..1)),
                trips: &[1],
                deltas: &[start],
                reaches: &reaches,
                live_ins: &[],
                budget: 1,
            };
            // SAFETY: the kernel accesses the 80 bytes at its footprint's delta, which are those of `memory`.
            #[allow(unsafe_code)]
            let exit = unsafe { code.run(&chunk, &mut []) };
            assert_eq!(exit, Exit::Completed);
            assert_eq!(memory[3..], [vector, ends[0] | ends[1] << 64], "{row:x?}, all instructions: {all}");
        }
    }
}
