//! Cases with loops inside the thread that the region bounds.
//!
//! Each kernel is written as compilers leave such loops: pointers that are bumped, tests at the bottom or at the top.

use super::accesses::done;
use super::refusals::skipped;
use super::sketch::{Reach, Sketch, to};
use super::{Case, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Term, Type, UnaryOp, Value};
use ir::region::{Access, Int, IntId};

pub(super) fn cases() -> Vec<Case> {
    vec![
        row_sums(),
        filled_rows("rows filled by inner loops", 13, 1024, None),
        filled_rows("rows filled by inner loops that run once", 1, 1024, None),
        filled_rows("rows of inner loops that would overlap", 17, 1024, Some(Skip::Guard)),
        filled_rows("rows whose last one ends past the memory", 16, 16384 - 64 * 20 + 1, Some(Skip::Guard)),
        filled_rows("rows of inner loops that never run", 0, 1024, Some(Skip::Guard)),
        filled_columns(),
        triangle(),
        triangle_above(),
        matrix_product(),
        guarded_loop("an inner loop behind a branch", 9),
        guarded_loop("an inner loop that no thread enters", 0),
        strided_rows(),
    ]
}

/// Bytes from row to row.
const PITCH: i64 = 64;

fn reach(base: u32, strides: &[i64], width: u64, access: Access) -> Reach<'_> {
    Reach { memory: 0, base, offset: 0, strides, width, access, must_write: false }
}

/// Demands that a count is positive.
fn positive(s: &mut Sketch, count: IntId) {
    let one = s.int(Int::Const(1));
    s.at_most(one, count);
}

/// Demands that elements of 4 bytes, as many as the count says, fit one row.
fn fits_pitch(s: &mut Sketch, count: IntId) {
    let (span, pitch) = (s.span(4, 4, count), s.int(Int::Const(PITCH)));
    s.at_most(span, pitch);
}

fn plus(s: &mut Sketch, value: Value, add: i32) -> Value {
    let add = s.constant(Const::i32(add));
    s.binary(BinaryOp::I32Add, value, add)
}

/// `out[i] = sum over j of a[i][j]` in `f32`, in order; live-ins m, n, a, out.
fn row_sums() -> Case {
    let (m, n, a, out) = (60usize, 13usize, 64usize, 8192usize);
    let mut s = Sketch::new("row-sums", 1, &[Type::I32, Type::I32, Type::I32]);
    let count = s.extent(1);
    positive(&mut s, count);
    let from = s.reach(reach(2, &[PITCH, 4], 4, Access::Read));
    let into = s.reach(Reach { must_write: true, ..reach(3, &[4], 4, Access::Write) });
    s.disjoint(from, into);
    let (row, at) = (s.address(2, &[PITCH as i32]), s.address(3, &[4]));
    let (zero, nothing) = (s.constant(Const::i32(0)), s.constant(Const { ty: Type::F32, bits: 0 }));
    let (header, params) = s.open(&[zero, row, nothing]);
    let (j, p, sum) = (params[0], params[1], params[2]);
    let element = s.load(LoadKind::F32, from, p, 0);
    let sum = s.binary(BinaryOp::F32Add, sum, element);
    let (j, p) = (plus(&mut s, j, 1), plus(&mut s, p, 4));
    let more = s.binary(BinaryOp::I32Ne, j, s.live_in(1));
    s.close(more, header, &[j, p, sum]);
    s.store(StoreKind::F32, into, at, 0, sum);
    s.ret(&[]);

    let mut memory = noise(16384);
    let number = |i: usize| (i as f32 * 0.731).sin() * 1e3;
    (0..16 * m).for_each(|i| put(&mut memory, a + 4 * i, number(i).to_le_bytes()));
    let mut after = memory.clone();
    for i in 0..m {
        let sum = (0..n).fold(0.0, |sum, j| sum + number(16 * i + j));
        put(&mut after, out + 4 * i, f32::to_le_bytes(sum));
    }
    done(s, "row sums in the thread", &[m as u64, n as u64, a as u64, out as u64], memory, after)
}

