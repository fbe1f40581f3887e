;; a[i + 1] = a[i]: carried by one iteration.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32)
    (loop $l
      (i32.store offset=4 (local.get $p) (i32.load (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
