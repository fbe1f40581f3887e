//! Cases about where bytes are read and written.

use super::sketch::{Reach, Sketch};
use super::{Case, Expect, get, noise, put};
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Term, Type, UnaryOp};
use ir::region::Access;

pub(super) fn cases() -> Vec<Case> {
    vec![
        saxpy("saxpy", 1003, 64, 8192, false),
        saxpy("saxpy of one element", 1, 64, 8192, false),
        saxpy("saxpy of an array with itself", 500, 512, 512, false),
        saxpy("saxpy at odd addresses", 333, 65, 8191, true),
        squares("write-only, every byte", 4),
        squares("write-only, with gaps", 12),
        interleaved(),
        mixed_widths(),
        downwards(),
        conditional(),
        narrow("8-bit stores of sign-extended bytes", LoadKind::I32S8, StoreKind::I32As8),
        narrow("8-bit stores of bytes", LoadKind::I64U8, StoreKind::I64As8),
        narrow("16-bit stores of sign-extended halves", LoadKind::I64S16, StoreKind::I64As16),
        narrow("16-bit stores of halves", LoadKind::I32U16, StoreKind::I32As16),
        narrow("32-bit stores of sign-extended words", LoadKind::I64S32, StoreKind::I64As32),
        transpose(),
        three_dimensions(),
        two_memories("from one memory to another", false),
        two_memories("one memory under two indices", true),
        matrix_vector(),
    ]
}

/// A case that completes without live-outs.
pub(super) fn done(sketch: Sketch, name: &str, live_ins: &[u64], memory: Vec<u8>, after: Vec<u8>) -> Case {
    let (region, kernel) = sketch.finish();
    let expect = Expect::Done { memories: vec![after], live_outs: Vec::new() };
    let (name, live_ins, memories) = (name.to_string(), live_ins.to_vec(), vec![memory]);
    Case { name, region, kernel, live_ins, memories, aliased: false, misaligned: false, expect }
}

/// `y[i] = a * x[i] + y[i]`; live-ins n, x, y, a.
fn saxpy(name: &str, n: u64, x: u64, y: u64, misaligned: bool) -> Case {
    let mut s = Sketch::new("saxpy", 1, &[Type::I32, Type::I32, Type::F32]);
    let from = s.array(1, 4, 4, Access::Read);
    let into = s.array(2, 4, 4, Access::ReadWrite);
    let (at_x, at_y, a) = (s.address(1, &[4]), s.address(2, &[4]), s.live_in(3));
    let x_i = s.load(LoadKind::F32, from, at_x, 0);
    let y_i = s.load(LoadKind::F32, into, at_y, 0);
    let product = s.binary(BinaryOp::F32Mul, a, x_i);
    let sum = s.binary(BinaryOp::F32Add, product, y_i);
    s.store(StoreKind::F32, into, at_y, 0, sum);
    s.ret(&[]);

    let mut memory = noise(16384);
    for i in 0..2048 {
        put(&mut memory, i * 8, (i as f32 * 0.37 - 100.0).to_le_bytes());
        put(&mut memory, i * 8 + 4, (1.0 / (i as f32 + 1.0)).to_le_bytes());
    }
    let a = 1.000_1f32;
    let mut after = memory.clone();
    for i in 0..n as usize {
        let (x_i, y_i) = (get(&after, x as usize + 4 * i), get(&after, y as usize + 4 * i));
        let sum = a * f32::from_le_bytes(x_i) + f32::from_le_bytes(y_i);
        // At odd addresses the numbers are accidental; a NaN among the results would be the canonical one.
        let bits = if sum.is_nan() { 0x7fc0_0000 } else { sum.to_bits() };
        put(&mut after, y as usize + 4 * i, bits.to_le_bytes());
    }
    Case { misaligned, ..done(s, name, &[n, x, y, a.to_bits() as u64], memory, after) }
}

/// `out[i] = i * i` at a distance of `stride` bytes; live-ins n, out.
fn squares(name: &str, stride: u64) -> Case {
    let mut s = Sketch::new("squares", 1, &[Type::I32]);
    let out = s.array(1, stride as i64, 4, Access::Write);
    let at = s.address(1, &[stride as i32]);
    let index = s.unary(UnaryOp::I32WrapI64, s.index(0));
    let square = s.binary(BinaryOp::I32Mul, index, index);
    s.store(StoreKind::I32, out, at, 0, square);
    s.ret(&[]);

    let memory = noise(16384);
    let mut after = memory.clone();
    for i in 0..1000u32 {
        put(&mut after, 100 + (i as u64 * stride) as usize, (i * i).to_le_bytes());
    }
    done(s, name, &[1000, 100], memory, after)
}

