;; Callees with branches, several results, locals that start at zero, and a trap.
(module
  (memory 1)
  (func $both (param $x i32) (param $y i32) (result i32 i32) (local $zero i32)
    (if (i32.lt_s (local.get $x) (local.get $y))
      (then (return (local.get $x) (local.get $zero))))
    (i32.sub (local.get $x) (local.get $y))
    (i32.div_u (local.get $x) (local.get $y)))
  (func (export "f") (param $to i32) (param $from i32) (param $n i32) (param $y i32) (local $q i32)
    (loop $l
      (call $both (i32.load (local.get $from)) (local.get $y))
      (local.set $q)
      (i32.store offset=4 (local.get $to) (local.get $q))
      (local.set $q)
      (i32.store (local.get $to) (local.get $q))
      (local.set $to (i32.add (local.get $to) (i32.const 8)))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
