;; Copies and fills of a size that isn't a constant are loops in a thread. Zero bytes, and a copy upwards into what it has yet to
;; load, bail; between memories that can't be one no copy is such.
(module
  (memory $m 1)
  (memory $other 1)
  (func (export "fill_rows") (param $p i32) (param $values i32) (param $rows i32) (param $columns i32)
    (loop $l
      (memory.fill (local.get $p) (i32.load8_u (local.get $values)) (local.get $columns))
      (local.set $p (i32.add (local.get $p) (local.get $columns)))
      (local.set $values (i32.add (local.get $values) (i32.const 1)))
      (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))
  (func (export "copy_rows_of_words") (param $to i32) (param $from i32) (param $rows i32) (param $words i32) (local $bytes i32)
    (loop $l
      (memory.copy (local.get $to) (local.get $from) (local.tee $bytes (i32.shl (local.get $words) (i32.const 2))))
      (local.set $to (i32.add (i32.add (local.get $to) (local.get $bytes)) (i32.const 8)))
      (local.set $from (i32.add (local.get $from) (local.get $bytes)))
      (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))
  (func (export "copy_between_memories") (param $to i32) (param $from i32) (param $rows i32) (param $columns i32)
    (loop $l
      (memory.copy $other $m (local.get $to) (local.get $from) (local.get $columns))
      (local.set $to (i32.add (local.get $to) (local.get $columns)))
      (local.set $from (i32.add (local.get $from) (local.get $columns)))
      (br_if $l (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))
  (func (export "triangle") (param $p i32) (param $rows i32) (local $n i32)
    (local.set $n (i32.const 1))
    (loop $l
      (memory.fill (local.get $p) (i32.const 7) (local.get $n))
      (local.set $p (i32.add (local.get $p) (i32.const 64)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $l (i32.ne (local.get $n) (local.get $rows))))))
