;; Addresses and counts at the ends of their ranges.
(module
  (memory (export "memory") i64 4)
  ;; The address begins just below 2^64 and wraps around, the static offset brings it back.
  (func (export "below_zero") (param $n i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store offset=64 (i64.add (local.get $y) (i64.const -64)) (i32.wrap_i64 (local.get $n)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; A step of 2^63: every other iteration comes to the same place.
  (func (export "half") (param $n i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (local.get $y) (i32.wrap_i64 (local.get $n)))
        (local.set $y (i64.add (local.get $y) (i64.const 0x8000000000000000)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; A counter that wraps around at 2^64 on its way, used as an index.
  (func (export "wrapping") (param $from i64) (param $to i64) (param $y i64)
    (loop $next
      (i32.store (i64.add (local.get $y) (i64.shl (local.get $from) (i64.const 2))) (i32.const 3))
      (br_if $next (i64.ne (local.tee $from (i64.add (local.get $from) (i64.const 1))) (local.get $to)))))
  ;; An index of 32 bits that wraps around before it is extended, either way.
  (func (export "wrapping_u") (param $from i32) (param $n i32) (param $y i64)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i32.store (i64.add (local.get $y) (i64.extend_i32_u (i32.shl (local.get $from) (i32.const 2)))) (local.get $n))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  (func (export "wrapping_s") (param $from i32) (param $n i32) (param $y i64)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i32.store (i64.add (local.get $y) (i64.extend_i32_s (i32.shl (local.get $from) (i32.const 2)))) (local.get $n))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; The addresses of two arrays that are one where a base wraps around.
  (func (export "apart") (param $n i64) (param $x i64) (param $d i64) (local $i i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (i64.add (local.get $x) (i64.shl (local.get $i) (i64.const 2)))
          (i32.add (i32.const 1)
            (i32.load (i64.add (i64.add (local.get $x) (local.get $d)) (i64.shl (local.get $i) (i64.const 2))))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $next (i64.lt_s (local.get $i) (local.get $n))))))))
