;; Memories of both address types, imported and the module's own.
(module
  (import "host" "narrow" (memory $narrow 1))
  (import "host" "wide" (memory $wide i64 1))
  (import "host" "other" (memory $other i64 1))
  (memory $own (export "own") 4)
  (func (export "widen") (param $n i32) (param $x i32) (param $y i64)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i64.store $wide (local.get $y) (i64.add (i64.load32_s $narrow (local.get $x)) (i64.load32_u $own (local.get $x))))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 8)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; Two imported memories of one type may be one.
  (func (export "between") (param $n i64) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store $other (local.get $y) (i32.add (i32.load $wide (local.get $x)) (i32.const 1)))
        (local.set $x (i64.add (local.get $x) (i64.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; What is gathered and counted lies in memories of different types.
  (func (export "counts") (param $n i64) (param $x i32) (param $h i64) (local $at i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (local.set $at (i64.add (local.get $h) (i64.extend_i32_u (i32.shl (i32.load8_u $own (local.get $x)) (i32.const 2)))))
        (i32.store $wide (local.get $at) (i32.add (i32.load $wide (local.get $at)) (i32.const 1)))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))))))
