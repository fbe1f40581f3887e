//! Seeded pseudo-random numbers (SplitMix64): junk values and orders must replay from one seed.

/// A SplitMix64 stream.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// An affine permutation of `0..n`: every index once, in an order that depends on the seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permutation {
    n: u64,
    factor: u64,
    shift: u64,
}

impl Permutation {
    /// The order of counting.
    pub(crate) fn identity(n: u64) -> Permutation {
        Permutation { n: n.max(1), factor: 1, shift: 0 }
    }

    /// An order drawn from `random`.
    pub(crate) fn shuffled(n: u64, random: &mut Random) -> Permutation {
        let n = n.max(1);
        let mut factor = random.next() % n;
        while gcd(factor, n) != 1 {
            factor = (factor + 1) % n;
        }
        Permutation { n, factor, shift: random.next() % n }
    }

    /// The element at place `index` of the order.
    pub(crate) fn at(&self, index: u64) -> u64 {
        let spread = u128::from(index) * u128::from(self.factor) + u128::from(self.shift);
        (spread % u128::from(self.n)) as u64
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::{Permutation, Random};

    #[test]
    fn permutation_visits_every_index_once() {
        let mut random = Random::new(7);
        for n in [1, 2, 3, 12, 256, 1000] {
            let order = Permutation::shuffled(n, &mut random);
            let mut seen: Vec<u64> = (0..n).map(|index| order.at(index)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }
    }
}
