//! `cvt`: extension, truncation, rounding, clamping, NaN.

use crate::harness::{calc, calc_with, check};
use tensorwasm_ptx_machine::Options;

const MIN64: u64 = 1 << 63;

fn f(value: f32) -> u64 {
    u64::from(value.to_bits())
}

fn d(value: f64) -> u64 {
    value.to_bits()
}

/// The destination register may be wider than the type, which is then extended by its own sign.
#[test]
fn integer_to_integer() {
    check("cvt.s64.s32", "dr", &[([0x8000_0000], 0xffff_ffff_8000_0000)]);
    check("cvt.u64.u32", "dr", &[([0x8000_0000], 0x8000_0000)]);
    check("cvt.u32.u64", "rd", &[([0x1_2345_6789], 0x2345_6789)]);
    check("cvt.s32.s8", "rr", &[([0x1ff], 0xffff_ffff), ([0x17f], 0x7f)]);
    check("cvt.s8.s32", "rr", &[([0x1ff], 0xffff_ffff)]);
    check("cvt.u8.u32", "rr", &[([0x1ff], 0xff)]);
    check("cvt.u8.s32", "rr", &[([0xffff_ffff], 0xff)]);
    check("cvt.s64.s16", "dr", &[([0x8000], 0xffff_ffff_ffff_8000)]);
    check("cvt.u16.u32", "hr", &[([0x1_2345], 0x2345)]);
    check("cvt.u64.s8", "dr", &[([0x80], 0xffff_ffff_ffff_ff80)]);
}

#[test]
fn float_to_integer_rounds() {
    let halves = [0.5, 1.5, 2.5, -0.5, -1.5];
    for (mode, expected) in
        [("rni", [0, 2, 2, 0, -2]), ("rzi", [0, 1, 2, 0, -1]), ("rmi", [0, 1, 2, -1, -2]), ("rpi", [1, 2, 3, 0, -1])]
    {
        for (value, expected) in halves.iter().zip(expected) {
            let expected = u64::from(expected as u32);
            assert_eq!(calc(&format!("cvt.{mode}.s32.f32"), "rr", &[f(*value)]), expected, "{mode} {value}");
            assert_eq!(calc(&format!("cvt.{mode}.s32.f64"), "rd", &[d(f64::from(*value))]), expected, "{mode} {value}");
        }
    }
}

#[test]
fn float_to_integer_clamps() {
    check("cvt.rzi.s32.f32", "rr", &[([f(3e9)], 0x7fff_ffff), ([f(-3e9)], 0x8000_0000)]);
    check("cvt.rzi.u32.f32", "rr", &[([f(-1.0)], 0), ([f(5e9)], 0xffff_ffff), ([f(4e9)], 4_000_000_000)]);
    check("cvt.rzi.s64.f64", "dd", &[([d(1e30)], i64::MAX as u64), ([d(-1e30)], MIN64)]);
    check("cvt.rzi.u64.f64", "dd", &[([d(1e30)], u64::MAX), ([d(-0.9)], 0), ([d(1.8e19)], 18_000_000_000_000_000_000)]);
    check("cvt.rzi.u8.f32", "rr", &[([f(300.0)], 255)]);
    check("cvt.rzi.s8.f32", "rr", &[([f(-300.0)], 0xffff_ff80)]);
    check("cvt.rzi.s16.f64", "rd", &[([d(40_000.0)], 0x7fff)]);
    check("cvt.rpi.u32.f64", "rd", &[([d(4_294_967_294.5)], 0xffff_ffff)]);
}

/// 0 only from f32 to destinations below 64 bits.
#[test]
fn nan_to_integer() {
    let (nan32, nan64) = (0x7fc0_0001, 0xfff8_0000_0000_0001);
    check("cvt.rzi.s32.f32", "rr", &[([nan32], 0)]);
    check("cvt.rzi.u32.f32", "rr", &[([nan32], 0)]);
    check("cvt.rzi.s64.f32", "dr", &[([nan32], MIN64)]);
    check("cvt.rzi.u64.f32", "dr", &[([nan32], MIN64)]);
    check("cvt.rzi.s32.f64", "rd", &[([nan64], 0x8000_0000)]);
    check("cvt.rzi.u32.f64", "rd", &[([nan64], 0x8000_0000)]);
    check("cvt.rzi.s64.f64", "dd", &[([nan64], MIN64)]);
    check("cvt.rzi.u64.f64", "dd", &[([nan64], MIN64)]);
    check("cvt.rzi.u16.f64", "hd", &[([nan64], 0x8000)]);
}

