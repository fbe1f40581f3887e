;; Three taps: what was loaded for this iteration and the one before is carried.
(module
  (memory 1)
  (func (export "f") (param $x i32) (param $y i32) (param $n i32) (param $a f64) (param $b f64) (local $c f64)
    (loop $l
      (local.set $c (f64.load (local.get $x)))
      (f64.store (local.get $y) (f64.add (f64.add (local.get $a) (local.get $b)) (local.get $c)))
      (local.set $a (local.get $b))
      (local.set $b (local.get $c))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (local.set $y (i32.add (local.get $y) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
