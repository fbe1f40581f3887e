;; A branch table and a conditional store inside the body.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $q i32) (param $n i32) (local $x i32)
    (loop $l
      (local.set $x (i32.load8_u (local.get $p)))
      (block $done
        (block $two
          (block $one
            (br_table $one $two $done (local.get $x)))
          (i32.store8 (local.get $q) (i32.const 11))
          (br $done))
        (i32.store8 (local.get $q) (i32.mul (local.get $x) (i32.const 3))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (local.set $q (i32.add (local.get $q) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
