;; Stores to one place that can't wait for the end: one that some iterations skip, one that the next iteration reads, one of
;; an unfinished sum, and two that overlap.
(module
  (memory 1)
  (func (export "skipped") (param $p i32) (param $n i32) (param $at i32)
    (loop $l
      (if (i32.load (local.get $p))
        (then (i32.store (local.get $at) (i32.load (local.get $p)))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "read") (param $p i32) (param $n i32) (param $at i32)
    (loop $l
      (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "unfinished") (param $p i32) (param $n i32) (param $at i32) (result i32) (local $sum i32)
    (loop $l
      (i32.store (local.get $at) (local.get $sum))
      (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "overlapping") (param $p i32) (param $n i32) (param $at i32)
    (loop $l
      (i32.store (local.get $at) (i32.load (local.get $p)))
      (i32.store offset=2 (local.get $at) (i32.load (local.get $p)))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
