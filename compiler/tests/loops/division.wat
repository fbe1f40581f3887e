;; Division traps; a kernel bails there.
(module
  (memory 1)
  (func (export "f") (param $a i32) (param $b i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store (i32.add (local.get $a) (local.get $i))
        (i32.div_s (i32.load (i32.add (local.get $a) (local.get $i))) (i32.load (i32.add (local.get $b) (local.get $i)))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (local.get $n))))))
