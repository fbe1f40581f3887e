//! Launch shapes, special registers, orders, counts.

use crate::harness::{Bench, HEADER, kernel, program, words};
use tensorwasm_ptx_machine::{Fault, Options, Stats};

const NUMBERED: &str = "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x;
    mad.lo.s32 %r1, %r1, %r2, %r3; mul.wide.u32 %d1, %r1, 4; add.s64 %d1, %out, %d1; st.global.u32 [%d1], %r1; ret;";

#[test]
fn special_registers() {
    let body = "mov.u32 %r1, %tid.z; setp.ne.u32 %p1, %r1, 3; @%p1 ret;
        mov.u32 %r1, %ctaid.y; setp.ne.u32 %p1, %r1, 4; @%p1 ret; mov.u32 %r1, %tid.x; setp.ne.u32 %p1, %r1, 1; @%p1 ret;
        mov.u32 %r1, %ntid.x; mov.u32 %r2, %ntid.y; mov.u32 %r3, %ntid.z; mov.u32 %r4, %nctaid.x;
        st.global.v4.u32 [%out], {%r1, %r2, %r3, %r4};
        mov.u32 %r1, %nctaid.y; mov.u32 %r2, %nctaid.z; mov.u32 %r3, %ctaid.y; mov.b32 %r4, %laneid;
        st.global.v4.u32 [%out+16], {%r1, %r2, %r3, %r4}; ret;";
    let mut bench = Bench::new(&kernel(&["out"], body), &[&[0; 32]]);
    (bench.launch.grid, bench.launch.block) = ([1, 5, 1], [2, 1, 4]);
    assert_eq!(bench.output(0), words(&[2, 1, 4, 1, 5, 1, 4, 7]));
}

#[test]
fn every_thread_runs_once_in_any_order() {
    let expected = words(&(0..24).collect::<Vec<_>>());
    for shuffle_seed in [None, Some(3), Some(4)] {
        let options = Options { shuffle_seed, race_detect: true, ..Options::default() };
        let mut bench = Bench::new(&kernel(&["out"], NUMBERED), &[&[0xff; 96]]).grid(3, 8).options(options);
        assert_eq!(bench.run(), Ok(Stats { instructions: 24 * 9, threads: 24, blocks: 3 }));
        assert_eq!(bench.memory.bytes(bench.buffers[0]), expected);
    }
}

/// The last thread to run leaves its number.
#[test]
fn shuffling_changes_the_order() {
    let body = "mov.u32 %r1, %tid.x; st.global.u32 [%out], %r1; ret;";
    let last = |seed| {
        let options = Options { shuffle_seed: seed, ..Options::default() };
        Bench::new(&kernel(&["out"], body), &[&[0; 4]]).grid(1, 64).options(options).output(0)
    };
    assert_eq!(last(None), words(&[63]));
    assert!((0..4).any(|seed| last(Some(seed)) != words(&[63])));
    assert_eq!(last(Some(9)), last(Some(9)));
}

#[test]
fn loops_and_predicates() {
    let body = "mov.u32 %r1, 0; mov.u32 %r2, 0;\n$L: add.u32 %r2, %r2, %r1; add.u32 %r1, %r1, 1;
        setp.lt.u32 %p1, %r1, 10; @%p1 bra $L; @!%p1 bra.uni Done; mov.u32 %r2, 0; Done: st.global.u32 [%out], %r2; ret;";
    assert_eq!(Bench::new(&kernel(&["out"], body), &[&[0; 4]]).output(0), words(&[45]));
}

#[test]
fn refused_launches() {
    let refused = |change: fn(&mut Bench)| {
        let text = format!("{HEADER}.entry k(.param .u32 n) .maxntid 64 {{ ret; }}");
        let mut bench = Bench::new(&text, &[]);
        bench.launch.args = vec![0];
        change(&mut bench);
        match bench.run() {
            Err(Fault::Launch(problem)) => problem.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(|b| b.launch.args.clear()), "the kernel takes 1 arguments, 0 were given");
    assert_eq!(refused(|b| b.launch.args[0] = 1 << 32), "argument 0 has bits above its 32");
    assert_eq!(refused(|b| b.launch.grid[1] = 65_536), "grid [1, 65536, 1] is empty or too large");
    assert_eq!(refused(|b| b.launch.grid[2] = 0), "grid [1, 1, 0] is empty or too large");
    assert_eq!(refused(|b| b.launch.block = [1, 1, 65]), "block [1, 1, 65] is empty or too large");
    assert_eq!(refused(|b| b.launch.block = [65, 1, 1]), "block [65, 1, 1] exceeds `.maxntid` [64, 1, 1]");
    assert_eq!(refused(|b| b.launch.grid = [i32::MAX as u32, 2, 1]), "more than 2147483648 threads");
    let text = format!("{HEADER}.entry k() .reqntid 8, 4 {{ ret; }}");
    let message = Bench::new(&text, &[]).grid(1, 32).fault();
    assert_eq!(message, "launch refused: block [32, 1, 1] is not `.reqntid` [8, 4, 1]");
}

#[test]
fn program_tells_what_it_is() {
    let program = program(&kernel(&["out"], NUMBERED));
    assert_eq!((program.name(), program.instructions(), program.registers()), ("k", 9, 5));
    assert_eq!(program.param_bits(), [64]);
}
