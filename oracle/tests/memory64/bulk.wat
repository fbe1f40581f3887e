;; Bulk operators with sizes of 64 bits, within a memory and between memories of different address types.
(module
  (memory (export "wide") i64 4)
  (memory (export "narrow") 4)
  (func (export "rows") (param $n i64) (param $x i64) (param $y i64) (param $bytes i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (memory.copy 0 0 (local.get $y) (local.get $x) (local.get $bytes))
        (local.set $x (i64.add (local.get $x) (local.get $bytes)))
        (local.set $y (i64.add (local.get $y) (local.get $bytes)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  (func (export "fills") (param $n i64) (param $y i64) (param $words i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (memory.fill 0 (local.get $y) (i32.wrap_i64 (local.get $n)) (i64.shl (local.get $words) (i64.const 2)))
        (local.set $y (i64.add (local.get $y) (i64.shl (local.get $words) (i64.const 2))))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  (func (export "few") (param $n i64) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (memory.copy 0 0 (local.get $y) (local.get $x) (i64.const 12))
        (local.set $x (i64.add (local.get $x) (i64.const 12)))
        (local.set $y (i64.add (local.get $y) (i64.const 16)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; Between memories of different address types the size has 32 bits.
  (func (export "across") (param $n i64) (param $x i32) (param $y i64) (param $bytes i32)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (memory.copy 0 1 (local.get $y) (local.get $x) (local.get $bytes))
        (local.set $x (i32.add (local.get $x) (local.get $bytes)))
        (local.set $y (i64.add (local.get $y) (i64.extend_i32_u (local.get $bytes))))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))))))
