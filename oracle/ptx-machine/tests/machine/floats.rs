//! Float instructions: rounding, signed zeros, subnormals, NaN bits.

use crate::harness::{calc, calc_with, check};
use tensorwasm_ptx_machine::Options;

const NAN32: u64 = 0x7fff_ffff;
const NAN64: u64 = 0x7fff_ffff_ffff_ffff;
const INF32: u64 = 0x7f80_0000;
const NEG32: u64 = 0x8000_0000;
const NEG64: u64 = 1 << 63;
/// A signalling NaN with a payload.
const SNAN32: u64 = 0xff80_0123;
const SNAN64: u64 = 0xfff0_0000_0000_0123;

fn f(value: f32) -> u64 {
    u64::from(value.to_bits())
}

fn d(value: f64) -> u64 {
    value.to_bits()
}

fn junk(opcode: &str, banks: &str, inputs: &[u64], seed: u64) -> u64 {
    calc_with(Options { junk_seed: Some(seed), ..Options::default() }, opcode, banks, inputs)
}

#[test]
fn nearest_even_and_subnormals() {
    check("add.rn.f32", "rrr", &[([f(16_777_216.0), f(1.0)], f(16_777_216.0)), ([1, 1], 2)]);
    check("mul.rn.f32", "rrr", &[([f(0.1), f(0.1)], f(0.1 * 0.1)), ([0x0080_0000, f(0.5)], 0x0040_0000)]);
    check("sub.rn.f64", "ddd", &[([d(1.0), d(1e-17)], d(1.0)), ([d(0.0), d(0.0)], 0)]);
    check("div.rn.f32", "rrr", &[([f(1.0), f(3.0)], f(1.0 / 3.0)), ([f(1.0), NEG32], f(f32::NEG_INFINITY))]);
    check("div.rn.f64", "ddd", &[([d(1.0), d(3.0)], d(1.0 / 3.0))]);
    check("sqrt.rn.f32", "rr", &[([f(2.0)], f(2f32.sqrt())), ([NEG32], NEG32)]);
    check("sqrt.rn.f64", "dd", &[([d(2.0)], d(2f64.sqrt()))]);
}

#[test]
fn fma_rounds_once() {
    let a = 1.0 + 1.0 / 8192.0f32;
    check("fma.rn.f32", "rrrr", &[([f(a), f(a), f(-1.0)], f(a.mul_add(a, -1.0)))]);
    assert_ne!(calc("fma.rn.f32", "rrrr", &[f(a), f(a), f(-1.0)]), f(a * a - 1.0));
    check("fma.rn.f64", "dddd", &[([d(3.0), d(4.0), d(5.0)], d(17.0))]);
}

#[test]
fn f32_arithmetic_gives_the_canonical_nan() {
    check("add.rn.f32", "rrr", &[([SNAN32, f(1.0)], NAN32), ([INF32, INF32 | NEG32], NAN32)]);
    check("mul.rn.f32", "rrr", &[([0, INF32], NAN32)]);
    check("div.rn.f32", "rrr", &[([0, 0], NAN32)]);
    check("sqrt.rn.f32", "rr", &[([f(-1.0)], NAN32)]);
    check("fma.rn.f32", "rrrr", &[([SNAN32, 0, 0], NAN32)]);
    assert_eq!(junk("add.rn.f32", "rrr", &[SNAN32, 0], 1), NAN32);
}

#[test]
fn f64_nan_payload_is_unspecified() {
    check("add.rn.f64", "ddd", &[([SNAN64, d(1.0)], NAN64)]);
    check("div.rn.f64", "ddd", &[([0, 0], NAN64)]);
    let results: Vec<u64> = (0..8).map(|seed| junk("mul.rn.f64", "ddd", &[SNAN64, d(1.0)], seed)).collect();
    assert!(results.iter().all(|bits| f64::from_bits(*bits).is_nan()));
    assert!(results.iter().any(|bits| bits >> 63 == 1) && results.iter().any(|bits| bits >> 63 == 0));
}

#[test]
fn min_max_order_zeros_and_drop_nan() {
    check("min.f32", "rrr", &[([0, NEG32], NEG32), ([NEG32, 0], NEG32), ([SNAN32, f(2.0)], f(2.0))]);
    check("max.f32", "rrr", &[([0, NEG32], 0), ([NEG32, 0], 0), ([f(2.0), SNAN32], f(2.0)), ([SNAN32, SNAN32], NAN32)]);
    check("min.f32", "rrr", &[([f(1.0), f(2.0)], f(1.0)), ([f(2.0), f(1.0)], f(1.0))]);
    check("max.f32", "rrr", &[([f(1.0), f(2.0)], f(2.0)), ([f(2.0), f(1.0)], f(2.0))]);
    check("min.f64", "ddd", &[([0, NEG64], NEG64), ([SNAN64, d(2.0)], d(2.0)), ([SNAN64, SNAN64], NAN64)]);
    check("max.f64", "ddd", &[([NEG64, 0], 0), ([d(-1.0), d(-2.0)], d(-1.0))]);
}

#[test]
fn min_max_nan_propagate() {
    check("min.NaN.f32", "rrr", &[([SNAN32, f(2.0)], NAN32), ([f(2.0), SNAN32], NAN32), ([0, NEG32], NEG32)]);
    check("max.NaN.f32", "rrr", &[([SNAN32, f(2.0)], NAN32), ([NEG32, 0], 0), ([f(1.0), f(3.0)], f(3.0))]);
}

#[test]
fn signs() {
    check("neg.f32", "rr", &[([0], NEG32), ([f(1.5)], f(-1.5)), ([INF32], INF32 | NEG32)]);
    check("abs.f64", "dd", &[([NEG64], 0), ([d(-1.5)], d(1.5))]);
    check("copysign.f32", "rrr", &[([NEG32, f(3.0)], f(-3.0)), ([f(1.0), SNAN32], SNAN32 & !NEG32)]);
    check("copysign.f64", "ddd", &[([d(-0.0), d(3.0)], d(-3.0)), ([0, d(-3.0)], d(3.0))]);
}

#[test]
fn min_max_of_two_nans_are_some_nan() {
    for opcode in ["min.f32", "max.f32"] {
        assert_ne!(junk(opcode, "rrr", &[SNAN32, SNAN32], 3), junk(opcode, "rrr", &[SNAN32, SNAN32], 4));
    }
    assert_eq!(junk("min.NaN.f32", "rrr", &[SNAN32, SNAN32], 3), NAN32);
    assert_ne!(junk("max.f64", "ddd", &[SNAN64, SNAN64], 3), junk("max.f64", "ddd", &[SNAN64, SNAN64], 4));
}

/// That is why an emitter writes neg and abs on the bits.
#[test]
fn neg_abs_of_nan_are_some_nan() {
    for (opcode, banks, nan) in [("neg.f32", "rr", SNAN32), ("abs.f32", "rr", SNAN32)] {
        assert_eq!(calc(opcode, banks, &[nan]), NAN32);
        assert!(f32::from_bits(junk(opcode, banks, &[nan], 3) as u32).is_nan());
        assert_ne!(junk(opcode, banks, &[nan], 3), junk(opcode, banks, &[nan], 4));
    }
    for opcode in ["neg.f64", "abs.f64"] {
        assert_eq!(calc(opcode, "dd", &[SNAN64]), NAN64);
        assert!(f64::from_bits(junk(opcode, "dd", &[SNAN64], 3)).is_nan());
    }
}
