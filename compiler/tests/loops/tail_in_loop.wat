;; Code behind the back edge stands in the construct but not in the loop.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result i32) (local $s i32)
    (loop $l
      (i32.store (local.get $p) (local.get $n))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))
      (local.set $s (local.get $p)))
    (local.get $s)))
