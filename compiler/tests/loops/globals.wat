;; A global that a loop reads and that nothing in it sets is a live-in, as a base of arrays and as a bound, in a callee too.
(module
  (import "env" "log" (func $log))
  (memory 1)
  (global $to (export "to") (mut i32) (i32.const 0))
  (global $from (mut i32) (i32.const 0))
  (global $n (mut i32) (i32.const 0))
  (func (export "init") (param i32 i32 i32)
    (global.set $to (local.get 0))
    (global.set $from (local.get 1))
    (global.set $n (local.get 2)))
  (func $at (param $i i32) (result i32) (i32.add (global.get $from) (i32.shl (local.get $i) (i32.const 2))))
  (func (export "f") (result i32) (local $i i32) (local $p i32)
    (loop $l
      (i32.store (local.tee $p (i32.add (global.get $to) (i32.shl (local.get $i) (i32.const 2))))
                 (i32.load (call $at (local.get $i))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (global.get $n))))
    (local.get $p))
  ;; The inner loop sets nothing, the outer one does.
  (func (export "inner") (param $k i32) (local $i i32)
    (loop $outer
      (global.set $to (i32.add (global.get $to) (i32.const 4096)))
      (local.set $i (i32.const 0))
      (loop $l
        (i32.store (i32.add (global.get $to) (i32.shl (local.get $i) (i32.const 2))) (global.get $n))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1024))))
      (br_if $outer (local.tee $k (i32.sub (local.get $k) (i32.const 1))))))
  (func (export "set_inside") (local $i i32)
    (loop $l
      (i32.store (i32.add (global.get $to) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
      (global.set $to (i32.add (global.get $to) (i32.const 4)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1024)))))
  (func (export "set_by_others") (local $i i32)
    (loop $l
      (i32.store (i32.add (global.get $to) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
      (call $log)
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1024))))))
