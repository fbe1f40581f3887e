//! Cases about loads whose addresses only the kernel knows.

use super::accesses::done;
use super::refusals::skipped;
use super::sketch::{Reach, Sketch, to};
use super::{Case, Expect, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Term, Type, UnaryOp};
use ir::region::Access;

/// Where the indices, the table and the results of most cases begin.
const AT: [u64; 3] = [64, 4096, 12288];
/// Where some results begin that end 16 bytes in front of the table.
const LOW: u64 = 2080;
/// Bytes of most memories.
const BYTES: usize = 16384;

pub(super) fn cases() -> Vec<Case> {
    let last = (BYTES as i32 - 4 - AT[1] as i32) / 4;
    vec![
        permutation(),
        table(),
        sparse_rows(),
        pick("a gather far from its hint, before it", -900, AT[2], None),
        pick("a gather of the last word before what is written", 2047, AT[2], None),
        pick("a gather of the first written word", 2048, AT[2], Some(Skip::Bail)),
        pick("a gather of the last written word", 2048 + 499, AT[2], Some(Skip::Bail)),
        pick("a gather of the last word of the memory", last, LOW, None),
        pick("a gather that ends one word past the memory", last + 1, LOW, Some(Skip::Bail)),
        pick("a gather below the memory", -1025, AT[2], Some(Skip::Bail)),
        pick("a gather at the end of the address space", -1026, AT[2], Some(Skip::Bail)),
        pick("a gather of the first word of the memory", -1024, AT[2], None),
        pick("a gather of the first word behind what is written", -4, LOW, None),
        pick("a gather of the last word in front of it", -5, LOW, Some(Skip::Bail)),
        pick("results where gathers begin", 0, AT[1], Some(Skip::Guard)),
        misaligned(),
        unused("a gather whose value nobody uses", 100, true),
        unused("a gather outside whose value nobody uses", 1 << 28, false),
        two_memories("a gather from another memory", false),
        two_memories("a gather from the memory that is written, under another index", true),
    ]
}

/// `y[i] = x[index[i]]`; live-ins n, index, x, y.
fn sketch() -> Sketch {
    let mut s = Sketch::new("gather", 1, &[Type::I32, Type::I32, Type::I32]);
    let (indices, x, y) = (s.array(1, 4, 4, Access::Read), s.around(0, 2, 4), s.array(3, 4, 4, Access::Write));
    let (at, into) = (s.address(1, &[4]), s.address(3, &[4]));
    let index = s.load(LoadKind::I32, indices, at, 0);
    let four = s.constant(Const::i32(4));
    let distance = s.binary(BinaryOp::I32Mul, index, four);
    let from = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    let value = s.gather(LoadKind::I32, x, from, 0);
    s.store(StoreKind::I32, y, into, 0, value);
    s.ret(&[]);
    s
}

/// `y[i] = x[(i * 7) % n]`.
fn permutation() -> Case {
    let n = 1000;
    let mut memory = noise(BYTES);
    (0..n).for_each(|i| put(&mut memory, AT[0] as usize + 4 * i, (i as u32 * 7 % n as u32).to_le_bytes()));
    let mut after = memory.clone();
    for i in 0..n {
        let word: [u8; 4] = get(&memory, AT[1] as usize + 4 * (i * 7 % n));
        put(&mut after, AT[2] as usize + 4 * i, word);
    }
    done(sketch(), "a permutation", &[n as u64, AT[0], AT[1], AT[2]], memory, after)
}

/// 500 words from near the hint, and at one place in the middle one with the index that is given.
fn pick(name: &str, odd: i32, y: u64, cause: Option<Skip>) -> Case {
    let n = 500;
    let mut memory = noise(BYTES);
    let index = |i: usize| if i == 321 { odd } else { (i as i32 * 13) % 400 };
    (0..n).for_each(|i| put(&mut memory, AT[0] as usize + 4 * i, index(i).to_le_bytes()));
    let live_ins = [n as u64, AT[0], AT[1], y];
    if let Some(cause) = cause {
        return skipped(sketch(), name, &live_ins, memory, cause);
    }
    let mut after = memory.clone();
    for i in 0..n {
        let word: [u8; 4] = get(&memory, (AT[1] as i64 + 4 * i64::from(index(i))) as usize);
        put(&mut after, y as usize + 4 * i, word);
    }
    done(sketch(), name, &live_ins, memory, after)
}

