;; A plane that is filled and a sum of its rows' seeds: threads of both dimensions would each add a seed, so the inner loop
;; stays in the thread.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $a i32) (param $n i32) (result i32) (local $sum i32) (local $j i32) (local $q i32)
    (loop $l
      (local.set $j (i32.const 100))
      (local.set $q (local.get $p))
      (loop $k
        (i32.store (local.get $q) (local.get $j))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $k (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $a))))
      (local.set $p (i32.add (local.get $p) (i32.const 400)))
      (local.set $a (i32.add (local.get $a) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
