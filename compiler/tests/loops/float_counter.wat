;; Counters that are kept in floats.
(module
  (memory 4)

  ;; a[i] = i * 0.001, with the counter as compilers leave it, two iterations at once.
  (func $ramp (param $a i32) (param $n i32)
    (local $x f64) (local $y f64)
    (loop $l
      (f64.store (local.get $a) (f64.mul (local.get $x) (f64.const 0.001)))
      (local.set $y (f64.add (local.get $x) (f64.const 1)))
      (f64.store offset=8 (local.get $a) (f64.mul (local.get $y) (f64.const 0.001)))
      (local.set $x (f64.add (local.get $y) (f64.const 1)))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  ;; Downwards in singles, from 5; what the counter has come to is needed afterwards.
  (func $down (param $a i32) (param $n i32) (result f32)
    (local $x f32) (local $i i32)
    (local.set $x (f32.const 5))
    (block $done
      (loop $l
        (br_if $done (i32.ge_s (local.get $i) (local.get $n)))
        (f32.store (i32.add (local.get $a) (i32.shl (local.get $i) (i32.const 2))) (local.get $x))
        (local.set $x (f32.sub (local.get $x) (f32.const 3)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $l)))
    (local.get $x))

  ;; A step that isn't an integer is rounded in every iteration.
  (func $tenths (param $a i32) (param $n i32)
    (local $x f64)
    (loop $l
      (f64.store (local.get $a) (local.get $x))
      (local.set $x (f64.add (local.get $x) (f64.const 0.1)))
      (local.set $a (i32.add (local.get $a) (i32.const 8)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
