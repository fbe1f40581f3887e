//! Loads, stores, atomics, addresses and the address space itself.

use crate::harness::{Bench, kernel, words};
use tensorwasm_ptx_machine::{Access, Memory, MemoryError};

#[test]
fn narrow_loads_extend_by_their_type() {
    let body = "ld.global.s8 %r1, [%in]; ld.global.u8 %r2, [%in]; ld.global.b8 %r3, [%in];
        ld.global.s16 %r4, [%in]; ld.global.u16 %r5, [%in];
        st.global.v4.b32 [%out], {%r1, %r2, %r3, %r4}; st.global.b32 [%out+16], %r5;
        ld.global.s32 %d1, [%in]; ld.global.u32 %d2, [%in]; ld.global.s8 %h1, [%in];
        st.global.v2.b64 [%out+32], {%d1, %d2}; st.global.b16 [%out+48], %h1; ret;";
    let output = Bench::new(&kernel(&["in", "out"], body), &[&[0x80, 0xff, 0xff, 0xff], &[0; 50]]).output(1);
    let minus = 0xffff_ff80;
    assert_eq!(output[..20], words(&[minus, 0x80, 0x80, minus, 0xff80]));
    assert_eq!(output[32..48], words(&[minus, 0xffff_ffff, minus, 0]));
    assert_eq!(output[48..], [0x80, 0xff]);
}

#[test]
fn narrow_stores_truncate() {
    let body = "mov.b64 %d1, 0x1122334455667788; st.global.u8 [%out], %d1; st.global.b16 [%out+2], %d1;
        st.global.u32 [%out+4], %d1; mov.b32 %r1, 0xaabbccdd; st.global.s8 [%out+1], %r1; ret;";
    let output = Bench::new(&kernel(&["out"], body), &[&[0; 8]]).output(0);
    assert_eq!(output, [0x88, 0xdd, 0x88, 0x77, 0x88, 0x77, 0x66, 0x55]);
}

#[test]
fn vectors_and_negative_offsets() {
    let body = "add.u64 %d1, %in, 32; ld.global.v4.f32 {%r1, %r2, %r3, %r4}, [%d1+-16];
        st.global.v4.f32 [%in], {%r4, %r3, %r2, %r1};
        ld.global.v2.u8 {%h1, %h2}, [%in+16]; st.global.v2.u8 [%in+18], {%h2, %h1}; ret;";
    let input = words(&[0, 0, 0, 0, 1, 2, 3, 4]);
    let output = Bench::new(&kernel(&["in"], body), &[&input]).output(0);
    assert_eq!(output, words(&[4, 3, 2, 1, 0x0100_0001, 2, 3, 4]));
}

#[test]
fn parameters_of_every_width() {
    let text = ".version 8.0 .target sm_90a .address_size 64 .entry k(.param .u64 out, .param .f32 a, .param .b64 b,
        .param .u8 c) .maxntid 32, 1, 1 .minnctapersm 2 {
        .reg .u64 %o; .reg .f32 %f; .reg .b64 %b; .reg .u32 %c;
        ld.param.u64 %o, [out]; cvta.to.global.u64 %o, %o; ld.param.f32 %f, [a]; ld.param.b64 %b, [b];
        ld.param.u8 %c, [c+0]; st.global.f32 [%o], %f; st.global.u32 [%o+4], %c; st.global.b64 [%o+8], %b; exit; }";
    let mut bench = Bench::new(text, &[&[0; 16]]);
    bench.launch.args.extend([0x3f80_0000, u64::MAX, 0xfe]);
    assert_eq!(bench.output(0), words(&[0x3f80_0000, 0xfe, 0xffff_ffff, 0xffff_ffff]));
}

#[test]
fn atomics_return_the_old_value() {
    for (operation, operands, start, expected) in [
        ("add.u32", "5", 0xffff_ffff_u32, 4_u32),
        ("and.b32", "6", 3, 2),
        ("or.b32", "6", 1, 7),
        ("xor.b32", "6", 3, 5),
        ("min.s32", "-1", 3, 0xffff_ffff),
        ("min.u32", "-1", 3, 3),
        ("max.s32", "-1", 3, 3),
        ("max.u32", "-1", 3, 0xffff_ffff),
        ("exch.b32", "9", 3, 9),
        ("cas.b32", "3, 8", 3, 8),
        ("cas.b32", "4, 8", 3, 3),
    ] {
        let body = format!("atom.global.{operation} %r1, [%out], {operands}; st.global.b32 [%out+4], %r1; ret;");
        let output = Bench::new(&kernel(&["out"], &body), &[&words(&[start, 0])]).output(0);
        assert_eq!(output, words(&[expected, start]), "{operation} {operands}");
    }
    let body = "red.global.add.u64 [%out], -1; red.global.max.s64 [%out+8], 5; ret;";
    let output = Bench::new(&kernel(&["out"], body), &[&words(&[0, 1, 0, 0x8000_0000])]).output(0);
    assert_eq!(output, words(&[0xffff_ffff, 0, 5, 0]));
}

#[test]
fn allocations_keep_their_distance_and_congruence() {
    let mut memory = Memory::new();
    let a = memory.alloc(vec![1; 100], 256, Access::ReadWrite).unwrap();
    let b = memory.alloc_congruent(vec![2; 100], 0x44, 256, Access::ReadOnly).unwrap();
    assert!(memory.base(a) > u64::from(u32::MAX) && memory.base(a).is_multiple_of(256));
    assert_eq!(memory.base(b) % 256, 0x44);
    assert!(memory.base(b) >= memory.base(a) + 100 + 4096);
    let c = memory.place(0x1000, vec![3; 16], Access::ReadWrite).unwrap();
    assert_eq!((memory.base(c), memory.bytes(c)), (0x1000, &[3; 16][..]));
    memory.bytes_mut(c)[0] = 9;
    assert_eq!(memory.free(c).unwrap()[0], 9);
    assert_eq!(memory.free(c), None);
    let placed = memory.place(0x1008, vec![0; 8], Access::ReadWrite);
    assert!(placed.is_ok());
    let beside = memory.place(memory.base(a) + 100, vec![0; 8], Access::ReadWrite);
    assert!(beside.is_ok(), "touching is not overlapping");
}

#[test]
fn placements_that_are_refused() {
    let mut memory = Memory::new();
    memory.place(0x1000, vec![0; 16], Access::ReadWrite).unwrap();
    let overlap = memory.place(0xff8, vec![0; 9], Access::ReadWrite).unwrap_err();
    assert_eq!(overlap.to_string(), "9 bytes at 0xff8 overlap the allocation at 0x1000");
    let null = memory.place(0, vec![0; 9], Access::ReadWrite).unwrap_err();
    assert_eq!(null, MemoryError::AddressSpace { base: 0, bytes: 9 });
    let end = memory.place(u64::MAX - 3, vec![0; 9], Access::ReadWrite).unwrap_err();
    assert_eq!(end, MemoryError::AddressSpace { base: u64::MAX - 3, bytes: 9 });
    let modulus = memory.alloc(vec![0; 9], 3, Access::ReadWrite).unwrap_err();
    assert_eq!(modulus, MemoryError::Congruence { residue: 0, modulus: 3 });
}
