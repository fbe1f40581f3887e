;; A bounds check that ends in a panic becomes a bail.
(module
  (import "env" "panic" (func $panic (param i32)))
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $len i32) (local $i i32)
    (block $fail
      (loop $l
        (br_if $fail (i32.ge_u (i32.load (local.get $p)) (local.get $len)))
        (i32.store (local.get $p) (i32.const 1))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (return))
    (call $panic (local.get $i))
    (unreachable)))
