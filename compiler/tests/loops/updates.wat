;; A histogram of bytes, one that is weighted and counts down, and the largest value of each bin.
(module
  (memory 1)
  (func (export "bytes") (param $bins i32) (param $p i32) (param $n i32)
    (local $bin i32)
    (loop $l
      (local.set $bin (i32.add (local.get $bins) (i32.shl (i32.load8_u (local.get $p)) (i32.const 2))))
      (i32.store offset=16 (local.get $bin) (i32.add (i32.load offset=16 (local.get $bin)) (i32.const 1)))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "weights") (param $bins i32) (param $p i32) (param $n i32) (param $m i32)
    (local $bin i32)
    (loop $l
      (local.set $bin
        (i32.add (local.get $bins) (i32.shl (i32.rem_u (i32.load (local.get $p)) (local.get $m)) (i32.const 3))))
      (i64.store (local.get $bin) (i64.sub (i64.load (local.get $bin)) (i64.load offset=8 (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "tops") (param $bins i32) (param $p i32) (param $n i32)
    (local $bin i32) (local $old i32) (local $x i32)
    (loop $l
      (local.set $bin (i32.add (local.get $bins) (i32.shl (i32.load (local.get $p)) (i32.const 2))))
      (local.set $old (i32.load (local.get $bin)))
      (local.set $x (i32.load offset=4 (local.get $p)))
      (i32.store (local.get $bin)
        (select (local.get $x) (local.get $old) (i32.gt_s (local.get $x) (local.get $old))))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
