//! Small modules with one loop or two each, and how they are checked.

use bundle::Bundle;
use tensorwasm_oracle::{DeviceKind, OracleOptions, Report, check, check_bundle};

/// `y += a * x`, as clang writes it.
pub const DAXPY: &str = r#"(module (memory (export "memory") 1)
  (func (export "daxpy") (param $n i32) (param $a f64) (param $x i32) (param $y i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (f64.store (local.get $y)
          (f64.add (f64.load (local.get $y)) (f64.mul (local.get $a) (f64.load (local.get $x)))))
        (local.set $x (i32.add (local.get $x) (i32.const 8)))
        (local.set $y (i32.add (local.get $y) (i32.const 8)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#;

/// The largest element of an array, and where the walk ended.
pub const LARGEST: &str = r#"(module (memory (export "memory") 1)
  (func (export "largest") (param $p i32) (param $n i32) (result i32 i32)
    (local $best i32) (local $v i32) (local $end i32)
    (local.set $end (i32.add (local.get $p) (i32.shl (local.get $n) (i32.const 2))))
    (local.set $best (i32.const -2147483648))
    (if (local.get $n) (then
      (loop $next
        (local.set $v (i32.load (local.get $p)))
        (local.set $best (select (local.get $v) (local.get $best) (i32.gt_s (local.get $v) (local.get $best))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br_if $next (i32.ne (local.get $p) (local.get $end))))))
    (local.get $best) (local.get $p)))"#;

/// The largest of some numbers, or of those and the one that it starts from, by Wasm's own maximum.
pub const PEAK: &str = r#"(module (memory (export "memory") 1)
  (func (export "peak") (param $p i32) (param $n i32) (param $peak f64) (result f64)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (if (i32.and (i32.load8_u (local.get $p)) (i32.const 1)) (then
          (local.set $peak (f64.max (local.get $peak) (f64.load (local.get $p))))))
        (local.set $p (i32.add (local.get $p) (i32.const 8)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (local.get $peak)))"#;

/// A minimum that is stored in every iteration.
pub const RECORD: &str = r#"(module (memory (export "memory") 1)
  (func (export "record") (param $p i32) (param $n i32) (param $at i32) (local $least i32) (local $v i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (local.set $least (i32.load (local.get $at)))
      (loop $next
        (local.set $v (i32.load (local.get $p)))
        (local.set $least (select (local.get $v) (local.get $least) (i32.lt_u (local.get $v) (local.get $least))))
        (i32.store (local.get $at) (local.get $least))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#;

/// Whether all bytes lie below a limit, the answer if one lies far above, and the largest, cut to a byte every time round.
pub const FLAGS: &str = r#"(module (memory (export "memory") 1)
  (func (export "flags") (param $p i32) (param $n i32) (param $answer i32) (param $top i32) (result i32 i32 i32)
    (local $all i32) (local $which i32) (local $v i32)
    (local.set $all (i32.const 1))
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (local.set $v (i32.load8_u (local.get $p)))
        (local.set $all (select (local.get $all) (i32.const 0) (i32.lt_u (local.get $v) (i32.const 200))))
        (if (i32.gt_u (local.get $v) (i32.const 240)) (then (local.set $which (local.get $answer))))
        (local.set $top (i32.and (local.get $top) (i32.const 255)))
        (local.set $top (select (local.get $v) (local.get $top) (i32.gt_u (local.get $v) (local.get $top))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (local.get $all) (local.get $which) (local.get $top)))"#;

/// Vectors that accumulate: sums of bytes from a start, products and extremes of halves, sums of words, minima of floats.
pub const LANES: &str = r#"(module (memory (export "memory") 1)
  (func (export "lanes") (param $p i32) (param $n i32) (param $start i64) (param $low f32) (result i64 i64)
    (local $bytes v128) (local $product v128) (local $tops v128) (local $words v128) (local $lows v128) (local $x v128)
    (local.set $bytes (i64x2.splat (local.get $start)))
    (local.set $product (i16x8.splat (i32.const 3)))
    (local.set $tops (i64x2.splat (local.get $start)))
    (local.set $lows (f32x4.splat (local.get $low)))
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (local.set $x (v128.load (local.get $p)))
        (local.set $bytes (i8x16.add (local.get $x) (local.get $bytes)))
        (local.set $product (i16x8.mul (local.get $product) (local.get $x)))
        (local.set $tops (i16x8.max_s (i8x16.min_u (local.get $x) (i8x16.splat (i32.const 77))) (local.get $tops)))
        (local.set $words (i32x4.sub (local.get $words) (local.get $x)))
        (local.set $lows (f32x4.min (local.get $x) (local.get $lows)))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (local.set $x (v128.xor (v128.xor (local.get $x) (local.get $bytes)) (v128.xor (local.get $product)
      (v128.xor (local.get $tops) (v128.xor (local.get $words) (local.get $lows))))))
    (i64x2.extract_lane 0 (local.get $x)) (i64x2.extract_lane 1 (local.get $x))))"#;

/// `z[i] = x[i] / y[i]`, which traps for some bytes, with the test at the top.
pub const DIVIDE: &str = r#"(module (memory (export "memory") 1)
  (func (export "divide") (param $x i32) (param $y i32) (param $z i32) (param $n i32)
    (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store (i32.add (local.get $z) (i32.shl (local.get $i) (i32.const 2)))
          (i32.div_s
            (i32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2))))
            (i32.load (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))))"#;

/// Copies bytes to another place of the same array: parallel only for some distances.
pub const SHIFT: &str = r#"(module (memory (import "env" "memory") 0)
  (func (export "shift") (param $p i32) (param $distance i32) (param $n i32)
    (if (local.get $n) (then
      (loop $next
        (i32.store8 (i32.add (local.get $p) (local.get $distance))
          (i32.add (i32.load8_u (local.get $p)) (i32.const 1)))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#;

/// The options of the tests: fewer cases than people ask for.
pub fn options(devices: &[DeviceKind], cases: u64) -> OracleOptions {
    OracleOptions { cases, seed: 1, devices: devices.to_vec(), ..OracleOptions::default() }
}

/// A module and its bundle.
pub fn compile(text: &str) -> (Vec<u8>, Bundle) {
    let module = wat::parse_str(text).unwrap();
    let compiled = compiler::compile(&module, &compiler::Options::default()).unwrap();
    let bundle = bundle::read(&compiled.bundle).unwrap();
    assert_eq!(bundle.manifest.regions.len(), 1, "{:?}", compiled.loops);
    (module, bundle)
}

/// Checks a module on both devices.
pub fn report(text: &str) -> Report {
    check(&wat::parse_str(text).unwrap(), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 100)).unwrap()
}

/// Checks a bundle on the PTX machine.
pub fn report_of(module: &[u8], bundle: &Bundle) -> Report {
    check_bundle(module, bundle, &options(&[DeviceKind::PtxSim], 60)).unwrap()
}
