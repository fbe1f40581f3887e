;; From both ends: `a[i]` and `a[~i + n]`, where the producer leaves out of `~i` the bits that the shift loses; then bits that
;; aren't those of a negative number.
(module (memory 1)
  (func (export "f") (param $a i32) (param $n i32) (param $half i32) (local $i i32)
    (loop $l
      (i32.store
        (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2)))
        (i32.load
          (i32.add
            (i32.add (local.get $a) (i32.shl (local.get $n) (i32.const 2)))
            (i32.shl (i32.xor (local.get $i) (i32.const 0x3fffffff)) (i32.const 2)))))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $half)))))
  (func (export "g") (param $a i32) (param $half i32) (local $i i32)
    (loop $l
      (i32.store
        (i32.add (local.get $a) (i32.shl (i32.xor (local.get $i) (i32.const 0x1fffffff)) (i32.const 2)))
        (local.get $i))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $half))))))
