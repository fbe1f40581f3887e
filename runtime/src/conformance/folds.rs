//! Cases about floats that are folded: the order is that of the parts, on every device.

use super::sketch::Sketch;
use super::{Case, Expect, get, put};
use ir::lowered::{BinaryOp, LoadKind, Type, eval};
use ir::region::{Access, FoldOp, ReturnRole, Scalar};

/// Where the first array begins.
const AT: usize = 64;
/// Bytes of the memory.
const BYTES: usize = 32768;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for op in FoldOp::ALL {
        for ty in [Type::F32, Type::F64] {
            cases.extend([1, 63, 64, 65, 1001].map(|n| fold(op, ty, n)));
        }
    }
    cases.extend([dot(), odd("with a NaN", f32::NAN), odd("with an infinity", f32::INFINITY), zeros()]);
    cases
}

/// A number near 1, or far from it where that doesn't matter, which no other iteration has.
fn element(op: FoldOp, i: usize) -> f64 {
    let bits = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let unit = bits as f64 / f64::from(1 << 24);
    if op == FoldOp::Mul { 0.75 + unit / 2.0 } else { (unit - 0.5) * [1.0, 1e6, 1e-4][i % 3] }
}

fn narrow(value: f32) -> u64 {
    if value.is_nan() { eval::CANONICAL_F32 } else { value.to_bits().into() }
}

/// The same in Rust's own arithmetic: parts one after another.
fn by_hand(op: FoldOp, start: f32, values: &[f32]) -> f32 {
    let (identity, combine): (f32, fn(f32, f32) -> f32) = match op {
        FoldOp::Add => (-0.0, |a, b| a + b),
        FoldOp::Mul => (1.0, |a, b| a * b),
    };
    let (n, pieces) = (values.len(), values.len().min(64));
    let part = |i: usize| values[n * i / pieces..n * (i + 1) / pieces].iter().copied().fold(identity, combine);
    combine(start, (0..pieces).map(part).fold(identity, combine))
}

fn wide_by_hand(op: FoldOp, start: f64, values: &[f64]) -> f64 {
    let (identity, combine): (f64, fn(f64, f64) -> f64) = match op {
        FoldOp::Add => (-0.0, |a, b| a + b),
        FoldOp::Mul => (1.0, |a, b| a * b),
    };
    let (n, pieces) = (values.len(), values.len().min(64));
    let part = |i: usize| values[n * i / pieces..n * (i + 1) / pieces].iter().copied().fold(identity, combine);
    combine(start, (0..pieces).map(part).fold(identity, combine))
}

/// A fold of an array; live-ins n, x and what it starts from.
fn sketch(op: FoldOp, ty: Type) -> Sketch {
    let (kind, width) = if ty == Type::F32 { (LoadKind::F32, 4) } else { (LoadKind::F64, 8) };
    let mut s = Sketch::new("fold", 1, &[Type::I32, ty]);
    let total = s.returned(ty, ReturnRole::Fold(op));
    let start = s.scalar(Scalar::LiveIn(2));
    let all = s.scalar(Scalar::Binary(op.operator(ty), start, total));
    s.live_out(ty, all);
    let from = s.array(1, width, width as u64, Access::Read);
    let at = s.address(1, &[width as i32]);
    let value = s.load(kind, from, at, 0);
    s.ret(&[value]);
    s
}

fn case(sketch: Sketch, name: String, live_ins: &[u64], memory: Vec<u8>, result: u64) -> Case {
    let (region, kernel) = sketch.finish();
    let expect = Expect::Done { memories: vec![memory.clone()], live_outs: vec![result] };
    let (live_ins, memories) = (live_ins.to_vec(), vec![memory]);
    Case { name, region, kernel, live_ins, memories, aliased: false, misaligned: false, expect }
}

fn fold(op: FoldOp, ty: Type, n: usize) -> Case {
    let mut memory = vec![0; BYTES];
    let name = format!("{} of {n} {ty}", op.name());
    let mut values: Vec<f64> = (0..n).map(|i| element(op, i)).collect();
    // A device that leaves the last iteration out is to be seen.
    values[n - 1] = 1.5e6;
    if ty == Type::F32 {
        let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        values.iter().enumerate().for_each(|(i, v)| put(&mut memory, AT + 4 * i, v.to_bits().to_le_bytes()));
        let live_ins = [n as u64, AT as u64, narrow(0.3)];
        return case(sketch(op, ty), name, &live_ins, memory, narrow(by_hand(op, 0.3, &values)));
    }
    values.iter().enumerate().for_each(|(i, v)| put(&mut memory, AT + 8 * i, v.to_bits().to_le_bytes()));
    let live_ins = [n as u64, AT as u64, 0.3f64.to_bits()];
    case(sketch(op, ty), name, &live_ins, memory, wide_by_hand(op, 0.3, &values).to_bits())
}

/// `s += x[i] * y[i]`: each product is rounded by itself; live-ins n, x, y.
fn dot() -> Case {
    let mut s = Sketch::new("dot", 1, &[Type::I32, Type::I32]);
    let total = s.returned(Type::F32, ReturnRole::Fold(FoldOp::Add));
    s.live_out(Type::F32, total);
    let (x, y) = (s.array(1, 4, 4, Access::Read), s.array(2, 4, 4, Access::Read));
    let (a, b) = (s.address(1, &[4]), s.address(2, &[4]));
    let (a, b) = (s.load(LoadKind::F32, x, a, 0), s.load(LoadKind::F32, y, b, 0));
    let product = s.binary(BinaryOp::F32Mul, a, b);
    s.ret(&[product]);

    let (mut memory, n, second) = (vec![0; BYTES], 777usize, 8192);
    for i in 0..2 * n {
        let at = if i < n { AT + 4 * i } else { second + 4 * (i - n) };
        put(&mut memory, at, (element(FoldOp::Add, i) as f32).to_bits().to_le_bytes());
    }
    let float = |at: usize| f32::from_bits(u32::from_le_bytes(get(&memory, at)));
    let products: Vec<f32> = (0..n).map(|i| float(AT + 4 * i) * float(second + 4 * i)).collect();
    let result = narrow(by_hand(FoldOp::Add, -0.0, &products));
    case(s, "a dot product".into(), &[n as u64, AT as u64, second as u64], memory, result)
}

/// One odd value among 100.
fn odd(name: &str, value: f32) -> Case {
    let mut memory = vec![0; BYTES];
    let values: Vec<f32> = (0..100).map(|i| if i == 99 { value } else { 0.5 }).collect();
    values.iter().enumerate().for_each(|(i, v)| put(&mut memory, AT + 4 * i, v.to_bits().to_le_bytes()));
    let result = narrow(by_hand(FoldOp::Add, 0.0, &values));
    case(sketch(FoldOp::Add, Type::F32), format!("a fold {name}"), &[100, AT as u64, 0], memory, result)
}

/// Nothing but negative zeros, whose sum is one.
fn zeros() -> Case {
    let mut memory = vec![0; BYTES];
    (0..90).for_each(|i| put(&mut memory, AT + 8 * i, (-0f64).to_bits().to_le_bytes()));
    let (n, zero) = (90, (-0f64).to_bits());
    case(sketch(FoldOp::Add, Type::F64), "a fold of negative zeros".into(), &[n, AT as u64, zero], memory, zero)
}
