;; Vectors that accumulate otherwise: sums of floats keep their order, saturating sums aren't associative, and one that is cut into
;; words and into halves is no reduction of either.
(module
  (memory 1)
  (func (export "floats") (param $p i32) (param $n i32) (result v128) (local $sum v128)
    (loop $l
      (local.set $sum (f32x4.add (local.get $sum) (v128.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "saturating") (param $p i32) (param $n i32) (result v128) (local $sum v128)
    (loop $l
      (local.set $sum (i16x8.add_sat_u (local.get $sum) (v128.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "mixed") (param $p i32) (param $n i32) (result v128) (local $sum v128)
    (loop $l
      (local.set $sum (i32x4.add (local.get $sum) (v128.load (local.get $p))))
      (local.set $sum (i64x2.add (local.get $sum) (v128.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
