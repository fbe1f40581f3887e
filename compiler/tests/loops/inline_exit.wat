;; The locals at the exit are those at the end of what stands behind the last call.
(module
  (memory 1)
  (func $next (param $x i32) (result i32) (i32.add (local.get $x) (i32.const 4)))
  (func (export "f") (param $p i32) (param $n i32) (result i32)
    (block $out
      (loop $l
        (br_if $out (i32.eqz (local.get $n)))
        (i32.store (local.get $p) (local.get $n))
        (local.set $p (call $next (local.get $p)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $l)))
    (local.get $p))
  (func (export "g") (param $p i32) (param $n i32) (result i32)
    (loop $l
      (i32.store (local.get $p) (local.get $n))
      (local.set $p (call $next (local.get $p)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $p)))
