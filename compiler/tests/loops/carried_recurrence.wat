;; True recurrences, and what would have to be computed on a way that isn't taken.
(module
  (memory 1)
  (func (export "filter") (param $x i32) (param $n i32) (param $t f64)
    (loop $l
      (local.set $t (f64.mul (f64.add (local.get $t) (f64.load (local.get $x))) (f64.const 0.5)))
      (f64.store offset=4096 (local.get $x) (local.get $t))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "quotient") (param $x i32) (param $n i32) (param $t i32) (local $v i32)
    (loop $l
      (i32.store offset=4096 (local.get $x) (local.get $t))
      (local.set $v (i32.load (local.get $x)))
      (local.set $t (i32.const 0))
      (if (local.get $v) (then (local.set $t (i32.div_u (i32.const 1000) (local.get $v)))))
      (local.set $x (i32.add (local.get $x) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
