//! Modules that are extreme in one way, at any size: how compile time grows with it.
//!
//! A shape that doubles takes about twice the time, or ends as a decline that names a limit. What more than doubles shows a
//! stage that isn't linear.

use crate::samples::Samples;
use anyhow::{Context, Result};
use compiler::{Options, Outcome};
use std::time::Instant;

/// A family of modules.
#[derive(Clone, Copy)]
pub struct Shape {
    /// What there is much of.
    pub name: &'static str,
    /// How much of it is measured at most.
    pub most: usize,
    /// The text of the module with this much of it.
    pub text: fn(usize) -> String,
}

/// A loop that becomes a region, over the parameters `$p` and `$n`.
pub const LOOP: &str = "(loop $l
    (i32.store (local.get $p) (local.get $n))
    (local.set $p (i32.add (local.get $p) (i32.const 4)))
    (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\n";

/// Three loops in each other that fill a cube, over the same parameters and the locals of [`NEST_LOCALS`].
pub const NEST: &str = "(local.set $q (local.get $p)) (local.set $i (local.get $n))
    (loop $x (local.set $j (local.get $n))
      (loop $y (local.set $r (local.get $q)) (local.set $k (local.get $n))
        (loop $z (i32.store (local.get $r) (local.get $k))
          (local.set $r (i32.add (local.get $r) (i32.const 4)))
          (br_if $z (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (local.set $q (i32.add (local.get $q) (i32.const 4096)))
        (br_if $y (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (br_if $x (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))\n";
const NEST_LOCALS: &str = "(local $i i32) (local $j i32) (local $k i32) (local $q i32) (local $r i32)";

/// Every shape.
pub const SHAPES: &[Shape] = &[
    Shape {
        name: "operators before a loop",
        most: 400_000,
        text: |n| function(&format!("{}{LOOP}", OPERATOR.repeat(n))),
    },
    Shape { name: "operators in a loop", most: 400_000, text: |n| function(&in_loop(&OPERATOR.repeat(n))) },
    Shape { name: "functions with a loop", most: 100_000, text: functions },
    Shape { name: "loops in a row", most: 50_000, text: |n| function(&LOOP.repeat(n)) },
    Shape {
        name: "nests of three loops in a row",
        most: 6_000,
        text: |n| function(&format!("{NEST_LOCALS} {}", NEST.repeat(n))),
    },
    Shape { name: "functions with a nest", most: 10_000, text: nests },
    Shape { name: "loops in each other", most: 10_000, text: |n| function(&nest("loop", n)) },
    Shape { name: "blocks in each other", most: 10_000, text: |n| function(&nest("block", n)) },
    Shape { name: "blocks in each other in a loop", most: 10_000, text: |n| function(&in_loop(&nest("block", n))) },
    Shape { name: "branches of ifs in a loop", most: 20_000, text: |n| function(&in_loop(&IF.repeat(n))) },
    Shape { name: "targets of a br_table", most: 60_000, text: |n| function(&format!("{}{LOOP}", table(n))) },
    Shape { name: "targets of a br_table in a loop", most: 60_000, text: |n| function(&in_loop(&table(n))) },
    Shape { name: "blocks that a br_table leaves", most: 10_000, text: |n| function(&ladder(n)) },
    Shape { name: "locals", most: 40_000, text: |n| function(&format!("(local{}) {LOOP}", " i32".repeat(n))) },
    Shape { name: "locals assigned in a loop", most: 5_000, text: assigned },
    Shape { name: "ifs that assign the same locals", most: 4_000, text: shared_locals },
    Shape { name: "globals", most: 200_000, text: |n| module(&"(global i32 (i32.const 0))".repeat(n)) },
    Shape { name: "types", most: 100_000, text: types },
    Shape {
        name: "bytes of data",
        most: 4_000_000,
        text: |n| module(&format!("(data (i32.const 0) \"{}\")", "x".repeat(n))),
    },
    Shape { name: "data segments", most: 90_000, text: |n| module(&"(data \"x\")".repeat(n)) },
    Shape { name: "elements of a table", most: 1_000_000, text: elements },
    Shape { name: "exports", most: 50_000, text: exports },
    Shape {
        name: "calls before a loop",
        most: 100_000,
        text: |n| function(&format!("{}{LOOP}", "(call 0 (i32.const 1) (i32.const 1)) ".repeat(n))),
    },
];

const OPERATOR: &str =
    "(i32.store offset=64 (i32.const 8) (i32.add (i32.load offset=16 (i32.const 4)) (local.get $n)))\n";
const IF: &str = "(if (local.get $n) (then (i32.store (local.get $p) (i32.const 7))))\n";

fn module(items: &str) -> String {
    format!("(module (memory 64) {items} (func (param $p i32) (param $n i32) {LOOP}))")
}

fn function(body: &str) -> String {
    format!("(module (memory 1) (func (param $p i32) (param $n i32) {body}))")
}

fn in_loop(body: &str) -> String {
    LOOP.replacen("(loop $l", &format!("(loop $l {body}"), 1)
}

fn functions(count: usize) -> String {
    let each = format!("(func (param $p i32) (param $n i32) {LOOP})\n");
    format!("(module (memory 1) {})", each.repeat(count))
}

fn nests(count: usize) -> String {
    let each = format!("(func (param $p i32) (param $n i32) {NEST_LOCALS} {NEST})\n");
    format!("(module (memory 1) {})", each.repeat(count))
}

fn nest(construct: &str, depth: usize) -> String {
    let inner = "(i32.store (local.get $p) (i32.const 5))";
    let close = "local.get $n br_if 0 end ".repeat(depth);
    format!("{} {inner} {close}", format!("{construct} ").repeat(depth))
}

fn table(targets: usize) -> String {
    format!("block local.get $n br_table {} end ", "0 ".repeat(targets))
}

fn ladder(blocks: usize) -> String {
    let targets: String = (0..blocks).map(|i| format!("{i} ")).collect();
    let rungs = "i32.const 16 local.get $n i32.store end ".repeat(blocks);
    format!("{} local.get $n br_table {targets} {rungs} {LOOP}", "block ".repeat(blocks))
}

fn assigned(count: usize) -> String {
    let locals: String = (0..count).map(|i| format!("(local $v{i} i32) ")).collect();
    let sets: String = (0..count).map(|i| format!("(local.set $v{i} (i32.load (local.get $p))) ")).collect();
    function(&format!("{locals} {}", in_loop(&sets)))
}

fn shared_locals(count: usize) -> String {
    let locals: String = (0..64).map(|i| format!("(local $v{i} i32) ")).collect();
    let sets: String = (0..64).map(|i| format!("(local.set $v{i} (local.get $n)) ")).collect();
    let ifs = format!("(if (local.get $n) (then {sets}))").repeat(count);
    function(&format!("{locals} {ifs} {LOOP}"))
}

fn types(count: usize) -> String {
    // Types that differ, so that none is shared: the number in binary, as parameter types.
    let digit = |i: usize, bit: u32| if i >> bit & 1 == 1 { "i32 " } else { "i64 " };
    let types: String = (0..count)
        .map(|i| format!("(type (func (param {})))\n", (0..20).map(|bit| digit(i, bit)).collect::<String>()))
        .collect();
    module(&types)
}

fn elements(count: usize) -> String {
    module(&format!("(table {count} funcref) (func $f) (elem (i32.const 0) func {})", "$f ".repeat(count)))
}

fn exports(count: usize) -> String {
    module(&(0..count).map(|i| format!("(export \"export number {i}\" (func 0))\n")).collect::<String>())
}

/// One size of a shape.
#[derive(Clone, Debug)]
pub struct Row {
    /// How much of it.
    pub count: usize,
    /// Bytes of the module.
    pub bytes: usize,
    /// Seconds.
    pub seconds: f64,
    /// Regions, and loops.
    pub regions: (usize, usize),
}

/// Compiles a shape at a quarter, a half and all of `most`.
pub fn measure(shape: &Shape, most: usize) -> Result<Vec<Row>> {
    [most / 4, most / 2, most].into_iter().map(|count| one(shape, count).context(shape.name)).collect()
}

fn one(shape: &Shape, count: usize) -> Result<Row> {
    let bytes = wat::parse_str((shape.text)(count))?;
    let (mut times, mut regions) = (Vec::new(), (0, 0));
    for _ in 0..3 {
        let begun = Instant::now();
        let compiled = compiler::compile(&bytes, &Options::default())?;
        times.push(begun.elapsed().as_secs_f64());
        let offloaded = compiled.loops.iter().filter(|l| matches!(l.outcome, Outcome::Offloaded { .. })).count();
        regions = (offloaded, compiled.loops.len());
    }
    Ok(Row { count, bytes: bytes.len(), seconds: Samples::new(times).median(), regions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_compiles() {
        for shape in SHAPES {
            let rows = measure(shape, 40).unwrap();
            assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [10, 20, 40], "{}", shape.name);
        }
    }
}
