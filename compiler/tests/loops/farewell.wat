;; x[i] = x[i] + a[i], where each iteration loads the next one's x[i] and the loop is left into code inside its construct: the last
;; iteration is the original's, and what it finds in $p no kernel can load beside the store of the neighbour.
(module
  (memory 4)
  (func $ahead (param $x i32) (param $a i32) (param $n i32) (param $z i32)
    (local $i i32) (local $p i32)
    (local.set $p (i32.load (local.get $x)))
    (block $done
      (loop $l
        (i32.store (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))
          (i32.add (local.get $p) (i32.load (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (block $more
          (br_if $more (i32.ne (local.get $i) (local.get $n)))
          (i32.store (local.get $z) (i32.add (local.get $i) (local.get $p)))
          (br $done))
        (local.set $p (i32.load (i32.add (local.get $x) (i32.shl (local.get $i) (i32.const 2)))))
        (br $l)))))
