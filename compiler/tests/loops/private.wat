;; Small arrays that every iteration writes before it reads them, at 1024.
(module (memory 1)
  ;; Two counters, cleared as one, then the larger one's number.
  (func (export "counts") (param $y i32) (param $x i32) (param $n i32) (local $i i32) (local $p i32)
    (loop $l
      (i64.store (i32.const 1024) (i64.const 0))
      (local.set $p (i32.add (i32.const 1024)
        (i32.shl (i32.and (i32.load8_u (i32.add (local.get $x) (local.get $i))) (i32.const 1)) (i32.const 2))))
      (i32.store (local.get $p) (i32.add (i32.load (local.get $p)) (i32.const 3)))
      (i32.store8 (i32.add (local.get $y) (local.get $i)) (i32.load (i32.const 1028)))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  ;; One that is read before it is written, and one of which an iteration may leave a part as it was.
  (func (export "before") (param $y i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store (i32.add (local.get $y) (i32.shl (local.get $i) (i32.const 2))) (i32.load (i32.const 1024)))
      (i32.store (i32.const 1024) (local.get $i))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (func (export "sometimes") (param $y i32) (param $n i32) (local $i i32)
    (loop $l
      (i32.store16 (i32.const 1024) (local.get $i))
      (if (i32.and (local.get $i) (i32.const 1)) (then (i32.store8 (i32.const 1026) (local.get $i))))
      (i32.store8 (i32.const 1027) (local.get $i))
      (i32.store8
        (i32.add (local.get $y) (local.get $i))
        (i32.load8_u (i32.add (i32.const 1024) (i32.and (local.get $i) (i32.const 3)))))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  ;; An insertion: where the way goes decides which element is written last.
  (func (export "insert") (param $y i32) (param $x i32) (param $n i32) (local $i i32) (local $at i32) (local $v i32)
    (loop $l
      (i32.store16 (i32.const 1024) (i32.load16_u (i32.add (local.get $x) (local.get $i))))
      (local.set $v (i32.load8_u (i32.const 1025)))
      (local.set $at (i32.const 1))
      (if (i32.gt_u (i32.load8_u (i32.const 1024)) (local.get $v))
        (then
          (i32.store8 (i32.const 1025) (i32.load8_u (i32.const 1024)))
          (local.set $at (i32.const 0))))
      (i32.store8 (i32.add (i32.const 1024) (local.get $at)) (local.get $v))
      (i32.store8 (i32.add (local.get $y) (local.get $i)) (i32.load8_s (i32.const 1024)))
      (br_if $l (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
