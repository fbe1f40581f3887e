;; Every iteration stores to one place, where only the last value stays.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32)
    (loop $l
      (i32.store (i32.const 16) (i32.load (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
