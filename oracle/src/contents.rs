//! What memories hold when a case begins.
//!
//! A fill is a short list of lanes of one width, repeated over the whole range. The length of the list is a prime, so
//! that bytes at power-of-two distances differ and an access to the wrong element shows. How lively the lanes are
//! decides whether kernels bail: a loop over fifty elements with a bad divisor in one of fifty bails more often than
//! not, so only a part of the cases has any.

use crate::random::Random;
use serde::{Deserialize, Serialize};

/// What the bytes are lanes of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Lane {
    /// Bytes.
    I8,
    /// 16-bit integers.
    I16,
    /// 32-bit integers.
    I32,
    /// 64-bit integers.
    I64,
    /// Single floats.
    F32,
    /// Double floats.
    F64,
}

impl Lane {
    /// Every kind.
    pub const ALL: [Lane; 6] = [Lane::I8, Lane::I16, Lane::I32, Lane::I64, Lane::F32, Lane::F64];

    /// True for integers.
    pub fn is_integer(self) -> bool {
        !matches!(self, Lane::F32 | Lane::F64)
    }

    fn width(self) -> usize {
        match self {
            Lane::I8 => 1,
            Lane::I16 => 2,
            Lane::I32 | Lane::F32 => 4,
            Lane::I64 | Lane::F64 => 8,
        }
    }
}

/// How unusual the values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Temper {
    /// Small values, none of them zero, no NaN.
    Tame,
    /// Small values, with something special here and there.
    Spiced,
    /// Something special everywhere, or random bits.
    Wild,
}

/// The bytes of a memory, as three words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fill {
    /// What they are lanes of.
    pub lane: Lane,
    /// How unusual they are.
    pub temper: Temper,
    /// Where they are drawn from.
    pub seed: u64,
}

/// A part of a memory with a fill of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// The memory.
    pub memory: u32,
    /// The first byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// What is there.
    pub fill: Fill,
}

/// Bytes of a memory that were chosen one by one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    /// The memory.
    pub memory: u32,
    /// The address of the first.
    pub at: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Lanes before the list repeats.
const PERIOD: usize = 1009;

impl Fill {
    /// A fill whose lanes are one of `lanes`.
    pub fn draw(random: &mut Random, lanes: &[Lane], tempers: [u32; 3]) -> Fill {
        let temper = [Temper::Tame, Temper::Spiced, Temper::Wild][random.weighted(&tempers)];
        let lane = if lanes.is_empty() || random.chance(10) { random.pick(&Lane::ALL) } else { random.pick(lanes) };
        Fill { lane, temper, seed: random.next() }
    }

    /// Overwrites `bytes`.
    pub fn write(self, bytes: &mut [u8]) {
        let mut random = Random::new(self.seed);
        // Half of all fills have no negative numbers, for kernels that trap on them.
        let signs = if random.chance(50) { 40 } else { 0 };
        let mut list = Vec::with_capacity(PERIOD * 8);
        for _ in 0..PERIOD {
            let bits = lane(&mut random, self.lane, self.temper, signs);
            list.extend_from_slice(&bits.to_le_bytes()[..self.lane.width()]);
        }
        for chunk in bytes.chunks_mut(list.len()) {
            chunk.copy_from_slice(&list[..chunk.len()]);
        }
    }
}

/// One lane; `signs` is the percentage of negative floats among the small ones.
fn lane(random: &mut Random, lane: Lane, temper: Temper, signs: u64) -> u64 {
    let special = match temper {
        Temper::Tame => 0,
        Temper::Spiced => 2,
        Temper::Wild => 60,
    };
    if temper == Temper::Wild && random.chance(25) {
        return random.next();
    }
    let special = random.chance(special);
    match lane {
        Lane::F32 if special => random.pick(&SPECIAL_F32) as u64,
        Lane::F64 if special => random.pick(&SPECIAL_F64),
        _ if special => random.pick(&SPECIAL_INT),
        Lane::F32 => (small_float(random, signs) as f32).to_bits() as u64,
        Lane::F64 => small_float(random, signs).to_bits(),
        _ => random.within(1, 99) as u64,
    }
}

