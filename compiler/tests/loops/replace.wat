;; Values that some iterations replace: whether all lie below a limit, whether one is found, an answer that is handed in, and a
;; product that a zero ends.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $answer i64) (result i64)
    (local $all i32) (local $found i32) (local $which i64) (local $product i32) (local $x i32)
    (local.set $all (i32.const 1))
    (local.set $product (i32.const 1))
    (loop $l
      (local.set $x (i32.load (local.get $p)))
      (local.set $all (select (local.get $all) (i32.const 0) (i32.lt_s (local.get $x) (i32.const 1000))))
      (if (i32.eq (local.get $x) (i32.const 77)) (then (local.set $found (i32.const 5))))
      (if (i32.eq (local.get $x) (i32.const 78)) (then (local.set $which (local.get $answer))))
      (local.set $product
        (select (i32.const 0) (i32.mul (local.get $product) (local.get $x)) (i32.gt_u (local.get $x) (i32.const 9))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (local.get $which)
      (i64.extend_i32_u (i32.add (local.get $product) (i32.add (local.get $all) (local.get $found)))))))