/// `p[2i] = p[2i + 1] + 1`: hulls overlap, bytes don't; live-ins n, p.
fn interleaved() -> Case {
    let mut s = Sketch::new("interleaved", 1, &[Type::I32]);
    let even =
        Reach { memory: 0, base: 1, offset: 0, strides: &[8], width: 4, access: Access::Write, must_write: true };
    let odd = Reach { offset: 4, access: Access::Read, must_write: false, ..even };
    let even = s.reach(even);
    let odd = s.reach(odd);
    let at = s.address(1, &[8]);
    let value = s.load(LoadKind::I32, odd, at, 4);
    let one = s.constant(Const::i32(1));
    let sum = s.binary(BinaryOp::I32Add, value, one);
    s.store(StoreKind::I32, even, at, 0, sum);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for i in 0..700 {
        let value = u32::from_le_bytes(get(&memory, 260 + 8 * i));
        put(&mut after, 256 + 8 * i, value.wrapping_add(1).to_le_bytes());
    }
    done(s, "overlapping hulls of disjoint accesses", &[700, 256], memory, after)
}

/// `p[16i + 8] = p[16i + 4] + 1`, a word into a double word: the window begins between double words, so its place keeps them
/// aligned only if it agrees with the guest's beyond the alignment of its first byte; live-ins n, p.
fn mixed_widths() -> Case {
    let mut s = Sketch::new("mixed-widths", 1, &[Type::I32]);
    let words =
        Reach { memory: 0, base: 1, offset: 4, strides: &[16], width: 4, access: Access::Read, must_write: false };
    let doubles = Reach { offset: 8, width: 8, access: Access::Write, must_write: true, ..words };
    let words = s.reach(words);
    let doubles = s.reach(doubles);
    let at = s.address(1, &[16]);
    let value = s.load(LoadKind::I64U32, words, at, 4);
    let one = s.constant(Const::i64(1));
    let sum = s.binary(BinaryOp::I64Add, value, one);
    s.store(StoreKind::I64, doubles, at, 8, sum);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for i in 0..300 {
        let value = u32::from_le_bytes(get(&memory, 260 + 16 * i)) as u64;
        put(&mut after, 264 + 16 * i, (value + 1).to_le_bytes());
    }
    done(s, "accesses of two widths in one window", &[300, 256], memory, after)
}

/// `y[-i] = 3 * x[-i]` in `i64`; live-ins n, x, y, both of the last element.
fn downwards() -> Case {
    let mut s = Sketch::new("downwards", 1, &[Type::I32, Type::I32]);
    let from = s.array(1, -8, 8, Access::Read);
    let into = s.array(2, -8, 8, Access::Write);
    let (at_x, at_y) = (s.address(1, &[-8]), s.address(2, &[-8]));
    let value = s.load(LoadKind::I64, from, at_x, 0);
    let three = s.constant(Const::i64(3));
    let product = s.binary(BinaryOp::I64Mul, value, three);
    s.store(StoreKind::I64, into, at_y, 0, product);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for i in 0..400 {
        let value = u64::from_le_bytes(get(&memory, 3992 - 8 * i));
        put(&mut after, 8184 - 8 * i, value.wrapping_mul(3).to_le_bytes());
    }
    done(s, "negative strides", &[400, 3992, 8184], memory, after)
}

/// `if x[i] < 0 { y[i] = x[i] }`; live-ins n, x, y.
fn conditional() -> Case {
    let mut s = Sketch::new("conditional", 1, &[Type::I32, Type::I32]);
    let from = s.array(1, 4, 4, Access::Read);
    let into = s.reach(Reach {
        memory: 0,
        base: 2,
        offset: 0,
        strides: &[4],
        width: 4,
        access: Access::Write,
        must_write: false,
    });
    let (at_x, at_y) = (s.address(1, &[4]), s.address(2, &[4]));
    let value = s.load(LoadKind::I32, from, at_x, 0);
    let zero = s.constant(Const::i32(0));
    let negative = s.binary(BinaryOp::I32LtS, value, zero);
    let ((write, _), (out, _)) = (s.block(&[]), s.block(&[]));
    s.branch(negative, write, out);
    s.store(StoreKind::I32, into, at_y, 0, value);
    s.end(Term::Jump(super::sketch::to(out, &[])), out);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for i in 0..900 {
        let value = i32::from_le_bytes(get(&memory, 128 + 4 * i));
        if value < 0 {
            put(&mut after, 4096 + 4 * i, value.to_le_bytes());
        }
    }
    done(s, "conditional stores", &[900, 128, 4096], memory, after)
}

