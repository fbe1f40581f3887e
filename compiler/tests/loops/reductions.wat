;; A conditional sum, an exclusive or and a minimum.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result i32) (local $sum i32) (local $xor i32) (local $min i32) (local $x i32)
    (local.set $min (i32.const 0x7fffffff))
    (loop $l
      (local.set $x (i32.load (local.get $p)))
      (if (i32.gt_s (local.get $x) (i32.const 3))
        (then (local.set $sum (i32.add (local.get $sum) (local.get $x)))))
      (local.set $xor (i32.xor (local.get $x) (local.get $xor)))
      (local.set $min (select (local.get $x) (local.get $min) (i32.lt_s (local.get $x) (local.get $min))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (local.get $sum) (i32.add (local.get $xor) (local.get $min)))))
