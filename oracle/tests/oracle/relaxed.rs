//! Sums of floats in another order: right ones are within their bounds, and wrong ones aren't.

use super::programs::options;
use bundle::{Bundle, FpMode};
use ir::lowered::{BinaryOp, Op};
use ir::region::{FoldOp, ReturnRole};
use tensorwasm_oracle::{DeviceKind, Difference, OracleOptions, check, check_bundle};

/// A function of an array, its length and a start; `body` makes the next `$s` of `$s` and the element's address `$p`.
fn over(ty: &str, width: u32, body: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1)
      (func (export "f") (param $p i32) (param $n i32) (param $s {ty}) (result {ty}) (local $q i32)
        (if (i32.gt_s (local.get $n) (i32.const 0)) (then
          (loop $next
            {body}
            (local.set $p (i32.add (local.get $p) (i32.const {width})))
            (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
        (local.get $s)))"#
    )
}

fn sum() -> String {
    over("f64", 8, "(local.set $s (f64.add (local.get $s) (f64.load (local.get $p))))")
}

/// Products, of which each is rounded, taken away.
fn dot() -> String {
    over(
        "f32",
        8,
        "(local.set $s (f32.sub (local.get $s) (f32.mul (f32.load (local.get $p)) (f32.load offset=4 (local.get $p)))))",
    )
}

fn product() -> String {
    over("f32", 4, "(local.set $s (f32.mul (f32.load (local.get $p)) (local.get $s)))")
}

/// Only of some elements, so that the start may be handed on as it is.
fn some() -> String {
    let add = "(local.set $s (f32.add (local.get $s) (f32.load offset=4 (local.get $p))))";
    over("f32", 8, &format!("(if (i32.and (i32.load8_u (local.get $p)) (i32.const 1)) (then {add}))"))
}

/// Of rows of eight, two elements at a time.
fn rows() -> String {
    over(
        "f64",
        64,
        "(local.set $q (i32.const 0))
         (loop $in
           (local.set $s (f64.add (f64.load (i32.add (local.get $p) (local.get $q))) (local.get $s)))
           (local.set $s (f64.sub (local.get $s) (f64.load offset=8 (i32.add (local.get $p) (local.get $q)))))
           (br_if $in (i32.lt_u (local.tee $q (i32.add (local.get $q) (i32.const 16))) (i32.const 64))))",
    )
}

/// Four sums in a vector and two in another.
const LANES: &str = r#"(module (memory (export "memory") 1)
  (func (export "f") (param $p i32) (param $n i32) (param $s f32) (result f32 f32 f64) (local $a v128) (local $b v128)
    (local.set $a (f32x4.replace_lane 2 (f32x4.splat (local.get $s)) (f32.const 1)))
    (local.set $b (f64x2.splat (f64.const 1)))
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (local.set $a (f32x4.add (local.get $a) (v128.load (local.get $p))))
        (local.set $b (f64x2.mul (local.get $b) (v128.load offset=16 (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 32)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (f32x4.extract_lane 0 (local.get $a)) (f32x4.extract_lane 3 (local.get $a)) (f64x2.extract_lane 1 (local.get $b))))"#;

/// A sum in memory.
const STORED: &str = r#"(module (memory (export "memory") 1)
  (func (export "f") (param $p i32) (param $n i32) (param $at i32) (local $s f64)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (local.set $s (f64.load (local.get $at)))
      (loop $next
        (local.set $s (f64.add (local.get $s) (f64.load (local.get $p))))
        (f64.store (local.get $at) (local.get $s))
        (local.set $p (i32.add (local.get $p) (i32.const 8)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))"#;

fn relaxed(cases: u64) -> OracleOptions {
    let compiler = compiler::Options { fp: FpMode::Relaxed, ..compiler::Options::default() };
    OracleOptions { compiler, ..options(&[DeviceKind::Cpu, DeviceKind::PtxSim], cases) }
}

#[test]
fn relaxed_sums_are_within_their_bounds_on_every_device() {
    let texts = [sum(), dot(), product(), some(), rows(), LANES.into(), STORED.into()];
    for text in texts {
        let report = check(&wat::parse_str(&text).unwrap(), &relaxed(120)).unwrap();
        assert!(report.is_pass(), "{text}\n{report}");
        assert_eq!(report.regions.len(), if text.contains("$in") { 2 } else { 1 }, "{text}\n{report}");
        // As a whole the module keeps its bits.
        assert!(report.regions[0].notes.iter().any(|note| note.starts_with("its sums are relaxed")), "{report}");
    }
}

#[test]
fn without_the_option_there_is_no_such_region() {
    for text in [sum(), dot(), product(), LANES.into()] {
        let report = check(&wat::parse_str(&text).unwrap(), &options(&[DeviceKind::Cpu], 20)).unwrap();
        assert!(report.regions.is_empty() && report.is_pass(), "{report}");
    }
}

fn mutant(text: &str, edit: impl FnOnce(&mut Bundle)) -> tensorwasm_oracle::Report {
    let (module, options) = (wat::parse_str(text).unwrap(), relaxed(80));
    let mut bundle = bundle::read(&compiler::compile(&module, &options.compiler).unwrap().bundle).unwrap();
    bundle.ptx.clear();
    edit(&mut bundle);
    let options = OracleOptions { devices: vec![DeviceKind::Cpu], ..options };
    check_bundle(&module, &bundle, &options).unwrap()
}

/// Wrong operators, a product that is left out, and a start that isn't the identity.
#[test]
fn wrong_sums_are_found() {
    let change = |from: BinaryOp, to: BinaryOp| {
        move |bundle: &mut Bundle| {
            for inst in bundle.kernels[0].func.blocks.iter_mut().flat_map(|block| &mut block.insts) {
                if let Op::Binary(op, ..) = &mut inst.op
                    && *op == from
                {
                    *op = to;
                }
            }
        }
    };
    let fold = |op: FoldOp| {
        move |bundle: &mut Bundle| {
            bundle.manifest.regions[0].returns[0].1 = ReturnRole::Fold(op);
            bundle.kernels[0].returns[0] = ReturnRole::Fold(op);
        }
    };
    let identity = |bundle: &mut Bundle| {
        for inst in bundle.kernels[0].func.blocks.iter_mut().flat_map(|block| &mut block.insts) {
            if let Op::Const(c) = &mut inst.op
                && !c.ty.is_int()
            {
                c.bits = 1e20f32.to_bits().into();
            }
        }
    };
    let reports = [
        mutant(&dot(), change(BinaryOp::F32Mul, BinaryOp::F32Add)),
        mutant(&dot(), change(BinaryOp::F32Sub, BinaryOp::F32Add)),
        mutant(&product(), fold(FoldOp::Add)),
        mutant(&sum(), fold(FoldOp::Mul)),
        mutant(&some(), identity),
    ];
    for report in reports {
        let found = report.divergences.first().map(|divergence| &divergence.difference);
        assert!(matches!(found, Some(Difference::Result { .. })), "{report}");
    }
}
