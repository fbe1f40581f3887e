;; A 32-bit index is extended, so it must not wrap inside the loop.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $i i32) (param $n i64) (local $k i64)
    (loop $l
      (i32.store8 (i32.wrap_i64 (i64.add (i64.extend_i32_u (local.get $p)) (i64.extend_i32_u (local.get $i)))) (i32.const 7))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $l (i64.lt_u (local.tee $k (i64.add (local.get $k) (i64.const 1))) (local.get $n))))))
