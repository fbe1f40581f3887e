;; Wasm's own minimum and maximum of floats: a maximum that starts from a live-in and passes some elements over, so that the
;; start must be a number, and a minimum that takes every element.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $top f64) (result f64) (local $low f32) (local $x f32)
    (local.set $low (f32.const inf))
    (loop $l
      (local.set $x (f32.load (local.get $p)))
      (if (i32.load offset=4 (local.get $p))
        (then (local.set $top (f64.max (local.get $top) (f64.promote_f32 (local.get $x))))))
      (local.set $low (f32.min (local.get $x) (local.get $low)))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (f64.add (local.get $top) (f64.promote_f32 (local.get $low)))))
