;; A maximum that is read in between.
(module
  (memory 1)
  (func (export "g") (param $p i32) (param $n i32) (local $top f64)
    (loop $l
      (local.set $top (f64.max (local.get $top) (f64.load (local.get $p))))
      (f64.store (local.get $p) (local.get $top))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
