//! Loops whose last iteration, or the rest of it, is left to the original loop (`rfcs/0013-resume.md`).

use super::Expect::{Bail, Done, Guard};
use super::{Pair, check, pair};

/// A loop that loads, stores and adds up in front of its test, after a check if there is one, and stores and counts behind it.
fn middle(check: &str) -> Pair {
    pair(&format!(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $len i32) (result i32) (local $i i32) (local $sum i32)
           (block $out
             (block $failed
               (loop $l
                 {check}
                 (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3)))
                   (i32.xor (i32.load offset=4 (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3)))) (i32.const -1)))
                 (local.set $sum (i32.add (local.get $sum) (local.get $i)))
                 (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
                 (i32.store offset=4 (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3))) (local.get $i))
                 (local.set $sum (i32.mul (local.get $sum) (i32.const 1)))
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br $l)))
             (unreachable))
           (i32.add (i32.shl (local.get $sum) (i32.const 8)) (local.get $i)))"
    ))
}

/// What stands before the test happens once more, in the original loop, which also ends where it always did.
#[test]
fn rule_10_work_before_the_test() {
    let plain = middle("");
    check(&plain, &[1024, 0, 0], Guard);
    for n in [1, 2, 50] {
        check(&plain, &[1024, n, 0], Done);
        // The last iteration's first half, and then its second, lies past the end of the memory.
        check(&plain, &[65536 - 8 * n - 8, n, 0], Done);
        check(&plain, &[65536 - 8 * n - 4, n, 0], Done);
        check(&plain, &[65536 - 8 * n, n, 0], Done);
        check(&plain, &[65536 - 8 * n + 1, n, 0], Guard);
    }
    let checked = middle("(br_if $failed (i32.ge_u (local.get $i) (local.get $len)))");
    for n in [1, 20] {
        check(&checked, &[1024, n, n + 1], Done);
        // The check fails in the iteration that would have left, or before.
        check(&checked, &[1024, n, n], Done);
        check(&checked, &[1024, n, n - 1], Guard);
    }
}

#[test]
fn rule_10_a_trap_in_the_iteration_that_leaves() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $d i32) (local $i i32)
           (block $out
             (loop $l
               (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))
                 (i32.div_u (i32.const 1000) (i32.sub (local.get $d) (local.get $i))))
               (br_if $out (i32.eq (local.get $i) (local.get $n)))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $l))))",
    );
    for (divisor, expect) in [(29, Bail), (30, Done), (31, Done), (-1, Done), (0, Bail)] {
        check(&pair, &[1024, 30, divisor], expect);
    }
}

#[test]
fn rule_10_the_nearest_of_several_exits() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $m i32) (result i32) (local $i i32) (local $last i32)
           (block $two
             (block $one
               (loop $l
                 (br_if $one (i32.ge_s (local.get $i) (local.get $n)))
                 (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
                 (br_if $two (i32.eq (local.get $i) (local.get $m)))
                 (local.set $last (i32.mul (local.get $i) (local.get $i)))
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br $l)))
             (return (i32.sub (i32.const 0) (local.get $i))))
           (i32.add (local.get $last) (local.get $i)))",
    );
    for (n, m) in [(10, 20), (20, 10), (10, 10), (10, 9), (9, 10), (1, 1), (7, -1)] {
        check(&pair, &[1024, n, m], Done);
    }
    check(&pair, &[1024, 0, 5], Guard);
    check(&pair, &[1024, 5, 0], Guard);
    check(&pair, &[1024, -5, 3], Guard);
}

