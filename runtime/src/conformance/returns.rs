//! Cases about values: reductions, last values, live-outs in closed form, NaNs.

use super::sketch::Sketch;
use super::{Case, Expect, get, noise, put};
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type, UnaryOp, eval};
use ir::region::{Access, ReduceOp, ReturnRole, Scalar};

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = ReduceOp::ALL.iter().flat_map(|&op| [reduce(op, false), reduce(op, true)]).collect();
    cases.extend([last(), two_results(), closed_forms(), canonical_nans(), odd_floats(false), odd_floats(true)]);
    cases
}

/// A case that completes and changes no memory.
fn pure(sketch: Sketch, name: String, live_ins: &[u64], memory: Vec<u8>, live_outs: Vec<u64>) -> Case {
    let (region, kernel) = sketch.finish();
    let expect = Expect::Done { memories: vec![memory.clone()], live_outs };
    let (live_ins, memories) = (live_ins.to_vec(), vec![memory]);
    Case { name, region, kernel, live_ins, memories, aliased: false, misaligned: false, expect }
}

/// The reduction of an array in which the last element decides; live-ins n, x.
fn reduce(op: ReduceOp, wide: bool) -> Case {
    let (ty, kind) = if wide { (Type::I64, LoadKind::I64) } else { (Type::I32, LoadKind::I32) };
    let width = ty.bits() as usize / 8;
    let mut s = Sketch::new("reduce", 1, &[Type::I32]);
    s.reduce(ty, op);
    let from = s.array(1, width as i64, width as u64, Access::Read);
    let at = s.address(1, &[width as i32]);
    let value = s.load(kind, from, at, 0);
    s.ret(&[value]);

    let mut memory = noise(16384);
    let mut result = None;
    for i in 0..COUNT {
        let at = 64 + width * i;
        let element = element(op, ty, i, u64::from_le_bytes(get(&memory, at)));
        memory[at..at + width].copy_from_slice(&element.to_le_bytes()[..width]);
        result = Some(result.map_or(element, |before| by_hand(op, wide, before, element)));
    }
    let name = format!("{op:?} of {ty}");
    pure(s, name, &[COUNT as u64, 64], memory, result.into_iter().collect())
}

/// Elements of a reduction.
const COUNT: usize = 1001;

/// An element that neither vanishes among the others nor hides those after it.
fn element(op: ReduceOp, ty: Type, index: usize, noise: u64) -> u64 {
    let last = index == COUNT - 1;
    let bit = if index.is_multiple_of(250) { 1 << (index / 50) } else { 0 };
    let sign = 1 << (ty.bits() - 1);
    let element = match op {
        ReduceOp::Add | ReduceOp::Xor => noise,
        ReduceOp::Mul => noise | 1,
        ReduceOp::And => !(bit | (last as u64) << 30),
        ReduceOp::Or => bit | (last as u64) << 30,
        ReduceOp::MinS => {
            if last {
                sign + 1
            } else {
                noise | 2
            }
        }
        ReduceOp::MaxS => {
            if last {
                sign - 1
            } else {
                noise & !2
            }
        }
        ReduceOp::MinU => {
            if last {
                1
            } else {
                noise | 2
            }
        }
        ReduceOp::MaxU => {
            if last {
                u64::MAX - 1
            } else {
                noise & !2
            }
        }
    };
    element & ty.mask()
}

/// The operation in Rust's own arithmetic.
fn by_hand(op: ReduceOp, wide: bool, a: u64, b: u64) -> u64 {
    let extend = |v: u64| if wide { v as i64 } else { v as u32 as i32 as i64 };
    let result = match op {
        ReduceOp::Add => a.wrapping_add(b),
        ReduceOp::Mul => a.wrapping_mul(b),
        ReduceOp::And => a & b,
        ReduceOp::Or => a | b,
        ReduceOp::Xor => a ^ b,
        ReduceOp::MinS => extend(a).min(extend(b)) as u64,
        ReduceOp::MaxS => extend(a).max(extend(b)) as u64,
        ReduceOp::MinU => a.min(b),
        ReduceOp::MaxU => a.max(b),
    };
    if wide { result } else { result as u32 as u64 }
}

