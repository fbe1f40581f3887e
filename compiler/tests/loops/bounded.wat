;; Addresses that are linear but for a part that is bounded.
(module (memory 1)
  ;; A store somewhere in the iteration's own row: the program masks the part. Then a row that is too short for what the part can be.
  (func (export "own_row") (param $a i32) (param $b i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store
        (i32.add
          (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 6)))
          (i32.shl (i32.and (i32.load (i32.add (local.get $b) (local.get $i))) (i32.const 15)) (i32.const 2)))
        (local.get $i))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "short_row") (param $a i32) (param $b i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store
        (i32.add
          (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 6)))
          (i32.shl (i32.and (i32.load (i32.add (local.get $b) (local.get $i))) (i32.const 16)) (i32.const 2)))
        (local.get $i))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  ;; The part is the number of a pass with a bit flipped, so the kernel masks it; what is read there lies among what is written.
  (func (export "pairs") (param $a i32) (param $n i32) (local $i i32) (local $k i32) (local $p i32)
    (loop $rows
      (local.set $k (i32.const 0))
      (loop $row
        (local.set $p (i32.add (local.get $a)
          (i32.shl (i32.add (i32.shl (local.get $i) (i32.const 3)) (i32.xor (local.get $k) (i32.const 5))) (i32.const 3))))
        (f64.store (local.get $p) (f64.add (f64.load (local.get $p)) (f64.const 1)))
        (br_if $row (i32.ne (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 8))))
      (br_if $rows (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  ;; A table by a mask has a window; one by a byte is a gather, whose table may be smaller.
  (func (export "tables") (param $y i32) (param $x i32) (param $t i32) (param $u i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store8
        (i32.add (local.get $y) (local.get $i))
        (i32.add
          (i32.load8_u
            (i32.add (local.get $t) (i32.and (i32.load8_u (i32.add (local.get $x) (local.get $i))) (i32.const 63))))
          (i32.load8_u (i32.add (local.get $u) (i32.load8_u (i32.add (local.get $x) (local.get $i)))))))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
