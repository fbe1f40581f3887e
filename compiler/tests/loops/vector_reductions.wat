;; Vectors that accumulate lane by lane: halves are sums and bits, lanes of 16 bits are extremes, floats are minima by their
;; keys; and a vector that is needed as the last iteration left it.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result v128)
    (local $sum v128) (local $bits v128) (local $top v128) (local $low v128) (local $x v128)
    (local.set $low (f64x2.splat (f64.const inf)))
    (loop $l
      (local.set $x (v128.load (local.get $p)))
      (local.set $sum (i64x2.sub (local.get $sum) (local.get $x)))
      (local.set $bits (v128.xor (local.get $x) (local.get $bits)))
      (local.set $top (i16x8.max_s (local.get $top) (local.get $x)))
      (local.set $low (f64x2.min (local.get $low) (local.get $x)))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (v128.xor (v128.xor (local.get $x) (local.get $sum))
      (v128.xor (local.get $bits) (v128.xor (local.get $top) (local.get $low))))))
