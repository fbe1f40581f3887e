;; A walk downwards: the address must not fall below zero.
(module
  (memory 1)
  (func (export "f") (param $x i32) (param $y i32) (param $n i32)
    (loop $l
      (i64.store (local.get $y) (i64.load (local.get $x)))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (local.set $y (i32.sub (local.get $y) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
