;; Loops over one memory with 64-bit addresses, as compilers for wasm64 write them.
(module
  (memory (export "memory") i64 4)
  ;; Pointer bumps and a counter of 64 bits.
  (func (export "saxpy") (param $n i64) (param $a f32) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (f32.store (local.get $y)
          (f32.add (f32.load (local.get $y)) (f32.mul (local.get $a) (f32.load (local.get $x)))))
        (local.set $x (i64.add (local.get $x) (i64.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; An index of 32 bits without a sign, and static offsets.
  (func (export "index_u") (param $n i32) (param $x i64) (param $y i64) (local $i i32)
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
      (i32.store offset=16 (i64.add (local.get $y) (i64.shl (i64.extend_i32_u (local.get $i)) (i64.const 2)))
        (i32.mul (i32.const 3)
          (i32.load offset=4 (i64.add (local.get $x) (i64.shl (i64.extend_i32_u (local.get $i)) (i64.const 2))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next))))
  ;; A signed index that runs from a negative start, with a stride.
  (func (export "index_s") (param $from i32) (param $to i32) (param $x i64) (param $y i64)
    (block $done (loop $next
      (br_if $done (i32.ge_s (local.get $from) (local.get $to)))
      (i64.store (i64.add (local.get $y) (i64.mul (i64.extend_i32_s (local.get $from)) (i64.const 8)))
        (i64.add (i64.const 1)
          (i64.load (i64.add (local.get $x) (i64.mul (i64.extend_i32_s (local.get $from)) (i64.const 8))))))
      (local.set $from (i32.add (local.get $from) (i32.const 1)))
      (br $next))))
  ;; Downwards, with a stride that only the caller knows.
  (func (export "down") (param $n i64) (param $x i64) (param $dx i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (local.get $y) (i32.add (i32.load (local.get $x)) (i32.const 1)))
        (local.set $x (i64.sub (local.get $x) (local.get $dx)))
        (local.set $y (i64.sub (local.get $y) (i64.const 4)))
        (br_if $next (i64.gt_s (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; A matrix product: rows, columns and a sum inside.
  (func (export "product") (param $n i64) (param $a i64) (param $b i64) (param $c i64)
    (local $i i64) (local $j i64) (local $k i64) (local $sum f64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $rows
        (local.set $j (i64.const 0))
        (loop $columns
          (local.set $k (i64.const 0))
          (local.set $sum (f64.const 0))
          (loop $sum
            (local.set $sum (f64.add (local.get $sum) (f64.mul
              (f64.load (i64.add (local.get $a) (i64.shl
                (i64.add (i64.mul (local.get $i) (local.get $n)) (local.get $k)) (i64.const 3))))
              (f64.load (i64.add (local.get $b) (i64.shl
                (i64.add (i64.mul (local.get $k) (local.get $n)) (local.get $j)) (i64.const 3)))))))
            (br_if $sum (i64.lt_s (local.tee $k (i64.add (local.get $k) (i64.const 1))) (local.get $n))))
          (f64.store (i64.add (local.get $c) (i64.shl
            (i64.add (i64.mul (local.get $i) (local.get $n)) (local.get $j)) (i64.const 3))) (local.get $sum))
          (br_if $columns (i64.lt_s (local.tee $j (i64.add (local.get $j) (i64.const 1))) (local.get $n))))
        (br_if $rows (i64.lt_s (local.tee $i (i64.add (local.get $i) (i64.const 1))) (local.get $n)))))))
  ;; Rows at a stride that only the caller knows, by an index of 32 bits: row times stride plus column.
  (func (export "plane") (param $rows i32) (param $columns i32) (param $stride i32) (param $x i64)
    (local $i i32) (local $j i32) (local $at i64)
    (block $none
      (br_if $none (i32.le_s (local.get $rows) (i32.const 0)))
      (br_if $none (i32.le_s (local.get $columns) (i32.const 0)))
      (loop $row
        (local.set $j (i32.const 0))
        (loop $column
          (local.set $at (i64.add (local.get $x) (i64.shl (i64.extend_i32_s
            (i32.add (i32.mul (local.get $i) (local.get $stride)) (local.get $j))) (i64.const 2))))
          (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
          (br_if $column (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $columns))))
        (br_if $row (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $rows))))))
  ;; A stencil of vectors.
  (func (export "vectors") (param $n i64) (param $x i64) (param $y i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (v128.store align=4 (local.get $y) (f32x4.add
          (v128.load offset=4 align=4 (local.get $x))
          (f32x4.mul (v128.load align=4 (local.get $x)) (v128.load offset=8 align=4 (local.get $x)))))
        (local.set $x (i64.add (local.get $x) (i64.const 16)))
        (local.set $y (i64.add (local.get $y) (i64.const 16)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0)))))))
  ;; The count and the arrays' places are loaded from a header in every iteration, and a sum is stored to a fixed place.
  (func (export "header") (param $h i64) (param $out i64) (local $i i64) (local $sum i64)
    (block $done (loop $next
      (br_if $done (i64.ge_u (local.get $i) (i64.load (local.get $h))))
      (i64.store (i64.add (i64.load offset=16 (local.get $h)) (i64.shl (local.get $i) (i64.const 3)))
        (i64.mul (i64.load (i64.add (i64.load offset=8 (local.get $h)) (i64.shl (local.get $i) (i64.const 3)))) (i64.const 5)))
      (local.set $sum (i64.add (local.get $sum) (local.get $i)))
      (i64.store (local.get $out) (local.get $sum))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $next))))
  ;; Each iteration has a small array of its own in its stack frame.
  (func (export "frame") (param $n i64) (param $sp i64) (param $x i64) (param $y i64) (local $i i64) (local $k i64)
    (if (i64.gt_s (local.get $n) (i64.const 0)) (then
      (loop $next
        (i32.store (local.get $sp) (i32.load (local.get $x)))
        (i32.store offset=4 (local.get $sp) (i32.add (i32.load (local.get $x)) (i32.const 7)))
        (i32.store (local.get $y)
          (i32.mul (i32.load (local.get $sp)) (i32.load offset=4 (local.get $sp))))
        (local.set $x (i64.add (local.get $x) (i64.const 4)))
        (local.set $y (i64.add (local.get $y) (i64.const 4)))
        (br_if $next (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))))))
