;; A vector loop as clang writes it: the factor's vector is made before the loop and passed in halves, a constant is not passed,
;; and the alignment hints say in which pieces a device may access the arrays. The second loop keeps a vector for later: its last
;; iteration stays with the original loop.
(module
  (memory 1)
  (func (export "saxpy") (param $n i32) (param $a f32) (param $x i32) (param $y i32)
    (local $as v128) (local $ones v128)
    (local.set $as (f32x4.splat (local.get $a)))
    (local.set $ones (v128.const f32x4 1 1 1 1))
    (loop $next
      (v128.store align=4 (local.get $y)
        (f32x4.add
          (f32x4.mul (v128.load offset=16 align=4 (local.get $x)) (local.get $as))
          (f32x4.sub (v128.load align=8 (local.get $y)) (local.get $ones))))
      (local.set $x (i32.add (local.get $x) (i32.const 16)))
      (local.set $y (i32.add (local.get $y) (i32.const 16)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "last") (param $n i32) (param $x i32) (result i32)
    (local $v v128)
    (loop $next
      (local.set $v (v128.load8x8_u (local.get $x)))
      (v128.store16_lane 3 (local.get $x) (local.get $v))
      (local.set $x (i32.add (local.get $x) (i32.const 8)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i16x8.all_true (local.get $v))))
