//! What is written, as text: one program for each way out of a loop.

use crate::programs::{ASSEMBLYSCRIPT, DO_WHILE, FUNCTION_END, NEST, Program, TAIL, WHILE, region};
use tensorwasm_compiler::rewrite::rewrite;

/// The rewritten module without its producers section.
fn rewritten(program: &Program) -> String {
    let region = region(0, &[0, 1], &[1], true);
    let module = rewrite(&program.wasm(), &[(program.splices()[0], &region)]).expect(program.name).module;
    let printed = wasmprinter::print_bytes(module).expect("a module");
    printed.lines().take_while(|l| !l.contains("(@producers")).collect::<Vec<_>>().join("\n")
}

#[test]
fn do_while() {
    insta::assert_snapshot!(rewritten(&DO_WHILE), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 1)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 1))
      (func (;1;) (type 0) (param $n i32) (result i32)
        (local $i i32) (local i32)
        block ;; label = @1
          block ;; label = @2
            local.get $n
            i64.extend_i32_u
            global.get 0
            i64.lt_u
            br_if 0 (;@2;)
            local.get $n
            local.get $i
            call 0
            local.set 2
            i32.const 1
            i32.ne
            br_if 0 (;@2;)
            local.get 2
            local.set $i
            br 1 (;@1;)
          end
          loop ;; label = @2
            local.get $i
            i32.const 4
            i32.mul
            local.get $i
            i32.const 3
            i32.mul
            i32.store
            local.get $i
            i32.const 1
            i32.add
            local.set $i
            local.get $i
            local.get $n
            i32.lt_s
            br_if 0 (;@2;)
          end
        end
        local.get $i
      )
    "#);
}

#[test]
fn while_form() {
    insta::assert_snapshot!(rewritten(&WHILE), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 1)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 1))
      (func (;1;) (type 0) (param $n i32) (result i32)
        (local $i i32) (local i32)
        block ;; label = @1
          block ;; label = @2
            local.get $n
            i64.extend_i32_u
            global.get 0
            i64.lt_u
            br_if 0 (;@2;)
            local.get $n
            local.get $i
            call 0
            local.set 2
            i32.const 1
            i32.ne
            br_if 0 (;@2;)
            local.get 2
            local.set $i
            br 1 (;@1;)
          end
          loop ;; label = @2
            local.get $i
            local.get $n
            i32.ge_s
            br_if 1 (;@1;)
            local.get $i
            i32.const 4
            i32.mul
            local.get $i
            i32.const 3
            i32.mul
            i32.store
            local.get $i
            i32.const 1
            i32.add
            local.set $i
            br 0 (;@2;)
          end
        end
        local.get $i
      )
    "#);
}

#[test]
fn assemblyscript() {
    insta::assert_snapshot!(rewritten(&ASSEMBLYSCRIPT), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 1)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 1))
      (func (;1;) (type 0) (param $n i32) (result i32)
        (local $i i32) (local i32)
        block ;; label = @1
          block ;; label = @2
            local.get $n
            i64.extend_i32_u
            global.get 0
            i64.lt_u
            br_if 0 (;@2;)
            local.get $n
            local.get $i
            call 0
            local.set 2
            i32.const 1
            i32.ne
            br_if 0 (;@2;)
            local.get 2
            local.set $i
            br 1 (;@1;)
          end
          loop ;; label = @2
            local.get $i
            local.get $n
            i32.lt_s
            if ;; label = @3
              local.get $i
              i32.const 4
              i32.mul
              local.get $i
              i32.const 3
              i32.mul
              i32.store
              local.get $i
              i32.const 1
              i32.add
              local.set $i
              br 1 (;@2;)
            else
            end
          end
        end
        local.get $i
      )
    "#);
}

