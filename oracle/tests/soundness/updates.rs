//! Rule 8, of integers that are combined in place at addresses that only the kernel knows.

use super::{Bail, Done, Guard, Pair, check, pair};

/// `bins[keys[i]] op= i` for bytes; arguments bins, keys, n.
fn histogram(op: &str) -> Pair {
    pair(&format!(
        "(func (export \"f\") (param $bins i32) (param $keys i32) (param $n i32) (local $i i32) (local $bin i32)
           (loop $l
             (local.set $bin
               (i32.add (local.get $bins)
                 (i32.shl (i32.load8_u (i32.add (local.get $keys) (local.get $i))) (i32.const 2))))
             (i32.store (local.get $bin) ({op} (i32.load (local.get $bin)) (local.get $i)))
             (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))"
    ))
}

#[test]
fn rule_8_updates_touch_nothing_that_is_read() {
    let sums = histogram("i32.add");
    check(&sums, &[32768, 1024, 700], Done);
    // Bins up to the keys, among them, around them, and right behind them.
    check(&sums, &[0, 1024, 700], Done);
    check(&sums, &[4, 1024, 700], Bail);
    check(&sums, &[1200, 1024, 700], Bail);
    check(&sums, &[512, 1024, 700], Bail);
    check(&sums, &[1724, 1024, 700], Done);
    check(&sums, &[1720, 1024, 700], Bail);
}

#[test]
fn rule_8_updates_are_whole_cells_of_the_memory() {
    for op in ["i32.add", "i32.sub", "i32.xor"] {
        let pair = histogram(op);
        check(&pair, &[65536 - 1024, 1024, 700], Done);
        // The original traps in the middle, with the updates before.
        check(&pair, &[65536 - 1020, 1024, 700], Bail);
        check(&pair, &[-1024, 1024, 700], Guard);
        (1..4).for_each(|odd| check(&pair, &[32768 + odd, 1024, 700], Bail));
        check(&pair, &[32768, 65000, 700], Guard);
    }
}
