//! Headers of arrays that the loop loads, and may store to.

use super::Expect::{Done, Guard};
use super::{check, pair};

/// An array whose place and length are loaded in every iteration, at every distance from the header that says so.
#[test]
fn rule_1_a_header_that_the_loop_may_store_to() {
    let pair = pair(
        r#"(func (export "f") (param $h i32) (param $data i32) (param $n i32)
             (local $i i32)
             (i32.store offset=4 (local.get $h) (local.get $data))
             (i32.store offset=8 (local.get $h) (local.get $n))
             (loop $l
               (i32.store (i32.add (i32.load offset=4 (local.get $h)) (i32.shl (local.get $i) (i32.const 2)))
                 (i32.add (local.get $i) (i32.const 3)))
               (local.set $i (i32.add (local.get $i) (i32.const 1)))
               (br_if $l (i32.lt_s (local.get $i) (i32.load offset=8 (local.get $h))))))"#,
    );
    for distance in -40i64..40 {
        // The loads are 8 bytes from 4 bytes behind the header on; seven elements, and one.
        let expect = |bytes: i64| if distance >= 12 || distance <= 4 - bytes { Done } else { Guard };
        check(&pair, &[2048, 2048 + distance, 7], expect(28));
        check(&pair, &[2048, 2048 + distance, 1], expect(4));
    }
    // The header ends where the memory does; an array that doesn't fit any more.
    check(&pair, &[65536 - 12, 1024, 5], Done);
    check(&pair, &[1024, 65536 - 20, 5], Done);
    check(&pair, &[1024, 65536 - 19, 5], Guard);
}

/// A header is looked at only where the memory holds it: the original comes to it under a condition.
#[test]
fn rule_1_a_header_that_is_never_read() {
    let pair = pair(
        r#"(func (export "f") (param $h i32) (param $data i32) (param $n i32)
             (local $i i32)
             (loop $l
               (i32.store (local.get $data) (local.get $i))
               (if (i32.eq (local.get $i) (i32.const 100))
                 (then (i32.store (i32.add (i32.load (local.get $h)) (i32.shl (local.get $i) (i32.const 3))) (local.get $i))))
               (local.set $data (i32.add (local.get $data) (i32.const 8)))
               (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))"#,
    );
    check(&pair, &[65536, 1024, 5], Guard);
    check(&pair, &[65533, 1024, 5], Guard);
}
