;; Two imported memories may be one.
(module
  (import "env" "a" (memory $a 1))
  (import "env" "b" (memory $b 1))
  (func (export "f") (param $x i32) (param $y i32) (param $n i32)
    (loop $l
      (i32.store $b (local.get $y) (i32.load $a (local.get $x)))
      (local.set $x (i32.add (local.get $x) (i32.const 4)))
      (local.set $y (i32.add (local.get $y) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
