;; A parallel loop inside a sequential one: the thread runs the outer loop, and of the inner one an iteration each time.
(module
  (memory 4)

  ;; y[j] += a[i][j] * x[i]: the pointer into `a` goes on from row to row, so the outer loop reads what the inner one leaves.
  (func $gemv_t (param $a i32) (param $x i32) (param $y i32) (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $p i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $p (i32.add (local.get $y) (i32.shl (local.get $j) (i32.const 3))))
        (f64.store (local.get $p)
          (f64.add (f64.load (local.get $p))
            (f64.mul (f64.load (local.get $a)) (f64.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 3)))))))
        (local.set $a (i32.add (local.get $a) (i32.const 8)))
        (local.set $j (i32.add (local.get $j) (i32.const 1)))
        (br_if $inner (i32.lt_u (local.get $j) (i32.const 20))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $outer (i32.lt_u (local.get $i) (local.get $n))))
    (i32.add (local.get $a) (local.get $i)))

  ;; Each row is the one above plus a sum that runs along the rows; the sum is needed afterwards, and both loops test at the top.
  (func $rows (param $a i32) (param $x i32) (param $n i32) (param $m i32) (param $sum f32) (result f32)
    (local $i i32) (local $j i32) (local $p i32)
    (block $done
      (loop $outer
        (br_if $done (i32.ge_s (local.get $i) (local.get $n)))
        (local.set $sum
          (f32.add (local.get $sum) (f32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2))))))
        (local.set $j (i32.const 0))
        (block $end
          (loop $inner
            (br_if $end (i32.ge_s (local.get $j) (local.get $m)))
            (local.set $p (i32.add (local.get $a)
              (i32.add (i32.shl (local.get $i) (i32.const 9)) (i32.shl (local.get $j) (i32.const 2)))))
            (f32.store offset=512 (local.get $p) (f32.add (f32.load (local.get $p)) (local.get $sum)))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))
            (br $inner)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $outer)))
    (local.get $sum))

  ;; The outer loop stores as well, which every thread would: only the inner one is a region.
  (func $stores_around (param $a i32) (param $s i32) (param $n i32)
    (local $i i32) (local $j i32) (local $p i32)
    (loop $outer
      (i32.store (local.get $s) (local.get $i))
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $p (i32.add (local.get $a) (i32.shl (local.get $j) (i32.const 2))))
        (i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (local.get $i)))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; The outer loop reads what the last iteration of the inner one has loaded, which no other thread knows.
  (func $reads_behind (param $a i32) (param $n i32) (result i32)
    (local $i i32) (local $j i32) (local $p i32) (local $v i32) (local $w i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (local.set $p (i32.add (local.get $a) (i32.shl (local.get $j) (i32.const 2))))
        (local.set $v (i32.load (local.get $p)))
        (i32.store (local.get $p) (i32.add (local.get $v) (local.get $w)))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 20))))
      (local.set $w (i32.xor (local.get $v) (local.get $i)))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $w)))
