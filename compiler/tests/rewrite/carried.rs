//! What becomes of the parts of a module that aren't loops.

use crate::programs::{ALL, DO_WHILE, ExitAt, region, splice};
use ir::lowered::{BinaryOp, Const, Type};
use ir::region::{Int, LiveIn, Pred, Region, Scalar};
use tensorwasm_compiler::rewrite::{RewriteError, Rewritten, Uncarried, rewrite};
use wasmparser::{Parser, Payload};
use wasmtime::{Engine, Func, Global, GlobalType, Instance, Module, Mutability, Store, Val, ValType};

/// A function with one do-while loop over local 1 up to local 0, to stand beside other things.
const LOOP: &str = "(func $work (param $n i32) (result i32) (local $i i32)
    loop $l
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i32.lt_s (local.get $i) (local.get $n)))
    end
    local.get $i)";

/// Rewrites the module's first loop, which ends in the module's first `br_if`.
fn one(wasm: &[u8]) -> Result<Rewritten, RewriteError> {
    let region = region(0, &[0, 1], &[1], true);
    rewrite(wasm, &[(splice(wasm, 0, ExitAt::After("BrIf", 0)), &region)])
}

fn with(fields: &str) -> Vec<u8> {
    wat::parse_str(format!("(module {fields} {LOOP})")).expect("a module")
}

fn text(wasm: &[u8]) -> String {
    wasmprinter::print_bytes(wasm).expect("a module")
}

/// The names of the sections in order; standard ones by their number.
fn sections(wasm: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.expect("a module") {
            Payload::CustomSection(section) => names.push(section.name().to_string()),
            payload => names.extend(payload.as_section().map(|(id, _)| id.to_string())),
        }
    }
    names
}

#[test]
fn sections_with_code_offsets_are_dropped_and_listed() {
    let fields = r#"(@custom "dylink.0" (before first) "\01\04\00\00\00\00")
        (@custom "linking" "\02") (@custom "reloc.CODE" "") (@custom "metadata.code.test" "\00")
        (@custom "sourceMappingURL" "\01a") (@custom "external_debug_info" "\01a") (@custom "signature" "x")
        (@custom "target_features" "\00") (@custom "mine" "1") (@custom "mine" "2")"#;
    let rewritten = one(&with(fields)).expect("a module");
    assert_eq!(
        rewritten.dropped_sections,
        ["linking", "reloc.CODE", "metadata.code.test", "sourceMappingURL", "external_debug_info", "signature"]
    );
    let wanted = ["dylink.0", "1", "2", "3", "10", "name", "producers", "target_features", "mine", "mine"];
    assert_eq!(sections(&rewritten.module), wanted);
}

#[test]
fn names_of_functions_and_locals_stay() {
    let printed = text(&one(&with("(func $first)")).expect("a module").module);
    for name in ["(func $work", "(param $n i32)", "(local $i i32)", "(func $first"] {
        assert!(printed.contains(name), "{name} is missing in\n{printed}");
    }
}

