//! Reductions, last values, chunks and dimensions.

use crate::harness::{Maker, Memory, agree, expected, load_kind, native, run_native, store_kind};
use ir::abi::Reach;
use ir::lowered::{BinaryOp, Const, Op, StoreKind, Term, Type, UnaryOp, Value};
use ir::region::{Kernel, ReduceOp, ReturnRole};
use std::ops::Range;
use tensorwasm_lowering::native::{Chunk, Exit};

const VALUES: [u64; 9] =
    [3, 0x8000_0000, u64::MAX, 0x7fff_ffff_ffff_ffff, 0xdead_beef_7fff_ffff, 1 << 63, 5, 0xffff_fff0, 0x1_0000_0001];

/// Returns the element at the index.
fn elements(ty: Type, role: ReturnRole) -> Kernel {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let at = maker.element(params[0]);
    let value = maker.load(load_kind(ty), 0, at, 0);
    maker.finish(1, &[(value, role)])
}

#[test]
fn every_reduction_over_any_cut_into_chunks() {
    for op in ReduceOp::ALL {
        for ty in [Type::I32, Type::I64] {
            let (kernel, memory) = (elements(ty, ReturnRole::Reduce(op)), Memory::of(&[&VALUES]));
            let (_, whole, _) = agree(&kernel, &memory, &[9], &[]);
            let by_hand = VALUES.iter().fold(op.identity(ty), |a, &b| op.combine(ty, a, b & ty.mask()));
            assert_eq!(whole, [by_hand], "{op:?} {ty}");
            let (code, mut memory) = (native(&kernel, &memory), memory);
            for cut in 0..=9 {
                let mut returns = code.initial_returns();
                for range in [0..cut, cut..9] {
                    assert_eq!(run_native(&code, &mut memory, &[range], &[9], &[], &mut returns), Exit::Completed);
                }
                assert_eq!(returns, whole, "{op:?} {ty} cut at {cut}");
            }
        }
    }
}

#[test]
fn the_last_value_comes_from_the_last_iteration_only() {
    for ty in [Type::I32, Type::I64, Type::F32, Type::F64] {
        let (kernel, mut memory) = (elements(ty, ReturnRole::Last), Memory::of(&[&VALUES]));
        let code = native(&kernel, &memory);
        let mut run = |range: Range<u64>| {
            let mut returns = vec![0x1234];
            assert_eq!(run_native(&code, &mut memory, &[range], &[9], &[], &mut returns), Exit::Completed);
            returns[0]
        };
        let last = VALUES[8] & ty.mask();
        let found = [run(0..9), run(8..9), run(0..8), run(3..3), run(9..9), run(5..9)];
        assert_eq!(found, [last, last, 0x1234, 0x1234, 0x1234, last], "{ty}");
    }
}

#[test]
fn an_unfinished_chunk_leaves_the_returns_alone() {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let at = maker.element(params[0]);
    let value = maker.load(load_kind(Type::I64), 0, at, 0);
    let hundred = maker.i64(100);
    let quotient = maker.binary(BinaryOp::I64DivU, hundred, value);
    let roles = [(quotient, ReturnRole::Reduce(ReduceOp::Add)), (value, ReturnRole::Last)];
    let (kernel, mut memory) = (maker.finish(1, &roles), Memory::of(&[&[10, 20, 0, 50]]));
    let code = native(&kernel, &memory);
    let mut returns = vec![7, 8];
    assert_eq!(run_native(&code, &mut memory, &[0..4], &[4], &[], &mut returns), Exit::Bailed);
    assert_eq!(returns, [7, 8]);
    assert_eq!(run_native(&code, &mut memory, &[0..2], &[4], &[], &mut returns), Exit::Completed);
    assert_eq!(returns, [7 + 10 + 5, 8]);
    assert_eq!(run_native(&code, &mut memory, &[3..4], &[4], &[], &mut returns), Exit::Completed);
    assert_eq!(returns, [7 + 10 + 5 + 2, 50]);
}

/// Two return blocks and all four types, mixed with reductions.
#[test]
fn several_returns_of_several_types() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::F32, Type::F64, Type::I32]);
    let low = maker.op(Op::Unary(UnaryOp::I32WrapI64, params[0]), Type::I32);
    let (even, _) = maker.block(&[]);
    let (odd, _) = maker.block(&[]);
    let one = maker.i32(1);
    let parity = maker.binary(BinaryOp::I32And, low, one);
    maker.end(Term::Branch {
        cond: parity,
        then: crate::harness::to(odd, &[]),
        otherwise: crate::harness::to(even, &[]),
    });
    maker.at = even;
    maker.end(Term::Return(vec![params[1], params[2], low, params[0]]));
    maker.at = odd;
    let negative = maker.op(Op::Unary(UnaryOp::F32Neg, params[1]), Type::F32);
    let zero = maker.constant(Const { ty: Type::F64, bits: 0x7ff0_0000_0000_0055 });
    maker.end(Term::Return(vec![negative, zero, params[3], params[0]]));
    maker.func.results = vec![Type::F32, Type::F64, Type::I32, Type::I64];
    let roles =
        [ReturnRole::Last, ReturnRole::Last, ReturnRole::Reduce(ReduceOp::Xor), ReturnRole::Reduce(ReduceOp::MaxU)];
    let kernel = maker.kernel(1, roles.to_vec());
    let live_ins = [0xffff_ffff_7f80_0001, 0xfff0_0000_0000_0001, 0xffff_ffff_0000_0100];
    let (_, returns, _) = agree(&kernel, &Memory::of(&[]), &[5], &live_ins);
    assert_eq!(returns, [0x7f80_0001, live_ins[1], 2 ^ 4, 4]);
    let (_, returns, _) = agree(&kernel, &Memory::of(&[]), &[4], &live_ins);
    assert_eq!(returns, [0xff80_0001, 0x7ff0_0000_0000_0055, 2, 3]);
}

