//! Loops with relaxed SIMD on every device, and one whose products are rounded before they are added.

use super::programs::options;
use bundle::Bundle;
use ir::lowered::{VectorBinaryOp, VectorTernaryOp, VectorUnaryOp};
use tensorwasm_oracle::{DeviceKind, Verdict, check, check_bundle};

/// Every relaxed operator by name, with the number of its operands.
fn operators() -> Vec<(&'static str, usize)> {
    let unary = VectorUnaryOp::ALL.iter().map(|op| (op.name(), 1, op.relaxed()));
    let binary = VectorBinaryOp::ALL.iter().map(|op| (op.name(), 2, op.relaxed()));
    let ternary = VectorTernaryOp::ALL.iter().map(|op| (op.name(), 3, op.relaxed()));
    let all = unary.chain(binary).chain(ternary);
    all.filter(|(.., relaxed)| relaxed.is_some()).map(|(name, arity, _)| (name, arity)).collect()
}

/// `z[i] = op(x0[i], x1[i], x2[i])`.
fn elements(name: &str, arity: usize) -> String {
    let each = |text: fn(usize) -> String| (0..arity).map(text).collect::<String>();
    let (params, loads) = (each(|i| format!("(param $x{i} i32)")), each(|i| format!("(v128.load (local.get $x{i}))")));
    let steps = each(|i| format!("(local.set $x{i} (i32.add (local.get $x{i}) (i32.const 16)))"));
    format!(
        r#"(func (export "{name}") (param $z i32) {params} (param $n i32)
          (loop $next
            (v128.store (local.get $z) ({name} {loads}))
            (local.set $z (i32.add (local.get $z) (i32.const 16))) {steps}
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"#
    )
}

/// The largest of all, sums of products of bytes, and fused sums of each row.
const ACCUMULATED: &str = r#"
  (func (export "most") (param $x i32) (param $n i32) (result v128) (local $most v128)
    (loop $next
      (local.set $most (f64x2.relaxed_max (local.get $most) (v128.load (local.get $x))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $most))
  (func (export "bytes") (param $x i32) (param $y i32) (param $n i32) (result v128) (local $sum v128)
    (loop $next
      (local.set $sum
        (i32x4.relaxed_dot_i8x16_i7x16_add_s (v128.load (local.get $x)) (v128.load (local.get $y)) (local.get $sum)))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "rows") (param $z i32) (param $x i32) (param $y i32) (param $n i32) (param $m i32)
    (local $j i32) (local $q i32) (local $sum v128)
    (loop $row
      (local.set $j (local.get $m))
      (local.set $q (local.get $y))
      (local.set $sum (v128.const i64x2 0 0))
      (loop $column
        (local.set $sum (f32x4.relaxed_madd (v128.load (local.get $x)) (v128.load (local.get $q)) (local.get $sum)))
        (local.set $x (i32.add (local.get $x) (i32.const 16)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))
        (br_if $column (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (v128.store (local.get $z) (local.get $sum))
      (local.set $z (i32.add (local.get $z) (i32.const 16)))
      (br_if $row (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))"#;

fn module(functions: &str) -> Vec<u8> {
    wat::parse_str(format!("(module (memory (export \"memory\") 4) {functions})")).unwrap()
}

#[test]
fn every_operator_agrees_with_a_deterministic_engine() {
    let operators = operators();
    let elements: String = operators.iter().map(|(name, arity)| elements(name, *arity)).collect();
    let report =
        check(&module(&(elements + ACCUMULATED)), &options(&[DeviceKind::Cpu, DeviceKind::PtxSim], 60)).unwrap();
    assert!(report.is_pass(), "{report}");
    assert_eq!(report.regions.len(), operators.len() + 3);
    assert!(report.regions.iter().flat_map(|region| &region.devices).all(|device| device.exercised), "{report}");
}

/// Fuses no product of the text.
fn rounded_twice(text: &str) -> String {
    let line = |line: &str| match line.trim().strip_prefix("fma.rn.f64 ") {
        Some(operands) => {
            let names: Vec<&str> = operands.trim_end_matches(';').split(", ").collect();
            let [to, a, b, c] = names[..] else { panic!("four operands: {line}") };
            format!("mul.rn.f64 {to}, {a}, {b};\nadd.rn.f64 {to}, {to}, {c};\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn a_product_that_is_rounded_before_it_is_added_is_found() {
    let wasm = module(&elements("f64x2.relaxed_madd", 3));
    let compiled = compiler::compile(&wasm, &compiler::Options::default()).unwrap();
    let mut bundle: Bundle = bundle::read(&compiled.bundle).unwrap();
    let options = options(&[DeviceKind::PtxSim], 60);
    assert!(check_bundle(&wasm, &bundle, &options).unwrap().is_pass());
    for image in &mut bundle.ptx {
        let text = rounded_twice(&image.text);
        assert_ne!(text, image.text);
        image.text = text;
    }
    assert_eq!(check_bundle(&wasm, &bundle, &options).unwrap().verdict, Verdict::Divergence);
}