/// `y[i] = table[x[i]]` from bytes to double words, over one table beside what is written; live-ins n, x, table, y.
fn table() -> Case {
    let mut s = Sketch::new("table", 1, &[Type::I32, Type::I32, Type::I32]);
    let (x, table, y) = (s.array(1, 1, 1, Access::Read), s.around(0, 2, 8), s.array(3, 8, 8, Access::Write));
    let (at, into) = (s.address(1, &[1]), s.address(3, &[8]));
    let byte = s.load(LoadKind::I32U8, x, at, 0);
    let three = s.constant(Const::i32(3));
    let distance = s.binary(BinaryOp::I32Shl, byte, three);
    let from = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    let value = s.gather(LoadKind::F64, table, from, 16);
    s.store(StoreKind::F64, y, into, 0, value);
    s.ret(&[]);

    let memory = noise(BYTES);
    let (n, x, table, y) = (700, 40usize, 2000usize, 2000 + 16 + 256 * 8);
    let mut after = memory.clone();
    for i in 0..n {
        let entry: [u8; 8] = get(&memory, table + 16 + 8 * usize::from(memory[x + i]));
        put(&mut after, y + 8 * i, entry);
    }
    done(s, "a table of bytes", &[n as u64, x as u64, table as u64, y as u64], memory, after)
}

/// `y[i] = sum over j in row[i]..row[i + 1] of a[j] * x[column[j]]` in order, in `f64`, everything but the bounds of rows
/// gathered; live-ins n, rows, columns, a, x, y.
fn sparse_rows() -> Case {
    let mut s = Sketch::new("sparse-rows", 1, &[Type::I32; 5]);
    s.unbounded();
    let first =
        Reach { memory: 0, base: 1, offset: 0, strides: &[4], width: 4, access: Access::Read, must_write: false };
    let end = Reach { offset: 4, ..first };
    let (firsts, ends) = (s.reach(first), s.reach(end));
    let (columns, a, x) = (s.around(0, 2, 4), s.around(0, 3, 8), s.around(0, 4, 8));
    let y = s.array(5, 8, 8, Access::Write);
    let (row, into) = (s.address(1, &[4]), s.address(5, &[8]));
    let (first, end) = (s.load(LoadKind::I32, firsts, row, 0), s.load(LoadKind::I32, ends, row, 4));
    let nothing = s.constant(Const { ty: Type::F64, bits: 0 });
    let (head, params) = s.block(&[Type::I32, Type::F64]);
    let ((body, _), (out, _)) = (s.block(&[]), s.block(&[]));
    s.end(Term::Jump(to(head, &[first, nothing])), head);
    let more = s.binary(BinaryOp::I32LtS, params[0], end);
    s.branch(more, body, out);
    let (two, three) = (s.constant(Const::i32(2)), s.constant(Const::i32(3)));
    let at = |s: &mut Sketch, live_in: u32, index, shift| {
        let distance = s.binary(BinaryOp::I32Shl, index, shift);
        s.binary(BinaryOp::I32Add, s.live_in(live_in), distance)
    };
    let at_column = at(&mut s, 2, params[0], two);
    let column = s.gather(LoadKind::I32, columns, at_column, 0);
    let at_a = at(&mut s, 3, params[0], three);
    let weight = s.gather(LoadKind::F64, a, at_a, 0);
    let at_x = at(&mut s, 4, column, three);
    let element = s.gather(LoadKind::F64, x, at_x, 0);
    let product = s.binary(BinaryOp::F64Mul, weight, element);
    let sum = s.binary(BinaryOp::F64Add, params[1], product);
    let one = s.constant(Const::i32(1));
    let next = s.binary(BinaryOp::I32Add, params[0], one);
    s.end(Term::Jump(to(head, &[next, sum])), out);
    s.store(StoreKind::F64, y, into, 0, params[1]);
    s.ret(&[]);

    let n = 60usize;
    let (rows, columns, a, x, y) = (64usize, 512usize, 2048usize, 8192usize, 12288usize);
    let mut memory = noise(BYTES);
    let start = |i: usize| i * 3 + i % 5;
    let column = |j: usize| j * 31 % 97;
    let number = |i: usize| (i as f64 * 0.377).cos() * 1e2;
    (0..=n).for_each(|i| put(&mut memory, rows + 4 * i, (start(i) as u32).to_le_bytes()));
    (0..start(n) + 8).for_each(|j| put(&mut memory, columns + 4 * j, (column(j) as u32).to_le_bytes()));
    (0..start(n) + 8).for_each(|j| put(&mut memory, a + 8 * j, number(j).to_le_bytes()));
    (0..97).for_each(|i| put(&mut memory, x + 8 * i, number(i + 1000).to_le_bytes()));
    let mut after = memory.clone();
    for i in 0..n {
        let sum = (start(i)..start(i + 1)).fold(0.0, |sum, j| sum + number(j) * number(column(j) + 1000));
        put(&mut after, y + 8 * i, f64::to_le_bytes(sum));
    }
    done(s, "rows of a sparse matrix", &[n, rows, columns, a, x, y].map(|v| v as u64), memory, after)
}

