;; Running sums of inductions.
(module
  (memory 4)

  ;; a[i] = flat[k] with k = 0, 0, 1, 3, 6, ...: each iteration adds its number.
  (func $packed (param $a i32) (param $flat i32) (param $n i32) (result i32)
    (local $i i32) (local $k i32)
    (block $done
      (loop $l
        (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2)))
          (i32.load (i32.add (local.get $flat) (i32.shl (local.get $k) (i32.const 2)))))
        (local.set $k (i32.add (local.get $k) (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $l)))
    (local.get $k))

  ;; The same by two: k = 0, 1, 6, 15, ... at each way back.
  (func $pairs (param $a i32) (param $n i32)
    (local $i i32) (local $k i32) (local $m i32)
    (loop $l
      (i32.store (local.get $a) (local.get $k))
      (local.set $m (i32.add (local.get $k) (local.get $i)))
      (i32.store offset=4 (local.get $a) (local.get $m))
      (local.set $k (i32.add (i32.add (local.get $m) (local.get $i)) (i32.const 1)))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n)))))

  ;; The squares as sums of odd numbers, in 64 bits, from a start; tested at the bottom.
  (func $squares (param $a i32) (param $n i32) (param $s i64) (result i64)
    (local $odd i64)
    (local.set $odd (i64.const 1))
    (loop $l
      (i64.store (local.get $a) (local.get $s))
      (local.set $s (i64.add (local.get $s) (local.get $odd)))
      (local.set $odd (i64.add (local.get $odd) (i64.const 2)))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s)))