#[test]
fn memories_of_regions_are_exported_by_their_original_index() {
    let wasm = with(r#"(memory (import "m" "m") 1) (memory $own (export "own") 1) (memory 1) (memory 1)"#);
    let mut region = region(0, &[0, 1], &[1], true);
    region.program.ints.push(Int::MemoryBytes(2));
    region.program.preds.push(Pred::SameMemory(2, 0));
    let splice = splice(&wasm, 0, ExitAt::After("BrIf", 0));
    let rewritten = rewrite(&wasm, &[(splice, &region)]).expect("a module");
    let memories: Vec<_> = rewritten.memories.iter().map(|m| (m.index, m.export.as_str())).collect();
    assert_eq!(memories, [(0, "tensorwasm:offload/v1/memory-0"), (2, "tensorwasm:offload/v1/memory-2")]);
    let printed = text(&rewritten.module);
    let exports: Vec<&str> = printed.lines().map(str::trim).filter(|l| l.starts_with("(export")).collect();
    assert_eq!(
        exports,
        [
            "(export \"own\" (memory $own))",
            "(export \"tensorwasm:offload/v1/memory-0\" (memory 0))",
            "(export \"tensorwasm:offload/v1/memory-2\" (memory 2))"
        ]
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for program in ALL {
        let regions: Vec<Region> = (0..program.loops.len()).map(|id| region(id as u32, &[0, 1], &[1], true)).collect();
        let write = || {
            let plans: Vec<_> = program.splices().into_iter().zip(&regions).collect();
            rewrite(&program.wasm(), &plans).expect(program.name)
        };
        assert_eq!(write(), write(), "{}", program.name);
    }
}

#[test]
fn proposals_beside_the_loop_are_carried() {
    for (proposal, fields) in [
        ("multiple memories", "(memory 1) (memory $b 1) (func (drop (i32.load $b (i32.const 0))))"),
        ("64-bit memory", "(memory i64 1) (func (drop (i32.load offset=8 (i64.const 0))))"),
        ("shared memory", "(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))) atomic.fence)"),
        ("vectors", "(func (result v128) (i8x16.swizzle (v128.const i64x2 1 2) (v128.const i64x2 3 4)))"),
        (
            "relaxed vectors",
            "(func (param v128) (result v128)
               (f32x4.relaxed_madd (local.get 0) (local.get 0) (local.get 0)))",
        ),
        ("tail calls", "(func $t (param i32) (result i32) (return_call $work (local.get 0)))"),
        (
            "exceptions",
            "(tag $e (param i32))
             (func (result i32) (block $h (result i32) (try_table (catch $e $h) (throw $e (i32.const 1))) i32.const 2))",
        ),
        ("function references", "(type $f (func)) (func (param (ref $f)) (call_ref $f (local.get 0)))"),
        (
            "garbage collection",
            "(rec (type $a (sub (struct (field (ref null $b))))) (type $b (sub (array (mut i32)))))
             (func (result (ref $a)) (struct.new $a (array.new_default $b (i32.const 3))))
             (func (param anyref) (result i32) (ref.test (ref $b) (local.get 0)))",
        ),
        ("wide arithmetic", "(func (result i64 i64) (i64.mul_wide_u (i64.const 1) (i64.const 2)))"),
        ("extended constants", "(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
        ("bulk memory", "(memory 1) (data $d \"x\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))"),
        ("tables", "(table 1 funcref) (elem declare func $work) (func (table.set (i32.const 0) (ref.func $work)))"),
    ] {
        // The rewriter validates what it wrote.
        let rewritten = one(&with(fields));
        assert!(rewritten.is_ok(), "{proposal}: {rewritten:?}");
    }
}

#[test]
fn what_walrus_does_not_know_is_left_alone() {
    for (fields, reason) in [
        ("(memory 1 (pagesize 1))", "the custom page sizes proposal must be enabled to customize a memory's page size"),
        ("(type $f (func)) (type $c (cont $f))", "cannot define continuation types when stack switching is disabled"),
        ("(func try catch_all end)", "legacy_exceptions feature required for try instruction"),
        ("(memory 1) (func (memory.discard (i32.const 0) (i32.const 0)))", "memory control support is not enabled"),
        ("(type (shared (struct)))", "shared composite types require the shared-everything-threads proposal"),
    ] {
        match one(&with(fields)) {
            Err(RewriteError::Uncarried(Uncarried::Feature { message, .. })) => assert_eq!(message, reason),
            other => panic!("{fields}: {other:?}"),
        }
    }
}

#[test]
fn bytes_that_are_no_module_are_left_alone() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x0d\0\x01\0", b"\0asm\x01\0\0\0\x01\x05"] {
        let found = rewrite(bytes, &[]);
        assert!(matches!(found, Err(RewriteError::Uncarried(Uncarried::Feature { .. }))), "{bytes:?}: {found:?}");
    }
}

#[test]
fn a_region_has_a_type_that_a_host_can_name() {
    // The function type inside the recursion group has the parameters and results of the region, but isn't its type.
    let wasm = with("(rec (type (func (param i32 i32) (result i32 i32))) (type (struct)))");
    let engine = Engine::default();
    let module = Module::new(&engine, one(&wasm).expect("a module").module).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let dispatch = Func::wrap(&mut store, |_: i32, _: i32| (0, 0));
    let min_work = Global::new(&mut store, GlobalType::new(ValType::I64, Mutability::Var), Val::I64(0));
    let imports = [dispatch.into(), min_work.expect("a global").into()];
    assert!(Instance::new(&mut store, &module, &imports).is_ok());
}

#[test]
fn an_estimate_computes_shared_parts_once() {
    let mut region = region(0, &[0, 1], &[1], true);
    region.live_ins.push(LiveIn::local(0, Type::I32));
    let mut estimate = region.estimate.expect("an estimate");
    for _ in 0..3 {
        estimate = region.scalars.add(Scalar::Binary(BinaryOp::I64Mul, estimate, estimate));
    }
    let seven = region.scalars.add(Scalar::Const(Const::i64(7)));
    region.estimate = Some(region.scalars.add(Scalar::Binary(BinaryOp::I64Sub, estimate, seven)));
    let rewritten = rewrite(&DO_WHILE.wasm(), &[(DO_WHILE.splices()[0], &region)]).expect("a module");
    let printed = text(&rewritten.module);
    let lines = printed.lines().map(str::trim).skip_while(|l| !l.starts_with("block ;; label = @2")).skip(1);
    let code: Vec<&str> = lines.take_while(|l| !l.starts_with("global.get")).collect();
    assert_eq!(
        code,
        [
            "local.get $n",
            "i64.extend_i32_u",
            "local.tee 3",
            "local.get 3",
            "i64.mul",
            "local.tee 4",
            "local.get 4",
            "i64.mul",
            "local.tee 5",
            "local.get 5",
            "i64.mul",
            "i64.const 7",
            "i64.sub"
        ]
    );
}
