//! The race detector.

use crate::harness::{Bench, kernel, words};
use tensorwasm_ptx_machine::Options;

const OPTIONS: Options = Options { shuffle_seed: None, junk_seed: None, race_detect: true };
/// `%d1` is the address of this thread's word, `%r1` its number.
const WORD: &str = "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x; mad.lo.u32 %r1, %r1, %r2, %r3;
    mul.wide.u32 %d1, %r1, 4; add.s64 %d1, %out, %d1;\n";

fn bench(body: &str) -> Bench {
    Bench::new(&kernel(&["out"], &format!("{WORD}{body}")), &[&[0; 64]]).grid(2, 4).options(OPTIONS)
}

#[test]
fn own_words_and_shared_reads_are_fine() {
    let body = "ld.global.b32 %r4, [%out+60]; add.u32 %r4, %r4, %r1; st.global.b32 [%d1], %r4;
        ld.global.b32 %r5, [%d1]; st.global.b32 [%d1], %r5; ret;";
    assert_eq!(bench(body).output(0)[..32], words(&[0, 1, 2, 3, 4, 5, 6, 7]));
}

#[test]
fn same_value_stores_race() {
    assert_eq!(
        bench("st.global.b32 [%out], 1; ret;").fault(),
        "line 7, block (0,0,0) thread (1,0,0): access of 4 bytes at 0x700000000 races with block (0,0,0) thread (0,0,0)"
    );
}

#[test]
fn overlap_of_one_byte_races() {
    let body = "mul.wide.u32 %d2, %r1, 2; add.s64 %d2, %out, %d2; and.b32 %r4, %r1, 1; setp.eq.b32 %p1, %r4, 0;
        @%p1 st.global.b32 [%d2], 1; @!%p1 st.global.b8 [%d2+1], 1; ret;";
    assert!(bench(body).fault().contains("thread (1,0,0): access of 1 bytes"));
}

#[test]
fn read_and_write_race_either_way() {
    let write_later = "setp.eq.u32 %p1, %r1, 5; ld.global.b32 %r4, [%out]; @%p1 st.global.b32 [%out], 1; ret;";
    assert!(bench(write_later).fault().ends_with("races with several threads"));
    let read_later = "setp.eq.u32 %p1, %r1, 0; @%p1 st.global.b32 [%out], 1; ld.global.b32 %r4, [%out]; ret;";
    assert!(bench(read_later).fault().ends_with("races with block (0,0,0) thread (0,0,0)"));
}

#[test]
fn atomics_race_with_plain_accesses_only() {
    assert_eq!(bench("red.global.add.u32 [%out], 1; ret;").output(0)[..4], [8, 0, 0, 0]);
    assert!(bench("red.global.add.u32 [%out], 1; ld.global.b32 %r4, [%out]; ret;").fault().contains("races with"));
    assert!(bench("ld.global.b32 %r4, [%out]; red.global.add.u32 [%out], 1; ret;").fault().contains("races with"));
    assert!(bench("st.global.b32 [%out], 1; red.global.add.u32 [%out], 1; ret;").fault().contains("races with"));
}

/// The detector knows nothing of earlier launches.
#[test]
fn launches_are_separate() {
    let mut bench = bench("st.global.b32 [%d1], %r1; ret;");
    bench.run().unwrap();
    bench.launch.grid = [1, 1, 1];
    bench.run().unwrap();
}