/// A number of either sign between 1/8 and 100, with a few significant bits or with all of them.
fn small_float(random: &mut Random, signs: u64) -> f64 {
    let fine = random.chance(50);
    let scale = if fine { 1 << 48 } else { 8 };
    let value = random.within(scale / 8, 100 * scale) as f64 / scale as f64;
    if random.chance(signs) { -value } else { value }
}

/// A scalar argument of a float type, as raw bits.
pub(crate) fn float_bits(random: &mut Random, wide: bool) -> u64 {
    let temper = [Temper::Tame, Temper::Spiced, Temper::Wild][random.weighted(&[60, 0, 40])];
    let bits = lane(random, if wide { Lane::F64 } else { Lane::F32 }, temper, 40);
    if wide { bits } else { bits & 0xffff_ffff }
}

/// Zeros, infinities, NaNs quiet and signalling with and without payload, the ends of the subnormal and normal ranges,
/// and the ends of the integer ranges.
const SPECIAL_F32: [u32; 20] = [
    0x0000_0000,
    0x8000_0000,
    0x7f80_0000,
    0xff80_0000,
    0x7fc0_0000,
    0xffc0_0000,
    0x7fc0_1234,
    0x7f80_0001,
    0xffa5_5aa5,
    0x0000_0001,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x4f00_0000,
    0xcf00_0000,
    0x4f80_0000,
    0x3f80_0001,
    0x3eff_ffff,
];

const SPECIAL_F64: [u64; 20] = [
    0x0000_0000_0000_0000,
    0x8000_0000_0000_0000,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0000,
    0xfff8_0000_0000_0000,
    0x7ff8_dead_beef_0000,
    0x7ff0_0000_0000_0001,
    0xfff4_0000_0000_0001,
    0x0000_0000_0000_0001,
    0x8000_0000_0000_0001,
    0x000f_ffff_ffff_ffff,
    0x0010_0000_0000_0000,
    0x7fef_ffff_ffff_ffff,
    0xffef_ffff_ffff_ffff,
    0x41e0_0000_0000_0000,
    0xc1e0_0000_0020_0000,
    0x43e0_0000_0000_0000,
    0x3ff0_0000_0000_0001,
    0x3fdf_ffff_ffff_ffff,
];

/// The ends of every integer width, and what divisions and shifts stumble over.
const SPECIAL_INT: [u64; 14] = [
    0,
    u64::MAX,
    0x7f,
    0x80,
    0x7fff,
    0x8000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    31,
    32,
    64,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(temper: Temper) -> Vec<f32> {
        let mut bytes = vec![0; 4 * PERIOD];
        Fill { lane: Lane::F32, temper, seed: 3 }.write(&mut bytes);
        bytes.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }

    #[test]
    fn tempers_differ_in_what_is_special() {
        let odd = |temper| floats(temper).iter().filter(|v| !v.is_normal()).count();
        assert_eq!(odd(Temper::Tame), 0);
        assert!((1..60).contains(&odd(Temper::Spiced)), "{}", odd(Temper::Spiced));
        assert!(odd(Temper::Wild) > 200, "{}", odd(Temper::Wild));
    }

    #[test]
    fn a_fill_repeats_itself_only_at_the_prime() {
        let fill = Fill { lane: Lane::I32, temper: Temper::Wild, seed: 9 };
        let (mut whole, mut part) = (vec![0; 3 * 4 * PERIOD + 2], vec![0; 40]);
        fill.write(&mut whole);
        fill.write(&mut part);
        assert_eq!(whole[..40], part);
        assert_eq!(whole[4 * PERIOD..4 * PERIOD + 40], part);
        assert_ne!(whole[4096..4096 + 40], part);
    }

    #[test]
    fn tame_integers_are_small_and_never_zero() {
        let mut bytes = vec![0; 500];
        Fill { lane: Lane::I16, temper: Temper::Tame, seed: 1 }.write(&mut bytes);
        assert!(bytes.chunks(2).all(|b| (1..100).contains(&b[0]) && b[1] == 0));
    }
}
