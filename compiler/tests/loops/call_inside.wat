;; A call stays in the guest.
(module
  (import "env" "log" (func $log (param i32)))
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32)
    (loop $l
      (call $log (i32.load (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