/// Indices that lead to odd addresses: a device that needs alignment gives up in the kernel; live-ins n, index, x, y.
fn misaligned() -> Case {
    let case = permutation();
    let n = 1000usize;
    let x = AT[1] as usize + 2;
    let mut after = case.memories[0].clone();
    for i in 0..n {
        let word: [u8; 4] = get(&case.memories[0], x + 4 * (i * 7 % n));
        put(&mut after, AT[2] as usize + 4 * i, word);
    }
    let expect = Expect::Done { memories: vec![after], live_outs: Vec::new() };
    let live_ins = vec![n as u64, AT[0], x as u64, AT[2]];
    Case { name: "gathers at odd addresses".into(), misaligned: true, live_ins, expect, ..case }
}

/// `x[index + i]` is loaded and dropped, `y[i] = i`; live-ins n, x, index, y.
fn unused(name: &str, index: u64, inside: bool) -> Case {
    let mut s = Sketch::new("unused", 1, &[Type::I32, Type::I32, Type::I32]);
    let (x, y) = (s.around(0, 1, 8), s.array(3, 4, 4, Access::Write));
    let into = s.address(3, &[4]);
    let number = s.unary(UnaryOp::I32WrapI64, s.index(0));
    let index_of = s.binary(BinaryOp::I32Add, s.live_in(2), number);
    let three = s.constant(Const::i32(3));
    let distance = s.binary(BinaryOp::I32Shl, index_of, three);
    let from = s.binary(BinaryOp::I32Add, s.live_in(1), distance);
    s.gather(LoadKind::I64, x, from, 0);
    s.store(StoreKind::I32, y, into, 0, number);
    s.ret(&[]);

    let (memory, live_ins) = (noise(BYTES), [200, 512, index, AT[2]]);
    if !inside {
        return skipped(s, name, &live_ins, memory, Skip::Bail);
    }
    let mut after = memory.clone();
    (0..200u32).for_each(|i| put(&mut after, AT[2] as usize + 4 * i as usize, i.to_le_bytes()));
    done(s, name, &live_ins, memory, after)
}

/// `y[i] = x[4 * i % 64]`, x in memory 1 and y in memory 0, at the same addresses; live-ins n, x, y.
fn two_memories(name: &str, aliased: bool) -> Case {
    let mut s = Sketch::new("two-memories", 1, &[Type::I32, Type::I32]);
    let x = s.around(1, 1, 4);
    let write =
        Reach { memory: 0, base: 2, offset: 0, strides: &[4], width: 4, access: Access::Write, must_write: true };
    let y = s.reach(write);
    let into = s.address(2, &[4]);
    let (number, mask) = (s.unary(UnaryOp::I32WrapI64, s.index(0)), s.constant(Const::i32(15)));
    let index = s.binary(BinaryOp::I32And, number, mask);
    let two = s.constant(Const::i32(2));
    let distance = s.binary(BinaryOp::I32Shl, index, two);
    let from = s.binary(BinaryOp::I32Add, s.live_in(1), distance);
    let value = s.gather(LoadKind::I32, x, from, 0);
    s.store(StoreKind::I32, y, into, 0, value);
    s.ret(&[]);

    let first = noise(4096);
    let live_ins = [300, 256, 256];
    if aliased {
        let case = skipped(s, name, &live_ins, first, Skip::Guard);
        return Case { aliased, ..case };
    }
    let second: Vec<u8> = first.iter().map(|b| b.wrapping_mul(5)).collect();
    let mut after = first.clone();
    for i in 0..300 {
        let word: [u8; 4] = get(&second, 256 + 4 * (i % 16));
        put(&mut after, 256 + 4 * i, word);
    }
    let case = done(s, name, &live_ins, first.clone(), after.clone());
    let expect = Expect::Done { memories: vec![after, second.clone()], live_outs: Vec::new() };
    Case { memories: vec![first, second], expect, ..case }
}
