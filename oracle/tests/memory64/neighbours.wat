;; Loops in functions with several results, tail calls and exceptions.
(module
  (memory (export "memory") 1)
  (tag $bad (param i32))
  (func $swap (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  ;; Two values stay on the stack under the loop, and two blocks pass several values on.
  (func (export "multi") (param $p i32) (param $n i32) (param $x i64) (result i32 i64 i32)
    (local $i i32)
    (i32.const 77)
    (block (result i64)
      (local.get $x)
      (if (i32.gt_s (local.get $n) (i32.const 0)) (then
        (loop $next
          (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
          (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
      (i64.add (i64.const 1)))
    (local.get $i)
    (local.get $n)
    (block (param i32 i32) (result i32 i32) (call $swap))
    (drop))
  ;; A loop whose exit carries two values, which no dispatch can leave by.
  (func (export "carries") (param $p i32) (param $n i32) (result i32 i32)
    (local $i i32)
    (block $out (result i32 i32)
      (loop $next
        (br_if $out (local.get $p) (local.get $i) (i32.ge_u (local.get $i) (local.get $n)))
        (drop) (drop)
        (f32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (f32.convert_i32_u (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))
      (unreachable)))
  (func $sum (param $p i32) (param $n i32) (param $sum i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (local.get $sum))))
    (return_call $sum (i32.add (local.get $p) (i32.const 4)) (i32.sub (local.get $n) (i32.const 1))
      (i32.add (local.get $sum) (i32.load (local.get $p)))))
  ;; A tail call behind a loop, and one in front of it that skips it.
  (func (export "tail") (param $p i32) (param $n i32) (result i32)
    (local $q i32) (local $left i32)
    (if (i32.gt_u (local.get $n) (i32.const 2000)) (then (return_call $sum (i32.const 0) (i32.const 3) (i32.const 5))))
    (local.set $q (local.get $p))
    (local.set $left (local.get $n))
    (if (local.get $n) (then
      (loop $next
        (i32.store (local.get $q) (i32.mul (local.get $left) (i32.const 3)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
    (return_call $sum (local.get $p) (local.get $n) (i32.const 0)))
  ;; A function that throws in front of its loop or behind it.
  (func $throws (export "throws") (param $p i32) (param $n i32)
    (local $i i32)
    (if (i32.gt_u (local.get $n) (i32.const 300)) (then (throw $bad (local.get $n))))
    (if (local.get $n) (then
      (loop $next
        (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (i32.xor (local.get $i) (i32.const 5)))
        (br_if $next (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
    (if (i32.and (local.get $n) (i32.const 1)) (then (throw $bad (i32.load (local.get $p))))))
  ;; And one that catches what it throws.
  (func (export "catches") (param $p i32) (param $n i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $bad $caught) (call $throws (local.get $p) (local.get $n)))
      (i32.const -1))))
