;; A truncation that runs only for operands in range: the kernel has no bail.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $q i32) (param $n i32) (local $x f64) (local $v i32)
    (loop $l
      (local.set $x (f64.load (local.get $p)))
      (if (i32.eqz (f64.lt (f64.abs (local.get $x)) (f64.const 2147483648)))
        (then (local.set $v (i32.const 0x80000000)))
        (else (local.set $v (i32.trunc_f64_s (local.get $x)))))
      (i32.store (local.get $q) (local.get $v))
      (local.set $p (i32.add (local.get $p) (i32.const 8)))
      (local.set $q (i32.add (local.get $q) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
