;; Several parallel loops of one nest.
(module
  (memory 4)

  ;; Three, of which the innermost tests at the top; the pointer goes through all of them.
  (func $cube (param $p i32) (param $n i32)
    (local $i i32) (local $j i32) (local $k i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $middle
        (local.set $k (i32.const 0))
        (block $end
          (loop $inner
            (br_if $end (i32.eq (local.get $k) (i32.const 6)))
            (i32.store (local.get $p)
              (i32.add (i32.mul (local.get $i) (local.get $j)) (local.get $k)))
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br $inner)))
        (br_if $middle (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 5))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; Rows are independent, elements of a row aren't.
  (func $scans (param $p i32) (param $n i32)
    (local $i i32) (local $j i32) (local $q i32)
    (loop $outer
      (local.set $q (local.get $p))
      (local.set $j (i32.const 0))
      (loop $inner
        (i32.store offset=4 (local.get $q) (i32.add (i32.load (local.get $q)) (i32.load offset=4 (local.get $q))))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $inner (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 15))))
      (local.set $p (i32.add (local.get $p) (i32.const 64)))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; A product of matrices: two parallel loops around a sum.
  (func $product (param $a i32) (param $b i32) (param $c i32) (param $n i32)
    (local $i i32) (local $j i32) (local $k i32) (local $sum f32)
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (f32.const 0))
        (local.set $k (i32.const 0))
        (loop $terms
          (local.set $sum (f32.add (local.get $sum) (f32.mul
            (f32.load (i32.add (local.get $a) (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 8)) (local.get $k)) (i32.const 2))))
            (f32.load (i32.add (local.get $b) (i32.shl (i32.add (i32.shl (local.get $k) (i32.const 8)) (local.get $j)) (i32.const 2)))))))
          (br_if $terms (i32.ne (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $n))))
        (f32.store (i32.add (local.get $c) (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 8)) (local.get $j)) (i32.const 2)))
          (local.get $sum))
        (br_if $columns (i32.ne (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
      (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
