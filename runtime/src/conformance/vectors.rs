//! Cases about vectors: arithmetic, lanes, and accesses in pieces.

use super::accesses::done;
use super::sketch::Sketch;
use super::{Case, get, noise, put};
use ir::lowered::{LoadKind, Op, Shape, StoreKind, Type, Value, VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
use ir::region::Access;

pub(super) fn cases() -> Vec<Case> {
    vec![saxpy(), fused(), bytes()]
}

fn vector(s: &mut Sketch, op: Op) -> Value {
    s.operation(op, Type::V128)
}

/// `y[i] = a * x[i] + y[i]`, four at a time; live-ins n, x, y, and the two halves of a vector `a`.
fn saxpy() -> Case {
    let (n, x, y, low, high) = (250u64, 64u64, 8192u64, 0x3f80_0000_c020_0000u64, 0x7fc0_0001_3eaa_aaabu64);
    let mut s = Sketch::new("saxpy of vectors", 1, &[Type::I32, Type::I32, Type::I64, Type::I64]);
    let from = s.array(1, 16, 16, Access::Read);
    let into = s.array(2, 16, 16, Access::ReadWrite);
    let (at_x, at_y) = (s.address(1, &[16]), s.address(2, &[16]));
    let (low_half, high_half) = (s.live_in(3), s.live_in(4));
    let a = vector(&mut s, Op::VectorUnary(VectorUnaryOp::I64x2Splat, low_half));
    let a = vector(&mut s, Op::ReplaceLane { shape: Shape::I64x2, lane: 1, vector: a, value: high_half });
    let x_i = s.load(LoadKind::V128By32, from, at_x, 0);
    let y_i = s.load(LoadKind::V128By64, into, at_y, 0);
    let product = vector(&mut s, Op::VectorBinary(VectorBinaryOp::F32x4Mul, a, x_i));
    let sum = vector(&mut s, Op::VectorBinary(VectorBinaryOp::F32x4Add, product, y_i));
    s.store(StoreKind::V128By64, into, at_y, 0, sum);
    s.ret(&[]);

    let memory = noise(16384);
    let mut after = memory.clone();
    let factors = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32].map(f32::from_bits);
    for i in 0..4 * n as usize {
        let (x_i, y_i) = (get(&after, x as usize + 4 * i), get(&after, y as usize + 4 * i));
        let sum = factors[i % 4] * f32::from_le_bytes(x_i) + f32::from_le_bytes(y_i);
        let bits = if sum.is_nan() { 0x7fc0_0000 } else { sum.to_bits() };
        put(&mut after, y as usize + 4 * i, bits.to_le_bytes());
    }
    done(s, "saxpy of vectors", &[n, x, y, low, high], memory, after)
}

/// `y[i] = y[i] - x[i] * x[i]`, rounded once, two at a time; live-ins n, x, y. Every other `y[i]` is the rounded square, so that what
/// rounding took off is left.
fn fused() -> Case {
    let (n, x, y) = (120u64, 64u64, 4096u64);
    let mut s = Sketch::new("fused products", 1, &[Type::I32, Type::I32]);
    let from = s.array(1, 16, 16, Access::Read);
    let into = s.array(2, 16, 16, Access::ReadWrite);
    let (at_x, at_y) = (s.address(1, &[16]), s.address(2, &[16]));
    let x_i = s.load(LoadKind::V128By64, from, at_x, 0);
    let y_i = s.load(LoadKind::V128By64, into, at_y, 0);
    let rest = vector(&mut s, Op::VectorTernary(VectorTernaryOp::F64x2RelaxedNmadd, [x_i, x_i, y_i]));
    s.store(StoreKind::V128By64, into, at_y, 0, rest);
    s.ret(&[]);

    let mut memory = noise(8192);
    for i in 0..2 * n as usize {
        put(&mut memory, x as usize + 8 * i, (0.1 + i as f64 / 3.0).to_le_bytes());
    }
    let at = |memory: &[u8], array: u64, i: usize| f64::from_le_bytes(get(memory, array as usize + 8 * i));
    for i in (0..2 * n as usize).step_by(2) {
        let square = at(&memory, x, i) * at(&memory, x, i);
        put(&mut memory, y as usize + 8 * i, square.to_le_bytes());
    }
    let mut after = memory.clone();
    for i in 0..2 * n as usize {
        let (x_i, y_i) = (at(&memory, x, i), at(&memory, y, i));
        let rest = (-x_i).mul_add(x_i, y_i);
        let bits = if rest.is_nan() { 0x7ff8_0000_0000_0000 } else { rest.to_bits() };
        put(&mut after, y as usize + 8 * i, bits.to_le_bytes());
    }
    done(s, "fused products", &[n, x, y], memory, after)
}

/// `out[i] = saturate(x[i] + 100)` over bytes, reversed within each vector; live-ins n, x, out.
fn bytes() -> Case {
    let (n, x, out) = (100u64, 128u64, 4096u64);
    let mut s = Sketch::new("vectors of bytes", 1, &[Type::I32, Type::I32]);
    let from = s.array(1, 16, 16, Access::Read);
    let into = s.array(2, 16, 16, Access::Write);
    let (at_x, at_out) = (s.address(1, &[16]), s.address(2, &[16]));
    let hundreds = vector(&mut s, Op::VectorConst([100; 16]));
    let x_i = s.load(LoadKind::V128By16, from, at_x, 0);
    let sum = vector(&mut s, Op::VectorBinary(VectorBinaryOp::I8x16AddSatU, x_i, hundreds));
    let reversed = vector(&mut s, Op::Shuffle(std::array::from_fn(|lane| 15 - lane as u8), sum, sum));
    s.store(StoreKind::V128By8, into, at_out, 0, reversed);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for i in 0..16 * n as usize {
        let lane = i / 16 * 16 + 15 - i % 16;
        put(&mut after, out as usize + i, [memory[x as usize + lane].saturating_add(100)]);
    }
    done(s, "vectors of bytes", &[n, x, out], memory, after)
}