/// `y[i] = x[i] + i` in a narrow type, with the extended value stored beside it; live-ins n, x, y, z.
fn narrow(name: &str, load: LoadKind, store: StoreKind) -> Case {
    let (width, wide) = (load.width() as i64, load.ty().bits() as i64 / 8);
    let mut s = Sketch::new("narrow", 1, &[Type::I32, Type::I32, Type::I32]);
    let from = s.array(1, width, width as u64, Access::Read);
    let into = s.array(2, width, width as u64, Access::Write);
    let whole = s.array(3, wide, wide as u64, Access::Write);
    let (at_x, at_y, at_z) =
        (s.address(1, &[width as i32]), s.address(2, &[width as i32]), s.address(3, &[wide as i32]));
    let value = s.load(load, from, at_x, 0);
    let (index, add, full) = match load.ty() {
        Type::I32 => (s.unary(UnaryOp::I32WrapI64, s.index(0)), BinaryOp::I32Add, StoreKind::I32),
        _ => (s.index(0), BinaryOp::I64Add, StoreKind::I64),
    };
    let sum = s.binary(add, value, index);
    s.store(store, into, at_y, 0, sum);
    s.store(full, whole, at_z, 0, value);
    s.ret(&[]);

    let memory = noise(16384);
    let mut after = memory.clone();
    for i in 0..600usize {
        let (w, at) = (width as usize, 64 + width as usize * i);
        let mut raw = [0; 8];
        raw[..w].copy_from_slice(&memory[at..at + w]);
        let shift = 64 - 8 * width as u32;
        let raw = u64::from_le_bytes(raw) << shift;
        let value = if load.is_signed() { ((raw as i64) >> shift) as u64 } else { raw >> shift };
        let sum = value.wrapping_add(i as u64).to_le_bytes();
        after[4096 + w * i..][..w].copy_from_slice(&sum[..w]);
        after[8192 + wide as usize * i..][..wide as usize].copy_from_slice(&value.to_le_bytes()[..wide as usize]);
    }
    done(s, name, &[600, 64, 4096, 8192], memory, after)
}

/// `out[j][i] = in[i][j]` for 30 rows of 17 `f64`, whatever bits they are; live-ins m, n, in, out.
fn transpose() -> Case {
    let (rows, columns) = (30, 17);
    let mut s = Sketch::new("transpose", 2, &[Type::I32, Type::I32]);
    let reach = |base, strides, access| Reach {
        memory: 0,
        base,
        offset: 0,
        strides,
        width: 8,
        access,
        must_write: access == Access::Write,
    };
    let from = s.reach(reach(2, &[17 * 8, 8], Access::Read));
    let into = s.reach(reach(3, &[8, 30 * 8], Access::Write));
    let (at_in, at_out) = (s.address(2, &[17 * 8, 8]), s.address(3, &[8, 30 * 8]));
    let value = s.load(LoadKind::F64, from, at_in, 0);
    s.store(StoreKind::F64, into, at_out, 0, value);
    s.ret(&[]);

    let mut memory = noise(16384);
    put(&mut memory, 8 + 8 * 5, 0xfff0_0000_0000_0001u64.to_le_bytes());
    let mut after = memory.clone();
    for i in 0..rows {
        for j in 0..columns {
            let bytes: [u8; 8] = get(&memory, 8 + 8 * (columns * i + j));
            put(&mut after, 8000 + 8 * (rows * j + i), bytes);
        }
    }
    done(s, "two dimensions, NaN bits kept", &[rows as u64, columns as u64, 8, 8000], memory, after)
}

/// `p[i][j][k] += 100 i + 10 j + k` in `i64`; live-ins three trip counts, p.
fn three_dimensions() -> Case {
    let (l, m, n) = (5usize, 7usize, 9usize);
    let mut s = Sketch::new("three-dimensions", 3, &[Type::I32]);
    let strides = [(m * n * 8) as i64, (n * 8) as i64, 8];
    let access = Access::ReadWrite;
    let space =
        s.reach(Reach { memory: 0, base: 3, offset: 0, strides: &strides, width: 8, access, must_write: false });
    let at = s.address(3, &strides.map(|stride| stride as i32));
    let mut sum = s.load(LoadKind::I64, space, at, 0);
    for (dim, weight) in [100, 10, 1].into_iter().enumerate() {
        let weight = s.constant(Const::i64(weight));
        let part = s.binary(BinaryOp::I64Mul, s.index(dim as u32), weight);
        sum = s.binary(BinaryOp::I64Add, sum, part);
    }
    s.store(StoreKind::I64, space, at, 0, sum);
    s.ret(&[]);

    let memory = noise(4096);
    let mut after = memory.clone();
    for (i, j, k) in (0..l).flat_map(|i| (0..m).flat_map(move |j| (0..n).map(move |k| (i, j, k)))) {
        let at = 16 + 8 * (i * m * n + j * n + k);
        let value = u64::from_le_bytes(get(&memory, at)).wrapping_add((100 * i + 10 * j + k) as u64);
        put(&mut after, at, value.to_le_bytes());
    }
    done(s, "three dimensions", &[l as u64, m as u64, n as u64, 16], memory, after)
}

