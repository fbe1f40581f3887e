//! Every vector operator on operands full of edge values: native code against the interpreter.

use crate::harness::{Maker, Memory, agree};
use ir::lowered::relaxed::Relaxed;
use ir::lowered::{
    BinaryOp, LoadKind, Op, Shape, StoreKind, Type, Value, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp,
};
use ir::region::Kernel;

/// Operand rows: for each lane width, lanes at which operators behave specially, in changing company.
fn operands() -> Vec<u64> {
    let mut words = vec![0, u64::MAX, 0x8000_0000_8000_0000, 0x7fff_ffff_7fff_ffff, 0x8080_8080_8080_8080];
    words.extend([0x7f7f_7f7f_7f7f_7f7f, 0x8000_8000_8000_8000, 0x7fff_7fff_7fff_7fff, 1 << 63, (1 << 63) - 1]);
    words.extend([0x0001_02ff_fe80_7f10, 0x0100_0f00_ff00_1000, 0x7fc0_0000_ff80_0001, 0x7f80_0000_ff80_0000]);
    let floats = [0.0f32, -0.0, 1.5, -2.5, 0.5, 2147483648.0, -2147483904.0, 4294967296.0, 1e-40, 3.4e38, 8388607.5];
    words.extend(floats.windows(2).map(|p| p[0].to_bits() as u64 | (p[1].to_bits() as u64) << 32));
    let doubles = [0.0f64, -0.0, 0.49999999999999994, -2.5, 2147483647.9, -2147483649.0, 4294967295.5, 1e-46, 3.5e38];
    words.extend(doubles.map(f64::to_bits));
    words.extend([0x7ff0_0000_0000_0001, 0xfff8_0000_dead_beef, 0x7ff8_0000_0000_0000, 0x7ff0_0000_0000_0000]);
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    words.extend((0..40).map(|_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state ^ state >> 29
    }));
    words
}

/// Pairs of words, every one with every other at some distance.
fn rows(distance: usize) -> Vec<u64> {
    let words = operands();
    (0..words.len()).flat_map(|i| [words[i], words[(i * 7 + distance) % words.len()]]).collect()
}

/// `out[i] = op(a[i], b[i], c[i])` over vectors, with footprints 0 (result) and 1 to 3 (operands).
fn elementwise(apply: impl FnOnce(&mut Maker, [Value; 3]) -> Value) -> Kernel {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let sixteen = maker.i64(16);
    let at = maker.binary(BinaryOp::I64Mul, params[0], sixteen);
    let [a, b, c] = [1, 2, 3].map(|space| maker.load(LoadKind::V128By64, space, at, 0));
    let value = apply(&mut maker, [a, b, c]);
    match maker.func.ty(value) {
        Type::V128 => maker.store(StoreKind::V128By8, 0, at, 0, value),
        Type::I32 => maker.store(StoreKind::I32, 0, at, 0, value),
        Type::F32 => maker.store(StoreKind::F32, 0, at, 0, value),
        Type::F64 => maker.store(StoreKind::F64, 0, at, 0, value),
        _ => maker.store(StoreKind::I64, 0, at, 0, value),
    }
    maker.finish(1, &[])
}

/// Runs the kernel on all rows.
fn check(kernel: &Kernel) {
    let (a, b, c) = (rows(0), rows(3), rows(11));
    let shifted: Vec<u64> = b.iter().copied().cycle().skip(10).take(a.len()).collect();
    let out = vec![0; a.len()];
    for b in [&a, &b, &shifted] {
        agree(kernel, &Memory::of(&[&out, &a, b, &c]), &[a.len() as u64 / 2], &[]);
    }
}

#[test]
fn unary_vector_operators_agree_with_the_interpreter() {
    for &op in VectorUnaryOp::ALL {
        check(&elementwise(|maker, [a, ..]| {
            let shape = Shape::of_lane(op.operand());
            let scalar = Op::ExtractLane { shape, signed: false, lane: 1, vector: a };
            let a = if op.operand() == Type::V128 { a } else { maker.op(scalar, op.operand()) };
            maker.op(Op::VectorUnary(op, a), op.result())
        }));
    }
}

