//! Cases about integers that are combined in place, at addresses that only the kernel knows.

use super::accesses::done;
use super::refusals::skipped;
use super::sketch::{Reach, Sketch};
use super::{Case, Expect, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type, UnaryOp};
use ir::region::{Access, Int, ReduceOp};

/// Where the keys, the bins and the weights of most cases begin.
const AT: [u64; 3] = [64, 4096, 12288];
/// Bytes of most memories.
const BYTES: usize = 16384;
/// How many weights most cases add up.
const COUNT: usize = 500;

pub(super) fn cases() -> Vec<Case> {
    let last = (BYTES as i32 - 4 - AT[1] as i32) / 4;
    let mut cases = operators();
    cases.extend([
        bytes(),
        rows(),
        through_a_table(),
        two_arrays(),
        pick("an update of the last word before what is read", 2047, AT, None),
        pick("an update of the first word that is read", 2048, AT, Some(Skip::Bail)),
        pick("an update of the first word behind what is read", -508, AT, None),
        pick("an update of the last word that is read", -509, AT, Some(Skip::Bail)),
        pick("an update of the last word of the memory", last, [AT[0], AT[1], 2080], None),
        pick("an update one word past the memory", last + 1, [AT[0], AT[1], 2080], Some(Skip::Bail)),
        pick("an update at the end of the address space", -1025, AT, Some(Skip::Bail)),
        pick("bins that begin in front of an array", 199, [AT[0], AT[2] - 800, AT[2]], None),
        pick("bins that begin inside of an array", 580, [AT[0], AT[2] + 16, AT[2]], Some(Skip::Bail)),
        pick("no room for bins", 3, [AT[0], BYTES as u64 - 80, BYTES as u64 - 2000], Some(Skip::Guard)),
        pick("bins at odd addresses", 3, [AT[0], AT[1] + 2, AT[2]], Some(Skip::Bail)),
        behind_an_array(),
        short_span("an update within what is likely", 39, None),
        short_span("an update behind what is likely", 40, Some(Skip::Bail)),
        two_memories("updates in another memory", false),
        two_memories("updates in the memory that is read, under another index", true),
    ]);
    cases
}

/// `bins[keys[i]] = bins[keys[i]] op weights[i]`; live-ins n, keys, bins, weights.
fn sketch(op: ReduceOp, ty: Type, span: Option<i64>) -> Sketch {
    let (load, store, width) = match ty {
        Type::I64 => (LoadKind::I64, StoreKind::I64, 8),
        _ => (LoadKind::I32, StoreKind::I32, 4),
    };
    let mut s = Sketch::new("bins", 1, &[Type::I32, Type::I32, Type::I32]);
    let keys = s.array(1, 4, 4, Access::Read);
    let bins = s.updated(0, 2, width, op, span);
    let weights = s.array(3, width as i64, width, Access::Read);
    let (at, from) = (s.address(1, &[4]), s.address(3, &[width as i32]));
    let key = s.load(LoadKind::I32, keys, at, 0);
    let scale = s.constant(Const::i32(width as i32));
    let distance = s.binary(BinaryOp::I32Mul, key, scale);
    let bin = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    let weight = s.load(load, weights, from, 0);
    s.update(op, store, bins, bin, 0, weight);
    s.ret(&[]);
    s
}

/// The memory with the updates made one after another.
fn updated(memory: &[u8], op: ReduceOp, ty: Type, cells: impl Iterator<Item = (usize, u64)>) -> Vec<u8> {
    let mut after = memory.to_vec();
    for (at, value) in cells {
        if ty == Type::I64 {
            let old = u64::from_le_bytes(get(&after, at));
            put(&mut after, at, op.combine(ty, old, value).to_le_bytes());
        } else {
            let old = u32::from_le_bytes(get(&after, at));
            put(&mut after, at, (op.combine(ty, old.into(), value) as u32).to_le_bytes());
        }
    }
    after
}

