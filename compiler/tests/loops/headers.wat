;; Arrays with headers: where the elements are, and how many, is loaded in every iteration.
(module
  (memory 4)

  ;; `for (i = 0; i < a.length; i++) a[i] = b[i] * s`, each access through its header: data at 4, length in bytes at 8.
  (func $scale (param $a i32) (param $b i32) (param $s f32)
    (local $i i32)
    (block $done
      (loop $l
        (br_if $done (i32.ge_s (local.get $i) (i32.shr_u (i32.load offset=8 (local.get $a)) (i32.const 2))))
        (if (i32.ge_u (local.get $i) (i32.shr_u (i32.load offset=8 (local.get $b)) (i32.const 2))) (then (unreachable)))
        (f32.store (i32.add (i32.load offset=4 (local.get $a)) (i32.shl (local.get $i) (i32.const 2)))
          (f32.mul (local.get $s)
            (f32.load (i32.add (i32.load offset=4 (local.get $b)) (i32.shl (local.get $i) (i32.const 2))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $l))))

  ;; An array inside an object inside an object.
  (func $nested (param $o i32) (param $n i32)
    (local $i i32) (local $p i32)
    (loop $l
      (local.set $p (i32.add (i32.load offset=16 (i32.load offset=12 (local.get $o))) (i32.shl (local.get $i) (i32.const 2))))
      (i32.store (local.get $p) (i32.mul (i32.load (local.get $p)) (i32.load16_u offset=20 (local.get $o))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; The header is written as well, by each iteration: what the last one says stays.
  (func $push (param $a i32) (param $n i32)
    (local $i i32)
    (loop $l
      (i32.store (i32.add (i32.load offset=4 (local.get $a)) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
      (i32.store offset=8 (local.get $a) (local.get $i))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))

  ;; Rows by pointer: each row's address is loaded, but from another place for each row.
  (func $rows (param $a i32) (param $n i32) (param $m i32)
    (local $i i32) (local $j i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (i32.store (i32.add (i32.load (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2)))) (i32.shl (local.get $j) (i32.const 2)))
          (i32.add (local.get $i) (local.get $j)))
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $m))))
      (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
