;; Only the inner loop is a candidate.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $m i32) (local $i i32) (local $j i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (i32.store (i32.add (local.get $p) (i32.shl (local.get $j) (i32.const 2))) (i32.mul (local.get $i) (local.get $j)))
        (br_if $inner (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $m))))
      (local.set $p (i32.add (local.get $p) (i32.shl (local.get $m) (i32.const 2))))
      (br_if $outer (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