/// Every operator in either width, over few enough bins that threads meet in them.
fn operators() -> Vec<Case> {
    let mut cases = Vec::new();
    for op in ReduceOp::ALL.into_iter().filter(|&op| op != ReduceOp::Mul) {
        for ty in [Type::I32, Type::I64] {
            let (n, width) = (700usize, ty.bits() as usize / 8);
            let [keys, bins, weights] = [64usize, 4096, 8192];
            let mut memory = noise(BYTES);
            // The last iteration has a bin of its own, which it changes.
            let key = |i: usize| if i + 1 < n { i * 7 % 29 } else { 29 };
            let identity = op.identity(ty).to_le_bytes();
            memory[bins + width * 29..][..width].copy_from_slice(&identity[..width]);
            (0..n).for_each(|i| put(&mut memory, keys + 4 * i, (key(i) as u32).to_le_bytes()));
            let weight = |i: usize| match ty {
                Type::I64 => u64::from_le_bytes(get(&memory, weights + 8 * i)),
                _ => u32::from_le_bytes(get(&memory, weights + 4 * i)).into(),
            };
            let after = updated(&memory, op, ty, (0..n).map(|i| (bins + width * key(i), weight(i))));
            let name = format!("updates by {} of {ty}", op.name());
            let live_ins = [n, keys, bins, weights].map(|v| v as u64);
            cases.push(done(sketch(op, ty, Some(30 * width as i64)), &name, &live_ins, memory, after));
        }
    }
    cases
}

/// 500 weights in 400 bins, and one in the middle with the key that is given.
fn pick(name: &str, odd: i32, at: [u64; 3], cause: Option<Skip>) -> Case {
    let (case, keys) = picked(name, None, odd, at);
    conclude(case, &keys, at, cause)
}

/// The case before it is known what must come of it, and its keys.
fn picked(name: &str, span: Option<i64>, odd: i32, at: [u64; 3]) -> (Case, Vec<i32>) {
    let mut memory = noise(BYTES);
    // Small enough that bins fit wherever they begin.
    let room = span.map_or(16, |span| span as i32 / 4);
    let keys: Vec<i32> = (0..COUNT as i32).map(|i| if i == 321 { odd } else { i * 13 % room }).collect();
    keys.iter().enumerate().for_each(|(i, key)| put(&mut memory, at[0] as usize + 4 * i, key.to_le_bytes()));
    let live_ins = [COUNT as u64, at[0], at[1], at[2]];
    (skipped(sketch(ReduceOp::Add, Type::I32, span), name, &live_ins, memory, Skip::Bail), keys)
}

fn conclude(case: Case, keys: &[i32], at: [u64; 3], cause: Option<Skip>) -> Case {
    let memory = &case.memories[0];
    let cell = |&key: &i32| (at[1] as i64 + 4 * i64::from(key)) as usize;
    let weight = |i: usize| u64::from(u32::from_le_bytes(get(memory, at[2] as usize + 4 * i)));
    let expect = match cause {
        Some(cause) => Expect::Skipped(cause),
        None => {
            let cells = keys.iter().map(cell).zip((0..COUNT).map(weight));
            let after = updated(memory, ReduceOp::Add, Type::I32, cells);
            Expect::Done { memories: vec![after], live_outs: Vec::new() }
        }
    };
    Case { expect, ..case }
}

/// A hint inside of an array, and all bins behind it.
fn behind_an_array() -> Case {
    let at = [AT[0], AT[2] + 2000 - 400, AT[2]];
    let (mut case, mut keys) = picked("bins behind the array that holds the hint", None, 107, at);
    for (i, key) in keys.iter_mut().enumerate() {
        *key = 100 + key.rem_euclid(300);
        put(&mut case.memories[0], at[0] as usize + 4 * i, key.to_le_bytes());
    }
    conclude(case, &keys, at, None)
}

/// 160 bytes are likely.
fn short_span(name: &str, odd: i32, cause: Option<Skip>) -> Case {
    let (case, keys) = picked(name, Some(160), odd, AT);
    conclude(case, &keys, AT, cause)
}

