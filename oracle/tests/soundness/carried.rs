//! Values that are carried from one iteration to the next, and computed again where the loop runs in parallel.

use super::Expect::{Bail, Done, Guard};
use super::{check, pair};

/// `y[i] = x[i] + 3 * before`, where what comes before is `x[i - 1]`, and 99 in the first iteration.
#[test]
fn rule_1_a_value_that_is_computed_again() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $n i32) (result i32) (local $before i32) (local $v i32)
           (local.set $before (i32.const 99))
           (loop $l
             (local.set $v (i32.load (local.get $x)))
             (i32.store (local.get $y) (i32.add (local.get $v) (i32.mul (local.get $before) (i32.const 3))))
             (local.set $before (local.get $v))
             (local.set $x (i32.add (local.get $x) (i32.const 4)))
             (local.set $y (i32.add (local.get $y) (i32.const 4)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (local.get $before))",
    );
    for distance in -220..=220i64 {
        // Right in front of the array stands nothing that the loop loads, and right behind it neither.
        let expect = if distance.abs() >= 200 { Done } else { Guard };
        check(&pair, &[1024, 1024 + distance, 50], expect);
    }
    // One iteration loads nothing again, two load one element.
    check(&pair, &[1024, 1024, 1], Done);
    check(&pair, &[1024, 1020, 1], Done);
    check(&pair, &[1024, 1024, 2], Guard);
    check(&pair, &[1024, 1016, 2], Done);
    // The array begins where the memory does, or ends there.
    check(&pair, &[0, 1024, 50], Done);
    check(&pair, &[0, 1024, 1], Done);
    check(&pair, &[65536 - 200, 1024, 50], Done);
    check(&pair, &[65536 - 196, 1024, 50], Guard);
}

#[test]
fn rule_1_values_of_two_iterations_ago() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $y i32) (param $n i32) (param $a i32) (param $b i32) (result i32)
           (local $c i32)
           (loop $l
             (local.set $c (i32.load (local.get $x)))
             (i32.store (local.get $y)
               (i32.sub (i32.add (local.get $c) (i32.mul (local.get $b) (i32.const 5))) (local.get $a)))
             (local.set $a (local.get $b))
             (local.set $b (local.get $c))
             (local.set $x (i32.sub (local.get $x) (i32.const 4)))
             (local.set $y (i32.add (local.get $y) (i32.const 8)))
             (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
           (i32.sub (local.get $a) (local.get $b)))",
    );
    for n in 1..=5 {
        let last = 4 * (n - 1);
        // Down to the first byte of the memory, and not below.
        check(&pair, &[last, 1024, n, 17, -4], Done);
        check(&pair, &[65536 - 4, 1024, n, 17, -4], Done);
        check(&pair, &[65536 - 3, 1024, n, 17, -4], Guard);
        // The stores begin right behind the element that is loaded first.
        check(&pair, &[1024, 1028, n, 17, -4], Done);
        check(&pair, &[last - 4, 1024, n, 17, -4], Guard);
    }
}

#[test]
fn an_index_that_lags_behind() {
    let pair = pair(
        "(func (export \"f\") (param $p i32) (param $n i32) (param $before i32) (result i32) (local $i i32)
           (block $out
             (loop $l
               (br_if $out (i32.ge_s (local.get $i) (local.get $n)))
               (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2)))
                 (i32.load offset=1024 (i32.shl (local.get $before) (i32.const 2))))
               (local.set $before (local.get $i))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br $l)))
           (local.get $before))",
    );
    for before in [0, 40, 41] {
        check(&pair, &[4096, 41, before], Done);
        check(&pair, &[4096, 1, before], Done);
        check(&pair, &[4096, 0, before], Guard);
    }
    // It begins outside of the memory.
    check(&pair, &[4096, 41, -1], Bail);
    check(&pair, &[4096, 41, 0x3000_0000], Bail);
}

/// The loop is left into code inside its construct, so the last iteration is the original's: it finds what the one before has loaded
/// for it, which other iterations must not load, because their neighbours store there.
#[test]
fn what_the_last_iteration_finds() {
    let pair = pair(
        "(func (export \"f\") (param $x i32) (param $a i32) (param $n i32) (param $z i32) (local $i i32) (local $p i32)
           (local.set $p (i32.load (local.get $x)))
           (block $done
             (loop $l
               (i32.store (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))
                 (i32.add (local.get $p) (i32.load (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2))))))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (block $more
                 (br_if $more (i32.ne (local.get $i) (local.get $n)))
                 (i32.store (local.get $z) (i32.add (local.get $i) (local.get $p)))
                 (br $done))
               (local.set $p (i32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))))
               (br $l))))",
    );
    for distance in -50i64..50 {
        // Nine iterations of ten; the tenth stores to $z what it finds, wherever that is.
        let apart = distance == 0 || distance.abs() >= 36;
        check(&pair, &[2048, 2048 + distance, 10, 8192], if apart { Done } else { Guard });
        check(&pair, &[2048, 4096, 10, 2048 + distance], Done);
    }
    check(&pair, &[2048, 4096, 2, 8192], Done);
    check(&pair, &[2048, 4096, 1, 8192], Guard);
    // The element that is found lies at the end of the memory, and a part of it behind.
    check(&pair, &[65536 - 40, 4096, 10, 8192], Done);
    check(&pair, &[65536 - 39, 4096, 10, 8192], Guard);
}
