;; A `continue`: control comes back to the loop from two places, each of which moves on.
(module
  (memory 1)
  (func (export "clamp") (param $p i32) (param $end i32)
    (block $out
      (loop $l
        (br_if $out (i32.ge_u (local.get $p) (local.get $end)))
        (if (i32.lt_s (i32.load (local.get $p)) (i32.const 100))
          (then
            (local.set $p (i32.add (local.get $p) (i32.const 4)))
            (br $l)))
        (i32.store (local.get $p) (i32.const 100))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $l)))))