/// `bins[x[i]] += 1` for bytes; live-ins n, x, bins.
fn bytes() -> Case {
    let mut s = Sketch::new("bytes", 1, &[Type::I32, Type::I32]);
    let (x, bins) = (s.array(1, 1, 1, Access::Read), s.updated(0, 2, 4, ReduceOp::Add, Some(1032)));
    let at = s.address(1, &[1]);
    let byte = s.load(LoadKind::I32U8, x, at, 0);
    let (two, one) = (s.constant(Const::i32(2)), s.constant(Const::i32(1)));
    let distance = s.binary(BinaryOp::I32Shl, byte, two);
    let bin = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    s.update(ReduceOp::Add, StoreKind::I32, bins, bin, 8, one);
    s.ret(&[]);

    let memory = noise(BYTES);
    let (n, x, bins) = (12000usize, 4096usize, 1000usize);
    let cells = (0..n).map(|i| (bins + 8 + 4 * usize::from(memory[x + i]), 1));
    let after = updated(&memory, ReduceOp::Add, Type::I32, cells);
    done(s, "a histogram of bytes", &[n as u64, x as u64, bins as u64], memory, after)
}

/// `for j in 0..m { bins[x[i][j]] ^= i + j }`; live-ins n, m, x, bins. A row of x takes 64 bytes.
fn rows() -> Case {
    let mut s = Sketch::new("rows", 1, &[Type::I32, Type::I32, Type::I32]);
    let (extent, least) = (s.extent(1), s.int(Int::Const(1)));
    s.at_most(least, extent);
    let x = s.reach(Reach {
        memory: 0,
        base: 2,
        offset: 0,
        strides: &[64, 1],
        width: 1,
        access: Access::Read,
        must_write: false,
    });
    let bins = s.updated(0, 3, 8, ReduceOp::Xor, Some(2048));
    let row = s.address(2, &[64]);
    let number = s.unary(UnaryOp::I32WrapI64, s.index(0));
    let (zero, one, three) = (s.constant(Const::i32(0)), s.constant(Const::i32(1)), s.constant(Const::i32(3)));
    let (header, j) = s.open(&[zero]);
    let at = s.binary(BinaryOp::I32Add, row, j[0]);
    let byte = s.load(LoadKind::I32U8, x, at, 0);
    let distance = s.binary(BinaryOp::I32Shl, byte, three);
    let bin = s.binary(BinaryOp::I32Add, s.live_in(3), distance);
    let sum = s.binary(BinaryOp::I32Add, number, j[0]);
    let sum = s.unary(UnaryOp::I64ExtendI32S, sum);
    s.update(ReduceOp::Xor, StoreKind::I64, bins, bin, 0, sum);
    let next = s.binary(BinaryOp::I32Add, j[0], one);
    let more = s.binary(BinaryOp::I32LtS, next, s.live_in(1));
    s.close(more, header, &[next]);
    s.ret(&[]);

    let memory = noise(BYTES);
    let (n, m, x, bins) = (100usize, 50usize, 8192usize, 512usize);
    let points = (0..n).flat_map(|i| (0..m).map(move |j| (i, j)));
    let cells = points.map(|(i, j)| (bins + 8 * usize::from(memory[x + 64 * i + j]), (i + j) as u64));
    let after = updated(&memory, ReduceOp::Xor, Type::I64, cells);
    done(s, "updates by loops inside", &[n, m, x, bins].map(|v| v as u64), memory, after)
}

/// `bins[table[x[i]]] += 1` for bytes; live-ins n, x, table, bins.
fn through_a_table() -> Case {
    let mut s = Sketch::new("classes", 1, &[Type::I32, Type::I32, Type::I32]);
    let (x, table) = (s.array(1, 1, 1, Access::Read), s.around(0, 2, 1));
    let bins = s.updated(0, 3, 4, ReduceOp::Add, None);
    let at = s.address(1, &[1]);
    let byte = s.load(LoadKind::I32U8, x, at, 0);
    let from = s.binary(BinaryOp::I32Add, s.live_in(2), byte);
    let class = s.gather(LoadKind::I32U8, table, from, 0);
    let (two, one) = (s.constant(Const::i32(2)), s.constant(Const::i32(1)));
    let distance = s.binary(BinaryOp::I32Shl, class, two);
    let bin = s.binary(BinaryOp::I32Add, s.live_in(3), distance);
    s.update(ReduceOp::Add, StoreKind::I32, bins, bin, 0, one);
    s.ret(&[]);

    let memory = noise(BYTES);
    let (n, x, table, bins) = (900usize, 64usize, 12000usize, 8192usize);
    let cells = (0..n).map(|i| (bins + 4 * usize::from(memory[table + usize::from(memory[x + i])]), 1));
    let after = updated(&memory, ReduceOp::Add, Type::I32, cells);
    done(s, "updates through a table", &[n, x, table, bins].map(|v| v as u64), memory, after)
}

