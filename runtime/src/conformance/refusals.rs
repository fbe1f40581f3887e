//! Cases that must leave every byte as it was.

use super::sketch::{Sketch, to};
use super::{Case, Expect, get, noise, put};
use crate::stats::Skip;
use ir::lowered::{BinaryOp, Const, LoadKind, StoreKind, Term, Type, UnaryOp};
use ir::region::{Access, Int, Pred, ReduceOp, ReturnRole, Scalar};

pub(super) fn cases() -> Vec<Case> {
    vec![
        fill("no iterations", 0, 64, Skip::Guard),
        fill("a negative trip count", u32::MAX as u64, 64, Skip::Guard),
        fill("a hull that ends one byte past the memory", 256, 4096 - 1023, Skip::Guard),
        fill("a hull of gigabytes", 0x7fff_ffff, 64, Skip::Guard),
        fill("a base past the memory", 1, u32::MAX as u64, Skip::Guard),
        guarded(),
        overflowing_guard(),
        division("a division by zero in the middle", Some(617)),
        division("divisions that are all fine", None),
        bail_edge(),
        live_out_without_value("a live-out that has no value", false),
        live_out_without_value("a live-out that has no value after the launch", true),
        endless(),
    ]
}

/// A case that is skipped.
pub(super) fn skipped(sketch: Sketch, name: &str, live_ins: &[u64], memory: Vec<u8>, cause: Skip) -> Case {
    let (region, kernel) = sketch.finish();
    let (name, live_ins, memories) = (name.to_string(), live_ins.to_vec(), vec![memory]);
    let expect = Expect::Skipped(cause);
    Case { name, region, kernel, live_ins, memories, aliased: false, misaligned: false, expect }
}

/// `p[i] = i`; live-ins n, p.
fn fill_sketch() -> Sketch {
    let mut s = Sketch::new("fill", 1, &[Type::I32]);
    let out = s.array(1, 4, 4, Access::Write);
    let at = s.address(1, &[4]);
    let index = s.unary(UnaryOp::I32WrapI64, s.index(0));
    s.store(StoreKind::I32, out, at, 0, index);
    s
}

fn fill(name: &str, n: u64, p: u64, cause: Skip) -> Case {
    let mut s = fill_sketch();
    s.ret(&[]);
    skipped(s, name, &[n, p], noise(4096), cause)
}

/// A guard that doesn't hold.
fn guarded() -> Case {
    let mut s = fill_sketch();
    let (n, limit) = (s.unsigned(0), s.int(Int::Const(100)));
    let pred = s.pred(Pred::Lt(n, limit));
    s.guard(pred);
    s.ret(&[]);
    skipped(s, "a guard that says no", &[100, 64], noise(4096), Skip::Guard)
}

/// A guard whose integers don't fit: no answer is a no.
fn overflowing_guard() -> Case {
    let mut s = fill_sketch();
    let mut big = s.int(Int::Const(i64::MAX));
    for _ in 0..2 {
        big = s.int(Int::Mul(big, big));
    }
    let pred = s.pred(Pred::Le(big, big));
    s.guard(pred);
    s.ret(&[]);
    skipped(s, "a guard without an answer", &[10, 64], noise(4096), Skip::Guard)
}

/// `y[i] = x[i] / z[i]` in place, with a divisor of zero at one index; live-ins n, x, z.
fn division(name: &str, zero_at: Option<usize>) -> Case {
    let mut s = Sketch::new("division", 1, &[Type::I32, Type::I32]);
    s.bails();
    let over = s.array(1, 4, 4, Access::ReadWrite);
    let by = s.array(2, 4, 4, Access::Read);
    let (at_x, at_z) = (s.address(1, &[4]), s.address(2, &[4]));
    let x_i = s.load(LoadKind::I32, over, at_x, 0);
    let z_i = s.load(LoadKind::I32, by, at_z, 0);
    let quotient = s.binary(BinaryOp::I32DivU, x_i, z_i);
    s.store(StoreKind::I32, over, at_x, 0, quotient);
    s.ret(&[]);

    let mut memory = noise(8192);
    for i in 0..1000u32 {
        put(&mut memory, 4096 + 4 * i as usize, (i % 7 + 1).to_le_bytes());
    }
    if let Some(index) = zero_at {
        put(&mut memory, 4096 + 4 * index, [0; 4]);
        return skipped(s, name, &[1000, 64, 4096], memory, Skip::Bail);
    }
    let mut after = memory.clone();
    for i in 0..1000 {
        let (x_i, z_i) = (get(&memory, 64 + 4 * i), get(&memory, 4096 + 4 * i));
        put(&mut after, 64 + 4 * i, (u32::from_le_bytes(x_i) / u32::from_le_bytes(z_i)).to_le_bytes());
    }
    let case = skipped(s, name, &[1000, 64, 4096], memory, Skip::Bail);
    Case { expect: Expect::Done { memories: vec![after], live_outs: Vec::new() }, ..case }
}

/// Stores first, then bails at one index; live-ins n, p.
fn bail_edge() -> Case {
    let mut s = fill_sketch();
    s.bails();
    let edge = s.constant(Const::i64(700));
    let cold = s.binary(BinaryOp::I64Eq, s.index(0), edge);
    let ((bail, _), (out, _)) = (s.block(&[]), s.block(&[]));
    s.branch(cold, bail, out);
    s.end(Term::Bail, out);
    s.ret(&[]);
    skipped(s, "a bail after stores", &[1000, 64], noise(8192), Skip::Bail)
}

/// One thread never ends; live-ins n, p.
fn endless() -> Case {
    let mut s = fill_sketch();
    s.unbounded();
    let edge = s.constant(Const::i64(33));
    let stuck = s.binary(BinaryOp::I64Eq, s.index(0), edge);
    let ((spin, _), (out, _)) = (s.block(&[]), s.block(&[]));
    s.branch(stuck, spin, out);
    s.end(Term::Branch { cond: stuck, then: to(spin, &[]), otherwise: to(out, &[]) }, out);
    s.ret(&[]);
    skipped(s, "a thread that never ends", &[64, 64], noise(4096), Skip::Timeout)
}

/// A live-out that divides by a live-in of zero, or by a sum of zeros; live-ins n, p, divisor.
fn live_out_without_value(name: &str, late: bool) -> Case {
    let mut s = Sketch::new("fill", 1, &[Type::I32, Type::I32]);
    let divisor = match late {
        true => s.returned(Type::I32, ReturnRole::Reduce(ReduceOp::Add)),
        false => s.scalar(Scalar::LiveIn(2)),
    };
    let hundred = s.scalar(Scalar::Const(Const::i32(100)));
    let quotient = s.scalar(Scalar::Binary(BinaryOp::I32DivU, hundred, divisor));
    s.live_out(Type::I32, quotient);
    let out = s.array(1, 4, 4, Access::Write);
    let at = s.address(1, &[4]);
    let zero = s.live_in(2);
    s.store(StoreKind::I32, out, at, 0, zero);
    if late {
        s.ret(&[zero])
    } else {
        s.ret(&[])
    }
    skipped(s, name, &[50, 64, 0], noise(4096), if late { Skip::Bail } else { Skip::Guard })
}
