;; Maxima that keep their order: one that a comparison chooses (which of two zeros and whether a NaN wins depends on it), one
;; that is read in between.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result f64) (local $top f64) (local $x f64)
    (loop $l
      (local.set $x (f64.load (local.get $p)))
      (local.set $top (select (local.get $x) (local.get $top) (f64.gt (local.get $x) (local.get $top))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $top))
  (func (export "g") (param $p i32) (param $n i32) (local $top f64)
    (loop $l
      (local.set $top (f64.max (local.get $top) (f64.load (local.get $p))))
      (f64.store (local.get $p) (local.get $top))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
