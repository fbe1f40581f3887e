//! Loops in the surroundings that real modules put them in: each must be found again in its harness.

use super::programs::options;
use runtime::Skip;
use tensorwasm_oracle::{DeviceKind, Report, check};

/// Checks a function whose only loop must be offloaded, must have a harness, and must pass.
fn passes(text: &str) -> Report {
    let module = wat::parse_str(text).unwrap();
    let report = check(&module, &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 80)).unwrap();
    assert_eq!(report.regions.len(), 1, "{report}");
    assert_eq!(report.regions[0].harness, None);
    assert!(report.is_pass(), "{report}");
    report
}

/// `p[i] += 1` for `n` words, with `before` in front of the loop and `exit` as its last instructions.
fn increment(before: &str, body: &str, after: &str) -> String {
    format!(
        r#"(module
          (import "env" "panic" (func $panic (param i32)))
          (memory (export "memory") 1)
          (global $count (mut i32) (i32.const 0))
          (func (export "f") (param $p i32) (param $n i32) (result i32)
            (local $i i32) (local $step i32) (local $copy i32)
            {before}
            {body}
            {after}
            (local.get $p)))"#
    )
}

/// The store of one element and the step to the next.
const STEP: &str = "(i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (i32.const 1)))
    (local.set $p (i32.add (local.get $p) (i32.const 4)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))";

#[test]
fn a_loop_that_is_left_by_a_branch_to_a_block() {
    passes(&increment(
        "",
        &format!("(block $done (loop $next (br_if $done (i32.eq (local.get $i) (local.get $n))) {STEP} (br $next)))"),
        "",
    ));
}

#[test]
fn a_loop_with_code_behind_its_last_branch() {
    passes(&increment(
        "",
        &format!(
            "(block $out (loop $next {STEP} (br_if $next (i32.ne (local.get $i) (local.get $n)))
               (global.set $count (local.get $i)) (br $out)) (unreachable))"
        ),
        "",
    ));
}

#[test]
fn a_loop_between_other_constructs() {
    passes(&increment(
        "(if (i32.eqz (local.get $n)) (then (return (i32.const 0))))",
        &format!(
            "(block $a (result i32) (block $b (loop $outer
               (if (local.get $n) (then (loop $next {STEP} (br_if $next (i32.ne (local.get $i) (local.get $n))))))
               (br_if $b (i32.const 1)) (br $outer)))
             (i32.const 5)) drop"
        ),
        "",
    ));
}

#[test]
fn an_index_check_that_calls_and_traps() {
    let report = passes(&increment(
        "(local.set $copy (i32.add (local.get $p) (i32.const 400)))",
        &format!(
            "(if (local.get $n) (then (block $bad (loop $next
               (br_if $bad (i32.ge_u (local.get $p) (local.get $copy))) {STEP}
               (br_if $next (i32.ne (local.get $i) (local.get $n)))) (return (i32.const 7)))
             (call $panic (local.get $i)) (unreachable)))"
        ),
        "",
    ));
    assert!(report.regions[0].devices.iter().all(|device| device.skipped[&Skip::Guard] > 0), "{report}");
}

/// The step is in a local that holds the same constant whenever the loop begins; the start is in two locals.
#[test]
fn locals_that_are_known_on_entry() {
    passes(&increment(
        "(local.set $step (i32.const 4)) (local.set $copy (local.get $p))",
        "(if (local.get $n) (then (loop $next
           (i32.store (local.get $p) (i32.sub (local.get $p) (local.get $copy)))
           (local.set $p (i32.add (local.get $p) (local.get $step)))
           (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))",
        "",
    ));
}

#[test]
fn a_loop_that_leaves_by_returning() {
    let text = r#"(module (memory (export "memory") 1)
      (func (export "f") (param $p i32) (param $end i32)
        (loop $next
          (i32.store16 (local.get $p) (i32.const 3))
          (local.set $p (i32.add (local.get $p) (i32.const 2)))
          (br_if $next (i32.ne (local.get $p) (local.get $end)))
          (return))
        (unreachable)))"#;
    passes(text);
}

#[test]
fn memories_that_may_be_one() {
    let text = r#"(module (memory $a (import "env" "a") 1) (memory $b (import "env" "b") 1)
      (func (export "f") (param $p i32) (param $q i32) (param $n i32)
        (if (local.get $n) (then (loop $next
          (i64.store $b (local.get $q) (i64.load $a (local.get $p)))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (local.set $q (i32.add (local.get $q) (i32.const 8)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#;
    passes(text);
}

/// Addresses in the middle of a memory that is larger than the one that harnesses begin with.
#[test]
fn static_arrays_far_up() {
    let text = r#"(module (memory (export "memory") 40)
      (func (export "f") (param $n i32) (local $i i32)
        (if (local.get $n) (then (loop $next
          (f32.store offset=2000000 (i32.shl (local.get $i) (i32.const 2))
            (f32.sqrt (f32.load offset=1000000 (i32.shl (local.get $i) (i32.const 2)))))
          (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))))"#;
    passes(text);
}
