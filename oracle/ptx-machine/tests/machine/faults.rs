//! Faults with their line and thread.

use crate::harness::{Bench, kernel};
use tensorwasm_ptx_machine::{Access, Fault, Launch, Memory, Options, run};

fn fault(body: &str) -> String {
    let mut memory = Memory::new();
    let handle = memory.place(0x7_0000_0000, vec![0; 64], Access::ReadWrite).unwrap();
    let program = crate::harness::program(&kernel(&["out"], body));
    let launch = Launch { grid: [1; 3], block: [1; 3], args: vec![memory.base(handle)], step_budget: 1000 };
    run(&program, &mut memory, &launch, &Options::default()).expect_err("a fault").to_string()
}

#[test]
fn out_of_bounds() {
    let start = "line 5, block (0,0,0) thread (0,0,0): access of";
    assert_eq!(
        fault("ld.global.b32 %r1, [%out+64]; ret;"),
        format!("{start} 4 bytes at 0x700000040 is not inside an allocation")
    );
    assert_eq!(
        fault("ld.global.b32 %r1, [%out+-4]; ret;"),
        format!("{start} 4 bytes at 0x6fffffffc is not inside an allocation")
    );
    assert_eq!(
        fault("mov.b64 %d1, 0; st.global.b8 [%d1], 1; ret;"),
        format!("{start} 1 bytes at 0x0 is not inside an allocation")
    );
    assert_eq!(
        fault("mov.b64 %d1, -16; ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%d1]; ret;"),
        format!("{start} 16 bytes at 0xfffffffffffffff0 is not inside an allocation")
    );
}

/// Two allocations side by side don't serve one access.
#[test]
fn straddling_two_allocations() {
    let text = kernel(&["out"], "ld.global.b64 %d1, [%out]; ret;");
    let mut memory = Memory::new();
    memory.place(0x1000, vec![0; 12], Access::ReadWrite).unwrap();
    memory.place(0x100c, vec![0; 12], Access::ReadWrite).unwrap();
    let launch = Launch { grid: [1; 3], block: [1; 3], args: vec![0x1008], step_budget: 1000 };
    let result = run(&crate::harness::program(&text), &mut memory, &launch, &Options::default());
    assert!(matches!(result, Err(Fault::OutOfBounds { address: 0x1008, width: 8, .. })), "{result:?}");
}

#[test]
fn misaligned() {
    let message = fault("\n\nst.global.b32 [%out+2], 1; ret;");
    assert_eq!(message, "line 7, block (0,0,0) thread (0,0,0): access of 4 bytes at 0x700000002 is misaligned");
    let message = fault("mov.b32 %r1, 0; st.global.v4.b32 [%out+8], {%r1, %r1, %r1, %r1}; ret;");
    assert_eq!(message, "line 5, block (0,0,0) thread (0,0,0): access of 16 bytes at 0x700000008 is misaligned");
}

#[test]
fn uninitialised_register() {
    assert_eq!(
        fault("add.u32 %r1, %r2, 1; ret;"),
        "line 5, block (0,0,0) thread (0,0,0): register `%r2` is read before it is written"
    );
    let skipped = "setp.ne.b32 %p1, 0, 0; @%p1 mov.b32 %r1, 1; mov.b32 %r2, %r1; ret;";
    assert!(fault(skipped).ends_with("register `%r1` is read before it is written"));
    assert!(fault("@%p5 ret; ret;").ends_with("register `%p5` is read before it is written"));
}

/// A register that the thread before has written is not written for this one.
#[test]
fn registers_do_not_leak_between_threads() {
    let body = "mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 0; @%p1 mov.b32 %r2, 1; st.global.b32 [%out], %r2; ret;";
    let message = Bench::new(&kernel(&["out"], body), &[&[0; 4]]).grid(1, 2).fault();
    assert_eq!(message, "line 5, block (0,0,0) thread (1,0,0): register `%r2` is read before it is written");
}

#[test]
fn budget() {
    assert_eq!(fault("L: bra L; ret;"), "line 5, block (0,0,0) thread (0,0,0): the step budget is spent");
}

#[test]
fn read_only_and_non_coherent() {
    let mut memory = Memory::new();
    let handle = memory.place(0x1000, vec![0; 64], Access::ReadOnly).unwrap();
    let mut result = |body: &str| {
        let program = crate::harness::program(&kernel(&["out"], body));
        let launch = Launch { grid: [1; 3], block: [1; 3], args: vec![memory.base(handle)], step_budget: 1000 };
        run(&program, &mut memory, &launch, &Options::default())
    };
    assert!(result("ld.global.nc.b32 %r1, [%out]; ld.global.b32 %r1, [%out]; ret;").is_ok());
    for body in ["st.global.b32 [%out+4], 0; ret;", "red.global.add.u32 [%out+4], 0; ret;"] {
        assert_eq!(
            result(body).unwrap_err().to_string(),
            "line 5, block (0,0,0) thread (0,0,0): store of 4 bytes at 0x1004 into a read-only allocation"
        );
    }
    for body in [
        "ld.global.nc.b32 %r1, [%out]; st.global.b32 [%out+4], 0; ret;",
        "red.global.add.u32 [%out], 1; ld.global.nc.b32 %r1, [%out+4]; ret;",
    ] {
        let message = Bench::new(&kernel(&["out"], body), &[&[0; 8]]).fault();
        assert!(message.ends_with("is both written and read with `.nc` in this launch"), "{message}");
    }
}
