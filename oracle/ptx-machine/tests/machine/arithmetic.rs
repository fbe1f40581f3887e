//! Integer and bitwise instructions at their edges.

use crate::harness::{Bench, calc, calc_with, check, kernel};
use tensorwasm_ptx_machine::Options;

const MIN32: u64 = 0x8000_0000;
const MIN64: u64 = 1 << 63;

#[test]
fn add_sub_mul_wrap() {
    check("add.u32", "rrr", &[([0xffff_ffff, 2], 1), ([0x7fff_ffff, 1], MIN32)]);
    check("add.s64", "ddd", &[([u64::MAX, 2], 1)]);
    check("add.u16", "hhh", &[([0xffff, 2], 1)]);
    check("sub.u32", "rrr", &[([0, 1], 0xffff_ffff)]);
    check("sub.s64", "ddd", &[([0, 1], u64::MAX)]);
    check("mul.lo.s32", "rrr", &[([0x1_0001, 0x1_0001], 0x2_0001), ([MIN32, 0xffff_ffff], MIN32)]);
    check("mul.lo.u64", "ddd", &[([MIN64 + 3, 2], 6)]);
}

#[test]
fn mul_hi_and_wide_know_signs() {
    check("mul.hi.u32", "rrr", &[([0xffff_ffff, 0xffff_ffff], 0xffff_fffe)]);
    check("mul.hi.s32", "rrr", &[([0xffff_ffff, 0xffff_ffff], 0), ([MIN32, 2], 0xffff_ffff)]);
    check("mul.hi.u64", "ddd", &[([u64::MAX, u64::MAX], u64::MAX - 1)]);
    check("mul.hi.s64", "ddd", &[([u64::MAX, 5], u64::MAX)]);
    check("mul.hi.u16", "hhh", &[([0xffff, 0xffff], 0xfffe)]);
    check("mul.hi.s16", "hhh", &[([0x8000, 0x8000], 0x4000)]);
    check("mul.wide.u32", "drr", &[([0xffff_ffff, 4], 0x3_ffff_fffc)]);
    check("mul.wide.s32", "drr", &[([0xffff_ffff, 4], -4i64 as u64)]);
    check("mul.wide.u16", "rhh", &[([0xffff, 0xffff], 0xfffe_0001)]);
    check("mul.wide.s16", "rhh", &[([0xffff, 2], 0xffff_fffe)]);
}

#[test]
fn mad() {
    check("mad.lo.s32", "rrrr", &[([3, 4, 0xffff_ffff], 11)]);
    check("mad.lo.u64", "dddd", &[([MIN64, 2, 7], 7)]);
    check("mad.wide.u32", "drrd", &[([0xffff_ffff, 2, 2], 0x2_0000_0000)]);
    check("mad.wide.s32", "drrd", &[([0xffff_ffff, 2, 2], 0)]);
}

#[test]
fn div_rem_truncate() {
    check("div.s32", "rrr", &[([-7i32 as u32 as u64, 2], -3i32 as u32 as u64)]);
    check("rem.s32", "rrr", &[([-7i32 as u32 as u64, 2], -1i32 as u32 as u64), ([7, -2i32 as u32 as u64], 1)]);
    check("div.u32", "rrr", &[([0xffff_fff9, 2], 0x7fff_fffc)]);
    check("rem.u64", "ddd", &[([u64::MAX, 10], 5)]);
    check("div.s16", "hhh", &[([0xfff9, 2], 0xfffd)]);
}

/// The default is all ones, so even the results that Wasm defines (x rem_s -1 is 0) are wrong unless guarded.
#[test]
fn div_rem_unspecified() {
    let minus_one = 0xffff_ffff;
    check("div.u32", "rrr", &[([7, 0], 0xffff_ffff)]);
    check("rem.u32", "rrr", &[([7, 0], 0xffff_ffff)]);
    check("div.s32", "rrr", &[([MIN32, minus_one], 0xffff_ffff)]);
    check("rem.s32", "rrr", &[([MIN32, minus_one], 0xffff_ffff)]);
    check("div.s64", "ddd", &[([MIN64, u64::MAX], u64::MAX)]);
    let junk = |seed| calc_with(Options { junk_seed: Some(seed), ..Options::default() }, "div.u32", "rrr", &[7, 0]);
    assert_eq!(junk(1), junk(1));
    assert_ne!(junk(1), junk(2));
    assert!(junk(1) <= u64::from(u32::MAX));
}

#[test]
fn min_max_by_sign() {
    check("min.u32", "rrr", &[([1, 0xffff_ffff], 1)]);
    check("min.s32", "rrr", &[([1, 0xffff_ffff], 0xffff_ffff)]);
    check("max.s64", "ddd", &[([MIN64, 3], 3)]);
    check("max.u64", "ddd", &[([MIN64, 3], MIN64)]);
    check("max.s16", "hhh", &[([0x8000, 3], 3)]);
}

#[test]
fn neg_abs_of_integers() {
    check("neg.s32", "rr", &[([1], 0xffff_ffff), ([MIN32], MIN32)]);
    check("abs.s32", "rr", &[([0xffff_fffb], 5), ([MIN32], MIN32)]);
    check("abs.s64", "dd", &[([MIN64], MIN64), ([-9i64 as u64], 9)]);
    check("neg.s16", "hh", &[([1], 0xffff)]);
}