/// The value of the last iteration of two dimensions, a NaN whose bits must survive; live-ins m, n, x.
fn last() -> Case {
    let mut s = Sketch::new("last", 2, &[Type::I32]);
    let value = s.returned(Type::F32, ReturnRole::Last);
    s.live_out(Type::F32, value);
    let reach = super::sketch::Reach {
        memory: 0,
        base: 2,
        offset: 0,
        strides: &[80, 4],
        width: 4,
        access: Access::Read,
        must_write: false,
    };
    let from = s.reach(reach);
    let at = s.address(2, &[80, 4]);
    let value = s.load(LoadKind::F32, from, at, 0);
    s.ret(&[value]);

    let mut memory = noise(4096);
    put(&mut memory, 40 + 80 * 30 + 4 * 16, 0xffa0_1234u32.to_le_bytes());
    pure(s, "the last iteration's value".into(), &[31, 17, 40], memory, vec![0xffa0_1234])
}

/// A sum and the last index at once, each joined with a live-in; live-ins n, x, accumulator.
fn two_results() -> Case {
    let mut s = Sketch::new("two-results", 1, &[Type::I32, Type::I64]);
    let sum = s.returned(Type::I64, ReturnRole::Reduce(ReduceOp::Add));
    let last = s.returned(Type::I64, ReturnRole::Last);
    let before = s.scalar(Scalar::LiveIn(2));
    let total = s.scalar(Scalar::Binary(BinaryOp::I64Add, before, sum));
    let inverted = s.scalar(Scalar::Binary(BinaryOp::I64Xor, last, before));
    s.live_out(Type::I64, total);
    s.live_out(Type::I64, inverted);
    let from = s.array(1, 2, 2, Access::Read);
    let at = s.address(1, &[2]);
    let value = s.load(LoadKind::I64U16, from, at, 0);
    let index = s.index(0);
    s.ret(&[value, index]);

    let memory = noise(4096);
    let sum: u64 = (0..500).map(|i| u16::from_le_bytes(get(&memory, 10 + 2 * i)) as u64).sum();
    let before = 0x1234_5678_9abc_def0u64;
    let live_outs = vec![before.wrapping_add(sum), 499 ^ before];
    pure(s, "a sum and a last value, joined with live-ins".into(), &[500, 10, before], memory, live_outs)
}

/// Live-outs that need no thread: a pointer past the end and a counter; live-ins n, p, counter.
fn closed_forms() -> Case {
    let mut s = Sketch::new("closed-forms", 1, &[Type::I32, Type::I32]);
    let trip = s.scalar(Scalar::Trip(0));
    let trip = s.scalar(Scalar::Unary(UnaryOp::I32WrapI64, trip));
    let four = s.scalar(Scalar::Const(Const::i32(4)));
    let distance = s.scalar(Scalar::Binary(BinaryOp::I32Mul, trip, four));
    let (pointer, counter) = (s.scalar(Scalar::LiveIn(1)), s.scalar(Scalar::LiveIn(2)));
    let pointer = s.scalar(Scalar::Binary(BinaryOp::I32Add, pointer, distance));
    let counter = s.scalar(Scalar::Binary(BinaryOp::I32Sub, counter, trip));
    s.live_out(Type::I32, pointer);
    s.live_out(Type::I32, counter);
    let from = s.array(1, 4, 4, Access::Read);
    let at = s.address(1, &[4]);
    s.load(LoadKind::I32, from, at, 0);
    s.ret(&[]);
    let live_outs = vec![64 + 4 * 20, 5u32.wrapping_sub(20) as u64];
    pure(s, "live-outs in closed form".into(), &[20, 64, 5], noise(256), live_outs)
}

/// `y[i] = x[i] / z` in `f32` and the bits of `-x[i]` beside it, over zeros, infinities and NaNs; live-ins n, x, y, z.
fn canonical_nans() -> Case {
    let mut s = Sketch::new("nans", 1, &[Type::I32, Type::I32, Type::F32]);
    let from = s.array(1, 4, 4, Access::Read);
    let into = s.array(2, 8, 8, Access::Write);
    let (at_x, at_y, z) = (s.address(1, &[4]), s.address(2, &[8]), s.live_in(3));
    let x_i = s.load(LoadKind::F32, from, at_x, 0);
    let quotient = s.binary(BinaryOp::F32Div, x_i, z);
    let negated = s.unary(UnaryOp::F32Neg, x_i);
    s.store(StoreKind::F32, into, at_y, 0, quotient);
    s.store(StoreKind::F32, into, at_y, 4, negated);
    s.ret(&[]);

    let specials = [0u32, 0x8000_0000, 0x3f80_0000, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001, 0xffa0_0000, 1];
    let mut memory = noise(1024);
    specials.iter().enumerate().for_each(|(i, bits)| put(&mut memory, 32 + 4 * i, bits.to_le_bytes()));
    let mut after = memory.clone();
    for (i, &bits) in specials.iter().enumerate() {
        let quotient = f32::from_bits(bits) / 0.0;
        let quotient = if quotient.is_nan() { eval::CANONICAL_F32 as u32 } else { quotient.to_bits() };
        put(&mut after, 512 + 8 * i, quotient.to_le_bytes());
        put(&mut after, 516 + 8 * i, (bits ^ 0x8000_0000).to_le_bytes());
    }
    let case = pure(s, "canonical NaNs of arithmetic, kept bits of moves".into(), &[8, 32, 512, 0], memory, Vec::new());
    Case { expect: Expect::Done { memories: vec![after], live_outs: Vec::new() }, ..case }
}

