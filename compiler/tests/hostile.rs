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

/// A loop that becomes a region, over the parameters `$p` and `$n`; `body` stands in it.
fn good_loop(body: &str) -> String {
    format!(
        "(loop $l {body}
           (i32.store (local.get $p) (local.get $n))
           (local.set $p (i32.add (local.get $p) (i32.const 4)))
           (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"
    )
}

fn function(body: &str) -> String {
    format!("(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {body}))")
}

#[test]
fn a_table_of_branches_in_a_loop() {
    let table = |targets: usize| format!("block local.get $n br_table {} end", "0 ".repeat(targets));
    assert!(matches!(outcomes(&function(&good_loop(&table(100))))[0], Outcome::Offloaded { .. }));
    assert!(is_limit(&outcomes(&function(&good_loop(&table(60_000))))[0]));
}

#[test]
fn loops_in_each_other() {
    let nest = |depth: usize| {
        let (open, close) = ("loop ".repeat(depth), "local.get $n br_if 0 end ".repeat(depth));
        function(&format!("{open} {} {close}", good_loop("")))
    };
    let shallow = outcomes(&nest(500));
    assert!(matches!(shallow.last(), Some(Outcome::Offloaded { .. })), "{:?}", shallow.last());
    let deep = outcomes(&nest(10_000));
    assert_eq!(deep.len(), 10_001);
    assert_eq!(deep.last(), Some(&Outcome::Declined(Reason::FunctionTooLarge)));
}

#[test]
fn blocks_in_each_other_around_a_loop() {
    let depth = 10_000;
    let around = format!("{} {} {}", "block ".repeat(depth), good_loop(""), "end ".repeat(depth));
    assert!(matches!(outcomes(&function(&around))[0], Outcome::Offloaded { .. }));
}

#[test]
fn a_long_body_before_a_loop() {
    let body = "(i32.store (i32.const 8) (i32.add (i32.load (i32.const 4)) (local.get $n))) ".repeat(100_000);
    let outcomes = outcomes(&function(&format!("{body} {}", good_loop(""))));
    assert!(matches!(outcomes[0], Outcome::Offloaded { .. }));
}

#[test]
fn loops_in_a_row() {
    // Loops in each other are limited, loops in a row aren't.
    let outcomes = outcomes(&function(&good_loop("").repeat(1_200)));
    assert_eq!(outcomes, (0..1_200).map(|region| Outcome::Offloaded { region }).collect::<Vec<_>>());
}

#[test]
fn many_items_of_every_other_kind() {
    let types: String = (0..10_000)
        .map(|i| {
            let params: String = (0..14).map(|bit| if i >> bit & 1 == 1 { "i32 " } else { "i64 " }).collect();
            format!("(type (func (param {params})))\n")
        })
        .collect();
    let exports: String = (0..10_000).map(|i| format!("(export \"e{i}\" (func $g)) ")).collect();
    let wat = format!(
        "(module {types} (memory 64) (table 100000 funcref) {globals} {exports}
           (func $g (export \"f\") (param $p i32) (param $n i32) {body})
           (elem (i32.const 0) func {elements})
           {segments} (data (i32.const 0) \"{data}\"))",
        globals = "(global i32 (i32.const 0)) ".repeat(20_000),
        body = good_loop(""),
        elements = "$g ".repeat(100_000),
        segments = "(data \"x\") ".repeat(20_000),
        data = "x".repeat(1_000_000),
    );
    assert!(matches!(outcomes(&wat)[0], Outcome::Offloaded { .. }));
}

#[test]
fn an_unknown_target_is_an_error_that_names_the_known_ones() {
    let wat = wat::parse_str("(module)").unwrap();
    let error = compile(&wat, &Options { targets: vec!["sm_1".into()], ..Options::default() }).unwrap_err();
    assert!(matches!(error, CompileError::Target { .. }));
    assert_eq!(error.to_string(), "`sm_1` isn't a target; known are sm_80, sm_90, sm_120");
}

/// A module with a good loop that holds a call of `$f0`, and these functions.
fn calling(functions: &str, calls: usize) -> String {
    let body = good_loop(&"(drop (call $f0 (local.get $n)))".repeat(calls));
    format!("(module (memory 1) (func (export \"f\") (param $p i32) (param $n i32) {body}) {functions})")
}

#[test]
fn calls_that_double_at_every_level() {
    let level = |i: usize| {
        let call = format!("(call $f{} (local.get $x))", i + 1);
        format!("(func $f{i} (param $x i32) (result i32) (i32.div_u {call} {call}))")
    };
    let leaf = |i: usize| format!("(func $f{i} (param $x i32) (result i32) (i32.div_u (i32.const 1) (local.get $x)))");
    let levels = |n: usize| (0..n).map(level).collect::<String>() + &leaf(n);
    assert!(matches!(outcomes(&calling(&levels(5), 1))[0], Outcome::Offloaded { .. }));
    assert!(matches!(outcomes(&calling(&levels(8), 1))[0], Outcome::Declined(Reason::Operator { .. })));
    assert!(matches!(outcomes(&calling(&levels(5000), 1))[0], Outcome::Declined(Reason::Operator { .. })));
}

#[test]
fn calls_in_circles_of_every_length() {
    let functions: String = (0..3000)
        .map(|i| {
            let calls = [i + 1, 3 * i, i / 2].map(|callee| format!("(call $f{} (local.get $x)) drop ", callee % 3000));
            format!("(func $f{i} (param $x i32) (result i32) {} (local.get $x))", calls.join(""))
        })
        .collect();
    assert!(matches!(outcomes(&calling(&functions, 1))[0], Outcome::Declined(Reason::Operator { .. })));
}

#[test]
fn more_calls_in_a_loop_than_a_function_may_grow() {
    let adds = "(i32.const 1) i32.add ".repeat(50);
    let callee = format!("(func $f0 (param $x i32) (result i32) (i32.div_u (local.get $x) (local.get $x)) {adds})");
    assert!(matches!(outcomes(&calling(&callee, 20))[0], Outcome::Offloaded { .. }));
    assert!(matches!(outcomes(&calling(&callee, 50_000))[0], Outcome::Declined(_)));
}

#[test]
fn thousands_of_globals_read_in_a_nest() {
    let globals: String = (0..5000).map(|i| format!("(global $g{i} (mut i32) (i32.const 0)) ")).collect();
    let setter: String = (0..5000).map(|i| format!("(global.set $g{i} (local.get 0)) ")).collect();
    let read: String = (0..8_000).map(|i| format!("(i32.store (local.get $p) (global.get $g{}))", i % 5000)).collect();
    let (open, close) = ("loop ".repeat(200), "local.get $n br_if 0 end ".repeat(200));
    let wat = format!(
        "(module (memory 1) {globals} (func (param i32) {setter})
           (func (export \"f\") (param $p i32) (param $n i32) {open} {} {close}))",
        good_loop(&read),
    );
    assert!(matches!(outcomes(&wat).last(), Some(Outcome::Declined(_))));
}

#[test]
fn many_segments_that_write_the_same_elements() {
    let segments = "(elem (i32.const 0) func $g $g) (elem (i32.const -1) func $g $g) ".repeat(20_000);
    let calls = "(drop (call_indirect (type $t) (i32.const 1)))".repeat(1_000);
    let wat = format!(
        "(module (type $t (func (result i32))) (memory 1) (table 2 funcref) {segments}
           (func $g (type $t) (i32.const 1))
           (func (export \"f\") (param $p i32) (param $n i32) {}))",
        good_loop(&calls),
    );
    assert!(matches!(outcomes(&wat)[0], Outcome::Offloaded { .. }));
}
