;; A float sum keeps its order.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result f64) (local $sum f64)
    (loop $l
      (local.set $sum (f64.add (local.get $sum) (f64.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
