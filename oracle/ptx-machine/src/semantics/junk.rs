//! Results that PTX leaves open.
//!
//! Without a seed each has one fixed value, chosen so that a program relying on it is likely to be noticed. With a seed
//! each is drawn anew, so that two runs with different seeds differ where a program relies on one.

use crate::random::Random;

/// The source of unspecified results.
#[derive(Debug)]
pub(crate) struct Junk(Option<Random>);

const SIGN: u64 = 1 << 63;
const EXPONENT: u64 = 0x7ff0_0000_0000_0000;

impl Junk {
    pub(crate) fn new(seed: Option<u64>) -> Junk {
        Junk(seed.map(Random::new))
    }

    /// Any value of `bits` bits; all ones by default.
    #[cold]
    pub(crate) fn bits(&mut self, bits: u32) -> u64 {
        let value = self.0.as_mut().map_or(u64::MAX, Random::next);
        value >> (64 - bits)
    }

    /// Any f64 NaN; 0x7fffffffffffffff by default.
    #[cold]
    pub(crate) fn nan64(&mut self) -> u64 {
        let Some(random) = &mut self.0 else { return !SIGN };
        let value = random.next() | EXPONENT;
        if value & !(SIGN | EXPONENT) == 0 { value | 1 } else { value }
    }

    /// Any f32 NaN; the canonical one by default.
    #[cold]
    pub(crate) fn nan32(&mut self) -> u64 {
        let Some(random) = &mut self.0 else { return super::float::NAN32 };
        let value = random.next() >> 32 | 0x7f80_0000;
        if value & 0x007f_ffff == 0 { value | 1 } else { value }
    }
}
