;; Recurrences that only look like reductions: replaced by two values, of which the last one stays; a sum that is reset; a
;; maximum of words that is cut to bytes; a sum of bytes that is cut, whose last value isn't.
(module
  (memory 1)
  (func (export "two") (param $p i32) (param $n i32) (result i32) (local $r i32)
    (loop $l
      (local.set $r (select (i32.const 3) (local.get $r) (i32.eq (i32.load (local.get $p)) (i32.const 77))))
      (local.set $r (select (i32.const 4) (local.get $r) (i32.eq (i32.load (local.get $p)) (i32.const 78))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $r))
  (func (export "reset") (param $p i32) (param $n i32) (result i32) (local $r i32)
    (loop $l
      (local.set $r (select (i32.const 0) (i32.add (local.get $r) (i32.load (local.get $p))) (i32.load (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $r))
  (func (export "words") (param $p i32) (param $n i32) (result i32) (local $r i32) (local $x i32)
    (loop $l
      (local.set $x (i32.load (local.get $p)))
      (local.set $r (i32.and (local.get $r) (i32.const 255)))
      (local.set $r (select (local.get $x) (local.get $r) (i32.gt_u (local.get $x) (local.get $r))))
      (local.set $p (i32.add (local.get $p) (i32.const 4)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $r))
  (func (export "sum") (param $p i32) (param $n i32) (result i32) (local $r i32)
    (loop $l
      (local.set $r (i32.add (i32.and (local.get $r) (i32.const 255)) (i32.load8_u (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 1)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $r)))
