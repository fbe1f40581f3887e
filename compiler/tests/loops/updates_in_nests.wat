;; Two dimensions of keys may both be parallel; an update around an inner loop is made once for each iteration around it, which excludes
;; that the inner loop is parallel.
(module
  (memory 1)
  (func (export "inside") (param $bins i32) (param $keys i32) (param $n i32)
    (local $i i32) (local $j i32) (local $bin i32)
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $row
        (local.set $bin
          (i32.add (local.get $bins)
            (i32.shl
              (i32.load8_u (i32.add (local.get $keys) (i32.add (i32.shl (local.get $i) (i32.const 6)) (local.get $j))))
              (i32.const 2))))
        (i32.store (local.get $bin) (i32.or (i32.load (local.get $bin)) (local.get $i)))
        (br_if $row (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 64))))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "around") (param $bins i32) (param $keys i32) (param $out i32) (param $n i32)
    (local $i i32) (local $j i32) (local $bin i32)
    (loop $rows
      (local.set $bin
        (i32.add (local.get $bins)
          (i32.shl (i32.load8_u (i32.add (local.get $keys) (local.get $i))) (i32.const 2))))
      (i32.store (local.get $bin) (i32.add (i32.load (local.get $bin)) (i32.const 1)))
      (local.set $j (i32.const 0))
      (loop $row
        (i32.store
          (i32.add (local.get $out) (i32.add (i32.shl (local.get $i) (i32.const 8)) (i32.shl (local.get $j) (i32.const 2))))
          (local.get $j))
        (br_if $row (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 64))))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "around_in_order") (param $bins i32) (param $keys i32) (param $x i32) (param $n i32)
    (local $i i32) (local $j i32) (local $bin i32) (local $at i32)
    (loop $steps
      (local.set $bin
        (i32.add (local.get $bins)
          (i32.shl (i32.load8_u (i32.add (local.get $keys) (local.get $i))) (i32.const 2))))
      (i32.store (local.get $bin) (i32.add (i32.load (local.get $bin)) (i32.const 1)))
      (local.set $j (i32.const 0))
      (loop $all
        (local.set $at (i32.add (local.get $x) (i32.shl (local.get $j) (i32.const 2))))
        (f32.store (local.get $at) (f32.mul (f32.load (local.get $at)) (f32.const 0.5)))
        (br_if $all (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 64))))
      (br_if $steps (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
