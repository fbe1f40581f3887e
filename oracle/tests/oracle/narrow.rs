//! Histograms in bytes and halves.

use super::programs::options;
use tensorwasm_oracle::{DeviceKind, check};

/// `h[x[i]] op= w`, in cells of `width` bytes.
fn histogram(width: u32, load: &str, store: &str, op: &str) -> String {
    let scale = width.trailing_zeros();
    format!(
        r#"(module (memory (export "memory") 1)
      (func (export "f") (param $x i32) (param $h i32) (param $n i32) (param $w i32) (local $at i32)
        (if (i32.gt_s (local.get $n) (i32.const 0)) (then
          (loop $next
            (local.set $at (i32.add (local.get $h) (i32.shl (i32.load8_u (local.get $x)) (i32.const {scale}))))
            (i32.{store} (local.get $at) (i32.{op} (i32.{load} (local.get $at)) (local.get $w)))
            (local.set $x (i32.add (local.get $x) (i32.const 1)))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#
    )
}

#[test]
fn narrow_cells_are_updated_and_their_neighbours_are_not() {
    for (width, load, store, op) in [
        (1, "load8_u", "store8", "add"),
        (1, "load8_s", "store8", "sub"),
        (2, "load16_u", "store16", "add"),
        (2, "load16_s", "store16", "xor"),
        (1, "load8_u", "store8", "and"),
        (2, "load16_u", "store16", "or"),
    ] {
        let text = histogram(width, load, store, op);
        let report =
            check(&wat::parse_str(&text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 80)).unwrap();
        assert!(report.is_pass() && report.regions.len() == 1, "{text}\n{report}");
    }
}

/// What a narrow cell holds of a larger number, a minimum doesn't know.
#[test]
fn minima_of_narrow_cells_are_left_alone() {
    let text = r#"(module (memory (export "memory") 1)
      (func (export "f") (param $x i32) (param $h i32) (param $n i32) (local $at i32) (local $old i32)
        (loop $next
          (local.set $at (i32.add (local.get $h) (i32.load8_u (local.get $x))))
          (local.set $old (i32.load8_u (local.get $at)))
          (i32.store8 (local.get $at)
            (select (local.get $n) (local.get $old) (i32.lt_u (local.get $n) (local.get $old))))
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"#;
    let report = check(&wat::parse_str(text).unwrap(), &options(&[DeviceKind::Cpu], 20)).unwrap();
    assert!(report.regions.is_empty() && report.is_pass(), "{report}");
}
