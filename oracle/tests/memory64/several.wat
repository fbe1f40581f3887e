;; Several memories of 32-bit addresses in one loop: imported ones, which may be one, and the module's own.
(module
  (import "host" "a" (memory $a 1))
  (import "host" "b" (memory $b 1))
  (memory $own (export "own") 4)
  (memory $log (export "log") 1)
  ;; From one imported memory to another.
  (func (export "between") (param $n i32) (param $x i32) (param $y i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (f32.store $b (local.get $y) (f32.mul (f32.load $a (local.get $x)) (f32.const 0.5)))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (local.set $y (i32.add (local.get $y) (i32.const 4)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; The same address in four memories.
  (func (export "same") (param $n i32) (param $p i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i32.store $own (local.get $p)
          (i32.add (i32.load $a (local.get $p)) (i32.load $b (local.get $p))))
        (i32.store $log (local.get $p) (local.get $n))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; What is gathered from one memory and counted in another may be one memory.
  (func (export "counts") (param $n i32) (param $x i32) (param $h i32) (local $at i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (local.set $at (i32.add (local.get $h) (i32.shl (i32.load8_u $a (local.get $x)) (i32.const 2))))
        (i32.store $b (local.get $at) (i32.add (i32.load $b (local.get $at)) (i32.load $own (local.get $at))))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; Rows are copied from memory to memory.
  (func (export "rows") (param $n i32) (param $x i32) (param $y i32) (param $bytes i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (memory.copy $b $a (local.get $y) (local.get $x) (local.get $bytes))
        (memory.fill $own (local.get $x) (i32.const 5) (local.get $bytes))
        (local.set $x (i32.add (local.get $x) (local.get $bytes)))
        (local.set $y (i32.add (local.get $y) (local.get $bytes)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))
  ;; The array's place is loaded from one memory in every iteration, a sum is stored to another one, always to the same place.
  (func (export "header") (param $n i32) (param $h i32) (param $out i32) (local $i i32) (local $sum i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i32.store $own (i32.add (i32.load $a (local.get $h)) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
        (local.set $sum (i32.add (local.get $sum) (local.get $i)))
        (i32.store $b (local.get $out) (local.get $sum))
        (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))))
  ;; Cells of two memories that are summed up in a third, in place.
  (func (export "in_place") (param $n i32) (param $x i32) (param $y i32)
    (if (i32.gt_s (local.get $n) (i32.const 0)) (then
      (loop $next
        (i64.store $a (local.get $x) (i64.add (i64.load $a (local.get $x)) (i64.load $b (local.get $y))))
        (local.set $x (i32.add (local.get $x) (i32.const 8)))
        (local.set $y (i32.add (local.get $y) (i32.const 8)))
        (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))))
