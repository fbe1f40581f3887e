;; The last element is needed after the loop.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result f64) (local $x f64)
    (loop $l
      (local.set $x (f64.sqrt (f64.load (local.get $p))))
      (f64.store (local.get $p) (local.get $x))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x)))
