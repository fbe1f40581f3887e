;; Unrolled by two: the second half's load follows the first half's store.
(module
  (memory 1)
  (func (export "f") (param $x i32) (param $y i32) (param $end i32)
    (loop $l
      (f64.store (local.get $y) (f64.neg (f64.load (local.get $x))))
      (f64.store offset=8 (local.get $y) (f64.neg (f64.load offset=8 (local.get $x))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $l (i32.ne (local.get $x) (local.get $end))))))