/// `counts[keys[i] & 63] += 1` and `tops[keys[i] & 63] = max(.., keys[i])`; live-ins n, keys, counts, tops.
fn two_arrays() -> Case {
    let mut s = Sketch::new("two-arrays", 1, &[Type::I32, Type::I32, Type::I32]);
    let keys = s.array(1, 4, 4, Access::Read);
    let (counts, tops) = (s.updated(0, 2, 4, ReduceOp::Add, None), s.updated(0, 3, 4, ReduceOp::MaxS, None));
    let at = s.address(1, &[4]);
    let key = s.load(LoadKind::I32, keys, at, 0);
    let (mask, two, one) = (s.constant(Const::i32(63)), s.constant(Const::i32(2)), s.constant(Const::i32(1)));
    let index = s.binary(BinaryOp::I32And, key, mask);
    let distance = s.binary(BinaryOp::I32Shl, index, two);
    let [count, top] = [2, 3].map(|base| s.binary(BinaryOp::I32Add, s.live_in(base), distance));
    s.update(ReduceOp::Add, StoreKind::I32, counts, count, 0, one);
    s.update(ReduceOp::MaxS, StoreKind::I32, tops, top, 0, key);
    s.ret(&[]);

    let memory = noise(BYTES);
    let (n, keys, counts, tops) = (800usize, 8192usize, 512usize, 1024usize);
    let key = |i: usize| u64::from(u32::from_le_bytes(get(&memory, keys + 4 * i)));
    let cell = |base: usize, i: usize| base + 4 * (key(i) as usize % 64);
    let after = updated(&memory, ReduceOp::Add, Type::I32, (0..n).map(|i| (cell(counts, i), 1)));
    let after = updated(&after, ReduceOp::MaxS, Type::I32, (0..n).map(|i| (cell(tops, i), key(i))));
    done(s, "two arrays that are updated", &[n, keys, counts, tops].map(|v| v as u64), memory, after)
}

/// `bins[x[i]] += 1`, x in memory 1 and the bins in memory 0, at the same addresses; live-ins n, x, bins.
fn two_memories(name: &str, aliased: bool) -> Case {
    let mut s = Sketch::new("two-memories", 1, &[Type::I32, Type::I32]);
    let x = Reach { memory: 1, base: 1, offset: 0, strides: &[1], width: 1, access: Access::Read, must_write: false };
    let (x, bins) = (s.reach(x), s.updated(0, 2, 4, ReduceOp::Add, None));
    let at = s.address(1, &[1]);
    let byte = s.load(LoadKind::I32U8, x, at, 0);
    let (two, one) = (s.constant(Const::i32(2)), s.constant(Const::i32(1)));
    let distance = s.binary(BinaryOp::I32Shl, byte, two);
    let bin = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    s.update(ReduceOp::Add, StoreKind::I32, bins, bin, 0, one);
    s.ret(&[]);

    let (first, live_ins) = (noise(4096), [600, 256, 256]);
    if aliased {
        // The bins would begin behind what is read.
        return Case { aliased, ..skipped(s, name, &live_ins, first, Skip::Bail) };
    }
    let second: Vec<u8> = first.iter().map(|b| b.wrapping_mul(5)).collect();
    let cells = (0..600).map(|i| (256 + 4 * usize::from(second[256 + i]), 1));
    let after = updated(&first, ReduceOp::Add, Type::I32, cells);
    let case = done(s, name, &live_ins, first.clone(), after.clone());
    let expect = Expect::Done { memories: vec![after, second.clone()], live_outs: Vec::new() };
    Case { memories: vec![first, second], expect, ..case }
}
