;; Copies and fills of a few bytes are loads and stores; those of a constant number of many or of no bytes stay. A loop that copies
;; an unknown number to the same place each time copies each byte in a thread of its own.
(module
  (memory 1)
  (func (export "structs") (param $to i32) (param $from i32) (param $n i32)
    (loop $l
      (memory.copy (local.get $to) (local.get $from) (i32.const 12))
      (memory.fill (i32.add (local.get $to) (i32.const 12)) (i32.const 1) (i32.const 2))
      (memory.fill (i32.add (local.get $to) (i32.const 14)) (local.get $n) (i32.const 2))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (local.set $from (i32.add (local.get $from) (i32.const 12)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "rows") (param $to i32) (param $from i32) (param $n i32) (param $bytes i32)
    (loop $unknown
      (memory.copy (local.get $to) (local.get $from) (local.get $bytes))
      (br_if $unknown (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $many
      (memory.copy (local.get $to) (local.get $from) (i32.const 132))
      (br_if $many (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (loop $none
      (memory.fill (local.get $to) (i32.const 0) (i32.const 0))
      (br_if $none (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
