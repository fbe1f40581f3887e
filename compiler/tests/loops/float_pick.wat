;; A maximum and a minimum that comparisons pick: the first keeps its accumulator beside a NaN, the second adopts the NaN.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result f64) (local $top f64) (local $x f64)
    (loop $l
      (local.set $x (f64.load (local.get $p)))
      (local.set $top (select (local.get $x) (local.get $top) (f64.gt (local.get $x) (local.get $top))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $top))
  (func (export "g") (param $p i32) (param $n i32) (result f64) (local $top f64) (local $x f64)
    (loop $l
      (local.set $x (f64.load (local.get $p)))
      (local.set $top (select (local.get $top) (local.get $x) (f64.le (local.get $top) (local.get $x))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $top)))
