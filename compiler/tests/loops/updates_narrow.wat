;; A histogram in bytes, whose cells' neighbours in a word are other cells.
(module
  (memory 1)
  (func (export "f") (param $bins i32) (param $p i32) (param $n i32) (local $bin i32)
    (loop $l
      (local.set $bin (i32.add (local.get $bins) (i32.load8_u (local.get $p))))
      (i32.store8 (local.get $bin) (i32.add (i32.load8_u (local.get $bin)) (i32.const 1)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
