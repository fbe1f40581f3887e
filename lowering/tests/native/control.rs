//! Branches, tables, loops and the step budget.

use crate::harness::{CANONICAL, Maker, Memory, agree, native, to};
use ir::lowered::{BinaryOp, BlockId, Op, StoreKind, Term, Type, UnaryOp, Value};
use ir::region::{Kernel, ReduceOp, ReturnRole};
use tensorwasm_lowering::native::{Chunk, Exit, Options, compile};

const SUM: ReturnRole = ReturnRole::Reduce(ReduceOp::Add);

/// The only returned value of a kernel of one iteration.
fn result(kernel: &Kernel, live_ins: &[u64]) -> u64 {
    let (exit, returns, _) = agree(kernel, &Memory::of(&[]), &[1], live_ins);
    assert_eq!(exit, Exit::Completed);
    returns[0]
}

#[test]
fn conditions_are_true_for_every_bit() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32, Type::F64, Type::F64]);
    let selected = maker.op(Op::Select { cond: params[1], if_true: params[2], if_false: params[3] }, Type::F64);
    let (then, _) = maker.block(&[]);
    let (otherwise, _) = maker.block(&[]);
    let (join, joined) = maker.block(&[Type::F64]);
    maker.end(Term::Branch { cond: params[1], then: to(then, &[]), otherwise: to(otherwise, &[]) });
    maker.at = then;
    let negated = maker.op(Op::Unary(UnaryOp::F64Neg, params[2]), Type::F64);
    maker.end(Term::Jump(to(join, &[negated])));
    maker.at = otherwise;
    maker.end(Term::Jump(to(join, &[params[3]])));
    maker.at = join;
    let kernel = maker.finish(1, &[(selected, ReturnRole::Last), (joined[0], ReturnRole::Last)]);
    // A signalling NaN with a payload passes through untouched.
    let (a, b) = (0x7ff0_0000_0000_0001, 0xfff0_dead_0000_0001);
    for (cond, wanted) in [
        (0u64, [b, b]),
        (1, [a, a | 1 << 63]),
        (0x100, [a, a | 1 << 63]),
        (0x8000_0000, [a, a | 1 << 63]),
        (0xffff_ffff_0000_0000, [b, b]),
    ] {
        let (_, returns, _) = agree(&kernel, &Memory::of(&[]), &[1], &[cond, a, b]);
        assert_eq!(returns, wanted, "{cond:x}");
    }
}

#[test]
fn comparisons_feed_branches_and_selects() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32, Type::I32]);
    let less = maker.binary(BinaryOp::I32LtS, params[1], params[2]);
    let not_less = maker.op(Op::Unary(UnaryOp::I32Eqz, less), Type::I32);
    let both = maker.binary(BinaryOp::I32Shl, less, not_less);
    let chosen = maker.op(Op::Select { cond: not_less, if_true: params[1], if_false: params[2] }, Type::I32);
    let (join, joined) = maker.block(&[Type::I32]);
    maker.end(Term::Branch { cond: less, then: to(join, &[both]), otherwise: to(join, &[not_less]) });
    maker.at = join;
    let sum = maker.binary(BinaryOp::I32Add, joined[0], chosen);
    let kernel = maker.finish(1, &[(sum, SUM)]);
    assert_eq!(result(&kernel, &[3, 5]), 1 + 5);
    assert_eq!(result(&kernel, &[5, 3]), 1 + 5);
    assert_eq!(result(&kernel, &[0xffff_ffff, 0]), 1);
}

#[test]
fn a_switch_reads_its_index_unsigned() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32]);
    let (join, joined) = maker.block(&[Type::I32]);
    let (other, _) = maker.block(&[]);
    let constants: Vec<Value> = [10, 20, 30].map(|v| maker.i32(v)).to_vec();
    maker.end(Term::Switch {
        index: params[1],
        // Two entries share a target with different arguments, one goes elsewhere.
        targets: vec![to(join, &[constants[0]]), to(other, &[]), to(join, &[constants[1]])],
        default: to(join, &[constants[2]]),
    });
    maker.at = other;
    maker.end(Term::Jump(to(join, &[params[1]])));
    maker.at = join;
    let kernel = maker.finish(1, &[(joined[0], SUM)]);
    let found = [0, 1, 2, 3, 0x7fff_ffff, 0xffff_ffff].map(|index| result(&kernel, &[index]));
    assert_eq!(found, [10, 1, 20, 30, 30, 30]);
}

#[test]
fn a_switch_without_targets_takes_the_default() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32]);
    let (join, joined) = maker.block(&[Type::I32]);
    maker.end(Term::Switch { index: params[1], targets: vec![], default: to(join, &[params[1]]) });
    maker.at = join;
    let kernel = maker.finish(1, &[(joined[0], SUM)]);
    assert_eq!(result(&kernel, &[7]), 7);
}

