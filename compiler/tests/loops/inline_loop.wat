;; A loop in a callee makes the loop that calls it one with a loop inside.
(module
  (memory 1)
  (func $sum (param $p i32) (param $k i32) (result f64) (local $s f64)
    (loop $l
      (local.set $s (f64.add (local.get $s) (f64.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    (local.get $s))
  (func (export "f") (param $to i32) (param $from i32) (param $n i32) (param $k i32)
    (loop $l
      (f64.store (local.get $to) (call $sum (local.get $from) (local.get $k)))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (local.set $from (i32.add (local.get $from) (i32.const 64)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
