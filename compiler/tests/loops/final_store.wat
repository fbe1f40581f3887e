;; A maximum that is stored to one place twice in every iteration, and a byte beside it: both are stored after the launch.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $at i32) (local $max i32) (local $x i32)
    (local.set $max (i32.load (local.get $at)))
    (loop $l
      (local.set $x (i32.load (local.get $p)))
      (local.set $max (select (local.get $x) (local.get $max) (i32.lt_s (local.get $max) (local.get $x))))
      (i32.store (local.get $at) (local.get $max))
      (local.set $x (i32.load offset=4 (local.get $p)))
      (local.set $max (select (local.get $x) (local.get $max) (i32.lt_s (local.get $max) (local.get $x))))
      (i32.store (local.get $at) (local.get $max))
      (i32.store8 offset=4 (local.get $at) (local.get $x))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 2)))))))
