;; Extremes of narrow integers, cut to their width every time round, as rustc writes them: of bytes, and of signed halves
;; under a start that must be narrow.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (param $low i32) (result i32) (local $top i32) (local $x i32)
    (loop $l
      (local.set $x (i32.load8_u (local.get $p)))
      (local.set $top (i32.and (local.get $top) (i32.const 255)))
      (local.set $top (select (local.get $x) (local.get $top) (i32.gt_u (local.get $x) (local.get $top))))
      (local.set $x (i32.load16_s (local.get $p)))
      (local.set $low (i32.extend16_s (local.get $low)))
      (local.set $low (select (local.get $x) (local.get $low) (i32.lt_s (local.get $x) (local.get $low))))
      (local.set $p (i32.add (local.get $p) (i32.const 2)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (local.get $top) (local.get $low))))
