//! `bar.sync`: phases, and blocks that diverge at it.

use crate::harness::{Bench, kernel, words};
use tensorwasm_ptx_machine::Options;

/// Each thread reads what its right neighbour wrote before the barrier.
const ROTATE: &str = "mov.u32 %r1, %tid.x; mul.wide.u32 %d1, %r1, 4; add.s64 %d1, %out, %d1;
    st.global.u32 [%d1], %r1; bar.sync 0;
    mov.u32 %r2, %ntid.x; add.u32 %r1, %r1, 1; rem.u32 %r1, %r1, %r2; mul.wide.u32 %d2, %r1, 4;
    add.s64 %d2, %out, %d2; ld.global.u32 %r3, [%d2]; bar.sync 0; st.global.u32 [%d1], %r3; ret;";

#[test]
fn orders_a_block() {
    let expected = words(&[1, 2, 3, 4, 5, 6, 7, 0]);
    for shuffle_seed in [None, Some(1), Some(2)] {
        let options = Options { shuffle_seed, race_detect: true, ..Options::default() };
        let bench = Bench::new(&kernel(&["out"], ROTATE), &[&[0; 32]]).grid(1, 8).options(options);
        assert_eq!(bench.output(0), expected);
    }
}

#[test]
fn does_not_order_blocks() {
    let options = Options { race_detect: true, ..Options::default() };
    let message = Bench::new(&kernel(&["out"], ROTATE), &[&[0; 32]]).grid(2, 8).options(options).fault();
    assert!(message.contains("races with"), "{message}");
}

#[test]
fn ended_thread_is_missing() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 1; @%p1 exit;\nbar.sync 0; ret;";
    let message = Bench::new(&kernel(&["out"], body), &[&[0; 4]]).grid(1, 2).fault();
    assert_eq!(
        message,
        "line 6, block (0,0,0) thread (0,0,0): this thread waits at a barrier, block (0,0,0) thread (1,0,0) has ended"
    );
}

#[test]
fn two_places_are_not_one_barrier() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 1; @%p1 bra L;\nbar.sync 0; ret;\nL: bar.sync 0; ret;";
    let message = Bench::new(&kernel(&["out"], body), &[&[0; 4]]).grid(1, 2).fault();
    assert_eq!(
        message,
        "line 7, block (0,0,0) thread (1,0,0): this thread waits at a barrier, block (0,0,0) thread (0,0,0) waits at line 6"
    );
}
