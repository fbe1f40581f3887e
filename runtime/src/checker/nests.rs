//! The conformance suite's nests: what is shown of them, and what isn't of others like them.

use super::{Scope, check};
use crate::conformance::{self, Case};
use ir::lowered::{BinaryOp, Op};
use ir::region::{Int, IntId, Region};

const SCOPE: Scope = Scope { imported_memories: 0, effort: 1 << 20 };

#[test]
fn the_nests_of_the_conformance_suite_are_accepted() {
    let mut refused = Vec::new();
    for case in conformance::cases().iter().filter(|case| !case.region.extents.is_empty()) {
        if let Err(why) = check(&case.region, &case.kernel, SCOPE) {
            refused.push(format!("{}: {why}", case.name));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// A case of the suite, to be changed.
fn case(name: &str) -> Case {
    conformance::cases().into_iter().find(|case| case.name == name).unwrap()
}

/// Why a changed case isn't accepted.
fn refusal(name: &str, change: impl FnOnce(&mut Case)) -> String {
    let mut case = case(name);
    change(&mut case);
    check(&case.region, &case.kernel, SCOPE).map_or_else(|why| why.to_string(), |()| "accepted".into())
}

/// Adds to an integer.
fn plus(region: &mut Region, which: fn(&Region) -> IntId, add: i64) -> IntId {
    let id = which(region);
    let add = region.program.int(Int::Const(add));
    region.program.int(Int::Add(id, add))
}

/// Each guard is needed, and so is each part of each footprint's bounds.
#[test]
fn nests_with_less_are_refused() {
    let mut lines = Vec::new();
    for name in
        ["row sums in the thread", "rows filled by inner loops", "columns filled by inner loops", "a matrix product"]
    {
        for guard in 0..case(name).region.guards.len() {
            let why = refusal(name, |case| drop(case.region.guards.remove(guard)));
            lines.push(format!("{name}, without guard {guard}: {why}"));
        }
    }
    let rows = "rows filled by inner loops";
    let mut try_rows =
        |what: &str, change: &dyn Fn(&mut Case)| lines.push(format!("{what}: {}", refusal(rows, change)));
    try_rows("an extent that is one too small", &|case| {
        case.region.extents[0] = plus(&mut case.region, |region| region.extents[0], -1);
    });
    try_rows("another stride", &|case| {
        case.region.footprints[0].dims[1].stride = case.region.program.int(Int::Const(8));
    });
    try_rows("a narrower window", &|case| case.region.footprints[0].width = 2);
    try_rows("no sequential dimension", &|case| case.region.footprints[0].dims.truncate(1));
    try_rows("rows that begin later", &|case| {
        case.region.footprints[0].base = plus(&mut case.region, |region| region.footprints[0].base, 4);
    });
    try_rows("every byte of every row written", &|case| case.region.footprints[0].must_write = true);
    try_rows("no bound", &|case| case.region.extents[0] = plus(&mut case.region, |region| region.trips[0], 0));
    insta::assert_snapshot!(lines.join("\n"), @"
    row sums in the thread, without guard 0: loop 0 inside the thread isn't shown to run at most as often as an extent says
    row sums in the thread, without guard 1: different iterations aren't shown to keep apart between footprints f0 and f1
    rows filled by inner loops, without guard 0: loop 0 inside the thread isn't shown to run at most as often as an extent says
    rows filled by inner loops, without guard 1: different iterations aren't shown to keep apart in footprint f0
    columns filled by inner loops, without guard 0: loop 0 inside the thread isn't shown to run at most as often as an extent says
    columns filled by inner loops, without guard 1: different iterations aren't shown to keep apart in footprint f0
    a matrix product, without guard 0: loop 0 inside the thread isn't shown to run at most as often as an extent says
    a matrix product, without guard 1: different iterations aren't shown to keep apart in footprint f2
    a matrix product, without guard 2: different iterations aren't shown to keep apart between footprints f0 and f2
    a matrix product, without guard 3: different iterations aren't shown to keep apart between footprints f1 and f2
    an extent that is one too small: an access of 4 bytes isn't shown to lie within footprint f0
    another stride: an access of 4 bytes isn't shown to lie within footprint f0
    a narrower window: an access of 4 bytes isn't shown to lie within footprint f0
    no sequential dimension: an access of 4 bytes isn't shown to lie within footprint f0
    rows that begin later: an access of 4 bytes isn't shown to lie within footprint f0
    every byte of every row written: footprint f0 is declared all written, and isn't shown to be
    no bound: loop 0 inside the thread isn't shown to run at most as often as an extent says
    ");
}

/// Loops with other tests: those that may run longer are refused.
#[test]
fn tests_of_loops_are_understood() {
    let mut lines = Vec::new();
    let mut edit = |name: &str, what: &str, change: &dyn Fn(&mut Op) -> bool| {
        let why = refusal(name, |case| {
            let mut insts = case.kernel.func.blocks.iter_mut().flat_map(|b| &mut b.insts);
            assert!(insts.any(|inst| change(&mut inst.op)), "{what}");
        });
        lines.push(format!("{name}, {what}: {why}"));
    };
    let replace = |from: BinaryOp, to: BinaryOp| {
        move |op: &mut Op| match op {
            Op::Binary(op, ..) if *op == from => {
                *op = to;
                true
            }
            _ => false,
        }
    };
    edit("rows filled by inner loops", "<= for <", &replace(BinaryOp::I32LtS, BinaryOp::I32LeS));
    edit("rows filled by inner loops", "unsigned", &replace(BinaryOp::I32LtS, BinaryOp::I32LtU));
    edit("rows filled by inner loops", "not equal", &replace(BinaryOp::I32LtS, BinaryOp::I32Ne));
    edit("row sums in the thread", "greater", &replace(BinaryOp::I32Ne, BinaryOp::I32GtS));
    edit("a triangle of inner loops", "greater or equal", &replace(BinaryOp::I32Ne, BinaryOp::I32GeS));
    edit("a triangle above the diagonal", "<= for <", &replace(BinaryOp::I32LtS, BinaryOp::I32LeS));
    edit("an inner loop behind a branch", "a branch for zero, too", &replace(BinaryOp::I32GtS, BinaryOp::I32GeS));
    edit("an inner loop behind a branch", "a branch for negative numbers", &replace(BinaryOp::I32GtS, BinaryOp::I32Ne));
    insta::assert_snapshot!(lines.join("\n"), @"
    rows filled by inner loops, <= for <: an access of 4 bytes isn't shown to lie within footprint f0
    rows filled by inner loops, unsigned: accepted
    rows filled by inner loops, not equal: accepted
    row sums in the thread, greater: accepted
    a triangle of inner loops, greater or equal: loop 0 inside the thread isn't shown to run at most as often as an extent says
    a triangle above the diagonal, <= for <: an access of 4 bytes isn't shown to lie within footprint f0
    an inner loop behind a branch, a branch for zero, too: loop 0 inside the thread isn't shown to run at most as often as an extent says
    an inner loop behind a branch, a branch for negative numbers: loop 0 inside the thread isn't shown to run at most as often as an extent says
    ");
}