#[test]
fn logic() {
    check("and.b32", "rrr", &[([0xff00_ff00, 0x0ff0_0ff0], 0x0f00_0f00)]);
    check("or.b64", "ddd", &[([1 << 63, 1], 1 << 63 | 1)]);
    check("xor.b16", "hhh", &[([0xffff, 0x00ff], 0xff00)]);
    check("not.b32", "rr", &[([0x0f0f_0f0f], 0xf0f0_f0f0)]);
    check("not.b16", "hh", &[([0], 0xffff)]);
    check("not.pred", "pp", &[([0], 1), ([1], 0)]);
    check("xor.pred", "ppp", &[([1, 1], 0), ([0, 1], 1)]);
    check("and.pred", "ppp", &[([1, 1], 1), ([0, 1], 0)]);
}

/// Amounts of at least the width act like the width: Wasm's modulo has to be written out.
#[test]
fn shifts_clamp() {
    check("shl.b32", "rrr", &[([1, 31], MIN32), ([1, 32], 0), ([1, 33], 0), ([1, 0xffff_ffff], 0)]);
    check("shr.u32", "rrr", &[([MIN32, 31], 1), ([MIN32, 32], 0), ([MIN32, 64], 0)]);
    check("shr.b32", "rrr", &[([MIN32, 31], 1)]);
    check("shr.s32", "rrr", &[([MIN32, 31], 0xffff_ffff), ([MIN32, 32], 0xffff_ffff), ([1, 99], 0)]);
    check("shl.b64", "ddr", &[([1, 63], MIN64), ([1, 64], 0)]);
    check("shr.u64", "ddr", &[([MIN64, 63], 1), ([MIN64, 64], 0)]);
    check("shr.s64", "ddr", &[([MIN64, 64], u64::MAX), ([MIN64, 0xffff_ffff], u64::MAX)]);
    check("shl.b16", "hhr", &[([1, 15], 0x8000), ([1, 16], 0)]);
    check("shr.s16", "hhr", &[([0x8000, 16], 0xffff), ([0x8000, 3], 0xf000)]);
}

#[test]
fn funnel_shifts_wrap() {
    let (low, high) = (0x89ab_cdef, 0x0123_4567);
    check("shf.l.wrap.b32", "rrrr", &[([low, high, 8], 0x2345_6789), ([low, high, 32], high), ([low, high, 0], high)]);
    check("shf.r.wrap.b32", "rrrr", &[([low, high, 8], 0x6789_abcd), ([low, high, 40], 0x6789_abcd)]);
    check("shf.r.wrap.b32", "rrrr", &[([low, high, 0], low)]);
}

#[test]
fn bit_counts() {
    check("clz.b32", "rr", &[([0], 32), ([1], 31), ([MIN32], 0)]);
    check("clz.b64", "rd", &[([0], 64), ([1], 63)]);
    check("popc.b32", "rr", &[([0xffff_ffff], 32)]);
    check("popc.b64", "rd", &[([u64::MAX], 64)]);
    check("brev.b32", "rr", &[([1], MIN32)]);
    check("brev.b64", "dd", &[([2], 1 << 62)]);
}

#[test]
fn select_move_and_halves() {
    check("selp.b32", "rrrp", &[([5, 6, 1], 5), ([5, 6, 0], 6)]);
    check("selp.f64", "dddp", &[([5, 6, 1], 5)]);
    assert_eq!(calc("mov.f32", "rr", &[0x7fa0_0001]), 0x7fa0_0001);
    let body = "ld.global.b64 %d1, [%in]; mov.b64 {%r1, %r2}, %d1; mov.b64 %d2, {%r2, %r1};
        mov.b32 {%h1, %h2}, %r1; mov.b32 %r3, {%h2, %h1}; st.global.b64 [%in], %d2; st.global.b32 [%in+8], %r3; ret;";
    let input: Vec<u8> = (0..16).collect();
    let output = Bench::new(&kernel(&["in"], body), &[&input]).output(0);
    assert_eq!(output[..12], [4, 5, 6, 7, 0, 1, 2, 3, 2, 3, 0, 1]);
}

#[test]
fn immediates_of_every_form() {
    let body = "mov.b32 %r1, -1; st.global.b32 [%out], %r1;
        add.u32 %r2, %r1, 0x10; st.global.b32 [%out+4], %r2;
        mov.f32 %r3, 0f3F800000; st.global.f32 [%out+8], %r3;
        mov.b32 %r4, 0b101U; st.global.b32 [%out+12], %r4;
        mov.f64 %d1, 0d3FF0000000000000; st.global.f64 [%out+16], %d1;
        mov.pred %p1, 1; @%p1 st.global.b32 [%out+24], 7; @!%p1 st.global.b32 [%out+28], 7; ret;";
    let output = Bench::new(&kernel(&["out"], body), &[&[0; 32]]).output(0);
    let word = |at: usize| u32::from_le_bytes(output[at..at + 4].try_into().unwrap());
    let words: Vec<u32> = (0..8).map(|at| word(4 * at)).collect();
    assert_eq!(words, [0xffff_ffff, 15, 0x3f80_0000, 5, 0, 0x3ff0_0000, 7, 0]);
}