/// `y[i] = x[i] + x[i]`, `x[i] * z` and `x[i] / z` side by side, over subnormals, the smallest and largest normal numbers, and
/// NaNs; live-ins n, x, y, z.
fn odd_floats(wide: bool) -> Case {
    let (ty, load, store) = match wide {
        true => (Type::F64, LoadKind::F64, StoreKind::F64),
        false => (Type::F32, LoadKind::F32, StoreKind::F32),
    };
    let [add, mul, div] = match wide {
        true => [BinaryOp::F64Add, BinaryOp::F64Mul, BinaryOp::F64Div],
        false => [BinaryOp::F32Add, BinaryOp::F32Mul, BinaryOp::F32Div],
    };
    let width = ty.bits() as usize / 8;
    let mut s = Sketch::new("odd-floats", 1, &[Type::I32, Type::I32, ty]);
    let from = s.array(1, width as i64, width as u64, Access::Read);
    let into = s.array(2, 3 * width as i64, 3 * width as u64, Access::Write);
    let (at_x, at_y, z) = (s.address(1, &[width as i32]), s.address(2, &[3 * width as i32]), s.live_in(3));
    let x_i = s.load(load, from, at_x, 0);
    for (position, (op, by)) in [(add, x_i), (mul, z), (div, z)].into_iter().enumerate() {
        let value = s.binary(op, x_i, by);
        s.store(store, into, at_y, (position * width) as u64, value);
    }
    s.ret(&[]);

    // The largest subnormal is one below the smallest normal number.
    let (smallest, largest, nan) = match wide {
        true => (f64::MIN_POSITIVE.to_bits(), f64::MAX.to_bits(), 0xfff0_0000_0000_0001),
        false => (f32::MIN_POSITIVE.to_bits() as u64, f32::MAX.to_bits() as u64, 0xff80_0001),
    };
    let sign = 1u64 << (ty.bits() - 1);
    let numbers = [1, 3, smallest / 3, smallest - 1, smallest, smallest + 1, sign | 1, sign | smallest, largest, nan];
    let z = if wide { 0.75f64.to_bits() } else { 0.75f32.to_bits() as u64 };
    let bytes = |bits: u64| bits.to_le_bytes()[..width].to_vec();
    let mut memory = noise(1024);
    for (i, &bits) in numbers.iter().enumerate() {
        memory[32 + width * i..][..width].copy_from_slice(&bytes(bits));
    }
    let mut after = memory.clone();
    for (i, &x) in numbers.iter().enumerate() {
        for (position, (op, by)) in [(add, x), (mul, z), (div, z)].into_iter().enumerate() {
            let at = 512 + width * (3 * i + position);
            after[at..at + width].copy_from_slice(&bytes(arithmetic(op, x, by)));
        }
    }
    let name = format!("subnormals and NaNs of {ty}");
    let case = pure(s, name, &[numbers.len() as u64, 32, 512, z], memory, Vec::new());
    Case { expect: Expect::Done { memories: vec![after], live_outs: Vec::new() }, ..case }
}

/// The operation in the host's own arithmetic, which keeps subnormals, with the canonical NaN.
fn arithmetic(op: BinaryOp, a: u64, b: u64) -> u64 {
    let wide = |result: f64| if result.is_nan() { eval::CANONICAL_F64 } else { result.to_bits() };
    let narrow = |result: f32| if result.is_nan() { eval::CANONICAL_F32 } else { result.to_bits() as u64 };
    let ((a, b), (c, d)) =
        ((f64::from_bits(a), f64::from_bits(b)), (f32::from_bits(a as u32), f32::from_bits(b as u32)));
    match op {
        BinaryOp::F64Add => wide(a + b),
        BinaryOp::F64Mul => wide(a * b),
        BinaryOp::F64Div => wide(a / b),
        BinaryOp::F32Add => narrow(c + d),
        BinaryOp::F32Mul => narrow(c * d),
        _ => narrow(c / d),
    }
}
