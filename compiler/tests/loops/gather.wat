;; A loaded index makes an address that isn't affine.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $q i32) (param $n i32)
    (loop $l
      (i32.store (local.get $q) (i32.load (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (local.set $q (i32.add (local.get $q) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
