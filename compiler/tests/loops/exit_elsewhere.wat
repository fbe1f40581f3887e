;; The exit leads into the middle of other code: no dispatch could go there, so the last iteration is the original loop's.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32)
    (loop $l
      (i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (i32.const 1)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (if (local.tee $n (i32.sub (local.get $n) (i32.const 1)))
        (then (br $l))
        (else (i32.store (local.get $p) (i32.const -1)))))))
