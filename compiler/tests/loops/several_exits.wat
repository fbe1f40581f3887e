;; Two ends, and an exit that only some iterations could take: the nearer end counts, the third exit is a bail.
(module
  (memory 1)
  (func (export "copy") (param $x i32) (param $n i32) (param $y i32) (param $m i32) (result i32) (local $i i32)
    (block $out
      (loop $l
        (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
        (br_if $out (i32.ge_u (local.get $i) (local.get $m)))
        (if (i32.load8_u (i32.add (local.get $y) (local.get $i)))
          (then (br_if $out (i32.gt_u (local.get $i) (i32.const 1000)))))
        (i32.store8 (i32.add (local.get $x) (local.get $i)) (i32.load8_u (i32.add (local.get $y) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $l)))
    (local.get $i)))