#[test]
fn tail() {
    insta::assert_snapshot!(rewritten(&TAIL), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 1)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 1))
      (func (;1;) (type 0) (param $n i32) (result i32)
        (local $i i32) (local i32)
        i32.const 7
        block (result i32) ;; label = @1
          block ;; label = @2
            block ;; label = @3
              local.get $n
              i64.extend_i32_u
              global.get 0
              i64.lt_u
              br_if 0 (;@3;)
              local.get $n
              local.get $i
              call 0
              local.set 2
              i32.const 1
              i32.ne
              br_if 0 (;@3;)
              local.get 2
              local.set $i
              br 1 (;@2;)
            end
            loop ;; label = @3
              local.get $i
              i32.const 4
              i32.mul
              local.get $i
              i32.const 3
              i32.mul
              i32.store
              local.get $i
              i32.const 1
              i32.add
              local.set $i
              local.get $i
              local.get $n
              i32.lt_s
              br_if 0 (;@3;)
            end
          end
          block (result i32) ;; label = @2
            i32.const 55
            local.get $i
            i32.const 5
            i32.eq
            br_if 1 (;@1;)
            drop
            i32.const 0
            local.get $i
            i32.store offset=1024
            local.get $i
            i32.const 100
            i32.add
          end
        end
        i32.mul
      )
    "#);
}

#[test]
fn nest() {
    insta::assert_snapshot!(rewritten(&NEST), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 1)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 1))
      (func (;1;) (type 0) (param $n i32) (result i32)
        (local $r i32) (local $c i32) (local i32)
        block ;; label = @1
          block ;; label = @2
            local.get $n
            i64.extend_i32_u
            global.get 0
            i64.lt_u
            br_if 0 (;@2;)
            local.get $n
            local.get $r
            call 0
            local.set 3
            i32.const 1
            i32.ne
            br_if 0 (;@2;)
            local.get 3
            local.set $r
            br 1 (;@1;)
          end
          loop ;; label = @2
            i32.const 0
            local.set $c
            loop ;; label = @3
              local.get $r
              i32.const 8
              i32.mul
              local.get $c
              i32.add
              i32.const 4
              i32.mul
              local.get $r
              local.get $c
              i32.add
              i32.store
              local.get $c
              i32.const 1
              i32.add
              local.set $c
              local.get $c
              i32.const 8
              i32.lt_s
              br_if 0 (;@3;)
            end
            local.get $r
            i32.const 1
            i32.add
            local.set $r
            local.get $r
            local.get $n
            i32.lt_s
            br_if 0 (;@2;)
          end
        end
        local.get $r
      )
    "#);
}

#[test]
fn function_end() {
    insta::assert_snapshot!(rewritten(&FUNCTION_END), @r#"
    (module
      (type (;0;) (func (param i32) (result i32)))
      (type (;1;) (func (param i32 i32)))
      (type (;2;) (func (param i32 i32) (result i32 i32)))
      (import "tensorwasm:offload/v1" "region-0" (func (;0;) (type 2)))
      (import "tensorwasm:offload/v1" "min-work-0" (global (;0;) (mut i64)))
      (memory (;0;) 1)
      (export "mem" (memory 0))
      (export "run" (func 2))
      (func $fill (;1;) (type 1) (param $n i32) (param $i i32)
        (local i32)
        block ;; label = @1
          local.get $n
          i64.extend_i32_u
          global.get 0
          i64.lt_u
          br_if 0 (;@1;)
          local.get $n
          local.get $i
          call 0
          local.set 2
          i32.const 1
          i32.ne
          br_if 0 (;@1;)
          local.get 2
          local.set $i
          return
        end
        loop ;; label = @1
          local.get $i
          local.get $n
          i32.ge_s
          br_if 1
          local.get $i
          i32.const 4
          i32.mul
          local.get $i
          i32.const 3
          i32.mul
          i32.store
          local.get $i
          i32.const 1
          i32.add
          local.set $i
          br 0 (;@1;)
        end
        unreachable
      )
      (func (;2;) (type 0) (param $n i32) (result i32)
        local.get $n
        i32.const 0
        call $fill
        i32.const 9
      )
    "#);
}