#[test]
fn rule_10_a_step_that_misses_its_bound_ends_in_the_original() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (local $i i32)
           (block $out
             (loop $l
               (i32.store (i32.add (local.get $p) (local.get $i)) (local.get $i))
               (br_if $out (i32.eq (local.get $i) (local.get $n)))
               (i32.store offset=4 (i32.add (local.get $p) (local.get $i)) (local.get $n))
               (local.set $i (i32.add (local.get $i) (i32.const 12)))
               (br $l))))",
    );
    check(&pair, &[1024, 1200], Done);
    check(&pair, &[1024, 1201], Done);
    check(&pair, &[1024, 11], Guard);
    // The first iterations touch the end of the memory already.
    check(&pair, &[64000, 1200], Done);
    check(&pair, &[64000, 12000], Guard);
}

#[test]
fn rule_10_an_exit_of_some_iterations_in_front_of_the_test() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $m i32) (result i32) (local $i i32)
           (block $two
             (block $one
               (loop $l
                 (if (i32.and (local.get $i) (i32.const 1))
                   (then (br_if $two (i32.ge_u (local.get $i) (local.get $m)))))
                 (br_if $one (i32.ge_u (local.get $i) (local.get $n)))
                 (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br $l)))
             (return (i32.sub (i32.const 0) (local.get $i))))
           (local.get $i))",
    );
    for (n, m, expect) in [(21, 21, Done), (20, 20, Done), (21, 22, Done), (21, 19, Bail), (20, 18, Bail)] {
        check(&pair, &[1024, n, m], expect);
    }
}

/// What iterations hand on: a value that is computed again, a minimum, one that only the code behind reads, and a final store.
#[test]
fn rule_10_what_the_iteration_that_leaves_begins_with() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $n i32) (param $total i32) (result i64)
             (local $i i32) (local $before i32) (local $least i32) (local $seen f64) (local $v i32)
           (local.set $before (i32.const 99))
           (local.set $least (i32.const 0x7fffffff))
           (block $out
             (loop $l
               (local.set $v (i32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))))
               (i32.store (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2)))
                 (i32.add (local.get $v) (i32.mul (local.get $before) (i32.const 3))))
               (i32.store (local.get $total) (local.get $i))
               (br_if $out (i32.eq (local.get $i) (local.get $n)))
               (local.set $least (select (local.get $v) (local.get $least) (i32.lt_s (local.get $v) (local.get $least))))
               (local.set $seen (f64.convert_i32_s (local.get $v)))
               (local.set $before (local.get $v))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $l)))
           (i64.add
             (i64.add (i64.extend_i32_s (local.get $least)) (i64.trunc_sat_f64_s (local.get $seen)))
             (i64.extend_i32_s (local.get $before))))",
    );
    for n in [1, 2, 60] {
        check(&pair, &[1024, 4096, n, 8192], Done);
        // The iteration that leaves loads, or stores, past the end of the memory.
        check(&pair, &[65536 - 4 * n, 4096, n, 8192], Done);
        check(&pair, &[1024, 65536 - 4 * n, n, 8192], Done);
    }
    check(&pair, &[1024, 4096, 0, 8192], Guard);
    check(&pair, &[1024, 1028, 60, 8192], Guard);
    check(&pair, &[1024, 4096, 60, 4096], Guard);
}

/// The last row is the original's, from its first element on.
#[test]
fn rule_10_a_nest_is_resumed_in_its_last_row() {
    let pair = super::nest(
        "(func (export \"f\") (param $p i32) (param $n i32) (result i32) (local $i i32) (local $j i32)
           (block $out
             (loop $rows
               (local.set $j (i32.const 0))
               (loop $row
                 (i32.store (i32.add (local.get $p) (i32.add (i32.mul (local.get $i) (i32.const 40))
                     (i32.shl (local.get $j) (i32.const 2)))) (i32.add (local.get $i) (local.get $j)))
                 (br_if $row (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 10))))
               (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $rows)))
           (local.get $i))",
        2,
    );
    for n in [1, 7] {
        check(&pair, &[1024, n], Done);
        check(&pair, &[65536 - 40 * n, n], Done);
        check(&pair, &[65536 - 40 * n - 20, n], Done);
    }
}