#[test]
fn integer_to_float_in_every_direction() {
    let odd = 16_777_217;
    check("cvt.rn.f32.u32", "rr", &[([odd], f(16_777_216.0)), ([0xffff_ffff], f(4_294_967_296.0)), ([0], 0)]);
    check("cvt.rz.f32.u32", "rr", &[([odd], f(16_777_216.0)), ([0xffff_ffff], f(4_294_967_040.0))]);
    check("cvt.rp.f32.u32", "rr", &[([odd], f(16_777_218.0))]);
    check("cvt.rm.f32.s32", "rr", &[([-16_777_217i32 as u32 as u64], f(-16_777_218.0))]);
    check("cvt.rz.f32.s32", "rr", &[([-16_777_217i32 as u32 as u64], f(-16_777_216.0))]);
    check("cvt.rn.f64.s32", "dr", &[([0xffff_ffff], d(-1.0))]);
    check("cvt.rn.f64.u64", "dd", &[([u64::MAX], d(18_446_744_073_709_551_616.0))]);
    check("cvt.rm.f64.u64", "dd", &[([u64::MAX], d(18_446_744_073_709_549_568.0))]);
    check("cvt.rp.f64.s64", "dd", &[([MIN64 + 1], d(-9_223_372_036_854_774_784.0))]);
    check("cvt.rn.f32.s64", "rd", &[([u64::MAX], f(-1.0))]);
    check("cvt.rn.f32.u8", "rr", &[([0x1ff], f(255.0))]);
}

#[test]
fn float_to_float() {
    let third = 1.0f64 / 3.0;
    let down = third as f32;
    let (down, up) = if f64::from(down) > third { (down.next_down(), down) } else { (down, down.next_up()) };
    check("cvt.rn.f32.f64", "rd", &[([d(third)], f(third as f32)), ([d(1e300)], f(f32::INFINITY))]);
    check("cvt.rm.f32.f64", "rd", &[([d(third)], f(down)), ([d(1e300)], f(f32::MAX)), ([d(-1e-300)], 0x8000_0001)]);
    check("cvt.rp.f32.f64", "rd", &[([d(third)], f(up)), ([d(1e-300)], 1), ([d(-1e-300)], 0x8000_0000)]);
    check("cvt.rz.f32.f64", "rd", &[([d(-third)], f(-down)), ([d(-1e300)], f(f32::MIN)), ([d(1e-300)], 0)]);
    check("cvt.f64.f32", "dr", &[([f(0.1)], d(f64::from(0.1f32))), ([1], d(1.401298464324817e-45))]);
    check("cvt.rn.f32.f64", "rd", &[([0xfff0_0000_0000_0001], 0x7fff_ffff)]);
    check("cvt.f64.f32", "dr", &[([0x7fa0_0000], 0x7fff_ffff_ffff_ffff)]);
}

#[test]
fn nan_to_float_is_some_nan() {
    let junk = |opcode, banks, input, seed| {
        calc_with(Options { junk_seed: Some(seed), ..Options::default() }, opcode, banks, &[input])
    };
    for (opcode, banks, nan) in [
        ("cvt.rn.f32.f64", "rd", 0x7ff8_0000_0000_0000),
        ("cvt.rni.f32.f32", "rr", 0x7fc0_0000),
        ("cvt.f64.f32", "dr", 0x7fc0_0000),
        ("cvt.rzi.f64.f64", "dd", 0x7ff8_0000_0000_0000),
    ] {
        assert_ne!(junk(opcode, banks, nan, 1), junk(opcode, banks, nan, 2), "{opcode}");
    }
}

/// nearest, trunc, floor and ceil, signed zeros included.
#[test]
fn float_to_integral_float() {
    check("cvt.rni.f32.f32", "rr", &[([f(2.5)], f(2.0)), ([f(-0.5)], f(-0.0)), ([f(1e30)], f(1e30))]);
    check("cvt.rzi.f64.f64", "dd", &[([d(-0.9)], d(-0.0)), ([d(2.9)], d(2.0))]);
    check("cvt.rmi.f64.f64", "dd", &[([d(-0.1)], d(-1.0)), ([d(-0.0)], d(-0.0))]);
    check("cvt.rpi.f32.f32", "rr", &[([f(-0.9)], f(-0.0)), ([f(0.1)], f(1.0))]);
    check("cvt.rni.f32.f32", "rr", &[([0x7f80_0001], 0x7fff_ffff)]);
    check("cvt.rni.f64.f64", "dd", &[([0x7ff8_0000_0000_0000], 0x7fff_ffff_ffff_ffff)]);
}