#[test]
fn binary_vector_operators_agree_with_the_interpreter() {
    for &op in VectorBinaryOp::ALL {
        check(&elementwise(|maker, [a, b, _]| {
            let count = Op::ExtractLane { shape: Shape::I8x16, signed: true, lane: 0, vector: b };
            let b = if op.second() == Type::V128 { b } else { maker.op(count, Type::I32) };
            maker.op(Op::VectorBinary(op, a, b), Type::V128)
        }));
    }
}

#[test]
fn ternary_vector_operators_agree_with_the_interpreter() {
    for &op in VectorTernaryOp::ALL {
        check(&elementwise(|maker, operands| maker.op(Op::VectorTernary(op, operands), Type::V128)));
    }
}

/// Vectors `a`, `b` and the rounded products of their lanes, with a sign: a lower half of `f32`, an upper half of `f64`.
fn products(sign: f32) -> [Vec<u64>; 3] {
    let floats = [0.1f32, -3.3, 1e-20, 7e-30, 1.0 + f32::EPSILON, 1e18, 16777215.0, 0.3];
    let doubles = [0.1f64, -3.3, 1e-160, 7e-165, 1.0 + f64::EPSILON, 1e150, 9007199254740991.0, 0.3];
    let mut rows = [const { Vec::new() }; 3];
    for (i, j) in (0..64).map(|n| (n / 8, n % 8)) {
        let ([a, c], [b, d]) = ([floats[i], floats[j]], [floats[j], floats[7 - i]]);
        let (x, y) = (doubles[i], doubles[j]);
        let words = [[a, c], [b, d], [a * b * sign, c * d * sign]];
        for (row, ([low, high], double)) in rows.iter_mut().zip(words.into_iter().zip([x, y, x * y * f64::from(sign)]))
        {
            row.extend([u64::from(low.to_bits()) | u64::from(high.to_bits()) << 32, double.to_bits()]);
        }
    }
    rows
}

/// The result is what rounding took off the product.
#[test]
fn fused_vector_operators_round_once() {
    for &op in VectorTernaryOp::ALL.iter().filter(|op| op.relaxed() == Some(Relaxed::Fused)) {
        let [a, b, c] = products(if op.name().contains("nmadd") { 1.0 } else { -1.0 });
        let kernel = elementwise(|maker, operands| maker.op(Op::VectorTernary(op, operands), Type::V128));
        let (.., memory) = agree(&kernel, &Memory::of(&[&vec![0; a.len()], &a, &b, &c]), &[a.len() as u64 / 2], &[]);
        assert!(memory.elements(0).iter().filter(|&&word| word != 0).count() > 40, "{}", op.name());
    }
}

#[test]
fn lanes_shuffles_and_selects_agree_with_the_interpreter() {
    for shape in Shape::ALL {
        for lane in 0..shape.lanes() as u8 {
            for signed in [false, true].into_iter().filter(|&signed| !signed || shape.bits() < 32) {
                check(&elementwise(|maker, [a, b, _]| {
                    let value = maker.op(Op::ExtractLane { shape, signed, lane, vector: a }, shape.scalar());
                    maker.op(Op::ReplaceLane { shape, lane: 0, vector: b, value }, Type::V128)
                }));
            }
        }
    }
    let shuffles: [[u8; 16]; 3] = [
        [31, 0, 16, 15, 1, 2, 3, 4, 5, 17, 18, 19, 20, 30, 29, 28],
        [8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
        [2, 3, 0, 1, 30, 31, 16, 17, 4, 5, 4, 5, 4, 5, 4, 5],
    ];
    for bytes in shuffles {
        check(&elementwise(|maker, [a, b, _]| maker.op(Op::Shuffle(bytes, a, b), Type::V128)));
    }
    check(&elementwise(|maker, [a, b, c]| {
        let cond = maker.op(Op::ExtractLane { shape: Shape::I8x16, signed: false, lane: 3, vector: c }, Type::I32);
        let constant = maker.op(Op::VectorConst([7; 16]), Type::V128);
        let b = maker.op(Op::VectorBinary(VectorBinaryOp::V128Xor, b, constant), Type::V128);
        maker.op(Op::Select { cond, if_true: a, if_false: b }, Type::V128)
    }));
}
