;; Unrolled by two with the exit between the halves: the region runs whole iterations, the original loop the last half.
(module
  (memory 1)
  (func (export "scale") (param $p i32) (param $n i32) (local $i i32)
    (block $out
      (loop $l
        (f64.store (i32.add (local.get $p) (local.get $i))
          (f64.mul (f64.const 3) (f64.load (i32.add (local.get $p) (local.get $i)))))
        (br_if $out (i32.eq (local.get $i) (local.get $n)))
        (f64.store offset=8 (i32.add (local.get $p) (local.get $i))
          (f64.mul (f64.const 3) (f64.load offset=8 (i32.add (local.get $p) (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $l)))))
