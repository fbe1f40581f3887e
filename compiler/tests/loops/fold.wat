;; What a constant argument decides is decided; what changes nothing is gone; the low half of an extended value is the value.
(module
  (memory 1)
  (func $scale (param $x i32) (param $shift i32) (param $checked i32) (result i32)
    (if (local.get $checked) (then (if (i32.eqz (local.get $x)) (then (unreachable)))))
    (if (i32.lt_u (local.get $shift) (i32.const 2)) (then (return (i32.shl (local.get $x) (local.get $shift)))))
    (i32.div_s (local.get $x) (i32.sub (local.get $shift) (i32.const 2))))
  (func (export "decided") (param $p i32) (param $n i32)
    (loop $l
      (i32.store (local.get $p)
        (i32.add (call $scale (i32.load (local.get $p)) (i32.const 0) (i32.const 0))
                 (call $scale (local.get $n) (i32.const 5) (i32.const 0))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "masked") (param $p i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store (i32.add (local.get $p) (i32.shl (i32.or (local.get $i) (i32.const 0)) (i32.const 2)))
        (select (local.get $i) (local.get $i) (local.get $n)))
      (local.set $i (i32.add (i32.mul (local.get $i) (i32.const 1)) (i32.const 1)))
      (br_if $l (i64.lt_u (i64.and (i64.extend_i32_s (local.get $i)) (i64.const 0xffffffff))
                          (i64.and (i64.extend_i32_s (local.get $n)) (i64.const 0xffffffff)))))))
