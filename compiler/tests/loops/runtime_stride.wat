;; Strides known only at dispatch: the stride of the store must keep its iterations apart.
(module
  (memory 1)
  (func (export "copy") (param $n i32) (param $x i32) (param $dx i32) (param $y i32) (param $dy i32) (local $i i32)
    (loop $l
      (f64.store (local.get $y) (f64.load (local.get $x)))
      (local.set $x (i32.add (local.get $x) (i32.shl (local.get $dx) (i32.const 3))))
      (local.set $y (i32.add (local.get $y) (i32.shl (local.get $dy) (i32.const 3))))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
