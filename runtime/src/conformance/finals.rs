//! Cases about final stores: what is stored after the launch, and where it can't be.

use super::refusals::skipped;
use super::sketch::Sketch;
use super::{Case, Expect, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Type, UnaryOp};
use ir::region::{Access, ReduceOp, ReturnRole, Scalar};

/// Elements of each case, and where the arrays begin.
const COUNT: u64 = 100;
const FROM: u64 = 64;
const TO: u64 = 1024;

pub(super) fn cases() -> Vec<Case> {
    vec![
        sum("a sum behind what was read", FROM + 4 * COUNT, None),
        sum("a sum before what is written", TO - 4, None),
        sum("a sum at an odd address", 3001, None),
        sum("a sum at the end of the memory", 4092, None),
        sum("a sum over the end of the memory", 4093, Some(Skip::Guard)),
        sum("a sum far past the memory", u32::MAX as u64, Some(Skip::Guard)),
        sum("a sum over what is read", FROM + 4 * COUNT - 1, Some(Skip::Guard)),
        sum("a sum over what is written", TO - 3, Some(Skip::Guard)),
        narrow(2000, 2002, None),
        narrow(2000, 2001, Some(Skip::Guard)),
        gathered(4000, 1500, None),
        gathered(1500, 1500, Some(Skip::Bail)),
        divided(),
    ]
}

/// A case that completes with this memory.
fn done(sketch: Sketch, name: &str, live_ins: &[u64], memory: Vec<u8>, after: Vec<u8>) -> Case {
    let case = skipped(sketch, name, live_ins, memory, Skip::Guard);
    Case { expect: Expect::Done { memories: vec![after], live_outs: Vec::new() }, ..case }
}

/// `y[i] = x[i]`, and the sum of all with a start to `p` in the end; live-ins n, x, y, p, start.
fn sum(name: &str, p: u64, cause: Option<Skip>) -> Case {
    let mut s = Sketch::new("sum", 1, &[Type::I32, Type::I32, Type::I32, Type::I32]);
    let total = s.returned(Type::I32, ReturnRole::Reduce(ReduceOp::Add));
    let start = s.scalar(Scalar::LiveIn(4));
    let total = s.scalar(Scalar::Binary(BinaryOp::I32Add, start, total));
    s.finally(3, 4, total);
    let (x, y) = (s.array(1, 4, 4, Access::Read), s.array(2, 4, 4, Access::Write));
    let (from, to) = (s.address(1, &[4]), s.address(2, &[4]));
    let value = s.load(LoadKind::I32, x, from, 0);
    s.store(StoreKind::I32, y, to, 0, value);
    s.ret(&[value]);

    let memory = noise(4096);
    let live_ins = [COUNT, FROM, TO, p, 77];
    let Some(cause) = cause else {
        let mut after = memory.clone();
        after.copy_within(FROM as usize..(FROM + 4 * COUNT) as usize, TO as usize);
        let elements = (0..COUNT).map(|i| u32::from_le_bytes(get(&memory, (FROM + 4 * i) as usize)));
        put(&mut after, p as usize, elements.fold(77, u32::wrapping_add).to_le_bytes());
        return done(s, name, &live_ins, memory, after);
    };
    skipped(s, name, &live_ins, memory, cause)
}

/// Two bytes and one byte of the last element, an `i64`; live-ins n, x, p, q.
fn narrow(p: u64, q: u64, cause: Option<Skip>) -> Case {
    let mut s = Sketch::new("narrow", 1, &[Type::I32, Type::I32, Type::I32]);
    let last = s.returned(Type::I64, ReturnRole::Last);
    s.finally(2, 2, last);
    s.finally(3, 1, last);
    let x = s.array(1, 8, 8, Access::Read);
    let at = s.address(1, &[8]);
    let value = s.load(LoadKind::I64, x, at, 0);
    s.ret(&[value]);

    let memory = noise(4096);
    let live_ins = [COUNT, FROM, p, q];
    let Some(cause) = cause else {
        let mut after = memory.clone();
        let last: [u8; 8] = get(&memory, (FROM + 8 * (COUNT - 1)) as usize);
        put(&mut after, p as usize, [last[0], last[1]]);
        put(&mut after, q as usize, [last[0]]);
        return done(s, "two bytes and one byte of the last value", &live_ins, memory, after);
    };
    skipped(s, "final stores that overlap", &live_ins, memory, cause)
}

/// `any |= table[address]` to `p` in the end, the address a live-in; live-ins n, table, address, p.
fn gathered(p: u64, address: u64, cause: Option<Skip>) -> Case {
    let mut s = Sketch::new("gathered", 1, &[Type::I32, Type::I32, Type::I32]);
    let any = s.returned(Type::I32, ReturnRole::Reduce(ReduceOp::Or));
    s.finally(3, 4, any);
    let table = s.around(0, 1, 4);
    let at = s.live_in(2);
    let value = s.gather(LoadKind::I32, table, at, 0);
    s.ret(&[value]);

    let memory = noise(4096);
    let live_ins = [COUNT, FROM, address, p];
    let Some(cause) = cause else {
        let mut after = memory.clone();
        put(&mut after, p as usize, get::<4>(&memory, address as usize));
        return done(s, "a final store beside a gather", &live_ins, memory, after);
    };
    skipped(s, "a gather of what is stored in the end", &live_ins, memory, cause)
}

/// `y[i] = i`, and a quotient by a sum of zeros in the end; live-ins n, y, p.
fn divided() -> Case {
    let mut s = Sketch::new("divided", 1, &[Type::I32, Type::I32]);
    let sum = s.returned(Type::I32, ReturnRole::Reduce(ReduceOp::Add));
    let hundred = s.scalar(Scalar::Const(Const::i32(100)));
    let quotient = s.scalar(Scalar::Binary(BinaryOp::I32DivU, hundred, sum));
    s.finally(2, 4, quotient);
    let y = s.array(1, 4, 4, Access::Write);
    let at = s.address(1, &[4]);
    let index = s.unary(UnaryOp::I32WrapI64, s.index(0));
    s.store(StoreKind::I32, y, at, 0, index);
    let zero = s.constant(Const::i32(0));
    s.ret(&[zero]);
    skipped(s, "a final store without a value", &[COUNT, TO, 2000], noise(4096), Skip::Bail)
}
