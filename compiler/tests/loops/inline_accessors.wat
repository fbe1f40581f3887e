;; Accessors as AssemblyScript writes them: the bounds are checked in the callee, and the call to the handler is cold.
(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (memory 1)
  (func $get (param $a i32) (param $i i32) (result f64)
    (if (i32.ge_u (local.get $i) (i32.load offset=12 (local.get $a)))
      (then (call $abort (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4)) (unreachable)))
    (f64.load (i32.add (i32.load offset=4 (local.get $a)) (i32.shl (local.get $i) (i32.const 3)))))
  (func $square (param $a i32) (param $i i32) (result f64) (local $x f64)
    (f64.mul (local.tee $x (f64.load (call $at (local.get $a) (local.get $i)))) (local.get $x)))
  (func $at (param $a i32) (param $i i32) (result i32)
    (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 3))))
  ;; The header of the array is read in each iteration.
  (func (export "headers") (param $to i32) (param $from i32) (param $n i32) (local $i i32)
    (loop $l
      (f64.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3)))
                 (call $get (local.get $from) (local.get $i)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  ;; Calls in calls; nothing but calls touches memory.
  (func $put (param $a i32) (param $i i32) (param $x f64) (f64.store (call $at (local.get $a) (local.get $i)) (local.get $x)))
  (func (export "nested") (param $to i32) (param $from i32) (param $n i32) (local $i i32)
    (loop $l
      (call $put (local.get $to) (local.get $i) (call $square (local.get $from) (local.get $i)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
