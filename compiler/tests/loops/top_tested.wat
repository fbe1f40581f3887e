;; AssemblyScript's form: the test stands at the top, and the counter is needed afterwards.
(module
  (memory 1)
  (func (export "fill") (param $p i32) (param $n i32) (result i32) (local $i i32)
    (loop $l
      (if (i32.lt_s (local.get $i) (local.get $n))
        (then
          (i32.store (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $l))))
    (local.get $i)))
