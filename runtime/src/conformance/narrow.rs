//! Cases about cells of 8 and 16 bits that are updated: their neighbours in a word are other cells, or nobody's.

use super::accesses::done;
use super::sketch::Sketch;
use super::{Case, Expect, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type};
use ir::region::{Access, ReduceOp};

/// Where keys, cells and weights begin.
const AT: [usize; 3] = [64, 4096, 12288];
const BYTES: usize = 16384;
const OPERATORS: [ReduceOp; 4] = [ReduceOp::Add, ReduceOp::And, ReduceOp::Or, ReduceOp::Xor];
const KINDS: [StoreKind; 4] = [StoreKind::I32As8, StoreKind::I32As16, StoreKind::I64As8, StoreKind::I64As16];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        OPERATORS.iter().flat_map(|&op| KINDS.map(|kind| update(op, kind, AT[1], 0, Some(64)))).collect();
    let (byte, half) = (StoreKind::I32As8, StoreKind::I32As16);
    cases.extend([
        named("bytes from an odd address", update(ReduceOp::Add, byte, AT[1] + 3, 0, Some(64)), None),
        named("halves at odd addresses", update(ReduceOp::Add, half, AT[1] + 1, 0, Some(64)), Some(Skip::Bail)),
        named(
            "a byte before the cells that are likely",
            update(ReduceOp::Add, byte, AT[1], -1, Some(64)),
            Some(Skip::Bail),
        ),
        named("the first byte behind an array", update(ReduceOp::Add, byte, AT[0] + 2000, 0, None), None),
        named("the last byte of the memory", update(ReduceOp::Add, byte, BYTES - 30, 29, None), None),
        named("a byte past the memory", update(ReduceOp::Add, byte, BYTES - 30, 30, None), Some(Skip::Bail)),
        named("the last byte before an array", update(ReduceOp::Add, byte, AT[2] - 30, 29, None), None),
        named("the first byte of an array", update(ReduceOp::Add, byte, AT[2] - 30, 30, None), Some(Skip::Bail)),
    ]);
    cases
}

/// `cells[keys[i]] = cells[keys[i]] op weights[i]`, with the key `odd` once; live-ins n, keys, cells, weights.
fn update(op: ReduceOp, kind: StoreKind, cells: usize, odd: i32, span: Option<i64>) -> Case {
    let (width, ty) = (kind.width() as usize, kind.ty());
    let mut s = Sketch::new("narrow", 1, &[Type::I32, Type::I32, Type::I32]);
    let keys = s.array(1, 4, 4, Access::Read);
    let space = s.updated(0, 2, width as u64, op, span);
    let weights = s.array(3, 4, 4, Access::Read);
    let (at, from) = (s.address(1, &[4]), s.address(3, &[4]));
    let key = s.load(LoadKind::I32, keys, at, 0);
    let scale = s.constant(Const::i32(width as i32));
    let distance = s.binary(BinaryOp::I32Mul, key, scale);
    let cell = s.binary(BinaryOp::I32Add, s.live_in(2), distance);
    let load = if ty == Type::I64 { LoadKind::I64U32 } else { LoadKind::I32 };
    let weight = s.load(load, weights, from, 0);
    s.update(op, kind, space, cell, 0, weight);
    s.ret(&[]);

    let mut memory = noise(BYTES);
    let n = 500usize;
    let key = |i: usize| if i == 321 { odd } else { (i * 7 % 29) as i32 };
    (0..n).for_each(|i| put(&mut memory, AT[0] + 4 * i, key(i).to_le_bytes()));
    let mut after = memory.clone();
    for i in 0..n {
        let at = (cells as i64 + width as i64 * i64::from(key(i))) as usize;
        let weight = u64::from(u32::from_le_bytes(get(&memory, AT[2] + 4 * i)));
        let Some(cell) = after.get_mut(at..at + width) else { continue };
        let old = cell.iter().rev().fold(0, |old, &byte| old << 8 | u64::from(byte));
        cell.copy_from_slice(&op.combine(ty, old, weight).to_le_bytes()[..width]);
    }
    let name = format!("updates by {} of {}", op.name(), kind.name());
    let live_ins = [n, AT[0], cells, AT[2]].map(|v| v as u64);
    done(s, &name, &live_ins, memory, after)
}

/// The case under another name, or one that is skipped.
fn named(name: &str, case: Case, cause: Option<Skip>) -> Case {
    let expect = cause.map_or(case.expect.clone(), Expect::Skipped);
    Case { name: name.into(), expect, ..case }
}
