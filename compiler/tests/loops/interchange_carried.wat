;; A sequential loop around a parallel one brings in a float that nothing else of the nest reads as it is on entry, and one that it
;; replaces by another from outside.
(module
  (memory 1)
  (func (export "fade") (param $p i32) (param $columns i32) (param $rows i32) (param $x f32) (param $then f32) (local $q i32) (local $j i32)
    (loop $row
      (local.set $q (local.get $p))
      (local.set $j (local.get $columns))
      (loop $column
        (f32.store (local.get $q) (f32.add (f32.load (local.get $q)) (local.get $x)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $column (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (local.set $x (local.get $then))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))
  (func (export "halve") (param $p i32) (param $columns i32) (param $rows i32) (param $x f32) (local $q i32) (local $j i32)
    (loop $row
      (local.set $q (local.get $p))
      (local.set $j (local.get $columns))
      (loop $column
        (f32.store (local.get $q) (f32.add (f32.load (local.get $q)) (local.get $x)))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $column (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (local.set $x (f32.mul (local.get $x) (f32.const 0.5)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))))
