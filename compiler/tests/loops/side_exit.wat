;; A search: the loop can be left where it finds something.
(module
  (memory 1)
  (func (export "f") (param $p i32) (param $n i32) (result i32)
    (block $found
      (loop $l
        (br_if $found (i32.eqz (i32.load8_u (local.get $p))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (local.get $p)))
