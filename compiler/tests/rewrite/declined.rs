//! What the rewriter declines or refuses, and with which words.

use crate::programs::{ALL, DO_WHILE, ExitAt, WHILE, operator, region, splice};
use ir::lowered::{BinaryOp, Const, Type};
use ir::region::{Access, Footprint, IntId, LiveIn, LiveOut, Part, Region, Scalar};
use tensorwasm_compiler::rewrite::{Exit, RewriteError, Rewriter, Splice, rewrite};

/// What `check` says of a loop in the body of `(func $f (param i32) <signature and body>)`.
fn checked(body: &str, nth: usize, exit: ExitAt) -> String {
    let wasm = wat::parse_str(format!("(module (func $f (param i32) {body}))")).expect("a module");
    let splice = splice(&wasm, nth, exit);
    match Rewriter::new(&wasm).expect("a module to carry").check(&splice) {
        Ok(()) => "fine".to_string(),
        // Offsets depend on the encoder; what matters is the condition.
        Err(reason) => {
            reason.to_string().split_whitespace().filter(|w| !w.starts_with("0x")).collect::<Vec<_>>().join(" ")
        }
    }
}

#[test]
fn a_loop_that_takes_values() {
    let body = "i32.const 1 loop (param i32) drop local.get 0 local.get 0 br_if 0 drop end";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "the loop at offset takes values from the operand stack");
}

#[test]
fn an_unreachable_loop() {
    let body = "return block loop local.get 0 br_if 0 end end";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "the loop at offset is unreachable");
}

#[test]
fn a_split_with_values_on_the_stack() {
    let body = "loop (result i32) i32.const 1 local.get 0 br_if 0 end drop";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "the operand stack isn't empty after offset");
}

#[test]
fn a_split_that_control_never_passes() {
    let body = "loop local.get 0 br_if 0 br 1 end";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "fine");
    assert_eq!(checked(body, 0, ExitAt::After("Br", 0)), "control never continues after offset");
}

#[test]
fn a_split_inside_another_construct() {
    let body = "loop block local.get 0 br_if 1 end end";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "the exit at offset isn't in the loop's own sequence");
    assert_eq!(checked(body, 0, ExitAt::After("Block", 0)), "fine");
    let nest = "loop loop local.get 0 br_if 0 end local.get 0 br_if 0 end";
    assert_eq!(checked(nest, 1, ExitAt::After("BrIf", 1)), "the exit at offset isn't in the loop's own sequence");
}

#[test]
fn a_tail_that_belongs_to_the_loop() {
    let wanted = "the code after offset branches back to the loop";
    for tail in [
        "local.get 0 br_if 0",
        "block local.get 0 br_if 1 end",
        "block local.get 0 br_table 0 1 0 end",
        "block local.get 0 br_table 0 0 1 end",
        "local.get 0 if else br 1 end",
        "ref.null func br_on_null 0 drop",
        "br 0",
        "try_table (catch_all 0) end",
    ] {
        let body = format!("loop local.get 0 br_if 0 {tail} end");
        assert_eq!(checked(&body, 0, ExitAt::After("BrIf", 0)), wanted, "{tail}");
    }
    let body = "loop local.get 0 br_if 0 block local.get 0 br_if 0 end end";
    assert_eq!(checked(body, 0, ExitAt::After("BrIf", 0)), "fine");
}

#[test]
fn a_label_that_takes_values() {
    let body = "block (result i32) loop i32.const 1 local.get 0 br_if 1 drop br 0 end i32.const 2 end drop";
    assert_eq!(checked(body, 0, ExitAt::Label("Block", 0)), "a branch to the construct at offset takes values");
    let outer = "i32.const 1 loop (param i32) drop loop i32.const 1 local.get 0 br_if 1 drop br 0 end end";
    assert_eq!(checked(outer, 1, ExitAt::Label("Loop", 0)), "a branch to the construct at offset takes values");
    // A block's parameters don't matter to a branch.
    let params = "i32.const 1 block (param i32) drop loop local.get 0 br_if 1 br 0 end end";
    assert_eq!(checked(params, 0, ExitAt::Label("Block", 0)), "fine");
}

#[test]
fn a_label_that_encloses_nothing() {
    let wanted = "the construct at offset doesn't enclose the loop";
    let beside = "block end loop local.get 0 br_if 0 end";
    assert_eq!(checked(beside, 0, ExitAt::Label("Block", 0)), wanted);
    let inside = "loop block local.get 0 br_if 1 end end";
    assert_eq!(checked(inside, 0, ExitAt::Label("Block", 0)), wanted);
    assert_eq!(checked(inside, 0, ExitAt::Label("Loop", 0)), wanted);
    assert_eq!(checked(inside, 0, ExitAt::Label("BrIf", 0)), wanted);
}

#[test]
fn a_function_that_returns_values() {
    let body = "(result i32) loop i32.const 1 local.get 0 br_if 1 drop br 0 end i32.const 2";
    assert_eq!(checked(body, 0, ExitAt::FunctionEnd), "leaving the function takes values");
}