/// `out[i][j] = i + j` for 20 rows; live-ins m, n, out.
fn filled_rows(name: &str, n: u64, out: u64, refused: Option<Skip>) -> Case {
    let m = 20;
    let mut s = Sketch::new("filled-rows", 1, &[Type::I32, Type::I32]);
    let count = s.extent(1);
    positive(&mut s, count);
    fits_pitch(&mut s, count);
    let into = s.reach(reach(2, &[PITCH, 4], 4, Access::Write));
    let (row, i) = (s.address(2, &[PITCH as i32]), s.unary(UnaryOp::I32WrapI64, s.index(0)));
    let zero = s.constant(Const::i32(0));
    let (header, params) = s.open(&[zero, row]);
    let (j, p) = (params[0], params[1]);
    let value = s.binary(BinaryOp::I32Add, i, j);
    s.store(StoreKind::I32, into, p, 0, value);
    let (j, p) = (plus(&mut s, j, 1), plus(&mut s, p, 4));
    let more = s.binary(BinaryOp::I32LtS, j, s.live_in(1));
    s.close(more, header, &[j, p]);
    s.ret(&[]);

    let memory = noise(16384);
    if let Some(cause) = refused {
        return skipped(s, name, &[m, n, out], memory, cause);
    }
    let mut after = memory.clone();
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
        put(&mut after, (out + 64 * i + 4 * j) as usize, ((i + j) as u32).to_le_bytes());
    }
    done(s, name, &[m, n, out], memory, after)
}

/// `out[j][i] = i - j`, each thread a column; live-ins n, m, out.
fn filled_columns() -> Case {
    let (n, m, out) = (16u64, 25u64, 512u64);
    let mut s = Sketch::new("filled-columns", 1, &[Type::I32, Type::I32]);
    let rows = s.extent(1);
    positive(&mut s, rows);
    let columns = s.trip(0);
    fits_pitch(&mut s, columns);
    let into = s.reach(reach(2, &[4, PITCH], 4, Access::Write));
    let (top, i) = (s.address(2, &[4]), s.unary(UnaryOp::I32WrapI64, s.index(0)));
    // The counter runs down to zero.
    let (header, params) = s.open(&[s.live_in(1), top, i]);
    let (left, p, value) = (params[0], params[1], params[2]);
    s.store(StoreKind::I32, into, p, 0, value);
    let (left, p, value) = (plus(&mut s, left, -1), plus(&mut s, p, PITCH as i32), plus(&mut s, value, -1));
    s.close(left, header, &[left, p, value]);
    s.ret(&[]);

    let memory = noise(16384);
    let mut after = memory.clone();
    for (i, j) in (0..n).flat_map(|i| (0..m).map(move |j| (i, j))) {
        put(&mut after, (out + 64 * j + 4 * i) as usize, (i as u32).wrapping_sub(j as u32).to_le_bytes());
    }
    done(s, "columns filled by inner loops", &[n, m, out], memory, after)
}

/// `out[i][j] = j` for `j <= i`: the thread of row i runs its loop i + 1 times; live-ins n, out.
fn triangle() -> Case {
    let (n, out) = (16u64, 256u64);
    let mut s = Sketch::new("triangle", 1, &[Type::I32]);
    let count = s.extent(0);
    fits_pitch(&mut s, count);
    let into = s.reach(reach(1, &[PITCH, 4], 4, Access::Write));
    let (row, i) = (s.address(1, &[PITCH as i32]), s.unary(UnaryOp::I32WrapI64, s.index(0)));
    let (zero, end) = (s.constant(Const::i32(0)), plus(&mut s, i, 1));
    let (header, params) = s.open(&[zero, row]);
    let (j, p) = (params[0], params[1]);
    s.store(StoreKind::I32, into, p, 0, j);
    let (j, p) = (plus(&mut s, j, 1), plus(&mut s, p, 4));
    let more = s.binary(BinaryOp::I32Ne, j, end);
    s.close(more, header, &[j, p]);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
        put(&mut after, (out + 64 * i + 4 * j) as usize, (j as u32).to_le_bytes());
    }
    done(s, "a triangle of inner loops", &[n, out], memory, after)
}

