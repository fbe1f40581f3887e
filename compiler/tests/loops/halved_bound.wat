;; AssemblyScript computes the bound in front of each test; a division by a constant that isn't 0 or -1 can't trap.
(module
  (memory 1)
  (func (export "turn") (param $p i32) (param $n i32) (local $i i32) (local $a i32) (local $b i32) (local $t i64)
    (loop $l
      (if (i32.lt_s (local.get $i) (i32.div_s (local.get $n) (i32.const 2)))
        (then
          (local.set $t (i64.load (local.tee $a (i32.add (local.get $p) (i32.shl (local.get $i) (i32.const 3))))))
          (local.set $b (i32.add (local.get $p)
            (i32.shl (i32.sub (i32.sub (local.get $n) (i32.const 1)) (local.get $i)) (i32.const 3))))
          (i64.store (local.get $a) (i64.load (local.get $b)))
          (i64.store (local.get $b) (local.get $t))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $l))))))