/// `for n in 0..count { (a, b, c) = (b, c, a) }`, returning a, b, c; the back edge is a parallel move in a circle.
fn rotation() -> Kernel {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32, Type::I64, Type::I64, Type::I64]);
    let (head, h) = maker.block(&[Type::I32, Type::I64, Type::I64, Type::I64]);
    let (body, _) = maker.block(&[]);
    let (exit, _) = maker.block(&[]);
    let zero = maker.i32(0);
    maker.end(Term::Jump(to(head, &[zero, params[2], params[3], params[4]])));
    maker.at = head;
    let more = maker.binary(BinaryOp::I32LtU, h[0], params[1]);
    maker.end(Term::Branch { cond: more, then: to(body, &[]), otherwise: to(exit, &[]) });
    maker.at = body;
    let one = maker.i32(1);
    let next = maker.binary(BinaryOp::I32Add, h[0], one);
    maker.end(Term::Jump(to(head, &[next, h[2], h[3], h[1]])));
    maker.at = exit;
    maker.finish(1, &[(h[1], ReturnRole::Last), (h[2], ReturnRole::Last), (h[3], ReturnRole::Last)])
}

#[test]
fn arguments_of_an_edge_move_in_parallel() {
    for (count, wanted) in [(0, [1, 2, 3]), (1, [2, 3, 1]), (2, [3, 1, 2]), (9, [1, 2, 3])] {
        let (_, returns, _) = agree(&rotation(), &Memory::of(&[]), &[2], &[count, 1, 2, 3]);
        assert_eq!(returns, wanted, "after {count}");
    }
}

/// A do-while loop whose conditional back edge swaps its two values, inside another loop of the same kind.
#[test]
fn nested_loops_with_conditional_back_edges() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I64, Type::I64]);
    let (outer, o) = maker.block(&[Type::I64, Type::I64, Type::I64]);
    let (inner, n) = maker.block(&[Type::I64, Type::I64, Type::I64]);
    let (latch, _) = maker.block(&[]);
    let (exit, _) = maker.block(&[]);
    maker.end(Term::Jump(to(outer, &[params[0], params[1], params[2]])));
    maker.at = outer;
    maker.end(Term::Jump(to(inner, &[o[0], o[1], o[2]])));
    maker.at = inner;
    let (three, one) = (maker.i64(3), maker.i64(1));
    let scaled = maker.binary(BinaryOp::I64Mul, n[1], three);
    let step = maker.binary(BinaryOp::I64Add, n[0], one);
    let five = maker.i64(5);
    let again = maker.binary(BinaryOp::I64LtS, step, five);
    maker.end(Term::Branch { cond: again, then: to(inner, &[step, n[2], scaled]), otherwise: to(latch, &[]) });
    maker.at = latch;
    let two = maker.i64(2);
    let down = maker.binary(BinaryOp::I64Sub, o[0], two);
    let limit = maker.i64(-6);
    let done = maker.binary(BinaryOp::I64LtS, down, limit);
    maker.end(Term::Branch { cond: done, then: to(exit, &[]), otherwise: to(outer, &[down, n[2], scaled]) });
    maker.at = exit;
    let kernel = maker.finish(1, &[(scaled, SUM), (n[2], SUM)]);
    agree(&kernel, &Memory::of(&[]), &[8], &[1, 10]);
}

/// A cycle with two entries: no block of it dominates the other.
#[test]
fn an_irreducible_cycle_is_bounded_by_the_budget_too() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32, Type::I32]);
    let (left, l) = maker.block(&[Type::I32]);
    let (right, r) = maker.block(&[Type::I32]);
    let (exit, e) = maker.block(&[Type::I32]);
    maker.end(Term::Branch { cond: params[1], then: to(left, &[params[2]]), otherwise: to(right, &[params[2]]) });
    maker.at = left;
    let one = maker.i32(1);
    let less = maker.binary(BinaryOp::I32Sub, l[0], one);
    maker.end(Term::Branch { cond: less, then: to(right, &[less]), otherwise: to(exit, &[l[0]]) });
    maker.at = right;
    let two = maker.i32(2);
    let less = maker.binary(BinaryOp::I32Sub, r[0], two);
    maker.end(Term::Branch { cond: less, then: to(left, &[less]), otherwise: to(exit, &[less]) });
    maker.at = exit;
    let kernel = maker.finish(1, &[(e[0], SUM)]);
    for (side, start) in [(1, 1), (1, 3), (0, 2), (0, 3), (1, 9), (0, 12)] {
        agree(&kernel, &Memory::of(&[]), &[3], &[side, start]);
    }
    // 2 never reaches 0 from the left: 2, 1, -1, -2, -4, ... wraps around for a long time.
    assert_eq!(spend(&kernel, 1, &[1, 2], 1000), Exit::Budget);
}

fn spend(kernel: &Kernel, trips: u64, live_ins: &[u64], budget: u64) -> Exit {
    let code = native(kernel, &Memory::of(&[]));
    let chunk = Chunk { ranges: &[0..trips], trips: &[trips], deltas: &[], reaches: &[], live_ins, budget };
    let mut returns = code.initial_returns();
    // SAFETY: the kernel has no accesses.
    let exit = unsafe { code.run(&chunk, &mut returns) };
    assert!(exit == Exit::Completed || returns == code.initial_returns(), "an exit writes no returns");
    exit
}