#[test]
fn an_offset_without_a_loop() {
    let wasm = wat::parse_str("(module (import \"m\" \"f\" (func)) (func loop end block end))").expect("a module");
    let mut rewriter = Rewriter::new(&wasm).expect("a module to carry");
    let (function, at) = operator(&wasm, "Loop", 0);
    let (_, block) = operator(&wasm, "Block", 0);
    let mut check = |function, loop_offset| {
        let checked = rewriter.check(&Splice { function, loop_offset, exit: Exit::FunctionEnd });
        checked.map_err(|reason| reason.to_string())
    };
    assert_eq!(function, 1);
    assert_eq!(check(1, at), Ok(()));
    assert_eq!(check(1, block), Err(format!("no loop begins at offset {block:#x}")));
    assert_eq!(check(1, at + 1), Err(format!("no loop begins at offset {:#x}", at + 1)));
    assert_eq!(check(0, at), Err("function 0 isn't defined in the module".to_string()));
    assert_eq!(check(2, at), Err("function 2 isn't defined in the module".to_string()));
}

#[test]
fn a_taken_namespace() {
    let error = |fields: &str| {
        let wasm = wat::parse_str(format!("(module {fields})")).expect("a module");
        rewrite(&wasm, &[]).expect_err("a refusal").to_string()
    };
    assert_eq!(
        error(r#"(import "tensorwasm:offload/v1" "region-0" (func))"#),
        "the module already has an import from `tensorwasm:offload/v1`, a name reserved for offloading"
    );
    assert_eq!(
        error(r#"(memory (export "tensorwasm:offload/v1/memory-0") 1)"#),
        "the module already has an export `tensorwasm:offload/v1/memory-0`, a name reserved for offloading"
    );
    assert_eq!(
        error(r#"(@custom "tensorwasm.manifest" "{}")"#),
        "the module already has a section `tensorwasm.manifest`, a name reserved for offloading"
    );
    // It is refused even if it couldn't be rewritten anyway, lest it be carried unchanged.
    assert_eq!(
        error(r#"(import "tensorwasm:offload/v1" "region-0" (func)) (memory 1 (pagesize 1))"#),
        "the module already has an import from `tensorwasm:offload/v1`, a name reserved for offloading"
    );
}

/// The error for the do-while program with this region.
fn refused(change: impl FnOnce(&mut Region)) -> String {
    let mut region = region(0, &[0, 1], &[1], true);
    change(&mut region);
    rewrite(&DO_WHILE.wasm(), &[(DO_WHILE.splices()[0], &region)]).expect_err("a refusal").to_string()
}

#[test]
fn regions_that_do_not_fit_the_module() {
    assert_eq!(refused(|r| r.id = 1), "region 1 stands where region 0 belongs");
    let long = |r: &mut Region| r.live_ins.push(LiveIn::local(0, Type::I64));
    assert_eq!(refused(long), "region 0: live-in 2 is nothing of its type");
    let value = |r: &mut Region| r.live_outs[0].value;
    let missing =
        |r: &mut Region| r.live_outs = vec![LiveOut { local: 2, part: Part::Whole, ty: Type::I32, value: value(r) }];
    assert_eq!(refused(missing), "region 0: live-out 0 is nothing of its type");
    let half = |r: &mut Region| r.live_outs[0].part = Part::Low;
    assert_eq!(refused(half), "region 0: live-out 0 is nothing of its type");
    let memory = |r: &mut Region| {
        let dims = Vec::new();
        let (access, must_write) = (Access::Read, false);
        r.footprints = vec![Footprint {
            memory: 1,
            base: IntId(0),
            dims,
            width: 4,
            access,
            must_write,
            align: 4,
            span: None,
            wide: false,
        }];
    };
    assert_eq!(refused(memory), "region 0: there is no memory 1");
}

#[test]
fn estimates_that_cannot_be_guest_code() {
    let divided = |r: &mut Region| {
        let one = r.scalars.add(Scalar::Const(Const::i64(1)));
        let estimate = r.estimate.expect("an estimate");
        r.estimate = Some(r.scalars.add(Scalar::Binary(BinaryOp::I64DivU, estimate, one)));
    };
    assert_eq!(refused(divided), "region 0: estimate: `i64.div_u` can trap");
    let trip = |r: &mut Region| r.estimate = Some(r.scalars.add(Scalar::Trip(0)));
    assert_eq!(refused(trip), "region 0: estimate: scalar 2 isn't known before the dispatch");
    let narrow = |r: &mut Region| r.estimate = Some(r.scalars.add(Scalar::LiveIn(0)));
    assert_eq!(refused(narrow), "region 0: estimate: it isn't a well-formed i64 expression");
    let mixed = |r: &mut Region| {
        let (narrow, wide) = (r.scalars.add(Scalar::LiveIn(0)), r.estimate.expect("an estimate"));
        r.estimate = Some(r.scalars.add(Scalar::Binary(BinaryOp::I64Add, narrow, wide)));
    };
    assert_eq!(refused(mixed), "region 0: estimate: it isn't a well-formed i64 expression");
}

#[test]
fn a_splice_that_check_would_decline_is_an_error() {
    let region = region(0, &[0, 1], &[1], true);
    let splice = Splice { exit: Exit::FunctionEnd, ..WHILE.splices()[0] };
    let error = rewrite(&WHILE.wasm(), &[(splice, &region)]).expect_err("a refusal");
    assert_eq!(error.to_string(), "region 0: leaving the function takes values");
    assert!(matches!(error, RewriteError::Unsplicable { region: 0, .. }));
}

#[test]
fn check_accepts_every_program() {
    for program in ALL {
        let wasm = program.wasm();
        let mut rewriter = Rewriter::new(&wasm).expect("a module to carry");
        for splice in program.splices() {
            assert_eq!(rewriter.check(&splice), Ok(()), "{}", program.name);
        }
    }
}