/// `out[(i * n1 + j) * n2 + k] = mark`, counting visits in memory and checking the order by a running product.
fn visits(dims: u32) -> Kernel {
    let mut types = vec![Type::I64; dims as usize];
    types.extend([Type::I64; 3]);
    let (mut maker, params) = Maker::new(&types);
    let live_ins = params[dims as usize..].to_vec();
    let mut flat = maker.i64(0);
    for (&index, &trip) in params[..dims as usize].iter().zip(&live_ins) {
        let scaled = maker.binary(BinaryOp::I64Mul, flat, trip);
        flat = maker.binary(BinaryOp::I64Add, scaled, index);
    }
    let zero = maker.i64(0);
    let count = maker.load(load_kind(Type::I64), 1, zero, 0);
    let one = maker.i64(1);
    let next = maker.binary(BinaryOp::I64Add, count, one);
    maker.store(StoreKind::I64, 1, zero, 0, next);
    let at = maker.element(flat);
    maker.store(store_kind(Type::I64), 0, at, 0, next);
    maker.finish(dims, &[(flat, ReturnRole::Reduce(ReduceOp::Add)), (flat, ReturnRole::Last)])
}

#[test]
fn up_to_three_dimensions_in_lexicographic_order() {
    for trips in [&[5u64][..], &[3, 4], &[2, 3, 4], &[1, 1, 1], &[4, 1, 2], &[0, 3], &[3, 0, 2]] {
        let total: u64 = trips.iter().product();
        let mut live_ins = trips.to_vec();
        live_ins.resize(3, 1);
        let memory = Memory::of(&[&vec![0; total as usize], &[0]]);
        let (_, returns, after) = agree(&visits(trips.len() as u32), &memory, trips, &live_ins);
        assert_eq!(after.elements(0), (1..=total).collect::<Vec<_>>(), "{trips:?}");
        assert_eq!(returns, [(0..total).sum::<u64>(), total.saturating_sub(1)]);
    }
}

/// A chunk is a box: any ranges of the dimensions, and a last value only where all of them reach the end.
#[test]
fn chunks_of_several_dimensions_are_boxes() {
    let (trips, live_ins, kernel) = ([3, 4, 2], [3, 4, 2], visits(3));
    let memory = Memory::of(&[&[0; 24], &[0]]);
    let code = native(&kernel, &memory);
    for ranges in [[0..3, 0..4, 0..2], [1..3, 2..4, 1..2], [0..2, 1..4, 0..2], [2..3, 0..3, 0..2], [0..3, 0..4, 0..1]] {
        let (mut by_interp, mut by_native) = (memory.clone(), memory.clone());
        let (mut wanted, mut found) = (vec![0, 99], vec![0, 99]);
        expected(&kernel, &mut by_interp, &ranges, &trips, &live_ins, &mut wanted);
        run_native(&code, &mut by_native, &ranges, &trips, &live_ins, &mut found);
        assert_eq!((by_native, found), (by_interp, wanted), "{ranges:?}");
    }
}

/// Threads share the code; each has returns of its own, merged afterwards.
#[test]
fn chunks_on_several_threads() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I64]);
    let at = maker.element(params[0]);
    let product = maker.binary(BinaryOp::I64Mul, params[0], params[1]);
    maker.store(StoreKind::I64, 0, at, 0, product);
    let roles = [(product, ReturnRole::Reduce(ReduceOp::Add)), (product, ReturnRole::Last)];
    let kernel = maker.finish(1, &roles);
    let code = native(&kernel, &Memory::of(&[&[]]));
    let mut array = vec![0u64; 1000];
    let deltas = [array.as_mut_ptr() as u64];
    let work = |start: u64| {
        let range = start..start + 125;
        let (ranges, reaches, trips) = (&[range], &[Reach { low: 0, length: 8000 }], &[1000]);
        let chunk = Chunk { ranges, trips, deltas: &deltas, reaches, live_ins: &[3], budget: 0 };
        let mut returns = code.initial_returns();
        // SAFETY: iteration i stores element i of 1000 alone; the chunks are disjoint and the array outlives the threads.
        assert_eq!(unsafe { code.run(&chunk, &mut returns) }, Exit::Completed);
        (returns, chunk.holds_last())
    };
    let parts: Vec<(Vec<u64>, bool)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|t| scope.spawn(move || work(125 * t))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let mut returns = code.initial_returns();
    parts.iter().for_each(|(part, holds_last)| code.merge(&mut returns, part, *holds_last));
    assert_eq!(returns, [3 * 499_500, 3 * 999]);
    assert_eq!(array, (0..1000).map(|i| 3 * i).collect::<Vec<u64>>());
}

#[test]
fn initial_returns_are_identities() {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let low = maker.op(Op::Unary(UnaryOp::I32WrapI64, params[0]), Type::I32);
    let mut returns: Vec<(Value, ReturnRole)> = ReduceOp::ALL.iter().map(|&op| (low, ReturnRole::Reduce(op))).collect();
    returns.push((params[0], ReturnRole::Last));
    let code = native(&maker.finish(1, &returns), &Memory::of(&[]));
    let all = 0xffff_ffff;
    assert_eq!(code.initial_returns(), [0, 1, all, 0, 0, 0x7fff_ffff, all, 0x8000_0000, 0, 0]);
}
