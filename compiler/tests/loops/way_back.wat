;; What rustc writes: a check that panics, and a branch out in front of the branch back, at the bottom all the same.
(module
  (import "env" "panic" (func $panic (param i32 i32)))
  (memory 1)
  (func (export "trace") (param $p i32) (param $n i32) (result i64) (local $len i32) (local $at i32) (local $sum i64)
    (local.set $len (i32.mul (local.get $n) (local.get $n)))
    (block $out
      (block $failed
        (loop $l
          (br_if $failed (i32.ge_u (local.get $at) (local.get $len)))
          (local.set $sum (i64.add (local.get $sum)
            (i64.load (i32.add (local.get $p) (i32.shl (local.get $at) (i32.const 3))))))
          (local.set $at (i32.add (local.get $at) (i32.const 65)))
          (br_if $out (i32.eqz (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (br $l)))
      (call $panic (local.get $at) (local.get $len))
      (unreachable))
    (local.get $sum)))
