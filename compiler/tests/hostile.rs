//! Valid modules that are built to hurt: each compiles or declines, without a panic, a deep recursion or a blow-up of memory.

use std::fmt::Write;
use tensorwasm_compiler::{CompileError, Options, Outcome, Reason, compile};

fn outcomes(wat: &str) -> Vec<Outcome> {
    let bytes = wat::parse_str(wat).unwrap();
    let compiled = compile(&bytes, &Options::default()).unwrap();
    compiled.loops.into_iter().map(|l| l.outcome).collect()
}

fn is_limit(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Declined(Reason::Limit { .. } | Reason::FunctionTooLarge))
}

#[test]
fn a_bound_that_may_trap_leaves_the_estimate_to_the_host() {
    let wat = "(module (memory 1)
      (func (export \"f\") (param $p i32) (param $n i32) (param $d i32) (local $i i32)
        (loop $l
          (i32.store (local.get $p) (local.get $i))
          (local.set $p (i32.add (local.get $p) (i32.const 4)))
          (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                              (i32.div_u (local.get $n) (local.get $d)))))))";
    let compiled = compile(&wat::parse_str(wat).unwrap(), &Options::default()).unwrap();
    assert_eq!(compiled.regions.len(), 1);
    assert_eq!(compiled.regions[0].estimate, None);
}

#[test]
fn a_deep_invariant_expression() {
    let chain = "i32.popcnt ".repeat(40_000);
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $x i32) (param $n i32) (local $q i32)
          (loop $l
            (i32.store (local.get $p) (local.get $q))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            local.get $q local.get $x {chain} i32.add local.set $q
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn more_live_ins_than_a_region_has() {
    let params: String = (0..600).map(|i| format!("(param $v{i} i32) ")).collect();
    let sum = (1..600).fold("(local.get $v0)".to_string(), |s, i| format!("(i32.add {s} (local.get $v{i}))"));
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {params}
          (loop $l
            (i32.store (local.get $p) {sum})
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn a_sum_of_thousands_of_values() {
    let mut body = String::new();
    for i in 0..3000 {
        write!(body, "(local.set $v{i} (i32.load offset={} (i32.const 0)))", 4 * i).unwrap();
    }
    let locals: String = (0..3000).map(|i| format!("(local $v{i} i32) ")).collect();
    let mut sum = "local.get $v0 ".to_string();
    (1..3000).for_each(|i| write!(sum, "local.get $v{i} i32.add ").unwrap());
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {locals} {body}
          (loop $l
            (local.get $p) {sum} i32.store
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn many_locals_over_many_edges() {
    let locals: String = (0..5000).map(|i| format!("(local $v{i} i32) ")).collect();
    let sets: String = (0..5000).map(|i| format!("(local.set $v{i} (i32.const 0)) ")).collect();
    let branches = "(br_if $l (local.get $n)) ".repeat(5000);
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {locals}
          (loop $l (i32.store (local.get $p) (local.get $n)) {sets} {branches})))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn deep_constructs_that_assign_many_locals() {
    let depth = 3000;
    let locals: String = (0..5000).map(|i| format!("(local $v{i} i32) ")).collect();
    let sets: String = (0..5000).map(|i| format!("i32.const 0 local.set $v{i} ")).collect();
    let (open, close) = ("block ".repeat(depth), "end ".repeat(depth));
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {locals}
          (loop $l
            (i32.store (local.get $p) (local.get $n))
            {open} {sets} {close}
            (br_if $l (local.get $n)))))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn a_block_left_early_in_a_hundred_thousand_places() {
    let exits = "(br_if $out (local.get $n)) ".repeat(100_000);
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32)
          (block $out {exits})
          (loop $l
            (i32.store (local.get $p) (local.get $n))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"
    );
    assert!(matches!(outcomes(&wat)[0], Outcome::Offloaded { .. }));
}

#[test]
fn a_body_too_long_to_compare_all_pairs() {
    let stores = "(i32.store (local.get $p) (local.get $n)) ".repeat(20_000);
    let wat = format!(
        "(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32)
          (loop $l {stores}
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))"
    );
    assert!(is_limit(&outcomes(&wat)[0]));
}

#[test]
fn an_unknown_target_is_an_error_that_names_the_known_ones() {
    let wat = wat::parse_str("(module)").unwrap();
    let error = compile(&wat, &Options { targets: vec!["sm_1".into()] }).unwrap_err();
    assert!(matches!(error, CompileError::Target { .. }));
    assert_eq!(error.to_string(), "`sm_1` isn't a target; known are sm_80, sm_90, sm_120");
}