/// `y[i] = !x[i]`, x in memory 1 and y in memory 0; live-ins n, x, y. With one memory behind both indices x and y are the
/// same array.
fn two_memories(name: &str, aliased: bool) -> Case {
    let mut s = Sketch::new("two-memories", 1, &[Type::I32, Type::I32]);
    let reach = |memory, base, access| Reach {
        memory,
        base,
        offset: 0,
        strides: &[4],
        width: 4,
        access,
        must_write: access == Access::Write,
    };
    let from = s.reach(reach(1, 1, Access::Read));
    let into = s.reach(reach(0, 2, Access::Write));
    let (at_x, at_y) = (s.address(1, &[4]), s.address(2, &[4]));
    let value = s.load(LoadKind::I32, from, at_x, 0);
    let ones = s.constant(Const::i32(-1));
    let inverted = s.binary(BinaryOp::I32Xor, value, ones);
    s.store(StoreKind::I32, into, at_y, 0, inverted);
    s.ret(&[]);

    let first = noise(4096);
    let second: Vec<u8> = first.iter().map(|b| b.wrapping_mul(7)).collect();
    let source = if aliased { &first } else { &second };
    let mut after = first.clone();
    for i in 0..800 {
        let value = u32::from_le_bytes(get(source, 256 + 4 * i));
        put(&mut after, 256 + 4 * i, (!value).to_le_bytes());
    }
    let case = done(s, name, &[800, 256, 256], first.clone(), after.clone());
    let (memories, expected) =
        if aliased { (vec![first], vec![after]) } else { (vec![first, second.clone()], vec![after, second]) };
    Case { memories, aliased, expect: Expect::Done { memories: expected, live_outs: Vec::new() }, ..case }
}

/// `y[i] = sum over j of a[i][j] * x[j]` in order, in `f64`; live-ins m, a, x, y; the inner loop has 13 steps.
fn matrix_vector() -> Case {
    let (rows, columns) = (77usize, 13usize);
    let mut s = Sketch::new("matrix-vector", 1, &[Type::I32, Type::I32, Type::I32]);
    let reach = |base, strides, width, access| Reach {
        memory: 0,
        base,
        offset: 0,
        strides,
        width,
        access,
        must_write: access == Access::Write,
    };
    let a = s.reach(Reach { ..reach(1, &[104], 104, Access::Read) });
    let x = s.reach(reach(2, &[0], 104, Access::Read));
    let y = s.reach(reach(3, &[8], 8, Access::Write));
    let (row, out, start) = (s.address(1, &[104]), s.address(3, &[8]), s.live_in(2));
    let (zero, nothing) = (s.constant(Const::i32(0)), s.constant(Const { ty: Type::F64, bits: 0 }));
    let (body, params) = s.block(&[Type::I32, Type::F64]);
    let (last, ended) = s.block(&[Type::F64]);
    s.end(Term::Jump(super::sketch::to(body, &[zero, nothing])), body);
    let (offset, sum) = (params[0], params[1]);
    let at_a = s.binary(BinaryOp::I32Add, row, offset);
    let at_x = s.binary(BinaryOp::I32Add, start, offset);
    let a_ij = s.load(LoadKind::F64, a, at_a, 0);
    let x_j = s.load(LoadKind::F64, x, at_x, 0);
    let product = s.binary(BinaryOp::F64Mul, a_ij, x_j);
    let sum = s.binary(BinaryOp::F64Add, sum, product);
    let eight = s.constant(Const::i32(8));
    let next = s.binary(BinaryOp::I32Add, offset, eight);
    let end = s.constant(Const::i32(104));
    let more = s.binary(BinaryOp::I32LtU, next, end);
    let (again, leave) = (super::sketch::to(body, &[next, sum]), super::sketch::to(last, &[sum]));
    s.end(Term::Branch { cond: more, then: again, otherwise: leave }, last);
    s.store(StoreKind::F64, y, out, 0, ended[0]);
    s.unbounded();
    s.ret(&[]);

    let mut memory = noise(16384);
    let number = |i: usize| (i as f64 * 0.731).sin() * 1e3;
    (0..rows * columns).for_each(|i| put(&mut memory, 256 + 8 * i, number(i).to_le_bytes()));
    (0..columns).for_each(|i| put(&mut memory, 9000 + 8 * i, number(i + 5000).to_le_bytes()));
    let mut after = memory.clone();
    for i in 0..rows {
        let sum = (0..columns).fold(0.0, |sum, j| sum + number(i * columns + j) * number(j + 5000));
        put(&mut after, 12000 + 8 * i, f64::to_le_bytes(sum));
    }
    done(s, "a loop inside the thread", &[rows as u64, 256, 9000, 12000], memory, after)
}
