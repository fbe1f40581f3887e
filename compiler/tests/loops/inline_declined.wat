;; Calls that stay: of imports, in a circle, to what no kernel can hold; beside one that could go.
(module
  (import "env" "log" (func $log (param i32)))
  (memory 1)
  (global $g (mut i32) (i32.const 0))
  (func $one (result i32) (i32.const 1))
  (func $ping (param $x i32) (result i32)
    (if (result i32) (local.get $x) (then (call $pong (i32.sub (local.get $x) (i32.const 1)))) (else (i32.const 7))))
  (func $pong (param $x i32) (result i32) (call $ping (local.get $x)))
  (func $grows (result i32) (memory.grow (i32.const 0)))
  (func $counts (global.set $g (i32.add (global.get $g) (i32.const 1))))
  (func $tail (param $x i32) (result i32) (return_call $ping (local.get $x)))
  (func (export "f") (param $p i32) (param $n i32)
    (loop $imported
      (i32.store (local.get $p) (call $one))
      (call $log (i32.const 0))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $imported (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $circle
      (i32.store (local.get $p) (call $ping (local.get $n)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $circle (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $deep
      (i32.store (local.get $p) (call $grows))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $deep (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $global
      (i32.store (local.get $p) (call $one))
      (call $counts)
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $global (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $never_returns
      (i32.store (local.get $p) (call $tail (local.get $n)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $never_returns (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