/// `out[i][j] = j` for `i < j < n`, tested at the top: the last thread runs its loop not once. The window is described backward
/// from the end of the row; live-ins n, out, the address of the last element of row 0.
fn triangle_above() -> Case {
    let (n, out) = (16u64, 256u64);
    let mut s = Sketch::new("triangle-above", 1, &[Type::I32]);
    let count = s.extent(0);
    fits_pitch(&mut s, count);
    let four = s.int(Int::Const(4));
    let one = s.int(Int::Const(1));
    let base = s.unsigned(1);
    let last = s.int(Int::Sub(count, one));
    let reach = s.int(Int::Mul(last, four));
    let end = s.int(Int::Add(base, reach));
    let (down, across) = (s.int(Int::Const(-4)), s.int(Int::Const(PITCH)));
    let into = s.footprint(end, &[(0, across), (1, down)], 4, Access::Write);
    let (row, i) = (s.address(1, &[PITCH as i32]), s.unary(UnaryOp::I32WrapI64, s.index(0)));
    let first = plus(&mut s, i, 1);
    let (header, params) = s.open(&[first]);
    let j = params[0];
    let more = s.binary(BinaryOp::I32LtS, j, s.live_in(0));
    let ((body, _), (out_block, _)) = (s.block(&[]), s.block(&[]));
    s.branch(more, body, out_block);
    let two = s.constant(Const::i32(2));
    let distance = s.binary(BinaryOp::I32Shl, j, two);
    let at = s.binary(BinaryOp::I32Add, row, distance);
    s.store(StoreKind::I32, into, at, 0, j);
    let next = plus(&mut s, j, 1);
    s.end(Term::Jump(to(header, &[next])), out_block);
    s.ret(&[]);

    let memory = noise(8192);
    let mut after = memory.clone();
    for (i, j) in (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j))) {
        put(&mut after, (out + 64 * i + 4 * j) as usize, (j as u32).to_le_bytes());
    }
    done(s, "a triangle above the diagonal", &[n, out], memory, after)
}

/// `c[i][j] = sum over k of a[i][k] * b[k][j]` in `f64`, in order; live-ins m, n, l, a, b, c.
fn matrix_product() -> Case {
    let (m, n, l) = (9usize, 8usize, 7usize);
    let (a, b, c) = (256u64, 2048u64, 4096u64);
    let mut s = Sketch::new("matrix-product", 2, &[Type::I32, Type::I32, Type::I32, Type::I32]);
    let count = s.extent(2);
    positive(&mut s, count);
    let columns = s.trip(1);
    let (span, pitch) = (s.span(8, 8, columns), s.int(Int::Const(PITCH)));
    s.at_most(span, pitch);
    let left = s.reach(reach(3, &[PITCH, 0, 8], 8, Access::Read));
    let right = s.reach(reach(4, &[0, 8, PITCH], 8, Access::Read));
    let into = s.reach(Reach { must_write: true, ..reach(5, &[PITCH, 8], 8, Access::Write) });
    s.disjoint(left, into);
    s.disjoint(right, into);
    let (row, column) = (s.address(3, &[PITCH as i32]), s.address(4, &[0, 8]));
    let at = s.address(5, &[PITCH as i32, 8]);
    let (zero, nothing) = (s.constant(Const::i32(0)), s.constant(Const { ty: Type::F64, bits: 0 }));
    let (header, params) = s.open(&[zero, row, column, nothing]);
    let (k, p, q, sum) = (params[0], params[1], params[2], params[3]);
    let (x, y) = (s.load(LoadKind::F64, left, p, 0), s.load(LoadKind::F64, right, q, 0));
    let product = s.binary(BinaryOp::F64Mul, x, y);
    let sum = s.binary(BinaryOp::F64Add, sum, product);
    let (k, p, q) = (plus(&mut s, k, 1), plus(&mut s, p, 8), plus(&mut s, q, PITCH as i32));
    let more = s.binary(BinaryOp::I32LtU, k, s.live_in(2));
    s.close(more, header, &[k, p, q, sum]);
    s.store(StoreKind::F64, into, at, 0, sum);
    s.ret(&[]);

    let mut memory = noise(8192);
    let number = |i: usize| (i as f64 * 0.731).sin() * 1e3;
    (0..64 * 8).for_each(|i| put(&mut memory, a as usize + 8 * i, number(i).to_le_bytes()));
    let mut after = memory.clone();
    let value =
        |at: u64, row: usize, column: usize| f64::from_le_bytes(get(&memory, at as usize + 64 * row + 8 * column));
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let sum = (0..l).fold(0.0, |sum, k| sum + value(a, i, k) * value(b, k, j));
        put(&mut after, c as usize + 64 * i + 8 * j, f64::to_le_bytes(sum));
    }
    let live_ins = [m as u64, n as u64, l as u64, a, b, c];
    done(s, "a matrix product", &live_ins, memory, after)
}

