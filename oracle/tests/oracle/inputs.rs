//! What is drawn for loops whose inputs must agree with each other, and with what is in memory.

use super::programs::report;
use runtime::Skip;
use tensorwasm_oracle::{Coverage, Report};

/// Asserts that on each device the region's dispatches complete in a quarter of the cases and are refused in some; `then`
/// looks at the rest.
fn drawn(text: &str, then: impl Fn(&Coverage)) -> Report {
    let report = report(text);
    assert!(report.is_pass(), "{report}");
    for device in &report.regions[0].devices {
        assert!(device.exercised && device.cases_done * 4 >= device.cases_reached, "{report}");
        assert!(device.skipped[&Skip::Guard] > 0, "{report}");
        then(device);
    }
    report
}

fn bails(device: &Coverage) {
    assert!(device.skipped[&Skip::Bail] > 0, "{device:?}");
}

/// `y[i] = x[index[i]]`: indices must lie in what may be read, and the base of `x` must be aligned.
#[test]
fn indices_of_a_gather_lie_in_memory_and_outside_of_it() {
    drawn(
        r#"(module (memory (export "memory") 1)
          (func (export "gather") (param $y i32) (param $x i32) (param $index i32) (param $n i32)
            (if (local.get $n) (then
              (loop $next
                (f64.store (local.get $y)
                  (f64.load (i32.add (local.get $x) (i32.shl (i32.load (local.get $index)) (i32.const 3)))))
                (local.set $y (i32.add (local.get $y) (i32.const 8)))
                (local.set $index (i32.add (local.get $index) (i32.const 4)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#,
        bails,
    );
}

/// The same with the check that Rust makes: an index must be below the length, which is a parameter.
#[test]
fn indices_are_below_a_length() {
    drawn(
        r#"(module (memory (export "memory") 1)
          (func (export "checked") (param $y i32) (param $x i32) (param $len i32) (param $index i32) (param $n i32)
            (local $at i32)
            (if (local.get $n) (then
              (loop $next
                (local.set $at (i32.load (local.get $index)))
                (if (i32.ge_u (local.get $at) (local.get $len)) (then (unreachable)))
                (i32.store (local.get $y)
                  (i32.load (i32.add (local.get $x) (i32.shl (local.get $at) (i32.const 2)))))
                (local.set $y (i32.add (local.get $y) (i32.const 4)))
                (local.set $index (i32.add (local.get $index) (i32.const 4)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#,
        bails,
    );
}

/// Sums of rows whose bounds are in memory: row `i` goes from `rows[i]` to `rows[i + 1]`.
#[test]
fn bounds_of_rows_come_from_memory() {
    drawn(
        r#"(module (memory (export "memory") 1)
          (func (export "rows") (param $y i32) (param $x i32) (param $rows i32) (param $n i32)
            (local $i i32) (local $k i32) (local $end i32) (local $sum f64)
            (if (i32.gt_s (local.get $n) (i32.const 0)) (then
              (loop $next
                (local.set $sum (f64.const 0))
                (local.set $k (i32.load (i32.add (local.get $rows) (i32.shl (local.get $i) (i32.const 2)))))
                (local.set $end
                  (i32.load offset=4 (i32.add (local.get $rows) (i32.shl (local.get $i) (i32.const 2)))))
                (block $done
                  (br_if $done (i32.ge_s (local.get $k) (local.get $end)))
                  (loop $inner
                    (local.set $sum (f64.add (local.get $sum)
                      (f64.load (i32.add (local.get $x) (i32.shl (local.get $k) (i32.const 3))))))
                    (br_if $inner (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $end)))))
                (f64.store (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 3))) (local.get $sum))
                (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))))"#,
        bails,
    );
}

/// A nest with a stride of rows: rows must be as long as what is written in each, and aligned.
#[test]
fn rows_of_a_nest_are_long_enough_and_aligned() {
    drawn(
        r#"(module (memory (export "memory") 1)
          (func (export "scale") (param $p i32) (param $stride i32) (param $rows i32) (param $columns i32)
            (local $i i32) (local $j i32) (local $row i32)
            (if (i32.and (i32.gt_s (local.get $rows) (i32.const 0)) (i32.gt_s (local.get $columns) (i32.const 0))) (then
              (loop $next
                (local.set $row (i32.add (local.get $p) (i32.mul (local.get $i) (local.get $stride))))
                (local.set $j (i32.const 0))
                (loop $inner
                  (f32.store (local.get $row) (f32.mul (f32.load (local.get $row)) (f32.const 3)))
                  (local.set $row (i32.add (local.get $row) (i32.const 4)))
                  (br_if $inner (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $columns))))
                (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows))))))))"#,
        |device| assert!(!device.skipped.contains_key(&Skip::Bail), "{device:?}"),
    );
}

/// A trap that is written down, at a row that no other input reaches.
#[test]
fn a_check_of_every_iteration_is_missed_on_purpose() {
    drawn(
        r#"(module (memory (export "memory") 1)
          (func (export "checked") (param $x i32) (param $n i32) (param $bad i32) (local $v i32)
            (if (local.get $n) (then
              (loop $next
                (local.set $v (i32.load (local.get $x)))
                (if (i32.eq (i32.mul (local.get $v) (i32.const 3)) (i32.add (local.get $bad) (i32.const 12000)))
                  (then (unreachable)))
                (i32.store (local.get $x) (i32.add (local.get $v) (i32.const 1)))
                (local.set $x (i32.add (local.get $x) (i32.const 4)))
                (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#,
        bails,
    );
}
