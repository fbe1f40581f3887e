;; An index that lags behind: once it begins where it would have been, once it begins elsewhere.
(module
  (memory 1)
  (func (export "alike") (param $n i32) (result i32) (local $i i32) (local $before i32)
    (local.set $before (i32.const -1))
    (loop $l
      (i32.store offset=4096 (i32.shl (local.get $i) (i32.const 2)) (i32.mul (local.get $before) (i32.const 3)))
      (local.set $before (local.get $i))
      (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $before))
  (func (export "elsewhere") (param $n i32) (local $i i32) (local $before i32)
    (local.set $before (i32.sub (local.get $n) (i32.const 1)))
    (loop $l
      (i32.store offset=4096
        (i32.shl (local.get $i) (i32.const 2))
        (i32.load offset=1024 (i32.shl (local.get $before) (i32.const 2))))
      (local.set $before (local.get $i))
      (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))))
