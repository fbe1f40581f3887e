//! Cases about addresses of 64 bits.

use super::accesses::done;
use super::refusals::skipped;
use super::sketch::{Reach, Sketch};
use super::{Case, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type, Value};
use ir::region::{Access, ReduceOp};

/// Bytes of the memories.
const BYTES: usize = 16384;
/// Where indices, the table and results begin.
const AT: [u64; 3] = [64, 4096, 12288];

pub(super) fn cases() -> Vec<Case> {
    let below_zero = |bytes: u64| bytes.wrapping_neg();
    vec![
        stream("64-bit addresses", 500, 1024, 4096, None),
        stream("64-bit addresses up to the end", 500, 1024, BYTES as u64 - 2008, None),
        stream("64-bit addresses past the end", 501, 1024, BYTES as u64 - 2008, Some(Skip::Guard)),
        stream("64-bit addresses past 2^32", 500, 1024, (1 << 32) + 4096, Some(Skip::Guard)),
        stream("64-bit addresses that begin below 2^64", 500, 1024, below_zero(8), Some(Skip::Guard)),
        gather("gathers at 64-bit addresses", 7, None),
        gather("a gather past 2^32", 1 << 30, Some(Skip::Bail)),
        gather("a gather below the memory", below_zero(AT[1] / 4 + 1), Some(Skip::Bail)),
        gather("a gather of the memory's first word", below_zero(AT[1] / 4), None),
        histogram(),
    ]
}

/// Where iteration `i` accesses an array of words that begins at a live-in.
fn address(s: &mut Sketch, live_in: u32) -> Value {
    let four = s.constant(Const::i64(4));
    let distance = s.binary(BinaryOp::I64Mul, s.index(0), four);
    s.binary(BinaryOp::I64Add, s.live_in(live_in), distance)
}

/// `y[i + 2] = x[i] + 1`; live-ins n, x, y.
fn stream(name: &str, n: u64, x: u64, y: u64, cause: Option<Skip>) -> Case {
    let mut s = Sketch::new("wide-stream", 1, &[Type::I64, Type::I64]);
    let from = s.array(1, 4, 4, Access::Read);
    let (strides, access) = (&[4][..], Access::Write);
    let into = s.reach(Reach { memory: 0, base: 2, offset: 8, strides, width: 4, access, must_write: true });
    [from, into].into_iter().for_each(|space| s.widen(space));
    let (at_x, at_y) = (address(&mut s, 1), address(&mut s, 2));
    let (word, one) = (s.load(LoadKind::I32, from, at_x, 0), s.constant(Const::i32(1)));
    let sum = s.binary(BinaryOp::I32Add, word, one);
    s.store(StoreKind::I32, into, at_y, 8, sum);
    s.ret(&[]);

    let memory = noise(BYTES);
    if let Some(cause) = cause {
        return skipped(s, name, &[n, x, y], memory, cause);
    }
    let mut after = memory.clone();
    for i in 0..n as usize {
        let word = u32::from_le_bytes(get(&memory, x as usize + 4 * i));
        put(&mut after, y as usize + 8 + 4 * i, word.wrapping_add(1).to_le_bytes());
    }
    done(s, name, &[n, x, y], memory, after)
}

/// `y[i] = x[index[i]]` with indices of 64 bits, the last of which is given; live-ins n, index, x, y.
fn gather(name: &str, odd: u64, cause: Option<Skip>) -> Case {
    let mut s = Sketch::new("wide-gather", 1, &[Type::I64, Type::I64, Type::I64]);
    let (indices, x, y) = (s.array(1, 8, 8, Access::Read), s.around(0, 2, 4), s.array(3, 4, 4, Access::Write));
    [indices, x, y].into_iter().for_each(|space| s.widen(space));
    let (four, eight) = (s.constant(Const::i64(4)), s.constant(Const::i64(8)));
    let distance = s.binary(BinaryOp::I64Mul, s.index(0), eight);
    let at = s.binary(BinaryOp::I64Add, s.live_in(1), distance);
    let index = s.load(LoadKind::I64, indices, at, 0);
    let distance = s.binary(BinaryOp::I64Mul, index, four);
    let from = s.binary(BinaryOp::I64Add, s.live_in(2), distance);
    let value = s.gather(LoadKind::I32, x, from, 0);
    let into = address(&mut s, 3);
    s.store(StoreKind::I32, y, into, 0, value);
    s.ret(&[]);

    let n = 200usize;
    let mut memory = noise(BYTES);
    let index = |i: usize| if i + 1 == n { odd } else { i as u64 * 13 % 400 };
    (0..n).for_each(|i| put(&mut memory, AT[0] as usize + 8 * i, index(i).to_le_bytes()));
    let live_ins = [n as u64, AT[0], AT[1], AT[2]];
    if let Some(cause) = cause {
        return skipped(s, name, &live_ins, memory, cause);
    }
    let mut after = memory.clone();
    for i in 0..n {
        let word: [u8; 4] = get(&memory, AT[1].wrapping_add(index(i).wrapping_mul(4)) as usize);
        put(&mut after, AT[2] as usize + 4 * i, word);
    }
    done(s, name, &live_ins, memory, after)
}

/// `h[x[i]] += 1` of bytes; live-ins n, x, h.
fn histogram() -> Case {
    let mut s = Sketch::new("wide-histogram", 1, &[Type::I64, Type::I64]);
    let (x, h) = (s.array(1, 1, 1, Access::Read), s.updated(0, 2, 8, ReduceOp::Add, Some(2048)));
    [x, h].into_iter().for_each(|space| s.widen(space));
    let (three, one) = (s.constant(Const::i64(3)), s.constant(Const::i64(1)));
    let at = s.binary(BinaryOp::I64Add, s.live_in(1), s.index(0));
    let byte = s.load(LoadKind::I64U8, x, at, 0);
    let distance = s.binary(BinaryOp::I64Shl, byte, three);
    let cell = s.binary(BinaryOp::I64Add, s.live_in(2), distance);
    s.update(ReduceOp::Add, StoreKind::I64, h, cell, 0, one);
    s.ret(&[]);

    let (n, x, h) = (1000, 32usize, 8192usize);
    let memory = noise(BYTES);
    let mut after = memory.clone();
    for i in 0..n {
        let cell = h + 8 * usize::from(memory[x + i]);
        let count = u64::from_le_bytes(get(&after, cell));
        put(&mut after, cell, count.wrapping_add(1).to_le_bytes());
    }
    done(s, "a histogram at 64-bit addresses", &[n as u64, x as u64, h as u64], memory, after)
}
