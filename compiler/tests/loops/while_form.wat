;; Binaryen's form: the exit is a branch to a block around the loop, the counter is 64 bits wide and wrapped for addressing.
(module
  (memory 1)
  (func (export "scale") (param $p i32) (param $n i64) (local $i i64)
    (block $out
      (loop $l
        (br_if $out (i64.ge_u (local.get $i) (local.get $n)))
        (f64.store offset=16 (i32.add (local.get $p) (i32.wrap_i64 (i64.shl (local.get $i) (i64.const 3))))
          (f64.mul (f64.const 2) (f64.load offset=16 (i32.add (local.get $p) (i32.wrap_i64 (i64.shl (local.get $i) (i64.const 3)))))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br $l)))))
