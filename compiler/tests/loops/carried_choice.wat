;; What is carried is one thing or another, and the test stands at the top.
(module
  (memory 1)
  (func (export "f") (param $x i32) (param $y i32) (param $n i32) (result i32) (local $i i32) (local $t i32) (local $v i32)
    (block $out
      (loop $l
        (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
        (i32.store (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2))) (local.get $t))
        (local.set $v (i32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))))
        (if (i32.and (local.get $v) (i32.const 1))
          (then (local.set $t (i32.mul (local.get $v) (local.get $v))))
          (else (local.set $t (i32.sub (i32.const 7) (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $l)))
    (local.get $t)))
