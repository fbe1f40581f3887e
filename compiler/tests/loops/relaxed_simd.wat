;; Relaxed operators keep their names in kernels, for a host to see what they suppose of an engine: in elements, in minima and in sums of
;; products of bytes, which wrap. Fused sums keep their order.
(module
  (memory 1)
  (func (export "elements") (param $p i32) (param $q i32) (param $n i32)
    (loop $l
      (v128.store (local.get $p)
        (i32x4.relaxed_laneselect
          (i32x4.relaxed_trunc_f32x4_s (v128.load (local.get $q)))
          (v128.load (local.get $p))
          (f32x4.relaxed_nmadd (v128.load (local.get $q)) (v128.load (local.get $q)) (v128.load (local.get $p)))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (local.set $q (i32.add (local.get $q) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "accumulated") (param $p i32) (param $n i32) (result v128) (local $dot v128) (local $least v128)
    (loop $l
      (local.set $dot
        (i32x4.relaxed_dot_i8x16_i7x16_add_s (v128.load (local.get $p)) (v128.load offset=16 (local.get $p)) (local.get $dot)))
      (local.set $least (f64x2.relaxed_min (local.get $least) (v128.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 32)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (v128.xor (local.get $dot) (local.get $least)))
  (func (export "fused") (param $p i32) (param $n i32) (result v128) (local $sum v128)
    (loop $l
      (local.set $sum (f32x4.relaxed_madd (v128.load (local.get $p)) (v128.load offset=16 (local.get $p)) (local.get $sum)))
      (local.set $p (i32.add (local.get $p) (i32.const 32)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "multiplied") (param $p i32) (param $n i32) (result v128) (local $sum v128)
    (loop $l
      (local.set $sum (i32x4.relaxed_dot_i8x16_i7x16_add_s (local.get $sum) (v128.load (local.get $p)) (local.get $sum)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