#[test]
fn the_budget_counts_back_edges_of_the_whole_chunk() {
    let kernel = rotation();
    let live_ins = [10, 1, 2, 3];
    assert_eq!(spend(&kernel, 4, &live_ins, 40), Exit::Completed);
    assert_eq!(spend(&kernel, 4, &live_ins, 39), Exit::Budget);
    assert_eq!(spend(&kernel, 4, &live_ins, 0), Exit::Budget);
    assert_eq!(spend(&kernel, 4, &[0, 1, 2, 3], 0), Exit::Completed);
    assert_eq!(spend(&kernel, 4, &[u32::MAX as u64, 1, 2, 3], 1 << 16), Exit::Budget);
}

#[test]
fn loops_that_are_bounded_spend_nothing() {
    let kernel = rotation();
    let code = compile(&kernel, 0, &Options { bounded: true, ..CANONICAL }).unwrap();
    let chunk = Chunk { ranges: &[0..4], trips: &[4], deltas: &[], reaches: &[], live_ins: &[10, 1, 2, 3], budget: 0 };
    // SAFETY: the kernel has no accesses.
    assert_eq!(unsafe { code.run(&chunk, &mut code.initial_returns()) }, Exit::Completed);
}

#[test]
fn a_block_that_jumps_to_itself_spends_the_budget() {
    let (mut maker, _) = Maker::new(&[Type::I64]);
    let (forever, _) = maker.block(&[]);
    maker.end(Term::Jump(to(forever, &[])));
    maker.at = forever;
    maker.end(Term::Jump(to(forever, &[])));
    assert_eq!(spend(&maker.kernel(1, vec![]), 1, &[], 1 << 16), Exit::Budget);
}

#[test]
fn a_table_may_jump_backwards() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::I32]);
    let (head, h) = maker.block(&[Type::I32, Type::I32]);
    let (exit, _) = maker.block(&[]);
    let zero = maker.i32(0);
    maker.end(Term::Jump(to(head, &[params[1], zero])));
    maker.at = head;
    let (one, seven) = (maker.i32(1), maker.i32(7));
    let less = maker.binary(BinaryOp::I32Sub, h[0], one);
    let sum = maker.binary(BinaryOp::I32Add, h[1], seven);
    let twice = maker.binary(BinaryOp::I32Add, sum, sum);
    maker.end(Term::Switch {
        index: h[0],
        targets: vec![to(exit, &[]), to(head, &[less, twice]), to(head, &[less, sum])],
        default: to(head, &[less, h[1]]),
    });
    maker.at = exit;
    let kernel = maker.finish(1, &[(h[1], SUM)]);
    assert_eq!(result(&kernel, &[5]), 28);
    assert_eq!(spend(&kernel, 1, &[5], 5), Exit::Completed);
    assert_eq!(spend(&kernel, 1, &[5], 4), Exit::Budget);
}

#[test]
fn unreachable_blocks_are_left_out() {
    let (mut maker, params) = Maker::new(&[Type::I64]);
    let (dead, d) = maker.block(&[Type::I64]);
    let home = maker.at;
    maker.at = dead;
    maker.store(StoreKind::I64, 0, d[0], 0, d[0]);
    maker.end(Term::Bail);
    maker.at = home;
    let kernel = maker.finish(1, &[(params[0], SUM)]);
    let (exit, returns, _) = agree(&kernel, &Memory::of(&[&[]]), &[4], &[]);
    assert_eq!((exit, returns), (Exit::Completed, vec![6]));
}

#[test]
fn an_unconditional_bail() {
    let (mut maker, _) = Maker::new(&[Type::I64]);
    assert_eq!(maker.at, BlockId::ENTRY);
    maker.end(Term::Bail);
    let (exit, ..) = agree(&maker.kernel(1, vec![]), &Memory::of(&[]), &[1], &[]);
    assert_eq!(exit, Exit::Bailed);
}

/// More live values than any machine has registers: the frame is far larger than a guard page and is probed on entry.
#[test]
fn a_frame_of_many_pages_fits_a_worker_stack() {
    let (mut maker, params) = Maker::new(&[Type::I64, Type::F64]);
    let mut values = vec![params[1]];
    for _ in 0..10_000 {
        let previous = *values.last().unwrap();
        values.push(maker.binary(BinaryOp::F64Mul, previous, params[1]));
    }
    // Summing backwards keeps all of them alive at once.
    let sum = values.iter().rev().copied().reduce(|sum, value| maker.binary(BinaryOp::F64Add, sum, value)).unwrap();
    let kernel = maker.finish(1, &[(sum, ReturnRole::Last)]);
    let run = || result(&kernel, &[1.0f64.to_bits()]);
    let found = std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, run).unwrap().join().unwrap()
    });
    assert_eq!(f64::from_bits(found), 10_001.0);
}
