;; Addresses of 64 bits that aren't linear: gathers, histograms, tables.
(module
  (memory (export "memory") i64 4)
  ;; Indices of 32 bits from memory, with and without a static offset.
  (func (export "gather") (param $n i64) (param $at i64) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (local.get $y) (i32.add
          (i32.load (i64.add (local.get $x) (i64.shl (i64.extend_i32_u (i32.load (local.get $at))) (i64.const 2))))
          (i32.load offset=8 (i64.add (local.get $x) (i64.shl (i64.extend_i32_s (i32.load (local.get $at))) (i64.const 2))))))
        (local.set $at (i64.add (local.get $at) (i64.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; Indices of 64 bits: the sum with the base wraps around where they are large, the static offset doesn't.
  (func (export "gather_wide") (param $n i64) (param $at i64) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i64.store (local.get $y)
          (i64.load offset=4096 (i64.add (local.get $x) (i64.load (local.get $at)))))
        (local.set $at (i64.add (local.get $at) (i64.const 8)))
        (local.set $y (i64.add (local.get $y) (i64.const 8)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; Bytes are counted.
  (func (export "histogram") (param $n i64) (param $x i64) (param $h i64) (local $at i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (local.set $at (i64.add (local.get $h) (i64.shl (i64.load8_u (local.get $x)) (i64.const 2))))
        (i32.store offset=64 (local.get $at) (i32.add (i32.load offset=64 (local.get $at)) (i32.const 1)))
        (local.set $x (i64.add (local.get $x) (i64.const 1)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; Entries of a small table, by a mask of 32 and one of 64 bits.
  (func (export "table") (param $n i64) (param $x i64) (param $t i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (local.get $y) (i32.xor
          (i32.load (i64.add (local.get $t)
            (i64.shl (i64.extend_i32_u (i32.and (i32.load (local.get $x)) (i32.const 255))) (i64.const 2))))
          (i32.load offset=1024 (i64.add (local.get $t)
            (i64.shl (i64.and (i64.load32_u (local.get $x)) (i64.const 63)) (i64.const 2))))))
        (local.set $x (i64.add (local.get $x) (i64.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))))))
