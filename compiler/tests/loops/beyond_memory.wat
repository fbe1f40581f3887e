;; 2^30 known trips of 8 bytes leave any memory.
(module
  (memory 1)
  (func (export "f") (param $p i32) (local $i i32)
    (loop $l
      (i64.store (local.get $p) (i64.const 1))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 0x40000000))))))
