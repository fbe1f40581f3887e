;; A do-while with pointer bumps, counting down: y[i] += a * x[i].
(module
  (memory 1)
  (func (export "saxpy") (param $n i32) (param $a f32) (param $x i32) (param $y i32)
    (loop $l
      (f32.store (local.get $y)
        (f32.add (f32.mul (local.get $a) (f32.load (local.get $x))) (f32.load (local.get $y))))
      (local.set $x (i32.add (local.get $x) (i32.const 4)))
      (local.set $y (i32.add (local.get $y) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