/// `out[i] = 100; if n > 0 { for j in 0..n { out[i] += x[j] } }`; live-ins m, n, x, out.
fn guarded_loop(name: &str, n: u64) -> Case {
    let (m, x, out) = (50u64, 128u64, 2048u64);
    let mut s = Sketch::new("guarded-loop", 1, &[Type::I32, Type::I32, Type::I32]);
    s.extent(1);
    let from = s.reach(reach(2, &[0, 4], 4, Access::Read));
    let into = s.reach(Reach { must_write: true, ..reach(3, &[4], 4, Access::Write) });
    s.disjoint(from, into);
    let at = s.address(3, &[4]);
    let (zero, hundred) = (s.constant(Const::i32(0)), s.constant(Const::i32(100)));
    let some = s.binary(BinaryOp::I32GtS, s.live_in(1), zero);
    let ((front, _), (join, ended)) = (s.block(&[]), s.block(&[Type::I32]));
    s.end(Term::Branch { cond: some, then: to(front, &[]), otherwise: to(join, &[hundred]) }, front);
    let (header, params) = s.open(&[s.live_in(1), s.live_in(2), hundred]);
    let (left, p, sum) = (params[0], params[1], params[2]);
    let element = s.load(LoadKind::I32, from, p, 0);
    let sum = s.binary(BinaryOp::I32Add, sum, element);
    let (left, p) = (plus(&mut s, left, -1), plus(&mut s, p, 4));
    s.close(left, header, &[left, p, sum]);
    s.end(Term::Jump(to(join, &[sum])), join);
    s.store(StoreKind::I32, into, at, 0, ended[0]);
    s.ret(&[]);

    let memory = noise(4096);
    let mut after = memory.clone();
    let element = |j: u64| u32::from_le_bytes(get(&memory, (x + 4 * j) as usize));
    let sum = (0..n).fold(100u32, |sum, j| sum.wrapping_add(element(j)));
    (0..m).for_each(|i| put(&mut after, (out + 4 * i) as usize, sum.to_le_bytes()));
    done(s, name, &[m, n, x, out], memory, after)
}

/// `p[i][j] += 1` for rows at a distance that only the dispatch knows; live-ins m, n, bytes from row to row, p.
fn strided_rows() -> Case {
    let (m, n, pitch, p) = (11u64, 6u64, 52u64, 512u64);
    let mut s = Sketch::new("strided-rows", 1, &[Type::I32, Type::I32, Type::I32]);
    let count = s.extent(1);
    positive(&mut s, count);
    let (distance, four, base) = (s.signed(2), s.int(Int::Const(4)), s.unsigned(3));
    let span = s.span(4, 4, count);
    s.at_most(span, distance);
    let space = s.footprint(base, &[(0, distance), (1, four)], 4, Access::ReadWrite);
    let i = s.unary(UnaryOp::I32WrapI64, s.index(0));
    let far = s.binary(BinaryOp::I32Mul, i, s.live_in(2));
    let row = s.binary(BinaryOp::I32Add, s.live_in(3), far);
    let zero = s.constant(Const::i32(0));
    let (header, params) = s.open(&[zero]);
    let j = params[0];
    let two = s.constant(Const::i32(2));
    let within = s.binary(BinaryOp::I32Shl, j, two);
    let at = s.binary(BinaryOp::I32Add, row, within);
    let value = s.load(LoadKind::I32, space, at, 0);
    let value = plus(&mut s, value, 1);
    s.store(StoreKind::I32, space, at, 0, value);
    let j = plus(&mut s, j, 1);
    let more = s.binary(BinaryOp::I32LtS, j, s.live_in(1));
    s.close(more, header, &[j]);
    s.ret(&[]);

    let memory = noise(4096);
    let mut after = memory.clone();
    for (i, j) in (0..m).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let at = (p + pitch * i + 4 * j) as usize;
        let value = u32::from_le_bytes(get(&memory, at)).wrapping_add(1);
        put(&mut after, at, value.to_le_bytes());
    }
    done(s, "rows at a distance known at dispatch", &[m, n, pitch, p], memory, after)
}
